"""The domain's errors about archives; each is found before the first row is written."""

from chatServer.errors import DomainError


class ArchiveUnreadable(DomainError):
    """It is no ZIP file, or one that was cut off."""

    status_code = 422
    code = "archive_unreadable"
    title = "The archive cannot be read"
    default_detail = "This is not a whole ZIP file; nothing was imported."


class ArchiveInvalid(DomainError):
    """It does not hold what an archive holds."""

    status_code = 422
    code = "archive_invalid"
    title = "The archive is not valid"
    default_detail = "This is not an archive of chat-registry; nothing was imported."

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place} {problem}; nothing was imported.")
        self.errors = ((place, problem),)


class ArchiveDamaged(DomainError):
    """A file of it is not what its checksum says."""

    status_code = 422
    code = "archive_damaged"
    title = "The archive is damaged"

    def __init__(self, place: str) -> None:
        super().__init__(f"{place} does not match its checksum; nothing was imported.")
        self.errors = ((place, "does not match its checksum"),)


class ArchiveVersionUnsupported(DomainError):
    """A later release made it."""

    status_code = 422
    code = "archive_version_unsupported"
    title = "The archive is of a later version"
    default_detail = "A later release of chat-registry made this archive; nothing was imported."


class ArchiveTooLarge(DomainError):
    """It has more than this server takes, packed or unpacked."""

    status_code = 413
    code = "archive_too_large"
    title = "The archive is too large"
    default_detail = "This archive is larger than this server takes; nothing was imported."
