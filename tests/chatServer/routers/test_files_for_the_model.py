"""What a model is given of the files of a session, over real sockets from the real Storage."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest

from chatServer.attachment_errors import StorageUnavailable
from chatServer.database.attachment_store import AttachmentStore, ByteRange
from chatServer.services import file_reader
from tests.chatServer.files import BINARY, PDF, PNG, stored_names, uploaded
from tests.chatServer.live_server import SseEvent, Visit, message_body, read_all
from tests.chatServer.turn_stage import DEADLINE_SECONDS
from tests.fakes.openai_server import Prompt, Refusal

PNG_URL = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
PDF_URL = f"data:application/pdf;base64,{base64.b64encode(PDF).decode()}"


async def ask(visit: Visit, text: str, **files: bytes) -> list[SseEvent]:
    """Sends a message with files, their names with an underscore for the dot."""
    ids = [
        (await uploaded(visit.client, visit.session_id, content, name.replace("_", ".")))["id"]
        for name, content in files.items()
    ]
    body = message_body(text) | {"attachment_ids": ids}
    async with visit.client.stream("POST", visit.path, json=body) as response:
        return await read_all(response)


def answer(events: list[SseEvent]) -> dict[str, Any]:
    """The answer as the stream's last event has it."""
    message: dict[str, Any] = events[-1].data["message"]
    return message


async def empty_storage(visit: Visit) -> None:
    """Removes a user's files behind the server's back."""
    user_id = visit.caller.user_id
    names = await stored_names(visit.stage.api, user_id)
    async with httpx.AsyncClient(trust_env=False, timeout=DEADLINE_SECONDS) as http:
        removed = await http.request(
            "DELETE",
            f"{visit.stage.api.url}/storage/v1/object/chat-attachments",
            headers={"apikey": visit.stage.api.secret_key},
            json={"prefixes": names},
        )
    assert removed.is_success
    assert await stored_names(visit.stage.api, user_id) == []


async def test_images_pdfs_and_texts_are_given_now_and_with_the_next_question(
    visit: Visit,
) -> None:
    text = "wind: 12 m/s".encode("utf-8-sig")
    await ask(visit, "What is this?", red_png=PNG, paper_pdf=PDF, log_txt=text, x_bin=BINARY)
    await ask(visit, "And now?")
    first, second = visit.stage.fake.prompts
    for prompt in (first, second):
        image, pdf = prompt.files
        assert image["image_url"]["url"] == PNG_URL
        assert pdf["file"] == {"file_data": PDF_URL, "filename": "paper.pdf"}
        told = prompt.messages[0][1]
        assert told.startswith("What is this?\n\n[Attached: red.png (image/png)]")
        assert "[Attached: log.txt (text/plain)]\nwind: 12 m/s\n[End of the file: log.txt]" in told
        assert "[Attached, but its content cannot be seen: x.bin" in told


async def test_a_message_with_text_files_alone_stays_a_plain_string(visit: Visit) -> None:
    await ask(visit, "", notes_txt=b"bring a coat")
    assert "bring a coat" in visit.stage.fake.prompts[-1].body["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("refusal", "taken"),
    [
        (Refusal(400, {"message": "image_url is only supported by certain models."}), ["file"]),
        (Refusal(400, {"message": "unknown variant `file`, expected image_url"}), ["image_url"]),
        (Refusal(413), ["image_url"]),
    ],
)
async def test_what_a_model_refuses_is_only_named_to_it(
    visit: Visit, refusal: Refusal, taken: list[str]
) -> None:
    def is_too_much(prompt: Prompt) -> bool:
        return [part["type"] for part in prompt.files] != taken

    visit.stage.fake.script(refusal, when=is_too_much)
    told = answer(await ask(visit, "Look", red_png=PNG, paper_pdf=PDF))
    assert told["status"] == "complete"
    assert told["fallback_notice"] is None
    assert "its content cannot be seen: " in told["content"]


async def test_one_broken_image_does_not_keep_the_next_from_the_model(visit: Visit) -> None:
    visit.stage.fake.script(
        Refusal(400, {"message": "You uploaded an unsupported image."}),
        when=lambda prompt: "broken" in prompt.messages[-1][1] and prompt.files != [],
    )
    await ask(visit, "broken", red_png=PNG)
    assert visit.stage.fake.prompts[-1].files == []
    await ask(visit, "whole", red_png=PNG)
    assert visit.stage.fake.prompts[-1].files != []


async def test_files_past_the_room_of_one_question_are_only_named(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_reader, "MODEL_FILES_MAX_BYTES", len(PDF) + 10)
    monkeypatch.setattr(file_reader, "MODEL_TEXT_FILE_MAX_BYTES", 4)
    await ask(visit, "old", old_png=PNG)
    await ask(visit, "new", paper_pdf=PDF, long_txt="aäöü".encode())
    prompt = visit.stage.fake.prompts[-1]
    assert [part["type"] for part in prompt.files] == ["file"]
    assert "its content cannot be seen: old.png" in prompt.messages[0][1]
    assert "\naä\n[Only its beginning is shown: long.txt]" in prompt.messages[-1][1]


async def regenerate(visit: Visit) -> dict[str, Any]:
    """Asks for another answer to the newest message, and returns it."""
    newest = (await visit.client.get(visit.path)).json()["messages"][-1]["id"]
    body = {"client_request_id": message_body("")["client_request_id"]}
    path = f"{visit.path}/{newest}/regenerate"
    async with visit.client.stream("POST", path, json=body) as response:
        return answer(await read_all(response))


async def test_a_file_that_storage_has_lost_is_only_named(visit: Visit) -> None:
    await ask(visit, "first", red_png=PNG)
    await empty_storage(visit)
    assert (await regenerate(visit))["status"] == "complete"
    prompt = visit.stage.fake.prompts[-1]
    assert prompt.files == []
    assert "its content cannot be seen: red.png" in prompt.messages[-1][1]


async def test_a_file_that_cannot_be_read_fails_the_answer_to_it_and_no_later_one(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(visit, "first", red_png=PNG)
    out_of_reach = await stored_names(visit.stage.api, visit.caller.user_id)
    read = AttachmentStore.read

    @asynccontextmanager
    async def read_within_reach(
        store: AttachmentStore, user_id: UUID, object_id: UUID, *, part: ByteRange | None = None
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        if f"{user_id}/{object_id}" in out_of_reach:
            raise StorageUnavailable
        async with read(store, user_id, object_id, part=part) as pieces:
            yield pieces

    monkeypatch.setattr(AttachmentStore, "read", read_within_reach)
    failed = await regenerate(visit)
    assert (failed["status"], failed["failure_reason"]) == (
        "failed",
        "The files of this message could not be read just now; try again.",
    )
    assert answer(await ask(visit, "later", blue_png=PNG))["status"] == "complete"
    assert len(visit.stage.fake.prompts[-1].files) == 1
