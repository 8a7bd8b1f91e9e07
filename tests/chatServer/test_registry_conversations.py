"""RegistrySession beside the web app and Telegram: one transcript, whoever wrote in it."""

from collections.abc import AsyncIterator

import pytest
from agents.run_internal.session_persistence import rewind_session_items

from chatServer.database.transport import Caller
from chatServer.errors import SessionIdTaken, ValidationFailed
from chatServer.registry_session import ItemNotRemovable, RegistrySession
from chatServer.session_errors import SessionDeleted
from tests.chatServer.program_registry import new_registry
from tests.chatServer.sdk_items import CALL, RESULT, SPOKEN, Item, words
from tests.chatServer.session_conformance import run
from tests.chatServer.turn_stage import TurnStage, ask, open_stage, read_stream
from tests.fakes.openai_server import Call, Hold
from tests.stack.api import SupabaseApi


@pytest.fixture
async def stage(supabase_api: SupabaseApi) -> AsyncIterator[TurnStage]:
    async with open_stage(supabase_api) as opened:
        yield opened


@pytest.fixture
async def caller(stage: TurnStage) -> Caller:
    return await stage.sign_up()


@pytest.fixture
async def session(
    stage: TurnStage, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RegistrySession]:
    async with new_registry(stage.api, "direct", monkeypatch) as registry:
        name = f"program-{caller.user_id}"
        yield RegistrySession(name, user_id=caller.user_id, registry=registry)


async def say(stage: TurnStage, caller: Caller, session_id: str, text: str) -> str:
    turn = await stage.turns.begin(caller, ask(session_id, text))
    return (await read_stream(turn.events())).text


class TestOneConversation:
    async def test_goes_from_the_program_to_the_web_and_back(
        self, session: RegistrySession, stage: TurnStage, caller: Caller
    ) -> None:
        stage.fake.script(Call("weather", '{"city": "Rome"}'), asked="weather?")
        await run(session, stage.fake, "weather?")

        listed = await stage.registry.get_session(
            caller, session_id=session.session_id, message_limit=10
        )
        assert (listed.title, listed.message_count) == ("weather?", 2)
        assert [m.role for m in listed.messages] == ["user", "assistant"]
        steps = listed.messages[-1].tool_steps or ()
        assert [step.label for step in steps] == ["Used weather"]

        await say(stage, caller, session.session_id, "on the web")
        given = [m for m in stage.fake.prompts[-1].body["messages"] if m["role"] != "system"]
        assert [m["role"] for m in given] == ["user", "assistant", "tool", "assistant", "user"]
        assert given[2]["content"] == "sunny in Rome"

        await run(session, stage.fake, "and back")
        told = [m for m in stage.fake.prompts[-1].body["messages"] if m["role"] != "system"]
        assert [str(m["content"]) for m in told[4:]] == [
            "on the web", "echo: on the web", "and back",
        ]  # fmt: skip
        branch = await stage.messages(caller, session.session_id)
        assert [m.role for m in branch] == ["user", "assistant"] * 3

    async def test_gives_the_program_what_an_agent_of_the_server_did(
        self, session: RegistrySession, stage: TurnStage, caller: Caller
    ) -> None:
        stage.fake.script(Call("search_sessions", '{"query": "x"}'), asked="find it")
        await session.add_items([words("user", "hello"), SPOKEN])
        await say(stage, caller, session.session_id, "find it")
        items = await session.get_items()
        assert items[:2] == [words("user", "hello"), SPOKEN]
        kinds = [item.get("type") or item.get("role") for item in items[2:]]
        assert kinds == ["user", "function_call", "function_call_output", "assistant"]

    async def test_tells_the_web_every_kind_of_message_in_words(
        self, session: RegistrySession, stage: TurnStage, caller: Caller
    ) -> None:
        long = "ü" * 40_000
        picture: Item = {"type": "input_image", "image_url": "x", "detail": "auto"}
        text: Item = {"type": "input_text", "text": "What is this?"}
        added: list[Item] = [
            {"role": "user", "content": [text, picture]},
            SPOKEN,
            words("user", long),
        ]
        await session.add_items(added)
        shown = [m.content for m in await stage.messages(caller, session.session_id)]
        assert shown[:2] == ["What is this?\n[Image]", "Sunny, I hear 🏠."]
        assert len(shown[2].encode()) <= 65536
        assert shown[2].endswith("ü…")
        assert await session.get_items() == added
        assert await say(stage, caller, session.session_id, "so?") == "echo: so?"
        given = stage.fake.prompts[-1].messages
        assert given[1:3] == [("assistant", "Sunny, I hear 🏠."), ("user", long)]

    async def test_leaves_out_what_postgres_cannot_store(self, session: RegistrySession) -> None:
        result: Item = {**RESULT, "output": "\0c"}
        await session.add_items([words("user", "a\0b\ud83c"), result])
        assert await session.get_items() == [words("user", "ab?"), {**RESULT, "output": "c"}]


