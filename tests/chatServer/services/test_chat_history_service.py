import uuid

import pytest

from chatServer.database.parameters import SessionFilter
from chatServer.database.transport import Caller
from chatServer.errors import (
    InvalidCursor,
    SessionIdTaken,
    SessionNotFound,
    Unauthorized,
    ValidationFailed,
)
from chatServer.models import Channel, CreateSessionRequest
from chatServer.services.chat_history_service import ChatHistoryService, SessionQuery
from tests.chatServer.history_stage import HistoryStage


async def _ids(history: ChatHistoryService, caller: Caller, query: SessionQuery) -> list[str]:
    page = await history.get_sessions(caller.user_id, limit=2, query=query)
    return [session.session_id for session in page.sessions]


async def test_get_sessions_returns_user_sessions(history_stage: HistoryStage) -> None:
    owner, other = await history_stage.sign_up(), await history_stage.sign_up()
    first = await history_stage.add_session(owner, title="First")
    second = await history_stage.add_session(owner, title="Second", channel="telegram")
    await history_stage.add_session(other, title="Not theirs")

    for history in (history_stage.history(owner), history_stage.history()):
        page = await history.get_sessions(owner.user_id)
        assert [session.session_id for session in page.sessions] == [second, first]
        assert [session.title for session in page.sessions] == ["Second", "First"]
        assert {session.user_id for session in page.sessions} == {owner.user_id}
        assert page.next_cursor is None


@pytest.mark.parametrize("channel", ["web", "telegram", "scheduled"])
async def test_get_sessions_filters_by_channel(
    history_stage: HistoryStage, channel: Channel
) -> None:
    owner = await history_stage.sign_up()
    made = {
        name: await history_stage.add_session(owner, channel=name)
        for name in ("web", "telegram", "scheduled")
    }

    page = await history_stage.history(owner).get_sessions(owner.user_id, channel)

    assert [session.session_id for session in page.sessions] == [made[channel]]
    assert page.sessions[0].channel == channel


async def test_get_sessions_of_a_user_without_any_is_empty(history_stage: HistoryStage) -> None:
    owner = await history_stage.sign_up()
    page = await history_stage.history(owner).get_sessions(owner.user_id)
    assert (page.sessions, page.next_cursor) == ([], None)


async def test_get_sessions_walks_every_page_once(history_stage: HistoryStage) -> None:
    owner = await history_stage.sign_up()
    made = [await history_stage.add_session(owner) for _ in range(5)]
    history = history_stage.history(owner)

    seen: list[str] = []
    query = SessionQuery()
    while True:
        page = await history.get_sessions(owner.user_id, limit=2, query=query)
        seen += [session.session_id for session in page.sessions]
        if page.next_cursor is None:
            break
        query = SessionQuery(cursor=page.next_cursor)

    assert seen == made[::-1]
    assert await _ids(history, owner, SessionQuery(offset=2)) == seen[2:4]


async def test_get_sessions_narrows_by_what_the_query_says(history_stage: HistoryStage) -> None:
    owner = await history_stage.sign_up()
    kept = await history_stage.add_session(owner, agent_name="researcher")
    hidden = await history_stage.add_session(owner, archived=True)
    history = history_stage.history(owner)
    instant = (await history.get_session(kept, owner.user_id)).updated_at

    async def narrowed(**fields: object) -> list[str]:
        return await _ids(history, owner, SessionQuery(where=SessionFilter(**fields)))  # type: ignore[arg-type]

    assert await narrowed() == [kept]
    assert await narrowed(archived=True) == [hidden]
    assert await narrowed(archived=None) == [hidden, kept]
    assert await narrowed(agent_name="researcher") == [kept]
    assert await narrowed(agent_name="writer") == []
    assert await narrowed(updated_from=instant) == [kept]
    assert await narrowed(updated_to=instant) == []
    assert await narrowed(updated_after=instant) == []


async def test_get_sessions_refuses_a_cursor_of_its_own_making(
    history_stage: HistoryStage,
) -> None:
    history = history_stage.history()
    with pytest.raises(InvalidCursor):
        await history.get_sessions(uuid.uuid4(), query=SessionQuery(cursor="bmljZSB0cnk="))


async def test_get_sessions_refuses_a_cursor_with_an_offset(history_stage: HistoryStage) -> None:
    with pytest.raises(ValidationFailed, match="cursor"):
        await history_stage.history().get_sessions(
            uuid.uuid4(), query=SessionQuery(cursor="x", offset=1)
        )


