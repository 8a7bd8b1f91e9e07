"""A page costs what it shows, however much there is beside it: plans and rows, never a clock."""

import uuid

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.heavy_user import MESSAGES, Heavy
from tests.supabase.migrations.plans import Plan, plan_nodes, rows_read, service_plan_nodes
from tests.supabase.migrations.program_user import CALL, RESULT, words
from tests.supabase.migrations.registry_user import checkpoint_of, lease

LIMIT = 50


@pytest.fixture(scope="module")
def heavy(module_database: Database) -> Heavy:
    return Heavy(module_database)


def scans(nodes: list[Plan], table: str) -> list[Plan]:
    return [node for node in nodes if node.get("Relation Name") == table]


def indexes(nodes: list[Plan]) -> set[str]:
    return {node["Index Name"] for node in nodes if "Index Name" in node}


def assert_no_whole_table_is_read(nodes: list[Plan]) -> None:
    # The rule of titles is a table of one row.
    kinds = {node["Node Type"] for node in nodes if node.get("Relation Name") != "title_rules"}
    assert kinds
    assert not kinds & {"Seq Scan", "Bitmap Heap Scan", "Bitmap Index Scan"}


class TestListOfSessions:
    @pytest.mark.parametrize(
        ("filters", "index"),
        [
            ({}, "chat_sessions_recent_idx"),
            ({"archived": True}, "chat_sessions_recent_idx"),
            ({"archived": None}, "chat_sessions_recent_idx"),
            ({"channel": "telegram"}, "chat_sessions_recent_by_channel_idx"),
            ({"channel": "web", "archived": None}, "chat_sessions_recent_by_channel_idx"),
            ({"folded": False}, "chat_sessions_recent_unfolded_idx"),
            ({"folded": False, "channel": "web"}, "chat_sessions_recent_by_channel_idx"),
            ({"folded": True}, "chat_sessions_recent_folded_idx"),
            ({"agent_name": "librarian"}, "chat_sessions_recent_by_agent_idx"),
            ({"pinned": True}, "chat_sessions_pinned_idx"),
        ],
    )
    @pytest.mark.parametrize("page", ["first", "hundredth"])
    def test_a_page_reads_its_sessions_and_one_more_from_the_index(
        self, heavy: Heavy, filters: dict[str, object], index: str, page: str
    ) -> None:
        deep = {} if page == "first" else heavy.cursor(**{"archived": None})
        nodes = plan_nodes(heavy.user, "list_chat_sessions", limit=LIMIT, **filters, **deep)
        found = scans(nodes, "chat_sessions")
        assert_no_whole_table_is_read(nodes)
        assert indexes(found) == {index}
        ranges = 2 if filters.get("archived", False) is None else 1
        assert LIMIT + 1 <= rows_read(found) <= ranges * (LIMIT + 1)
        if page == "hundredth":
            assert all("ROW(updated_at, session_id)" in node["Index Cond"] for node in found)

    def test_a_count_stops_at_its_limit_in_each_channel_and_in_all(self, heavy: Heavy) -> None:
        nodes = plan_nodes(heavy.user, "get_chat_session_counts", archived=None)
        found = scans(nodes, "chat_sessions")
        by_channel = [n for n in found if n["Index Name"] == "chat_sessions_recent_by_channel_idx"]
        rest = [node for node in found if node not in by_channel]
        assert indexes(rest) == {"chat_sessions_recent_unfolded_idx"}
        assert rows_read(by_channel) <= 3 * 1000
        assert rows_read(rest) <= 1000


