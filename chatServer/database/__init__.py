"""The only way to the database: typed verbs over SQL functions over a transport."""