async def test_get_session_messages_returns_messages(history_stage: HistoryStage) -> None:
    owner = await history_stage.sign_up()
    session_id = await history_stage.add_session(owner)
    await history_stage.add_messages(owner, session_id, "one", "two", "three")

    page = await history_stage.history(owner).get_session_messages(session_id, owner.user_id)

    assert [message.content for message in page.messages] == ["one", "two", "three"]
    assert [message.parent_id for message in page.messages] == [
        None,
        page.messages[0].id,
        page.messages[1].id,
    ]
    assert (page.has_more, page.next_before_id) == (False, None)


async def test_get_session_messages_respects_cursor(history_stage: HistoryStage) -> None:
    owner = await history_stage.sign_up()
    session_id = await history_stage.add_session(owner)
    await history_stage.add_messages(owner, session_id, "1", "2", "3", "4", "5")
    history = history_stage.history(owner)

    newest = await history.get_session_messages(session_id, owner.user_id, 2)
    middle = await history.get_session_messages(session_id, owner.user_id, 2, newest.next_before_id)
    oldest = await history.get_session_messages(
        session_id, owner.user_id, limit=2, before_id=middle.next_before_id
    )

    assert [message.content for message in newest.messages] == ["4", "5"]
    assert newest.next_before_id == newest.messages[0].id
    assert [message.content for message in middle.messages] == ["2", "3"]
    assert [message.content for message in oldest.messages] == ["1"]
    assert (newest.has_more, middle.has_more, oldest.has_more) == (True, True, False)
    assert oldest.next_before_id is None


async def test_get_session_messages_denies_other_user(history_stage: HistoryStage) -> None:
    owner, other = await history_stage.sign_up(), await history_stage.sign_up()
    session_id = await history_stage.add_session(owner)
    await history_stage.add_messages(owner, session_id, "private")

    for history in (history_stage.history(other), history_stage.history()):
        with pytest.raises(SessionNotFound):
            await history.get_session_messages(session_id, other.user_id)
        with pytest.raises(SessionNotFound):
            await history.get_session(session_id, other.user_id)
    # The token decides, not the user_id that the code asks for.
    with pytest.raises(SessionNotFound):
        await history_stage.history(other).get_session_messages(session_id, owner.user_id)
    assert (await history_stage.history(other).get_sessions(owner.user_id)).sessions == []


async def test_a_token_the_database_refuses_is_unauthorized(history_stage: HistoryStage) -> None:
    forged = Caller(uuid.uuid4(), "not.a.token")
    with pytest.raises(Unauthorized):
        await history_stage.history(forged).get_sessions(forged.user_id)


class TestCreateSession:
    async def test_makes_one_and_then_finds_it(self, history_stage: HistoryStage) -> None:
        owner = await history_stage.sign_up()
        history = history_stage.history(owner)
        request = CreateSessionRequest(
            session_id=f"mine:{uuid.uuid4()}", title="Häuser 🏠", metadata={"rooms": [1, 2.5]}
        )

        first = await history.create_session(owner.user_id, request)
        again = await history.create_session(owner.user_id, request)

        assert (first.created, again.created) == (True, False)
        assert again.session.chat_id == first.session.chat_id
        assert first.session.title == "Häuser 🏠"
        assert first.session.metadata == {"rooms": [1, 2.5]}
        assert first.session.channel == "web"

    async def test_does_not_give_away_somebody_elses(self, history_stage: HistoryStage) -> None:
        owner, other = await history_stage.sign_up(), await history_stage.sign_up()
        session_id = await history_stage.add_session(owner, title="Mine")
        with pytest.raises(SessionIdTaken):
            await history_stage.history(other).create_session(
                other.user_id, CreateSessionRequest(session_id=session_id, title="Yours")
            )
        session = await history_stage.history(owner).get_session(session_id, owner.user_id)
        assert session.title == "Mine"

    async def test_names_what_the_registry_refuses(self, history_stage: HistoryStage) -> None:
        owner = await history_stage.sign_up()
        with pytest.raises(ValidationFailed) as refused:
            await history_stage.history(owner).create_session(
                owner.user_id, CreateSessionRequest(session_id="telegram:1:1")
            )
        assert [field for field, _ in refused.value.errors] == ["session_id"]


async def test_get_session_counts_counts_each_channel(history_stage: HistoryStage) -> None:
    owner, other = await history_stage.sign_up(), await history_stage.sign_up()
    for channel in ("web", "web", "telegram"):
        await history_stage.add_session(owner, channel=channel)
    await history_stage.add_session(owner, archived=True)
    await history_stage.add_session(other)
    counts = await history_stage.history(owner).get_session_counts(owner.user_id)
    assert (counts.all, counts.web, counts.telegram, counts.scheduled) == (3, 2, 1, 0)
    everything = await history_stage.history(owner).get_session_counts(owner.user_id, archived=None)
    assert everything.all == 4
