"""Runs carried out by processes that share one database."""

from collections.abc import Mapping

import pytest
from pydantic import JsonValue, SecretStr

from chatServer.database.postgres_transport import open_postgres_transport
from chatServer.database.transport import Caller
from chatServer.services import scheduled_execution_service
from tests.chatServer.schedule_stage import ScheduleStage
from tests.chatServer.turn_stage import AbsentDatabase, eventually
from tests.fakes.openai_server import Hold, Refusal


class BrokenDatabase:
    """A transport with a fault."""

    async def call(
        self, function: str, params: Mapping[str, JsonValue], caller: Caller
    ) -> JsonValue:
        del function, params, caller
        raise RuntimeError("broken")


@pytest.fixture(autouse=True)
def quick_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    for tick in ("PLAN_TICK_SECONDS", "RUN_TICK_SECONDS"):
        monkeypatch.setattr(scheduled_execution_service, tick, 0.2)


class TestExecute:
    async def test_makes_a_session_of_one_run(self, schedules: ScheduleStage) -> None:
        caller = await schedules.sign_up()
        schedule = await schedules.add_schedule(caller, "What is new?")
        begun = await schedules.service.run_now(caller, schedule.schedule_id)
        [claimed] = await schedules.registry.claim_runs(limit=1)
        assert claimed.run_id == begun.run_id
        await schedules.build_process().execute(claimed)
        run = await schedules.wait_for_end(caller, schedule)
        assert (run.status, run.attempt) == ("completed", 1)
        assert run.session_id is not None
        prompt, answer = await schedules.turns.messages(caller, run.session_id)
        assert (prompt.content, answer.content) == ("What is new?", "echo: What is new?")

    async def test_fails_with_the_models_reason(self, schedules: ScheduleStage) -> None:
        caller = await schedules.sign_up()
        schedule = await schedules.add_schedule(caller, "fail please")
        schedules.turns.fake.script(Refusal(400), asked="fail please")
        await schedules.service.run_now(caller, schedule.schedule_id)
        [claimed] = await schedules.registry.claim_runs(limit=1)
        await schedules.build_process().execute(claimed)
        run = await schedules.wait_for_end(caller, schedule)
        assert run.status == "failed"
        assert run.session_id is not None
        answer = (await schedules.turns.messages(caller, run.session_id))[-1]
        assert answer.status == "failed"
        assert run.failure_reason == answer.failure_reason
        assert run.failure_reason

    async def test_of_an_agent_that_is_gone_is_answered_by_the_default_one_and_says_so(
        self, schedules: ScheduleStage
    ) -> None:
        caller = await schedules.sign_up()
        schedule = await schedules.add_schedule(caller, "What is new?")
        await schedules.turns.execute(
            "update agent_schedules set agent_name = 'scout' where schedule_id = %s",
            schedule.schedule_id,
        )
        for _ in range(2):
            await schedules.service.run_now(caller, schedule.schedule_id)
            [claimed] = await schedules.registry.claim_runs(limit=1)
            await schedules.build_process().execute(claimed)
            run = await schedules.wait_for_end(caller, schedule)
            assert (run.status, run.failure_reason) == ("completed", None)
            answer = (await schedules.turns.messages(caller, claimed.session_id))[-1]
            assert (answer.content, answer.fallback_notice) == (
                "echo: What is new?",
                "There is no agent “scout” on this server, so Assistant answered.",
            )

    async def test_leaves_alone_what_another_process_has_by_now(
        self, schedules: ScheduleStage
    ) -> None:
        caller = await schedules.sign_up()
        schedule = await schedules.add_schedule(caller)
        await schedules.service.run_now(caller, schedule.schedule_id)
        [late] = await schedules.registry.claim_runs(limit=1)
        await schedules.turns.execute(
            "update scheduled_runs set lease_expires_at = now() where run_id = %s", late.run_id
        )
        assert await schedules.registry.claim_runs(limit=1) == []
        await schedules.let_pass()
        [current] = await schedules.registry.claim_runs(limit=1)
        process = schedules.build_process()
        await process.execute(late)
        await process.execute(current)
        run = await schedules.wait_for_end(caller, schedule)
        assert (run.status, run.attempt) == ("completed", 2)
        assert len(await schedules.turns.messages(caller, current.session_id)) == 2

    async def test_a_run_that_can_never_begin_fails_in_plain_words(
        self, schedules: ScheduleStage
    ) -> None:
        caller = await schedules.sign_up()
        schedule = await schedules.add_schedule(caller)
        begun = await schedules.service.run_now(caller, schedule.schedule_id)
        # Its request id was used by the user for something else.
        other = await schedules.turns.new_session(caller)
        await schedules.turns.execute(
            "insert into chat_message_history"
            " (session_id, user_id, role, content, client_request_id)"
            " values (%s, %s, 'user', 'x', %s)",
            other,
            caller.user_id,
            f"run:{begun.run_id}:1",
        )
        [claimed] = await schedules.registry.claim_runs(limit=1)
        await schedules.build_process().execute(claimed)
        run = await schedules.wait_for_end(caller, schedule)
        assert run.status == "failed"
        assert run.failure_reason is not None
        assert run.failure_reason.startswith("It could not begin: ")


