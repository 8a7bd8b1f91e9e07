"""The verbs of what goes out to a channel, each exactly one SQL function."""

from collections.abc import Sequence

from pydantic import JsonValue

from chatServer.database.calls import RegistryCalls
from chatServer.database.channel_results import (
    ClaimedDelivery,
    DeliveryPart,
    FailedDelivery,
    Held,
)
from chatServer.database.transport import RpcTransport
from chatServer.limits import OUTBOX_LEASE_SECONDS
from chatServer.models import Channel


class ChannelOutbox:
    """The parts of messages that wait to be sent to one channel."""

    def __init__(self, transport: RpcTransport, *, channel: Channel) -> None:
        self._calls = RegistryCalls(transport)
        self._channel = channel

    async def claim_delivery(self) -> DeliveryPart | None:
        """Take the next part: in order within a session, one at a time for each chat."""
        params: dict[str, JsonValue] = {
            "p_channel": self._channel,
            "p_lease_seconds": OUTBOX_LEASE_SECONDS,
        }
        claimed = await self._calls.call_as_service(
            "claim_channel_delivery", ClaimedDelivery, params
        )
        return claimed.delivery

    async def update_delivery(
        self, delivery: DeliveryPart, *, parts: Sequence[dict[str, JsonValue]]
    ) -> bool:
        """Store how a message was cut, so that every later try sends the same; False: not held."""
        params: dict[str, JsonValue] = _lease(delivery) | {"p_parts": {"parts": list(parts)}}
        answer = await self._calls.call_as_service("update_channel_delivery", Held, params)
        return answer.is_held

    async def complete_delivery(
        self, delivery: DeliveryPart, *, external_message_id: str | None
    ) -> bool:
        """Mark a part as sent, or without an id as nothing to send; False: not held."""
        params = _lease(delivery) | {"p_external_message_id": external_message_id}
        answer = await self._calls.call_as_service("complete_channel_delivery", Held, params)
        return answer.is_held

    async def fail_delivery(
        self,
        delivery: DeliveryPart,
        *,
        error: str,
        retry_seconds: float | None = None,
        is_blocked: bool = False,
    ) -> FailedDelivery:
        """Put a part off for some seconds, or let the message fail when none are given."""
        params: dict[str, JsonValue] = _lease(delivery) | {
            "p_error": error,
            "p_retry_seconds": retry_seconds,
            "p_is_blocked": is_blocked,
        }
        return await self._calls.call_as_service("fail_channel_delivery", FailedDelivery, params)


def _lease(delivery: DeliveryPart) -> dict[str, JsonValue]:
    return {"p_id": delivery.id, "p_lease_token": str(delivery.lease_token)}
