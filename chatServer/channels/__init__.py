"""The channels: each authenticates the sender, parses what came, renders what goes out."""