class TestTicks:
    async def test_a_schedule_that_is_due_is_planned_and_carried_out(
        self, schedules: ScheduleStage
    ) -> None:
        caller = await schedules.sign_up()
        schedule = await schedules.add_schedule(caller, missed_days=0)
        schedules.start_process()
        run = await schedules.wait_for_end(caller, schedule)
        assert (run.status, run.trigger) == ("completed", "planned")
        assert run.scheduled_for == schedule.next_run_at
        shown = await schedules.registry.get_schedule(caller, schedule_id=schedule.schedule_id)
        assert shown.next_run_at is not None
        assert shown.next_run_at > run.scheduled_for
        assert shown.run_count == 1

    async def test_many_processes_make_one_run_of_each_time(self, schedules: ScheduleStage) -> None:
        callers = [await schedules.sign_up() for _ in range(4)]
        made = [
            (caller, await schedules.add_schedule(caller, missed_days=0))
            for caller in callers
            for _ in range(3)
        ]
        for _ in range(5):
            schedules.start_process(await schedules.turns.start_replica())
        for caller, schedule in made:
            run = await schedules.wait_for_end(caller, schedule)
            assert (run.status, run.attempt) == ("completed", 1)
            assert len(await schedules.runs(caller, schedule)) == 1
            assert run.session_id is not None
            assert len(await schedules.turns.messages(caller, run.session_id)) == 2

    async def test_do_the_same_over_connections_of_our_own_to_postgres(
        self, schedules: ScheduleStage
    ) -> None:
        url = SecretStr(schedules.turns.api.server_db_url)
        async with open_postgres_transport(url, size=2) as transport:
            process = schedules.build_process(transport=transport)
            process.start()
            caller = await schedules.sign_up()
            schedule = await schedules.add_schedule(caller, missed_days=1)
            run = await schedules.wait_for_end(caller, schedule)
            await process.stop()
        statuses = [found.status for found in await schedules.runs(caller, schedule)]
        assert (statuses, run.attempt) == (["completed", "missed"], 1)

    async def test_goes_on_when_the_database_was_away(self, schedules: ScheduleStage) -> None:
        database = AbsentDatabase(schedules.turns.transport)
        database.is_away = True
        schedules.start_process(transport=database)
        await database.wait_refused()
        caller = await schedules.sign_up()
        schedule = await schedules.add_schedule(caller, missed_days=0)
        database.is_away = False
        assert (await schedules.wait_for_end(caller, schedule)).status == "completed"

    async def test_goes_on_after_a_fault_of_ours(
        self, schedules: ScheduleStage, caplog: pytest.LogCaptureFixture
    ) -> None:
        schedules.start_process(transport=BrokenDatabase())

        async def has_failed_twice() -> bool:
            return caplog.text.count("a tick of the schedules failed") >= 2

        await eventually(has_failed_twice, what="two ticks failed")


class TestStop:
    async def test_hands_back_what_runs_and_another_process_ends_it(
        self, schedules: ScheduleStage
    ) -> None:
        caller = await schedules.sign_up()
        schedule = await schedules.add_schedule(caller, "slow please", missed_days=0)
        hold = Hold()
        schedules.turns.fake.script("first ", hold, "second", asked="slow please")
        turns = await schedules.turns.start_replica()
        process = schedules.start_process(turns)
        await hold.wait_reached()
        process.interrupt()
        await turns.stop()
        await process.stop()
        waiting = await schedules.wait_for_status(caller, schedule, "waiting")
        assert (waiting.attempt, waiting.failure_reason) == (1, None)
        hold.release()
        schedules.start_process()
        run = await schedules.wait_for_end(caller, schedule)
        assert (run.status, run.attempt) == ("completed", 2)
        assert run.session_id is not None
        messages = await schedules.turns.messages(caller, run.session_id)
        assert [m.content for m in messages] == ["slow please", "first second"]

    async def test_takes_nothing_more(self, schedules: ScheduleStage) -> None:
        process = schedules.start_process()
        process.interrupt()
        caller = await schedules.sign_up()
        schedule = await schedules.add_schedule(caller)
        await schedules.service.run_now(caller, schedule.schedule_id)
        process.wake()
        await process.stop()
        [run] = await schedules.runs(caller, schedule)
        assert run.status == "waiting"
