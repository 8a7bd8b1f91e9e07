"""One code in three languages: SQL, Python and, through OpenAPI, TypeScript."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from chatServer.database.refusals import REFUSALS
from chatServer.error_codes import ErrorCode
from chatServer.errors import DomainError, ValidationFailed
from chatServer.main import build_api

ROOT = Path(__file__).resolve().parents[2]
RAISED_IN_SQL = re.compile(r"raise sqlstate\s+'PT(\d{3})'\s+using\s+message\s*=\s*'(\w+)'", re.I)
ANY_RAISE_IN_SQL = re.compile(r"\braise\s+(?!notice\b|warning\b|log\b|debug\b|info\b)", re.I)


def every_error() -> Iterator[type[DomainError]]:
    """Every kind of error that the domain knows."""
    pending = [DomainError]
    while pending:
        found = pending.pop()
        pending += found.__subclasses__()
        yield found


def migrations() -> Iterator[str]:
    """The migrations without their comments."""
    for path in sorted((ROOT / "supabase" / "migrations").glob("*.sql")):
        yield re.sub(r"--[^\n]*", "", path.read_text())


def raised_in_sql() -> set[tuple[int, str]]:
    """Every status and code that a function raises."""
    found = (match for text in migrations() for match in RAISED_IN_SQL.findall(text))
    return {(int(status), code) for status, code in found}


def test_every_error_has_a_code_and_every_code_an_error() -> None:
    assert {error.code for error in every_error()} == set(get_args(ErrorCode))


def test_a_code_has_one_status() -> None:
    statuses: dict[str, set[int]] = {}
    for error in every_error():
        statuses.setdefault(error.code, set()).add(error.status_code)
    assert {code: found for code, found in statuses.items() if len(found) > 1} == {}


def test_python_understands_exactly_what_sql_raises() -> None:
    understood: set[type[DomainError]] = {*REFUSALS.values(), ValidationFailed}
    assert raised_in_sql() == {(error.status_code, error.code) for error in understood}


def test_sql_raises_nothing_without_a_code() -> None:
    for text in migrations():
        assert len(ANY_RAISE_IN_SQL.findall(text)) == len(RAISED_IN_SQL.findall(text))


def test_openapi_and_typescript_hold_the_same_codes() -> None:
    codes = sorted(get_args(ErrorCode))
    described = build_api().openapi()["components"]["schemas"]["Problem"]
    written = json.loads((ROOT / "webApp" / "openapi.json").read_text())
    assert described["properties"]["code"]["enum"] == codes
    assert written["components"]["schemas"]["Problem"]["properties"]["code"]["enum"] == codes
    typescript = (ROOT / "webApp" / "src" / "api" / "schema.gen.ts").read_text()
    union = re.search(r"code: (\"\w+\"(?: \| \"\w+\")*);", typescript)
    assert union is not None
    assert re.findall(r'"(\w+)"', union[1]) == codes
