from pathlib import Path

import pytest

from chatServer.dependencies.services import check_services
from chatServer.limits import CONTEXT_ITEMS_DEFAULT, REPLY_MAX_SECONDS, TOOL_CALLS_MAX
from chatServer.services.agents_file import read_agents
from chatServer.settings import AGENTS_FILE, Settings, SettingsError

HERE = __name__

WHOLE = f"""
[agents.writer]
title = "Writer"
description = "Writes."
instructions = "Write."
model = "large"
fallback_model = "small"
tools = ["search_sessions", "{HERE}:add"]
former_names = ["Old Writer"]

[agents.writer.limits]
history_items = 50
answer_seconds = 60
tool_turns = 3
tool_calls = 5
tool_seconds = 2.5
tool_result_bytes = 2000

[agents.plain-one]
"""


def add(a: int, b: int) -> int:
    """Adds."""
    return a + b


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agents.toml"


def test_agents_come_in_the_order_of_the_file_with_all_that_it_says(path: Path) -> None:
    path.write_text(WHOLE, encoding="utf-8")
    writer, plain = read_agents(path, has_model=True)
    assert (writer.name, writer.shown_title, writer.model) == ("writer", "Writer", "large")
    assert (writer.fallback_model, writer.former_names) == ("small", ("Old Writer",))
    assert writer.limits.model_dump() == {
        "history_items": 50,
        "answer_seconds": 60,
        "tool_turns": 3,
        "tool_calls": 5,
        "tool_seconds": 2.5,
        "tool_result_bytes": 2000,
    }
    assert (plain.name, plain.shown_title, plain.tools) == ("plain-one", "Plain one", ())
    limits = plain.limits
    assert (limits.history_items, limits.tool_calls) == (CONTEXT_ITEMS_DEFAULT, TOOL_CALLS_MAX)
    assert limits.answer_seconds == REPLY_MAX_SECONDS


def test_the_mark_that_some_editors_put_first_is_passed_over(path: Path) -> None:
    path.write_text("[agents.a]", encoding="utf-8-sig")
    assert read_agents(path, has_model=False)[0].name == "a"


