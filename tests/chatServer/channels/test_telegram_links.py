"""Linking an account: the web app's deep link, opened in Telegram."""

from urllib.parse import parse_qs, urlsplit

from tests.chatServer.live_server import client_for
from tests.support.telegram_server import BOT_USERNAME
from tests.support.telegram_stage import LinkedPerson, TelegramStage
from tests.support.telegram_updates import Person

PATH = "/api/chat/links/telegram"


async def deep_link(telegram: TelegramStage, ada: LinkedPerson) -> str:
    """Asks for a deep link on the web and returns the code in it."""
    answer = await ada.client.post(PATH)
    assert answer.status_code == 201
    url = urlsplit(answer.json()["url"])
    assert (url.netloc, url.path) == ("t.me", f"/{BOT_USERNAME}")
    code: str = parse_qs(url.query)["start"][0]
    assert telegram.bot.token not in answer.text
    return code


async def send_code(telegram: TelegramStage, person: Person, code: str) -> str:
    """Opens the deep link, as Telegram does; returns the bot's answer."""
    count = len(telegram.bot.texts_to(person.user_id))
    await telegram.bot.push(person.writes(f"/start {code}"))
    return (await telegram.bot.wait_for(count + 1, person.user_id))[count]


class TestStartWithCode:
    async def test_links_the_account_and_the_web_shows_it(
        self, telegram: TelegramStage, ada: LinkedPerson
    ) -> None:
        phone = Person(first_name="Ada's other phone")
        code = await deep_link(telegram, ada)
        assert (await send_code(telegram, phone, code)).startswith("Linked.")
        shown = (await ada.client.get(PATH)).json()
        assert (shown["is_configured"], shown["bot_username"]) == (True, BOT_USERNAME)
        assert [link["display_name"] for link in shown["links"]] == ["Ada", "Ada's other phone"]
        assert set(shown["links"][1]) == {"id", "display_name", "status", "created_at"}
        await telegram.bot.push(phone.writes("Hello"))
        assert (await telegram.bot.wait_for(2, phone.user_id))[1] == "echo: Hello"

    async def test_used_twice_is_refused_in_words(
        self, telegram: TelegramStage, ada: LinkedPerson
    ) -> None:
        code = await deep_link(telegram, ada)
        first, second = Person(), Person()
        await send_code(telegram, first, code)
        assert "expired or was used before" in await send_code(telegram, second, code)
        assert len((await ada.client.get(PATH)).json()["links"]) == 2

    async def test_expired_is_refused_in_words(
        self, telegram: TelegramStage, ada: LinkedPerson
    ) -> None:
        code = await deep_link(telegram, ada)
        await telegram.turns.execute(
            "update channel_link_codes set expires_at = now() where user_id = %s",
            ada.caller.user_id,
        )
        assert "expired or was used before" in await send_code(telegram, Person(), code)

    async def test_guessing_ends_soon(self, telegram: TelegramStage, ada: LinkedPerson) -> None:
        code = await deep_link(telegram, ada)
        guesser = Person()
        for guess in range(5):
            await send_code(telegram, guesser, f"guess-{guess}")
        assert "Too many codes" in await send_code(telegram, guesser, code)
        assert len((await ada.client.get(PATH)).json()["links"]) == 1

    async def test_of_another_user_for_a_linked_account_is_refused(
        self, telegram: TelegramStage, ada: LinkedPerson
    ) -> None:
        eve = await telegram.link()
        code = await deep_link(telegram, eve)
        assert "linked to another user" in await send_code(telegram, ada.person, code)
        assert len((await eve.client.get(PATH)).json()["links"]) == 1

    async def test_an_old_code_of_a_linked_account_says_that_it_is_linked(
        self, telegram: TelegramStage, ada: LinkedPerson
    ) -> None:
        assert "account is linked" in await send_code(telegram, ada.person, "long-gone")


class TestUnlink:
    async def test_the_account_is_a_strangers_again(self, ada: LinkedPerson) -> None:
        await ada.ask("Hello")
        gone = await ada.client.delete(PATH, params={"link_id": str(ada.link.id)})
        assert gone.status_code == 204
        assert (await ada.client.get(PATH)).json()["links"] == []
        assert "not linked yet" in await ada.ask("Still there?")
        assert len(await ada.sessions()) == 1, "what was said stays"

    async def test_of_somebody_elses_is_not_found(
        self, telegram: TelegramStage, ada: LinkedPerson
    ) -> None:
        eve = await telegram.link()
        refused = await eve.client.delete(PATH, params={"link_id": str(ada.link.id)})
        assert (refused.status_code, refused.json()["code"]) == (404, "link_not_found")
        assert len((await ada.client.get(PATH)).json()["links"]) == 1


async def test_every_route_needs_a_signed_in_user(telegram: TelegramStage) -> None:
    async with client_for(telegram.base_url, None) as client:
        for method, path in (
            ("GET", PATH),
            ("POST", PATH),
            ("DELETE", f"{PATH}?link_id=5a2a3c0e-8f0e-4f6e-9b43-0f1d1b9a6a11"),
            ("POST", "/api/chat/sessions/s/messages/1/redeliver"),
        ):
            assert (await client.request(method, path)).status_code == 401
