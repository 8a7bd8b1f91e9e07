"""What the routers are given: the caller and the services."""