def test_the_projects_own_file_can_be_read_without_a_model_of_ones_own() -> None:
    assert read_agents(AGENTS_FILE, has_model=False)[0].name == "assistant"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "{path} declares no agent; an agent is a table like [agents.assistant]."),
        ("agents = 3", "{path} declares no agent; an agent is a table like [agents.assistant]."),
        ("[agents]\na = 3", "{path} declares no agent; an agent is a table like"),
        ("[agents.a]\n[agents.a]", "{path} is not TOML that can be read: Cannot declare"),
        ("[agents.a\n", "{path} is not TOML that can be read: "),
        ("[agent.a]\n[agents.b]", "{path}: 'agent' belongs to no agent."),
        ("[agents.A]", "{path}: agent 'A', name: must hold only small letters, digits, - and _."),
        ("[agents.a]\nname = 'b'", "{path}: agent 'a', name: stands in the table's heading alone."),
        (
            "[agents.a]\ninstruction = 'x'",
            "{path}: agent 'a', instruction: is unknown; there are title, description, instr",
        ),
        (
            "[agents.a.limits]\nturns = 3",
            "{path}: agent 'a', limits.turns: is unknown; there are history_items, answer_seconds",
        ),
        (
            "[agents.a.limits]\nhistory_items = 0",
            "{path}: agent 'a', limits.history_items: must be greater than or equal to 1.",
        ),
        ("[agents.a]\ntools = 'x'", "{path}: agent 'a', tools: must be a list, like "),
        ("[agents.a]\nlimits = 3", "{path}: agent 'a', limits: must be a table."),
        ("[agents.a]\ninstructions = ''", "{path}: agent 'a', instructions: must not be empty."),
        ("[agents.a]\ninstructions = 3", "{path}: agent 'a', instructions: must be text in"),
        ("[agents.a]\ninstructions = ' '", "{path}: agent 'a', instructions: must not be blank."),
        ("[agents.a]\nmodel = ''", "{path}: agent 'a', model: must not be empty."),
        ("[agents.a]\nmodel = '  '", "{path}: agent 'a', model: must not be blank."),
        ("[agents.a]\nmodel = ' x'", "{path}: agent 'a', model: must not begin or end with a"),
        ('[agents.a]\ntitle = "a\\nb"', "{path}: agent 'a', title: must be one line, without"),
        ('[agents.a]\ntitle = "a\\u2028b"', "{path}: agent 'a', title: must be one line, without"),
        ('[agents.a]\n"ti\\ntle" = 1', "{path}: agent 'a', ti tle: is unknown; there are"),
        (
            f"[agents.a]\ntitle = '{61 * 'x'}'",
            "{path}: agent 'a', title: must be at most 60 characters long.",
        ),
        (
            "[agents.a]\nformer_names = [' ']",
            "{path}: agent 'a', former_names.0: must not be blank",
        ),
        (
            "[agents.a.limits]\ntool_calls = true",
            "{path}: agent 'a', limits.tool_calls: must be a whole",
        ),
        (
            "[agents.a.limits]\ntool_calls = '5'",
            "{path}: agent 'a', limits.tool_calls: must be a whole",
        ),
        (
            "[agents.a.limits]\ntool_calls = 5.0",
            "{path}: agent 'a', limits.tool_calls: must be a whole",
        ),
        (
            "[agents.a.limits]\ntool_seconds = true",
            "{path}: agent 'a', limits.tool_seconds: must be a number, without quotes.",
        ),
        (
            "[agents.a.limits]\ntool_seconds = nan",
            "{path}: agent 'a', limits.tool_seconds: must be a",
        ),
        (f"a = {2000 * '['}", "{path} is not TOML that can be read: it is nested too deep."),
        (
            f"[agents.a]\ntools = ['{HERE}:HERE']",
            f"{{path}}: agent 'a', tools: the tool '{HERE}:HERE' cannot be used: it is no funct",
        ),
        (
            '[agents.a]\ninstructions = "a\\u0000b"',
            "{path}: agent 'a', instructions: must not contain the NUL character.",
        ),
        (
            "[agents.a]\nmodel = 'x'",
            "{path}: agent 'a', model: needs OPENAI_API_KEY or OPENAI_BASE_URL in the settings.",
        ),
        (
            "[agents.a]\ntools = ['search']",
            "{path}: agent 'a', tools: there is no tool 'search'; take search_sessions,"
            " open_session, or module:function.",
        ),
        (
            "[agents.a]\ntools = ['nowhere.at_all:tool']",
            "{path}: agent 'a', tools: the tool 'nowhere.at_all:tool' cannot be used:"
            " No module named 'nowhere'.",
        ),
        (
            f"[agents.a]\ntools = ['{HERE}:add', '{HERE}:add']",
            "{path}: agent 'a', tools: hold 'add' twice, and a model would not know which is",
        ),
        (
            "[agents.a]\nformer_names = ['b']\n[agents.b]",
            "{path}: agent 'a', former_names: has 'b', which 'b' has already.",
        ),
        (
            "[agents.a]\n[agents.assistant]",
            "{path}: the agent 'assistant' must stand first, because sessions in which nobody has",
        ),
    ],
)
def test_what_is_wrong_is_named_in_one_sentence(path: Path, text: str, sentence: str) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        read_agents(path, has_model=False)
    told = str(refused.value)
    assert told.startswith(sentence.format(path=path))
    assert told.endswith(".")
    assert "\n" not in told


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise RuntimeError('one\\ntwo.')", "one"),
        ("raise SystemExit(3)", "broken_tools ends the program when it is imported"),
        ("raise RuntimeError", "RuntimeError"),
    ],
)
def test_a_tool_whose_module_cannot_be_imported_is_named_in_one_line(
    path: Path, monkeypatch: pytest.MonkeyPatch, source: str, reason: str
) -> None:
    monkeypatch.syspath_prepend(path.parent)
    (path.parent / "broken_tools.py").write_text(source, encoding="utf-8")
    path.write_text("[agents.a]\ntools = ['broken_tools:f']", encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        read_agents(path, has_model=False)
    told = f"agent 'a', tools: the tool 'broken_tools:f' cannot be used: {reason}."
    assert str(refused.value) == f"{path}: {told}"


def test_a_file_that_is_no_text_or_not_there_is_named(path: Path) -> None:
    with pytest.raises(SettingsError, match=r"AGENTS_FILE .* cannot be read: No such file"):
        read_agents(path, has_model=False)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is not TOML that can be read"):
        read_agents(path, has_model=False)


def test_the_start_stops_at_a_broken_file(path: Path, demo_settings: Settings) -> None:
    path.write_text("[agents.a]\ncolour = 'red'", encoding="utf-8")
    with pytest.raises(SettingsError, match="agent 'a', colour: is unknown"):
        check_services(demo_settings.model_copy(update={"agents_file": path}))