class TestLimit:
    async def test_never_gives_a_result_without_its_call(self, session: RegistrySession) -> None:
        turn = [words("user", "1"), CALL, RESULT, words("assistant", "2")]
        await session.add_items(turn)
        assert await session.get_items(limit=3) == turn[1:]
        assert await session.get_items(limit=2) == turn[3:]
        await session.pop_item()
        assert await session.get_items(limit=1) == []
        assert await session.get_items() == turn[:3]

    async def test_counts_items_and_not_what_says_nothing(
        self, session: RegistrySession, stage: TurnStage, caller: Caller
    ) -> None:
        await session.add_items([words("user", "1"), words("assistant", "2")])
        hold = Hold()
        stage.fake.script(hold, asked="3")
        turn = await stage.turns.begin(caller, ask(session.session_id, "3"))
        await hold.wait_reached()
        assert await session.get_items(limit=2) == [words("assistant", "2"), words("user", "3")]
        await stage.turns.cancel(
            caller, session_id=session.session_id, message_id=turn.assistant_message.id
        )
        assert await session.get_items(limit=2) == [words("assistant", "2"), words("user", "3")]

    async def test_without_one_gives_all_of_a_long_session(self, session: RegistrySession) -> None:
        items = [words("user", str(number)) for number in range(1000)]
        for first in range(0, 1000, 250):
            await session.add_items(items[first : first + 250])
        await session.add_items([CALL, RESULT, SPOKEN])
        assert await session.get_items() == [*items, CALL, RESULT, SPOKEN]


class TestTakingBack:
    async def test_leaves_what_somebody_else_added_since(
        self, session: RegistrySession, stage: TurnStage, caller: Caller
    ) -> None:
        mine = words("user", "mine")
        await session.add_items([mine])
        await say(stage, caller, session.session_id, "theirs")
        with pytest.raises(ItemNotRemovable):
            await session.pop_item()
        await rewind_session_items(session, [mine])
        assert len(await session.get_items()) == 3
        assert await session.pop_item() == words("assistant", "echo: theirs")

    async def test_is_what_the_sdk_does_before_it_tries_again(
        self, session: RegistrySession
    ) -> None:
        kept, retried = words("user", "kept"), [words("user", "retried"), CALL]
        await session.add_items([kept])
        await session.add_items(retried)
        await rewind_session_items(session, retried)
        assert await session.get_items() == [kept]


async def test_a_user_and_the_service_for_that_user_share_a_session_on_either_way(
    stage: TurnStage, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, token = f"shared-{caller.user_id}", caller.access_token
    for way in ("over the API", "direct"):
        async with new_registry(stage.api, way, monkeypatch) as registry:
            theirs = RegistrySession(name, access_token=token, registry=registry)
            ours = RegistrySession(name, user_id=caller.user_id, registry=registry)
            await theirs.add_items([words("user", "theirs")])
            await ours.add_items([words("user", "ours")])
            assert await theirs.get_items() == [words("user", "theirs"), words("user", "ours")]
            assert await theirs.pop_item() == words("user", "ours")
            await theirs.clear_session()
            assert await ours.get_items() == []


class TestRefusals:
    async def test_of_sessions_that_cannot_be_written(
        self, session: RegistrySession, stage: TurnStage
    ) -> None:
        await session.add_items([words("user", "x")])
        other = await stage.sign_up()
        theirs = RegistrySession(
            session.session_id, user_id=str(other.user_id), registry=session._registry
        )
        assert await theirs.get_items() == []
        assert await theirs.pop_item() is None
        await theirs.clear_session()
        with pytest.raises(SessionIdTaken):
            await theirs.add_items([words("user", "x")])
        assert len(await session.get_items()) == 1
        await stage.execute("delete from chat_sessions where session_id = %s", session.session_id)
        with pytest.raises(SessionDeleted):
            await session.add_items([words("user", "x")])

    async def test_of_what_is_too_large(self, session: RegistrySession) -> None:
        too_large: Item = {**RESULT, "output": "x" * 2**20}
        with pytest.raises(ValidationFailed, match=r"items\.1\.item"):
            await session.add_items([CALL, too_large])
        with pytest.raises(ValidationFailed, match="items"):
            await session.add_items([words("user", "x")] * 1001)
        assert await session.get_items() == []
