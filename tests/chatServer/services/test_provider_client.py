"""The client of the provider."""

from chatServer.services.provider_client import UntransformedCompletions, open_client


async def test_asks_without_looking_up_the_type_of_every_field() -> None:
    async with open_client("key", None) as client:
        assert isinstance(client.chat.completions, UntransformedCompletions)
