"""Files of a user of the registry, stored and sent as chatServer does it."""

import hashlib

from tests.supabase.migrations.registry_user import Json, RegistryUser, new_request

CONTENT_SHA256 = hashlib.sha256(b"content").hexdigest()

ATTACHMENT_STATEMENTS = {
    "read the attachments": "select * from chat_attachments where session_id = %(session_id)s",
    "read an attachment": "select * from chat_attachments where id = %(attachment_id)s",
    "read the stored files": "select * from chat_attachment_objects where id = %(object_id)s",
    "read what carries it": (
        "select * from chat_message_attachments where attachment_id = %(attachment_id)s"
    ),
    "rename an attachment": (
        "update chat_attachments set filename = 'x' where id = %(attachment_id)s returning *"
    ),
    "give a file up": (
        "update chat_attachment_objects set status = 'unused', due_at = now()"
        " where id = %(object_id)s"
    ),
    "delete an attachment": "delete from chat_attachments where id = %(attachment_id)s",
    "copy their file": (
        "insert into chat_attachments (session_id, user_id, object_id, filename, content_type,"
        " kind, size_bytes, sha256) values (%(mine)s, %(me)s, %(object_id)s, 'x', 'a/b', 'file',"
        " 1, repeat('0', 64))"
    ),
    "attach it to my session": (
        "insert into chat_message_attachments (message_id, position, attachment_id, session_id,"
        " user_id) values (%(message_id)s, 1, %(attachment_id)s, %(mine)s, %(me)s)"
    ),
    "attach it for them": (
        "insert into chat_message_attachments (message_id, position, attachment_id, session_id,"
        " user_id) values (%(message_id)s, 2, %(attachment_id)s, %(session_id)s, %(user_id)s)"
    ),
}


def begin_upload(user: RegistryUser, session_id: str, size_bytes: int = 7, **given: object) -> str:
    """Keeps room for a file; returns the id it is stored under."""
    begun = user.call_as_service(
        "begin_attachment", session_id=session_id, size_bytes=size_bytes, **given
    )
    return str(begun["object_id"])


def complete_upload(
    user: RegistryUser, session_id: str, object_id: str, filename: str = "notes.txt"
) -> Json:
    """Makes a stored file an attachment of the session."""
    completed = user.call_as_service(
        "complete_attachment",
        session_id=session_id,
        object_id=object_id,
        filename=filename,
        content_type="text/plain",
        kind="text",
        checksum=CONTENT_SHA256,
    )
    attachment: Json = completed["attachment"]
    return attachment


def upload(
    user: RegistryUser, session_id: str, filename: str = "notes.txt", size_bytes: int = 7
) -> str:
    """Stores an attachment that no message carries yet; returns its id."""
    object_id = begin_upload(user, session_id, size_bytes)
    return str(complete_upload(user, session_id, object_id, filename)["id"])


def send(
    user: RegistryUser, session_id: str, *ids: str, content: str = "", **given: object
) -> Json:
    """Begins a turn with attachments."""
    request = new_request() | {"content": content, "attachments": attachments(*ids)} | given
    return user.call("begin_turn_v2", session_id=session_id, **request)


def attachments(*ids: str) -> Json:
    """The ids as a function takes them."""
    return {"ids": list(ids)}


def ids_of(message: Json) -> list[str]:
    """The attachments that a message shows, in order."""
    return [attachment["id"] for attachment in message["attachments"]]


def send_attachment(user: RegistryUser, session_id: str) -> tuple[str, str]:
    """Sends a message with one file; returns the ids of the attachment and of the stored file."""
    object_id = begin_upload(user, session_id)
    attachment_id = str(complete_upload(user, session_id, object_id)["id"])
    send(user, session_id, attachment_id)
    return attachment_id, object_id


def object_status(user: RegistryUser, object_id: str) -> object:
    """The status of a stored file as the owner of the tables sees it; None when its row is gone."""
    with user.database.connect() as connection:
        row = connection.execute(
            "select o.status from chat_attachment_objects o where o.id = %s", (object_id,)
        ).fetchone()
    return row[0] if row else None
