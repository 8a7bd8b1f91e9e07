"""Every error leaves as RFC 9457 problem details, from this one place."""

import logging
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from chatServer.errors import (
    DomainError,
    InternalError,
    MethodNotAllowed,
    NotFound,
    ValidationFailed,
)
from chatServer.models import FieldProblem, Problem

logger = logging.getLogger(__name__)

METHODS: Final = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
MEDIA_TYPE: Final = "application/problem+json"
FIELD_MAX_LENGTH: Final = 100
UNREADABLE_BODY: Final = ("body", "cannot be read; send JSON in UTF-8")
ENDLESS_BODY: Final = ("body", "nests too deeply, or holds a number of thousands of digits")
NOT_AN_OBJECT: Final = frozenset({"dict_type", "model_attributes_type"})
"""Pydantic's names for a value that is no object, or neither an object nor a model."""
PLACES: Final = frozenset({"body", "query", "path", "header", "cookie"})
STATUS_ERRORS: Final[dict[int, type[DomainError]]] = {
    error.status_code: error for error in (NotFound, MethodNotAllowed)
}


class RefusedBody(HTTPException):
    """What is raised while a body is read; of any other kind FastAPI would make a 400."""

    def __init__(self, error: DomainError) -> None:
        super().__init__(error.status_code)
        self.error = error


def to_response(error: DomainError) -> Response:
    """Write an error as its problem."""
    problem = Problem(
        title=error.title,
        status=error.status_code,
        code=error.code,
        detail=error.detail,
        errors=[FieldProblem(field=field, message=message) for field, message in error.errors],
    )
    return Response(
        problem.model_dump_json(exclude=None if error.errors else {"errors"}),
        status_code=error.status_code,
        headers=dict(error.headers),
        media_type=MEDIA_TYPE,
    )


def document(*errors: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """Describe errors for the `responses` of a route."""
    titles: dict[int, list[str]] = {}
    for error in errors:
        titles.setdefault(error.status_code, []).append(f"{error.title} (`{error.code}`)")
    return {
        status: {
            "description": "; ".join(found),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, found in sorted(titles.items())
    }


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error of the app with a problem."""
    app.add_exception_handler(DomainError, _on_domain_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(Exception, _on_unexpected)


async def _on_domain_error(_request: Request, error: Exception) -> Response:
    if isinstance(error, InternalError):
        logger.error("The database refused what it should not", exc_info=error)
    return to_response(error if isinstance(error, DomainError) else InternalError())


async def _on_invalid_request(_request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    return to_response(ValidationFailed(*(_to_field(item) for item in found)))


async def _on_http_exception(request: Request, error: Exception) -> Response:
    if isinstance(error, RefusedBody):
        return to_response(error.error)
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 400:
        # FastAPI's own, with what broke the reading as its cause.
        is_text = not isinstance(error.__cause__, UnicodeError)
        return to_response(ValidationFailed(ENDLESS_BODY if is_text else UNREADABLE_BODY))
    response = to_response(STATUS_ERRORS.get(status, InternalError)())
    if status == MethodNotAllowed.status_code:
        response.headers["Allow"] = ", ".join(_allowed_methods(request))
    return response


def _allowed_methods(request: Request) -> list[str]:
    """List every method of the address; the router itself names those of one route."""
    routes = request.app.router.routes
    return [
        method
        for method in METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes
        )
    ]


async def _on_unexpected(_request: Request, _error: Exception) -> Response:
    # The server logs the exception itself once this response has been sent.
    return to_response(InternalError())


def _to_field(item: dict[str, Any]) -> tuple[str, str]:
    """Name the field and the rule; what was given is never repeated."""
    if item["type"] == "json_invalid":
        return "body", "is not valid JSON"
    path = [str(part) for part in item["loc"]]
    if len(path) > 1 and path[0] in PLACES:
        path = path[1:]
    field = ".".join(path)[:FIELD_MAX_LENGTH].encode(errors="replace").decode()
    return field, _describe(item).encode(errors="replace").decode()


def _describe(item: dict[str, Any]) -> str:
    if item["type"] in NOT_AN_OBJECT:
        is_body = len(item["loc"]) == 1
        return f"must be a JSON object{', sent as application/json' if is_body else ''}"
    # Pydantic calls the characters of a text its items where another rule was looked at before.
    if item["type"] == "too_long" and isinstance(item.get("input"), str):
        return f"must have at most {item['ctx']['max_length']} characters"
    if item["type"] == "too_short" and isinstance(item.get("input"), str):
        return "must not be empty"
    return str(item["msg"]).removeprefix("Value error, ")
