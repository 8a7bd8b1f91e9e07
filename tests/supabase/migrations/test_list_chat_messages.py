"""list_chat_messages, get_chat_session and get_chat_message: one branch, page by page."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.registry_user import Json, RegistryUser, new_user


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


@pytest.fixture
def session_id(user: RegistryUser) -> str:
    return user.new_session()


def page(user: RegistryUser, session_id: str, **parameters: object) -> Json:
    return user.call("list_chat_messages", session_id=session_id, **parameters)


def ids(page: Json) -> list[int]:
    return [message["id"] for message in page["messages"]]


class TestOneBranch:
    def test_is_listed_oldest_first_up_to_the_head(
        self, user: RegistryUser, session_id: str
    ) -> None:
        appended = user.append(session_id, *map(str, range(5)))
        answer = page(user, session_id)
        assert ids(answer) == appended
        assert [m["content"] for m in answer["messages"]] == ["0", "1", "2", "3", "4"]

    def test_leaves_out_what_stands_on_other_branches(
        self, user: RegistryUser, session_id: str
    ) -> None:
        first = user.answer(session_id, "first")
        second = user.answer(session_id, "second")
        root = first["assistant_message"]["id"]
        other = user.answer(session_id, "other", parent_id=root)
        trunk = [first["user_message"]["id"], root]
        ends = [
            [turn["user_message"]["id"], turn["assistant_message"]["id"]]
            for turn in (second, other)
        ]
        assert user.branch(session_id) == trunk + ends[1]
        assert user.branch(session_id, head_id=ends[0][1]) == trunk + ends[0]
        assert user.branch(session_id, head_id=root) == trunk

    def test_ends_at_a_head_that_was_moved_back(self, user: RegistryUser, session_id: str) -> None:
        first, second, _ = user.append(session_id, "1", "2", "3")
        user.run(
            "update chat_sessions set head_message_id = %s where session_id = %s",
            (second, session_id),
        )
        assert user.branch(session_id) == [first, second]
        [fourth] = user.append(session_id, "4")
        assert user.branch(session_id) == [first, second, fourth]

    def test_of_an_empty_session_is_empty(self, user: RegistryUser, session_id: str) -> None:
        empty = {"messages": [], "has_more": False, "next_before_id": None}
        assert page(user, session_id) == empty

    def test_ending_at_a_message_of_another_session_is_not_found(
        self, user: RegistryUser, session_id: str
    ) -> None:
        [elsewhere] = user.append(user.new_session(), "elsewhere")
        with refused("PT404", "message_not_found", "head_id"):
            page(user, session_id, head_id=elsewhere)


class TestAfter:
    def after(
        self, user: RegistryUser, session_id: str, message_id: int, **parameters: object
    ) -> Json:
        return user.call(
            "list_chat_messages_after", session_id=session_id, after_id=message_id, **parameters
        )

    def test_pages_downwards_lead_to_the_head(self, user: RegistryUser, session_id: str) -> None:
        first, *others = user.append(session_id, *map(str, range(12)))
        seen: list[int] = []
        place = first
        while place is not None:
            answer = self.after(user, session_id, place, limit=4)
            assert (answer["head_id"], answer["is_in_use"]) == (others[-1], True)
            assert answer["next_before_id"] == ids(answer)[0]
            seen += ids(answer)
            place = answer["next_after_id"]
        assert seen == others
        assert self.after(user, session_id, others[-1])["messages"] == []

    def test_a_branch_that_is_not_in_use_is_followed_to_its_own_end(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turns = [user.answer(session_id, "first"), user.answer(session_id, "second")]
        turns.append(user.answer(session_id, "third"))
        root = turns[0]["assistant_message"]["id"]
        user.answer(session_id, "other", parent_id=root)
        asked, end = turns[1]["user_message"]["id"], turns[2]["assistant_message"]["id"]
        answer = self.after(user, session_id, asked)
        assert (answer["head_id"], answer["is_in_use"]) == (end, False)
        assert [asked, *ids(answer)] == user.branch(session_id, head_id=end)[2:]
        assert ids(self.after(user, session_id, root)) == user.branch(session_id)[2:]
        assert ids(self.after(user, session_id, root, head_id=end)) == [asked, *ids(answer)]
        with refused("PT404", "message_not_found", "head_id"):
            self.after(user, session_id, asked, head_id=user.branch(session_id)[-1])

    def test_after_a_message_of_another_session_is_not_found(
        self, user: RegistryUser, session_id: str
    ) -> None:
        [elsewhere] = user.append(user.new_session(), "elsewhere")
        with refused("PT404", "message_not_found", "after_id"):
            self.after(user, session_id, elsewhere)


class TestPages:
    def test_upwards_have_every_message_once_while_others_are_appended(
        self, user: RegistryUser, session_id: str
    ) -> None:
        appended = user.append(session_id, *map(str, range(23)))
        seen: list[int] = []
        before: dict[str, object] = {}
        has_more = True
        while has_more:
            answer = page(user, session_id, limit=5, **before)
            seen = ids(answer) + seen
            before = {"before_id": answer["next_before_id"]}
            has_more = answer["has_more"]
            user.append(session_id, "meanwhile")
        assert before == {"before_id": None}
        assert seen == appended

    @pytest.mark.parametrize(("count", "has_more"), [(4, False), (5, False), (6, True)])
    def test_say_whether_there_is_more_above(
        self, user: RegistryUser, session_id: str, count: int, *, has_more: bool
    ) -> None:
        appended = user.append(session_id, *map(str, range(count)))
        answer = page(user, session_id, limit=5)
        assert ids(answer) == appended[-5:]
        assert answer["has_more"] is has_more
        assert answer["next_before_id"] == (appended[-5] if has_more else None)

    def test_before_a_message_hold_its_own_ancestors_whatever_the_head(
        self, user: RegistryUser, session_id: str
    ) -> None:
        first = user.answer(session_id, "first")
        left = user.answer(session_id, "left")
        user.answer(session_id, "right", parent_id=first["assistant_message"]["id"])
        trunk = [first["user_message"]["id"], first["assistant_message"]["id"]]
        end = left["assistant_message"]["id"]
        expected = [*trunk, left["user_message"]["id"]]
        assert ids(page(user, session_id, before_id=end)) == expected
        assert ids(page(user, session_id, before_id=trunk[0])) == []

    def test_before_an_id_past_the_end_is_the_newest_page(
        self, user: RegistryUser, session_id: str
    ) -> None:
        appended = user.append(session_id, "1", "2", "3")
        assert ids(page(user, session_id, before_id=2**63 - 1, limit=2)) == appended[1:]
        assert ids(page(user, session_id, before_id=2**63 - 1, head_id=appended[1])) == appended[:2]

    def test_before_a_message_of_another_session_show_nothing_of_it(
        self, user: RegistryUser, session_id: str
    ) -> None:
        [elsewhere] = user.append(user.new_session(), "elsewhere")
        user.append(session_id, "1")
        assert ids(page(user, session_id, before_id=elsewhere)) == []

    @pytest.mark.parametrize("limit", [0, 201, None])
    def test_of_a_size_out_of_bounds_are_refused(
        self, user: RegistryUser, session_id: str, limit: int | None
    ) -> None:
        with refused("PT422", "validation_failed", "limit"):
            page(user, session_id, limit=limit)
        with refused("PT422", "validation_failed", "limit"):
            user.call("get_chat_session", session_id=session_id, message_limit=limit)


class TestShownMessage:
    def test_has_its_place_among_the_siblings_of_its_role(
        self, user: RegistryUser, session_id: str
    ) -> None:
        root = user.answer(session_id, "root")["assistant_message"]["id"]
        edits = [
            user.answer(session_id, f"edit {n}", parent_id=root)["user_message"]["id"]
            for n in range(3)
        ]
        user.run(
            "insert into chat_message_history (session_id, role, content, parent_id)"
            " values (%s, 'system', 'Be brief.', %s)",
            (session_id, root),
        )
        for place, message_id in enumerate(edits, start=1):
            branch = user.message(session_id, message_id)["branch"]
            assert branch == {"index": place, "count": 3, "sibling_ids": edits}

    def test_at_the_root_has_siblings_too(self, user: RegistryUser, session_id: str) -> None:
        roots = [
            user.answer(session_id, f"root {n}", parent_id=0)["user_message"]["id"]
            for n in range(2)
        ]
        branch = user.message(session_id, roots[1])["branch"]
        assert branch == {"index": 2, "count": 2, "sibling_ids": roots}

    def test_keeps_its_lease_to_itself(self, user: RegistryUser, session_id: str) -> None:
        message_id = user.begin(session_id)["assistant_message"]["id"]
        message = user.message(session_id, message_id)
        assert not message.keys() & {"lease_token", "lease_expires_at"}
        assert message["attachments"] == []


class TestOpenedSession:
    def test_has_the_newest_page_and_its_flags(self, user: RegistryUser, session_id: str) -> None:
        appended = user.append(session_id, "1", "2", "3")
        opened = user.call("get_chat_session", session_id=session_id, message_limit=2)
        assert ids(opened) == appended[1:]
        assert (opened["has_more"], opened["next_before_id"]) == (True, appended[1])
        assert (opened["session_id"], opened["message_count"]) == (session_id, 3)

    def test_of_another_user_is_not_found(self, user: RegistryUser, session_id: str) -> None:
        other = new_user(user.database)
        for function in ("get_chat_session", "list_chat_messages"):
            for call in (other.call, other.call_as_service):
                with refused("PT404", "session_not_found", "session_id"):
                    call(function, session_id=session_id)


class TestOneMessage:
    def test_comes_with_its_session(self, user: RegistryUser, session_id: str) -> None:
        [message_id] = user.append(session_id, "1")
        answer = user.call("get_chat_message", session_id=session_id, message_id=message_id)
        assert answer["message"]["content"] == "1"
        assert answer["session"]["session_id"] == session_id

    def test_of_another_session_is_not_found(self, user: RegistryUser, session_id: str) -> None:
        [elsewhere] = user.append(user.new_session(), "elsewhere")
        with refused("PT404", "message_not_found", "message_id"):
            user.message(session_id, elsewhere)
