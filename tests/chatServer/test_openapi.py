import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chatServer.main import build_api
from tests.stack.environment import plain_environment

ROOT = Path(__file__).resolve().parents[2]
DESCRIPTION: dict[str, Any] = build_api().openapi()
OPERATIONS = [
    pytest.param(operation, id=f"{method} {path}")
    for path, operations in DESCRIPTION["paths"].items()
    for method, operation in operations.items()
]


def test_is_printed_without_settings_and_kept_for_the_web_app() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "chatServer.openapi"],
        cwd=ROOT,
        env=plain_environment(),
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    assert printed == (ROOT / "webApp" / "openapi.json").read_text(), (
        "run `python -m chatServer.openapi > webApp/openapi.json`, then `npm run api:generate`"
    )


@pytest.mark.parametrize("operation", OPERATIONS)
def test_describes_every_error_as_a_problem(operation: dict[str, Any]) -> None:
    errors = {status: found for status, found in operation["responses"].items() if status >= "400"}
    for found in errors.values():
        problem = found["content"]["application/problem+json"]
        assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert found["description"]
    assert "500" in errors
    assert "401" in errors or "security" not in operation
    assert ("413" in errors) == ("408" in errors) == ("requestBody" in operation)


def test_types_the_events_of_a_stream() -> None:
    path = "/api/chat/sessions/{session_id}/messages"
    answer = DESCRIPTION["paths"][path]["post"]["responses"]["200"]
    event = answer["content"]["text/event-stream"]["itemSchema"]["properties"]["data"]
    assert event["contentSchema"] == {"$ref": "#/components/schemas/TurnEvent"}
    kinds = DESCRIPTION["components"]["schemas"]["TurnEvent"]["discriminator"]["mapping"]
    assert set(kinds) == {
        "turn.started", "turn.queued", "message.delta", "tool.step", "turn.finished",
    }  # fmt: skip
    assert "call" not in DESCRIPTION["components"]["schemas"]["ToolStepped"]["properties"]


def test_names_only_schemas_that_it_holds() -> None:
    text = json.dumps(DESCRIPTION)
    named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= DESCRIPTION["components"]["schemas"].keys()
