"""Where Telegram sends updates when the server has a webhook."""

import hmac
import json
import logging
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response

from chatServer.channels.telegram_updates import MALFORMED, accept_update
from chatServer.dependencies.services import ServicesDependency
from chatServer.dependencies.telegram import WEBHOOK_PATH
from chatServer.errors import NotFound, WebhookRefused

logger = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)


@router.post(WEBHOOK_PATH)
async def receive_update(
    request: Request,
    services: ServicesDependency,
    secret: Annotated[str, Header(alias="X-Telegram-Bot-Api-Secret-Token")] = "",
) -> Response:
    """Store an update and answer 200; also when it is of no interest, or it would come again.

    Raises:
        NotFound: This server has no webhook.
        WebhookRefused: The secret is missing or wrong.
        DatabaseUnavailable: It could not be stored; Telegram sends it again.
    """
    telegram = services.telegram
    if telegram is None or telegram.webhook is None:
        raise NotFound
    expected = telegram.webhook.secret.get_secret_value()
    if not hmac.compare_digest(secret.encode(), expected.encode()):
        raise WebhookRefused
    update = accept_update(_read(await request.body()))
    if update is not None:
        await telegram.inbox.store([update])
    return Response()


def _read(body: bytes) -> dict[str, Any]:
    try:
        payload = json.loads(body)
    except MALFORMED:
        payload = None
    if isinstance(payload, dict):
        return payload
    logger.warning("Telegram sent %d bytes that are no update", len(body))
    return {}
