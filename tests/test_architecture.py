"""Who may import whom, where each vendor lives, and how large a room may grow."""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SERVER = ROOT / "chatServer"

# A module imports from its own layer or from a later one.
LAYERS = (
    ("main", "openapi", "command_line", "registry_session"),
    ("routers", "http_protocol"),
    ("dependencies",),
    ("channels",),
    ("services",),
    ("database",),
    (
        "turn_events",
        "turn_requests",
        "session_change_models",
        "session_sync_models",
        "branch_models",
        "link_models",
        "archive_models",
    ),
    ("models", "schedule_models", "agent_models"),
    (
        "fields",
        "errors",
        "error_codes",
        "schedule_errors",
        "session_errors",
        "agent_errors",
        "attachment_errors",
        "archive_errors",
    ),
    ("environment", "limits", "log_redaction", "registry_settings", "retention_rules", "settings"),
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}

VENDOR_HOMES = {
    "ag_ui": ("channels/agui_",),
    "agents": (
        "registry_session.py",
        "services/agent_run.py",
        "services/agent_tools.py",
        "services/built_in_tools.py",
        "services/demo_model.py",
        "services/reply",
    ),
    "apscheduler": ("services/scheduled_execution_service.py",),
    "cronsim": ("services/schedule_times.py",),
    "fastapi": ("main.py", "dependencies/", "routers/"),
    "httpx2": ("services/provider_client.py", "services/whole_stream.py"),
    "jwt": ("dependencies/tokens.py",),
    "openai": (
        "services/demo_model.py",
        "services/provider_client.py",
        "services/provider_failures.py",
        "services/reply_generator.py",
    ),
    "postgrest": ("database/postgrest_transport.py",),
    "psycopg": ("database/postgres_",),
    "prometheus_client": ("routers/metrics_router.py",),
    "pydantic_settings": ("environment.py", "settings.py", "registry_settings.py"),
    "python_multipart": ("routers/upload_body.py",),
    "starlette": ("main.py", "dependencies/", "routers/"),
    "supabase": ("database/postgrest_transport.py",),
    "telegram": ("channels/telegram_",),
    "uvicorn": ("main.py", "http_protocol.py"),
}
READS_ENVIRONMENT = re.compile(r"environ(\[|\.get\b)|getenv")
BANNED_NAMES = {"utils", "util", "common", "helpers", "core", "manager"}
FILE_LINES_MAX = 250
FUNCTION_LINES_MAX = 80
FUNCTION_LINES_P90_MAX = 45
PARAMETERS_MAX = 5

MODULES = sorted(SERVER.rglob("*.py"))
PYTHON_FILES = sorted(
    path
    for folder in ("chatServer", "tests", "benchmarks", "examples", "supabase/local")
    for path in (ROOT / folder).rglob("*.py")
    if "node_modules" not in path.parts
)


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively"
            yield node.module or ""


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def layer_of(path: Path) -> str:
    return path.relative_to(SERVER).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_imports_only_its_own_layer_or_later_ones(path: Path) -> None:
    layer = layer_of(path)
    if layer == "__init__":
        return
    for module in imported_modules(path):
        if module.startswith("chatServer."):
            other = module.split(".")[1]
            assert RANK[layer] <= RANK[other], f"{name_of(path)} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_vendor_is_imported_only_at_its_home(path: Path) -> None:
    place = path.relative_to(SERVER).as_posix()
    for module in imported_modules(path):
        homes = VENDOR_HOMES.get(module.split(".")[0])
        assert homes is None or place.startswith(homes), f"{place} imports {module}"


def test_every_vendor_home_is_lived_in() -> None:
    """A rule about a file that is gone would hold nothing."""
    places = [path.relative_to(SERVER).as_posix() for path in MODULES]
    for homes in VENDOR_HOMES.values():
        for home in homes:
            assert any(place.startswith(home) for place in places), home


def test_only_one_module_reads_the_environment() -> None:
    for path in MODULES:
        if path.name != "environment.py":
            assert not READS_ENVIRONMENT.search(path.read_text()), name_of(path)


def test_neither_routers_nor_channels_talk_to_the_database() -> None:
    """What they import of it are shapes, never something to call."""
    for path in [*(SERVER / "routers").glob("*.py"), *(SERVER / "channels").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("chatServer."):
                names = {alias.name for alias in node.names}
                assert not any(n.endswith(("Registry", "Transport")) for n in names), name_of(path)


@pytest.mark.parametrize("path", PYTHON_FILES, ids=name_of)
def test_file_is_one_room_with_a_name_of_its_own(path: Path) -> None:
    assert path.stem not in BANNED_NAMES
    assert len(path.read_text().splitlines()) <= FILE_LINES_MAX, name_of(path)


def test_no_package_marker_stands_under_tests() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_functions_stay_short() -> None:
    lengths = {}
    for path in PYTHON_FILES:
        for function in functions(path):
            lengths[f"{name_of(path)}:{function.name}"] = length(function)
    assert {name: n for name, n in lengths.items() if n > FUNCTION_LINES_MAX} == {}
    assert statistics.quantiles(lengths.values(), n=10)[-1] <= FUNCTION_LINES_P90_MAX


def test_at_most_two_parameters_are_positional_and_five_in_all() -> None:
    too_many = []
    for path in MODULES:
        for function in functions(path):
            arguments = function.args
            named = [a.arg for a in arguments.posonlyargs + arguments.args]
            own = [name for name in named if name not in ("self", "cls")]
            if len(own) + len(arguments.kwonlyargs) > PARAMETERS_MAX:
                too_many.append(f"{name_of(path)}:{function.name}")
    assert too_many == []
