"""Searching: what is found, in which order, and what it says of the place."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.registry_user import RegistryUser, new_user
from tests.supabase.migrations.searching import found, ranked, said, search


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


class TestMatch:
    @pytest.mark.parametrize(
        ("content", "query"),
        [
            ("Where to in Lisbon?", "lisb"),
            ("Where to in Lisbon?", "  LISBON  "),
            ("Where to in Lisbon?", "in"),
            ("Straße nach Köln", "STRASSE NACH KÖLN".replace("SS", "ß")),
            ("Встреча в Москве", "москв"),
            ("今天我们去图书馆看书", "图书馆"),
            ("今天我们去图书馆看书", "看书"),
            ("明日は図書館に行きます", "図書"),
            ("ประชุมวันจันทร์", "วันจันทร์"),
            ("İSTANBUL'a uçuş", "istanbul"),
            ("\u0131spanak", "ISPANAK"),
            ("Party 🎉🎈 tonight", "🎉🎈"),
            ("It costs 100% more", "100%"),
            ("a snake_case name", "e_c"),
            ("C:\\temp\\file", "\\temp"),
            ('She said "it\'s fine"', "\"it's"),
            ("a & b | !c <-> d:*", "& b | !c <-> d:*"),
        ],
    )
    def test_a_piece_of_a_message_is_found_whatever_its_script_and_case(
        self, user: RegistryUser, content: str, query: str
    ) -> None:
        session_id = said(user, content)
        said(user, "Beyond all else")
        assert found(user, query) == ranked(user, query) == [session_id]

    @pytest.mark.parametrize("query", ["10_%", "%%%", "___", "snake-case"])
    def test_wildcards_and_operators_mean_themselves(self, user: RegistryUser, query: str) -> None:
        said(user, "It costs 100% more in snake_case")
        assert found(user, query) == ranked(user, query) == []

    def test_a_title_is_found_without_any_message(self, user: RegistryUser) -> None:
        session_id = user.new_session(title="Greenhouse frost nights")
        answer = search(user, "FROST")
        assert [session["session_id"] for session in answer["sessions"]] == [session_id]
        assert answer["sessions"][0]["match"] is None

    def test_a_streaming_answer_is_found_when_it_has_ended(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        turn = user.begin(session_id, "Tell me")
        assert found(user, "elderberries") == []
        user.complete(turn, "Of elderberries")
        assert found(user, "elderberries") == [session_id]

    def test_nothing_of_another_user_is_found(
        self, user: RegistryUser, shared_database: Database
    ) -> None:
        said(new_user(shared_database), "A secret ingredient", title="Secret ingredient")
        assert found(user, "ingredient") == ranked(user, "ingredient") == []

    def test_a_signed_in_user_has_no_way_to_the_function(self, user: RegistryUser) -> None:
        for function in ("list_matching_chat_sessions", "list_relevant_chat_sessions"):
            with refused("42501"):
                user.call(function, query="x")

    @pytest.mark.parametrize("query", ["", "  ", "x" * 201])
    def test_a_query_out_of_bounds_is_refused(self, user: RegistryUser, query: str) -> None:
        with refused("PT422", "validation_failed", "query"):
            search(user, query)
        with refused("PT422", "validation_failed", "query"):
            ranked(user, query)


class TestPassage:
    def test_it_is_the_newest_one_cut_around_the_match(self, user: RegistryUser) -> None:
        session_id = said(user, "An older Frost", f"{'x' * 100}The FROST came{'y' * 300}")
        match = search(user, "frost")["sessions"][0]["match"]
        assert match["text"] == "FROST"
        assert match["before"] == "…" + "x" * 56 + "The "
        assert match["after"] == " came" + "y" * 135
        assert match["message_id"] == user.branch(session_id)[-1]
        assert match["role"] == "user"

    @pytest.mark.parametrize(
        ("content", "query", "cut"),
        [
            ("İİİ then the word here", "the word", ("İİİ then ", "the word", " here")),
            ("i\u0307i\u0307 the word here", "word", ("i\u0307i\u0307 the ", "word", " here")),
            ("to i\u0307stanbul now", "İSTANBUL", ("to ", "i\u0307stanbul", " now")),
            ("我们去图书馆。", "图书馆", ("我们去", "图书馆", "。")),
            ("👩‍👩‍👧 and 🎉 too", "🎉", ("👩‍👩‍👧 and ", "🎉", " too")),
            ('He said "50%_off"', '"50%_', ("He said ", '"50%_', 'off"')),
        ],
    )
    def test_no_script_shifts_it(
        self, user: RegistryUser, content: str, query: str, cut: tuple[str, str, str]
    ) -> None:
        said(user, content)
        match = search(user, query)["sessions"][0]["match"]
        assert (match["before"], match["text"], match["after"]) == cut


class TestFilters:
    def test_channel_and_archive_narrow_it(self, user: RegistryUser) -> None:
        web, archived = said(user, "frost"), said(user, "frost")
        user.call("update_chat_session_archived", session_id=archived)
        telegram = user.new_reserved_session(f"telegram:{user.id}:1")
        user.append(telegram, "frost")
        assert found(user, "frost") == [telegram, web]
        assert found(user, "frost", channel="telegram") == [telegram]
        assert found(user, "frost", archived=True) == [archived]
        assert found(user, "frost", archived=None) == [telegram, archived, web]

    def test_instants_narrow_it_by_last_activity(self, user: RegistryUser) -> None:
        first, second = said(user, "frost"), said(user, "frost")
        border = user.session(second)["updated_at"]
        assert found(user, "frost", **{"from": border}) == [second]
        assert found(user, "frost", to=border) == [first]


class TestRelevance:
    def test_titles_come_before_messages_and_whole_words_before_pieces(
        self, user: RegistryUser
    ) -> None:
        made = [
            user.new_session(title="Frost"),
            user.new_session(title="The frost, again"),
            user.new_session(title="Frosty windows"),
            said(user, "Frost", "more of the frost", "and other things"),
            said(user, "Some frost."),
            said(user, "Frosty", "frosted"),
            said(user, "Defrosting"),
        ]
        newer_piece = said(user, "Frostbite")
        assert ranked(user, "frost") == [*made[:6], newer_piece, made[6]]

    def test_newest_comes_first_among_equals_and_shows_the_whole_word(
        self, user: RegistryUser
    ) -> None:
        first, second = said(user, "Frost (hard)", "frosty"), said(user, "c++ and frost", "frosty")
        answer = user.call_as_service("list_relevant_chat_sessions", query="frost")
        assert [hit["session_id"] for hit in answer["sessions"]] == [second, first]
        assert [hit["match"]["after"] for hit in answer["sessions"]] == ["", " (hard)"]
        assert ranked(user, "C++") == [second]

    def test_filters_narrow_it(self, user: RegistryUser) -> None:
        web, archived = said(user, "frost"), said(user, "frost", title="Frost")
        user.call("update_chat_session_archived", session_id=archived)
        telegram = user.new_reserved_session(f"telegram:{user.id}:1")
        user.append(telegram, "frost")
        border = user.session(telegram)["updated_at"]
        assert ranked(user, "frost", archived=None) == [archived, telegram, web]
        assert ranked(user, "frost", archived=True) == [archived]
        assert ranked(user, "frost", channel="web") == [web]
        assert ranked(user, "frost", **{"from": border}) == [telegram]
        assert ranked(user, "frost", to=border) == [web]
