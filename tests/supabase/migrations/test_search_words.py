"""Searching for several words: each of them is there, in any order."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.registry_user import RegistryUser, new_user
from tests.supabase.migrations.searching import found, ranked, said, search


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


@pytest.mark.parametrize(
    "query",
    [
        "frost greenhouse",
        "green frost",
        "  FROST \n\t in\u00a0the   greenhouse ",
        "house f",
        "no in it",
        "frost frosty frost",
        "the in no frosty came greenhouse",
    ],
)
def test_words_are_found_in_any_order_wherever_they_stand(user: RegistryUser, query: str) -> None:
    session_id = said(user, "Frosty nights, and no heater in it: the greenhouse. Frost came.")
    for other in ("Frost came at night", "In the greenhouse, no heater"):
        said(user, other)
    assert found(user, query) == ranked(user, query) == [session_id]


@pytest.mark.parametrize("query", ["图书馆 今天", "图书馆\u3000今天", "看书 图书"])
def test_words_of_scripts_without_spaces_are_told_apart_by_the_spaces_typed(
    user: RegistryUser, query: str
) -> None:
    session_id = said(user, "今天我们去图书馆看书")
    for other in ("今天在家", "图书馆关门"):
        said(user, other)
    assert found(user, query) == ranked(user, query) == [session_id]


@pytest.mark.parametrize("query", ["frost green", "the green frost", "u in frost", "f u t"])
def test_a_title_is_found_that_holds_every_word(user: RegistryUser, query: str) -> None:
    session_id = user.new_session(title="Frost in the greenhouse: what to do at night")
    for other in ("Frost in the car at night", "Greenhouse: what to do with the hoses"):
        user.new_session(title=other)
    assert found(user, query) == ranked(user, query) == [session_id]


def test_words_of_two_messages_do_not_make_a_hit(user: RegistryUser) -> None:
    said(user, "The dentist has called", "On Friday I am away", title="Calls")
    titled = user.new_session(title="Friday: the dentist")
    assert found(user, "dentist friday") == ranked(user, "dentist friday") == [titled]


@pytest.mark.parametrize("query", ["100_ sure", "100% %", "a \\", "% %", '"100% sure"'])
def test_wildcards_and_quotes_mean_themselves_in_each_word(user: RegistryUser, query: str) -> None:
    said(user, "A 1000 sure, sure a 100")
    assert found(user, query) == ranked(user, query) == []


def test_a_query_of_blanks_that_no_message_holds_finds_nothing(user: RegistryUser) -> None:
    said(user, "Hello")
    assert found(user, "\u3000") == ranked(user, "\u3000") == []


def test_the_passage_is_where_the_words_stand_as_typed_or_else_at_the_longest(
    user: RegistryUser,
) -> None:
    said(user, "Frost. A frost came to the greenhouse")
    as_typed = search(user, "frost came")["sessions"][0]["match"]
    assert (as_typed["before"], as_typed["text"]) == ("Frost. A ", "frost came")
    apart = search(user, "FROST GREENHOUSE")["sessions"][0]["match"]
    assert (apart["text"], apart["before"]) == ("greenhouse", "Frost. A frost came to the ")


def test_words_as_they_were_typed_come_before_words_apart(user: RegistryUser) -> None:
    made = [
        user.new_session(title="Hard frost"),
        said(user, "A hard frost", "a hard frost again"),
        said(user, "A hard frost. Frost is hard"),
        user.new_session(title="The frost was hard"),
        user.new_session(title="Frosty and hardly"),
        said(user, "Frost makes it hard", "hard is the frost"),
        said(user, "Frost makes it hard"),
        said(user, "Hardly a defrost"),
    ]
    assert ranked(user, "hard frost") == made
