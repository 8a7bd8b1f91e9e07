"""What every channel is."""

from typing import Protocol

from chatServer.services.channel_port import DeliveryChannel, UpdateHandler


class Channel(UpdateHandler, DeliveryChannel, Protocol):
    """Stores nothing and calls no model: what came in goes to a service, what goes out is given."""
