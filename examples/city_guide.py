"""An agent program whose conversation is in the registry.

While `make run` is running in this checkout:

    .venv/bin/python -m examples.city_guide "What is there to see in Rome?"

It signs in as the demo account, so the session "city-guide" stands in the web app's list. Ask
again, here or there: each knows what was said in the other. A real model answers with CHAT_MODEL
and OPENAI_BASE_URL or OPENAI_API_KEY, the demo model without.
"""

import asyncio
import os
import sys

import httpx
from agents import Agent, Model, OpenAIProvider, RunConfig, Runner, function_tool
from dotenv import dotenv_values

from chatServer.registry_session import RegistrySession
from chatServer.services.demo_model import DemoModel

SETTINGS = {**dotenv_values(".env.local"), **os.environ}


@function_tool
def find_weather(city: str) -> str:
    """Tell what the weather is like in a city."""
    return f"In {city} it is sunny, 24 °C."


async def sign_in() -> str:
    """Return an access token of the demo account, as a web app of your own has one of its user."""
    url = SETTINGS.get("SUPABASE_URL") or sys.exit("Start `make run` first: it makes .env.local.")
    async with httpx.AsyncClient() as client:
        try:
            response = await client.post(
                f"{url}/auth/v1/token?grant_type=password",
                headers={"apikey": SETTINGS.get("SUPABASE_PUBLISHABLE_KEY") or ""},
                json={name: SETTINGS.get(f"DEMO_{name.upper()}") for name in ("email", "password")},
            )
        except httpx.ConnectError:
            sys.exit(f"Nothing answers at {url}. Is `make run` running, on these ports?")
    if response.is_error:
        sys.exit(f"The demo account cannot sign in at {url}: it answers {response.status_code}.")
    return str(response.json()["access_token"])


def find_model() -> Model:
    """Return the model that the settings name, else one that needs no key."""
    name, url, key = (SETTINGS.get(n) for n in ("CHAT_MODEL", "OPENAI_BASE_URL", "OPENAI_API_KEY"))
    if not name:
        return DemoModel(pace_seconds=0)
    provider = OpenAIProvider(base_url=url, api_key=key or "none", use_responses=False)
    return provider.get_model(name)


async def main(asked: str) -> None:
    """Ask the guide, and tell how much it knows by now."""
    agent = Agent(
        name="Guide",
        instructions="You show people around cities. Be brief.",
        model=find_model(),
        tools=[find_weather],
    )
    async with RegistrySession("city-guide", access_token=await sign_in()) as session:
        result = await Runner.run(
            agent, asked, session=session, run_config=RunConfig(tracing_disabled=True)
        )
        print(result.final_output)
        print(f"({len(await session.get_items())} items are remembered.)")


if __name__ == "__main__":
    asyncio.run(main(" ".join(sys.argv[1:]) or "What is there to see in Rome?"))
