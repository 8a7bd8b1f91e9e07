"""Two devices, a network that loses things, and the server: in the end all three agree."""

from collections.abc import Iterator

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatServer.settings import Settings
from tests.chatServer.device_world import STEP, Step, World
from tests.chatServer.lossy_device import Device, open_client
from tests.chatServer.server_thread import serve_in_thread
from tests.stack.api import SupabaseApi

STEPS = 50
EXAMPLES = 4


@pytest.fixture
def clients(
    supabase_api: SupabaseApi, demo_settings: Settings
) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    token = supabase_api.add_user().access_token
    with (
        serve_in_thread(demo_settings) as base_url,
        open_client(base_url, token) as phone,
        open_client(base_url, token) as desk,
    ):
        yield phone, desk


def test_all_agree_in_the_end_and_nothing_that_was_acknowledged_is_gone(
    clients: tuple[httpx.Client, httpx.Client],
) -> None:
    phone, desk = clients

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(st.lists(STEP, min_size=STEPS, max_size=STEPS))
    def play(steps: list[Step]) -> None:
        world = World((Device(phone, "phone"), Device(desk, "desk")))
        for step in steps:
            world.do(step)
        world.check()

    play()
