"""Forwards `/auth/v1` to a Supabase that only this machine reaches.

The embedded stack's answer to the CORS preflight of Auth names no headers, so a browser on another
origin cannot sign in; with this it talks to its own origin.
"""

from contextlib import aclosing

import httpx
from fastapi import APIRouter, Request, Response

from chatServer.dependencies.services import ServicesDependency
from chatServer.errors import DatabaseUnavailable, NotFound

router = APIRouter(include_in_schema=False)

HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1"""
NOT_SENT = HOP_BY_HOP | {"host", "content-length", "cookie"}
NOT_RETURNED = HOP_BY_HOP | {"content-length", "date", "server"}


@router.api_route(
    "/auth/v1/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], name="auth"
)
async def forward_auth(path: str, request: Request, services: ServicesDependency) -> Response:
    """Send the request on and bring the answer back as it is."""
    if {".", ".."} & set(path.split("/")):
        raise NotFound
    supabase = httpx.URL(services.settings.supabase_url)
    target = supabase.raw_path.rstrip(b"/") + request.scope["raw_path"]
    if query := request.scope["query_string"]:
        target += b"?" + query
    outgoing = services.http.build_request(
        request.method,
        supabase.copy_with(raw_path=target),
        headers=[(name, value) for name, value in request.headers.items() if name not in NOT_SENT],
        content=await request.body(),
    )
    try:
        async with aclosing(await services.http.send(outgoing, stream=True)) as answer:
            body = b"".join([piece async for piece in answer.aiter_raw()])
    except httpx.RequestError as error:
        raise DatabaseUnavailable from error
    response = Response(body, answer.status_code)
    response.raw_headers = [
        (name, value)
        for name, value in answer.headers.raw
        if name.decode("latin-1").lower() not in NOT_RETURNED
    ] + [(b"content-length", str(len(body)).encode())]
    return response
