import pytest

from chatServer.services.agent_tools import UnknownTool, find_tool

HERE = __name__


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("weather", "there is no tool 'weather'; take "),
        ("no.such.module:tool", "the tool 'no.such.module:tool' cannot be used: No module"),
        (f"{HERE}:nothing", "cannot be used: module"),
    ],
)
def test_says_why_there_is_no_tool(name: str, reason: str) -> None:
    with pytest.raises(UnknownTool, match=reason):
        find_tool(name, {})
