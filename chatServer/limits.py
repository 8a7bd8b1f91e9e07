"""Every limit of the server in one place; the database's checks say the same."""

BODY_MAX_BYTES = 1024 * 1024
AGUI_BODY_MAX_BYTES = 16 * 1024 * 1024
"""Clients of AG-UI send everything said so far with each message."""

URL_MAX_BYTES = 65_535
"""What the HTTP parser can take apart."""

MESSAGE_MAX_BYTES = 64 * 1024
"""Largest content of a user's message, in UTF-8 bytes."""

MESSAGE_ID_MAX = 2**53 - 1
"""What every JSON reader keeps exactly; browsers and Supabase Lite round what is larger."""

SESSION_ID_MAX_LENGTH = 200
CLIENT_REQUEST_ID_MAX_LENGTH = 200
TITLE_MAX_LENGTH = 200
TOPIC_MAX_LENGTH = 200
AGENT_NAME_MAX_LENGTH = 100
DECLARED_NAME_MAX_LENGTH = 50
"""What a button in Telegram and the address of an agent have room for."""

AGENT_TITLE_MAX_LENGTH = 60

ATTACHMENT_MAX_BYTES = 20 * 1024 * 1024
MODEL_FILES_MAX_BYTES = ATTACHMENT_MAX_BYTES
"""All files given to a model with one question; older ones are only named."""
MODEL_FILES_MAX = 20
MODEL_TEXT_FILE_MAX_BYTES = 200_000
ATTACHMENTS_PER_MESSAGE_MAX = 10
ATTACHMENT_QUOTA_BYTES = 1024 * 1024 * 1024
FILENAME_MAX_LENGTH = 255
UPLOAD_BODY_MAX_BYTES = ATTACHMENT_MAX_BYTES + 64 * 1024
"""A whole upload: the file and what multipart puts around it."""

STORAGE_READ_SECONDS = 30.0
STORAGE_WRITE_SECONDS = 10.0
STORAGE_UPLOAD_SECONDS = 120.0
"""Longest way of one file into Storage; far below its lease, so that a sweep never overtakes it."""

STORAGE_LEASE_SECONDS = 600
PAGE_LIMIT_MAX = 200
PAGE_LIMIT_DEFAULT = 50
PAGE_OFFSET_MAX = 1_000_000
CURSOR_MAX_LENGTH = 1500
QUERY_MAX_LENGTH = 200
TOMBSTONE_DAYS = 30
"""How long a deleted session is told of; the database forgets it after the same time."""

SESSION_VERSION_MAX = 2**53 - 1

SYNC_SESSIONS_MAX = 200
SYNC_MESSAGES_MAX = 1000
"""Messages of one PUT or sync, over all its sessions."""

ACCESS_TOKEN_MAX_LENGTH = 16 * 1024
BODY_TIMEOUT_SECONDS = 8.0
"""Longest wait for the next piece of a request's body."""

READY_TIMEOUT_SECONDS = 2.0
DATABASE_CONNECT_SECONDS = 2.0
DATABASE_READ_SECONDS = 8.0
DATABASE_POOL_SECONDS = 5.0
DATABASE_CONNECTIONS_MAX = 100
DATABASE_POOL_SIZE = 16
"""Connections of one process to Postgres itself; hosted projects begin at 60 for everybody."""
DATABASE_IDLE_SECONDS = 300.0
"""How long a connection to Postgres is kept unused."""
RETRY_AFTER_SECONDS = 2
JWKS_CACHE_SECONDS = 600.0
JWKS_REFETCH_SECONDS = 10.0
"""Shortest time between two fetches, whatever key ids the tokens name."""

SHUTDOWN_SECONDS = 5

LEASE_SECONDS = 30
"""How long an answer that nobody renews stays streaming before it counts as interrupted."""

CHECKPOINT_SECONDS = 1.0
CHECKPOINT_BYTES = 2048
CHECKPOINT_BATCH = 200
CHECKPOINT_BATCH_BYTES = 512 * 1024
"""Texts of one call that stores the checkpoints of many answers; one longer text goes alone."""
CONTEXT_ITEMS_DEFAULT = 200
CONTEXT_ITEMS_MAX = 1000
CONTEXT_MAX_BYTES = 8 * 1024 * 1024
"""What an agent is told of a session at most, however few items that is."""

MEMORY_RETRY_SECONDS = (0.25, 1.0)
"""How long an agent program waits before it calls an absent database again, and once more."""
ITEM_SHOWN_LENGTH = 500
"""What a stored row shows of a call of a tool, or of its result."""

TOOL_TURNS_DEFAULT = 8
TOOL_TURNS_MAX = 50
"""How often in one answer an agent may use its tools, several at once counted as one."""
TOOL_SECONDS_DEFAULT = 20.0
TOOL_SECONDS_MAX = 300.0
TOOL_RESULT_BYTES_DEFAULT = 32 * 1024
TOOL_RESULT_BYTES_MAX = 256 * 1024
TOOL_CALLS_MAX = 64
"""How many uses of tools one answer may have in all."""
TOOL_STEPS_MAX = 64
"""How many uses an answer tells of, with those of a text that it goes on with."""
TOOL_ARGUMENTS_MAX_BYTES = 64 * 1024
TOOL_ITEMS_MAX_BYTES = 4 * 1024 * 1024
"""What all results of one answer may hold together."""
TOOLS_AT_ONCE = 4
TOOL_THREADS_MAX = 64
"""How many uses of plain functions may go on in a process, those counted that never return."""

