"""What the system does, whatever the channel."""
