"""Editing a message in Telegram makes a branch and a new answer, as on the web."""

from tests.support.telegram_stage import LinkedPerson
from tests.support.telegram_updates import repeat


async def branch(person: LinkedPerson) -> list[str]:
    """What stands in the branch in use of their only session."""
    [session] = await person.sessions()
    return [message.content for message in await person.messages(session.session_id)]


class TestEdit:
    async def test_of_the_first_message_branches_at_the_root(self, ada: LinkedPerson) -> None:
        first = ada.person.writes("first")
        await ada.bot.push(first)
        await ada.bot.wait_for(1, ada.chat_id)
        await ada.ask("second")
        await ada.bot.push(ada.person.edits(first, "first, better"))
        assert (await ada.bot.wait_for(3, ada.chat_id))[2] == "echo: first, better"
        assert await branch(ada) == ["first, better", "echo: first, better"]

    async def test_of_a_later_message_keeps_what_came_before(self, ada: LinkedPerson) -> None:
        await ada.ask("first")
        second = ada.person.writes("second")
        await ada.bot.push(second)
        await ada.bot.wait_for(2, ada.chat_id)
        await ada.bot.push(ada.person.edits(second, "another second"))
        await ada.bot.wait_for(3, ada.chat_id)
        assert await branch(ada) == [
            "first",
            "echo: first",
            "another second",
            "echo: another second",
        ]
        [session] = await ada.sessions()
        question = (await ada.messages(session.session_id))[2]
        assert (question.branch.index, question.branch.count) == (2, 2)

    async def test_again_makes_another_branch_also_back_to_the_first_text(
        self, ada: LinkedPerson
    ) -> None:
        update = ada.person.writes("a")
        await ada.bot.push(update)
        await ada.bot.wait_for(1, ada.chat_id)
        await ada.bot.push(ada.person.edits(update, "b"))
        await ada.bot.wait_for(2, ada.chat_id)
        await ada.bot.push(ada.person.edits(update, "a", at=90))
        await ada.bot.wait_for(3, ada.chat_id)
        assert ada.shown == ["echo: a", "echo: b", "echo: a"]
        [session] = await ada.sessions()
        assert (await ada.messages(session.session_id))[0].branch.count == 3

    async def test_that_came_twice_is_answered_once(self, ada: LinkedPerson) -> None:
        update = ada.person.writes("a")
        await ada.bot.push(update)
        await ada.bot.wait_for(1, ada.chat_id)
        edit = ada.person.edits(update, "b")
        await ada.bot.push(edit, edit, repeat(edit))
        await ada.write("c")
        assert await ada.bot.wait_for(3, ada.chat_id) == ["echo: a", "echo: b", "echo: c"]

    async def test_that_changes_nothing_is_nothing(self, ada: LinkedPerson) -> None:
        update = ada.person.writes("same")
        await ada.bot.push(update)
        await ada.bot.wait_for(1, ada.chat_id)
        await ada.bot.push(ada.person.edits(update, "same"))
        await ada.ask("next")
        assert ada.shown == ["echo: same", "echo: next"]

    async def test_of_what_is_no_message_of_a_session_is_a_new_one(self, ada: LinkedPerson) -> None:
        command = ada.person.writes("/hlep")
        await ada.bot.push(command)
        await ada.bot.wait_for(1, ada.chat_id)
        await ada.bot.push(ada.person.edits(command, "help me"))
        assert (await ada.bot.wait_for(2, ada.chat_id))[1] == "echo: help me"
        await ada.bot.push(ada.person.edits(command, "/new", at=90))
        await ada.ask("still here")
        assert await branch(ada) == ["help me", "echo: help me", "still here", "echo: still here"]

    async def test_in_a_session_left_behind_is_answered_in_the_chat(
        self, ada: LinkedPerson
    ) -> None:
        update = ada.person.writes("early")
        await ada.bot.push(update)
        await ada.bot.wait_for(1, ada.chat_id)
        await ada.ask("/new")
        await ada.bot.push(ada.person.edits(update, "earlier"))
        assert (await ada.bot.wait_for(3, ada.chat_id))[2] == "In early:\necho: earlier"
        counts = {session.session_id: session.message_count for session in await ada.sessions()}
        assert counts == {f"telegram:{ada.chat_id}:1": 4, f"telegram:{ada.chat_id}:2": 0}