class TestOneSession:
    @pytest.mark.parametrize("place", [MESSAGES - 1, MESSAGES // 2, LIMIT + 2])
    def test_a_page_of_messages_costs_the_same_wherever_it_is(
        self, heavy: Heavy, place: int
    ) -> None:
        nodes = plan_nodes(
            heavy.user,
            "list_chat_messages",
            session_id=heavy.long,
            limit=LIMIT,
            before_id=heavy.messages[place],
        )
        assert_no_whole_table_is_read(nodes)
        # Each message is found on the branch, shown, and found again as its own sibling.
        assert rows_read(scans(nodes, "chat_message_history")) <= 3 * (LIMIT + 1) + 1

    def test_opening_a_long_session_reads_one_page(self, heavy: Heavy) -> None:
        nodes = plan_nodes(
            heavy.user, "get_chat_session", session_id=heavy.long, message_limit=LIMIT
        )
        assert_no_whole_table_is_read(nodes)
        assert rows_read(scans(nodes, "chat_message_history")) <= 3 * (LIMIT + 1) + 1

    @pytest.mark.parametrize("function", ["list_all_chat_messages", "list_exported_messages"])
    def test_an_export_reads_each_page_once(self, heavy: Heavy, function: str) -> None:
        nodes = plan_nodes(
            heavy.user,
            function,
            session_id=heavy.long,
            after_id=heavy.messages[MESSAGES // 2],
            limit=LIMIT,
        )
        assert_no_whole_table_is_read(nodes)
        assert rows_read(scans(nodes, "chat_message_history")) <= 3 * (LIMIT + 1) + 1

    def test_a_switch_reads_the_branch_below_and_no_more(self, heavy: Heavy) -> None:
        nodes = plan_nodes(
            heavy.user,
            "update_chat_session_head",
            session_id=heavy.long,
            message_id=heavy.messages[-LIMIT],
            message_limit=LIMIT,
        )
        assert_no_whole_table_is_read(nodes)
        assert rows_read(scans(nodes, "chat_message_history")) <= 5 * (LIMIT + 1)


class TestItems:
    def test_the_newest_are_read_and_no_more(self, heavy: Heavy) -> None:
        nodes = plan_nodes(heavy.user, "list_session_items", session_id=heavy.long, limit=LIMIT)
        assert_no_whole_table_is_read(nodes)
        # Each is found on the branch, sized, shown, and found again as its own sibling.
        assert rows_read(scans(nodes, "chat_message_history")) <= 4 * (LIMIT + 1) + 1

    def test_a_batch_reads_a_handful_of_rows_for_each_of_them(self, heavy: Heavy) -> None:
        items = [words("user", "x"), CALL, RESULT, words("assistant", "y")]
        nodes = plan_nodes(
            heavy.user,
            "append_session_items",
            session_id=heavy.long,
            items={"items": items},
            client_request_id=lambda: str(uuid.uuid4()),
        )
        assert rows_read(nodes) <= 120

    def test_what_is_taken_back_reads_a_handful_of_rows(self, heavy: Heavy) -> None:
        nodes = plan_nodes(heavy.user, "pop_session_item", session_id=heavy.sessions[30])
        assert_no_whole_table_is_read(nodes)
        assert rows_read(nodes) <= 60


class TestOneTurn:
    def test_a_new_one_reads_a_handful_of_rows(self, heavy: Heavy) -> None:
        nodes = plan_nodes(
            heavy.user,
            "begin_turn",
            session_id=lambda: heavy.sessions.pop(),
            content="Hello",
            client_request_id=lambda: str(uuid.uuid4()),
        )
        assert_no_whole_table_is_read(nodes)
        assert rows_read(nodes) <= 30

    def test_a_replay_reads_a_handful_of_rows(self, heavy: Heavy) -> None:
        parameters = {"session_id": heavy.long, "content": "x", "client_request_id": "again"}
        nodes = plan_nodes(heavy.user, "begin_turn", **parameters)
        assert_no_whole_table_is_read(nodes)
        assert rows_read(nodes) <= 20

    @pytest.mark.parametrize(
        ("function", "place", "parameters"),
        [("begin_edit", 20, {"content": "Hello"}), ("begin_answer", 21, {})],
    )
    def test_one_beside_another_reads_a_handful_of_rows(
        self, heavy: Heavy, function: str, place: int, parameters: dict[str, object]
    ) -> None:
        session_id = heavy.sessions[place]
        nodes = plan_nodes(
            heavy.user,
            function,
            session_id=session_id,
            message_id=heavy.user.branch(session_id)[place],
            client_request_id=lambda: str(uuid.uuid4()),
            **parameters,
        )
        assert_no_whole_table_is_read(nodes)
        # The eight that were begun here before are siblings, and ahead in the line.
        assert rows_read(nodes) <= 80

    def test_a_checkpoint_reads_its_message_and_no_other(self, heavy: Heavy) -> None:
        turn = heavy.user.begin(heavy.long)
        nodes = plan_nodes(heavy.user, "checkpoint_turn", **lease(turn), content="So far")
        assert rows_read(nodes) <= 5

    def test_many_checkpoints_read_their_messages_and_no_other(self, heavy: Heavy) -> None:
        turns = [heavy.user.begin(heavy.sessions[n]) for n in range(20)]
        given = [checkpoint_of(heavy.user, turn, "So far") for turn in turns]
        nodes = service_plan_nodes(
            heavy.user.database, "checkpoint_turns", checkpoints={"checkpoints": given}
        )
        assert rows_read(scans(nodes, "chat_message_history")) <= 5 * len(turns)

    def test_a_claim_reads_a_handful_of_rows(self, heavy: Heavy) -> None:
        turn = heavy.user.begin(heavy.long)
        nodes = plan_nodes(heavy.user, "claim_turn", **lease(turn))
        assert rows_read(nodes) <= 20

    @pytest.mark.parametrize(
        ("function", "parameters"),
        [("complete_turn_v2", {}), ("fail_turn_v2", {"status": "failed", "memory": {"usage": {}}})],
    )
    def test_an_ending_reads_a_handful_of_rows(
        self, heavy: Heavy, function: str, parameters: dict[str, object]
    ) -> None:
        turns = [heavy.user.begin(heavy.sessions[n]) for n in range(8)]
        leases = [lease(turn) for turn in turns]
        nodes = service_plan_nodes(
            heavy.user.database,
            function,
            user_id=heavy.user.id,
            message_id=lambda: leases[-1]["message_id"],
            lease_token=lambda: leases.pop()["lease_token"],
            content="Done",
            **parameters,
        )
        assert_no_whole_table_is_read(nodes)
        assert rows_read(nodes) <= 30