PROVIDER_CONNECT_SECONDS = 5.0
REPLY_MAX_SECONDS = 600.0
REPLY_MAX_BYTES = 1024 * 1024
CANCEL_WAIT_SECONDS = 8.0
SWEEP_SECONDS = 10.0

LINK_CODE_SECONDS = 600
INBOX_LEASE_SECONDS = 20
INBOX_HANDLE_SECONDS = 16.0
"""Longest work on one update; below its lease, so that two never work on it."""
INBOX_FILE_SECONDS = 12.0
"""Longest way of one file from a channel into Storage; what is left is for the turn."""

OUTBOX_LEASE_SECONDS = 30
OUTBOX_SEND_SECONDS = 20.0
OUTBOX_MARK_SECONDS = 8.0
"""Longest time to mark what was sent; with the sending it stays below the lease."""
CHANNEL_IDLE_SECONDS = 1.0
"""How soon what another process stored is noticed."""

CHANNEL_WORKERS = 8
TELEGRAM_PART_MAX_UNITS = 3900
"""In UTF-16 units; Telegram takes 4,096 after parsing."""

TELEGRAM_ENTITIES_MAX = 100
TELEGRAM_DRAFT_SECONDS = 1.5
TELEGRAM_POLL_SECONDS = 10
TELEGRAM_POLLER_LEASE_SECONDS = 20

SCHEDULES_PER_USER_MAX = 100
CRON_MAX_LENGTH = 200
TIMEZONE_MAX_LENGTH = 100
SCHEDULE_MIN_MINUTES = 5
"""Shortest time between two runs of one schedule."""

SCHEDULE_PREVIEW_TIMES = 5
SCHEDULE_CATCH_UP_SECONDS = 24 * 3600
"""How late a run may begin after an outage; older times are recorded as missed."""

SCHEDULE_MISSED_MAX = 100
"""Missed times of one outage that become rows; those before them are counted in the oldest."""

PLAN_TICK_SECONDS = 2.0
PLAN_BATCH = 500
PLAN_LEASE_SECONDS = 30
RUN_TICK_SECONDS = 1.0
RUN_CLAIM_LEASE_SECONDS = 30
"""How long a run may take from its claim to its turn, whose own lease follows."""

TITLE_AFTER_MESSAGES = 10
TITLE_GENERATED_MAX_LENGTH = 80
TITLE_ANSWER_MAX_LENGTH = 400
"""Of a model's answer; more than a line is no title."""

TITLE_SECONDS = 20.0
TITLE_LEASE_SECONDS = 60
TITLE_IDLE_SECONDS = 2.0

RUNS_PER_PROCESS_MAX = 8
RUNS_PER_USER_MAX = 3

ARCHIVE_MAX_BYTES = 2 * 1024**3
"""Largest archive that is taken in, unless the operator sets another."""

ARCHIVE_SETTING_MAX_BYTES = 1024**4

ARCHIVE_UNPACKED_FACTOR = 10
"""How many times as large it may be unpacked."""

ARCHIVE_RATIO_MAX = 100
ARCHIVE_RATIO_FROM_BYTES = 256 * 1024**2
"""What unpacks to more than this must not be packed more tightly than the ratio."""

ARCHIVE_DIRECTORY_MAX_BYTES = 64 * 1024**2
"""Largest list of files, which is read into memory; enough for some 500,000 of them."""

ARCHIVE_LINE_MAX_BYTES = 32 * 1024**2
"""Longest line: a message and its item have a megabyte each, and JSON may write a byte as six."""

ARCHIVE_BATCH_BYTES = 1024**2
"""How much of a session is sent to the database at once, if more than one message."""

IMPORT_SESSION_MESSAGES_MAX = 100_000
IMPORT_CALL_SECONDS = 120.0
"""Longest wait for the database to store one session of an archive."""

IMPORT_FILE_LEASE_SECONDS = 3600
"""How long a file may wait in Storage for the rest of its session."""

IMPORT_FILES_FOUND_AT_ONCE = 1000
IMPORTS_CHECKED_AT_ONCE = 2
IMPORT_PROGRESS_SECONDS = 0.25
PATIENT_TRIES = 5
"""How often an export or import asks a database that does not answer, some 15 seconds in all."""

IMPORT_LISTED_MAX = 100
"""How many sessions a report names of each kind."""

RETENTION_INACTIVE_DAYS = 7
RETENTION_ARCHIVE_DAYS = 7
"""Of scheduled sessions; others are archived by their users alone unless a setting says so."""

RETENTION_DAYS_MAX = 36_500
RETENTION_PASS_SECONDS = 3600.0
"""From the end of one pass to the begin of the next, whichever process does it."""

RETENTION_TICK_SECONDS = 60.0
"""How often a process looks whether a pass is due."""

RETENTION_LEASE_SECONDS = 60
RETENTION_REST_SECONDS = 0.02
"""What lies between two batches, so that a long pass leaves the database to others."""
