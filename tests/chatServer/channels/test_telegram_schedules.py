"""How a run ended arrives in the linked chat, once, and what is answered there continues it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chatServer.models import Session
from chatServer.schedule_models import Run, StoredSchedule
from tests.chatServer.schedule_stage import ScheduleStage, open_schedule_stage
from tests.chatServer.turn_stage import eventually
from tests.fakes.openai_server import Hold, Refusal
from tests.support.telegram_stage import LinkedPerson, TelegramStage

PROMPT = "What is new?"


@pytest.fixture
async def schedules(telegram: TelegramStage, ada: LinkedPerson) -> AsyncIterator[ScheduleStage]:
    async with open_schedule_stage(telegram.turns) as stage:
        stage.adopt(ada.caller)
        yield stage


async def notify(
    schedules: ScheduleStage, ada: LinkedPerson, prompt: str = PROMPT
) -> tuple[StoredSchedule, Run]:
    """Has a schedule of Ada's run that tells her how it ended; returns once it has."""
    schedule = await schedules.add_schedule(ada.caller, prompt, notify_telegram=True)
    return schedule, await run_now(schedules, ada, schedule)


async def run_now(schedules: ScheduleStage, ada: LinkedPerson, schedule: StoredSchedule) -> Run:
    await schedules.service.run_now(ada.caller, schedule.schedule_id)
    [claimed] = await schedules.registry.claim_runs(limit=1)
    await schedules.build_process().execute(claimed)
    return await schedules.wait_for_end(ada.caller, schedule)


async def session_of(ada: LinkedPerson, run: Run) -> Session:
    return next(s for s in await ada.sessions("scheduled") if s.session_id == run.session_id)


async def contents(ada: LinkedPerson, session_id: str | None) -> list[str]:
    assert session_id is not None
    return [message.content for message in await ada.messages(session_id)]


def reply_to(ada: LinkedPerson, notice_id: int, text: str) -> dict[str, Any]:
    """What Telegram makes of a reply to a message of the bot."""
    message = {
        "message_id": notice_id,
        "from": {"id": 1, "is_bot": True, "first_name": "Bot"},
        "chat": {"id": ada.chat_id, "first_name": "Ada", "type": "private"},
        "date": 1_790_000_000,
        "text": "the notice",
    }
    return ada.person.writes(text, reply_to_message=message)


class TestNotice:
    async def test_of_a_result_names_the_run_and_arrives_once(
        self, schedules: ScheduleStage, ada: LinkedPerson
    ) -> None:
        _, run = await notify(schedules, ada)
        session = await session_of(ada, run)
        assert await ada.bot.wait_for(1, ada.chat_id) == [f"In {session.title}:\necho: {PROMPT}"]
        answer = await ada.wait_for_delivery(session.session_id, f"echo: {PROMPT}", "delivered")
        assert answer.delivery is not None
        # What comes after it would come after a second notice too.
        await ada.ask("/help")
        assert len(ada.shown) == 2

    async def test_of_a_failure_says_why(
        self, telegram: TelegramStage, schedules: ScheduleStage, ada: LinkedPerson
    ) -> None:
        telegram.turns.fake.script(Refusal(400), asked="fail please")
        _, run = await notify(schedules, ada, "fail please")
        assert run.status == "failed"
        assert run.failure_reason is not None
        [notice] = await ada.bot.wait_for(1, ada.chat_id)
        assert notice.endswith(f"No answer could be given. {run.failure_reason}")

    async def test_is_sent_for_no_schedule_that_does_not_want_it(
        self, schedules: ScheduleStage, ada: LinkedPerson
    ) -> None:
        schedule = await schedules.add_schedule(ada.caller)
        run = await run_now(schedules, ada, schedule)
        assert run.session_id is not None
        answer = (await ada.messages(run.session_id))[-1]
        assert answer.delivery is None

    async def test_is_not_sent_when_its_user_stopped_the_run(
        self, telegram: TelegramStage, schedules: ScheduleStage, ada: LinkedPerson
    ) -> None:
        hold = Hold()
        telegram.turns.fake.script("so far", hold, asked="slow please")
        schedule = await schedules.add_schedule(
            ada.caller, "slow please", missed_days=0, notify_telegram=True
        )
        schedules.start_process()
        await hold.wait_reached()
        [running] = await schedules.runs(ada.caller, schedule)
        assert running.session_id is not None
        answer = (await ada.messages(running.session_id))[-1]
        path = f"/api/chat/sessions/{running.session_id}/messages/{answer.id}/cancel"
        assert (await ada.client.post(path)).status_code == 200
        run = await schedules.wait_for_end(ada.caller, schedule)
        assert (run.status, run.failure_reason) == ("failed", "You stopped it.")
        assert (await ada.messages(running.session_id))[-1].delivery is None


class TestAnswer:
    async def test_continues_the_run_when_nobody_talks_in_the_chat(
        self, schedules: ScheduleStage, ada: LinkedPerson
    ) -> None:
        _, run = await notify(schedules, ada)
        await ada.bot.wait_for(1, ada.chat_id)
        session = await session_of(ada, run)

        async def is_current() -> bool:
            return (await session_of(ada, run)).receiver is not None

        await eventually(is_current, what="the run's session was the chat's own")
        assert await ada.ask("Tell me more") == "echo: Tell me more"
        assert await contents(ada, run.session_id) == [
            PROMPT,
            f"echo: {PROMPT}",
            "Tell me more",
            "echo: Tell me more",
        ]
        assert (session.is_folded, (await session_of(ada, run)).is_folded) == (True, False)

    async def test_stays_in_the_session_that_is_talked_in(
        self, schedules: ScheduleStage, ada: LinkedPerson
    ) -> None:
        await ada.ask("Hello")
        _, run = await notify(schedules, ada)
        await ada.bot.wait_for(2, ada.chat_id)
        assert await ada.ask("Still here") == "echo: Still here"
        assert len(await contents(ada, run.session_id)) == 2
        [talk] = await ada.sessions()
        assert (await contents(ada, talk.session_id))[2:] == ["Still here", "echo: Still here"]

    async def test_as_a_reply_continues_the_run_whatever_is_talked_about(
        self, schedules: ScheduleStage, ada: LinkedPerson
    ) -> None:
        await ada.ask("Hello")
        _, run = await notify(schedules, ada)
        await ada.bot.wait_for(2, ada.chat_id)
        notice_id = ada.bot.sent_to(ada.chat_id)[1].message_id
        await ada.bot.push(reply_to(ada, notice_id, "Why?"))
        assert (await ada.bot.wait_for(3, ada.chat_id))[2] == "echo: Why?"
        assert (await contents(ada, run.session_id))[2:] == ["Why?", "echo: Why?"]
        assert await ada.ask("And then?") == "echo: And then?"
        assert len(await contents(ada, run.session_id)) == 6

    async def test_to_a_message_that_is_not_known_stays_where_the_chat_is(
        self, ada: LinkedPerson
    ) -> None:
        await ada.ask("Hello")
        await ada.bot.push(reply_to(ada, 999_999, "What?"))
        assert (await ada.bot.wait_for(2, ada.chat_id))[1] == "echo: What?"
        assert len(await ada.sessions()) == 1
