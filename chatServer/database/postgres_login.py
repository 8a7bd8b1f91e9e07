"""Whether the user of SUPABASE_DB_URL can act as the callers do, found out before serving."""

import logging
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import PGconn, Ping
from pydantic import SecretStr

from chatServer.database.postgres_pool import complete_address
from chatServer.settings import SettingsError

logger = logging.getLogger(__name__)

MALFORMED: Final = "SUPABASE_DB_URL cannot be read as an address of a Postgres database."
REFUSED: Final = "SUPABASE_DB_URL is refused by its database server{reason}."
NO_ROLES: Final = (
    "SUPABASE_DB_URL must name a user who may set the roles authenticated and service_role,"
    " as postgres may on Supabase."
)


def check_postgres_login(url: SecretStr) -> None:
    """Return when the user may act as every caller, or when nobody answers now.

    Raises:
        SettingsError: The address will never do.
    """
    try:
        address = complete_address(url)
    except psycopg.Error:
        # Not chained: what could not be read may be the password.
        raise SettingsError(MALFORMED) from None
    try:
        with psycopg.connect(address, prepare_threshold=None) as connection:
            for role in (b"authenticated", b"service_role"):
                connection.execute(b"set local role " + role)
    except psycopg.OperationalError as error:
        if PGconn.ping(_without_verification(address).encode()) == Ping.OK:
            raise SettingsError(REFUSED.format(reason=_reason(error))) from None
        logger.warning("SUPABASE_DB_URL: the database does not answer yet.")
    except psycopg.DatabaseError:
        raise SettingsError(NO_ROLES) from None


def _without_verification(address: str) -> str:
    """Return the address for a look whether anybody answers, whatever is wrong with encryption."""
    given = conninfo_to_dict(address)
    unverified = {"sslmode": "prefer", "sslrootcert": "", "sslnegotiation": "postgres"}
    return make_conninfo(address, **{n: v for n, v in unverified.items() if n in given})


def _reason(error: psycopg.OperationalError) -> str:
    """Return what the server said, or what libpq missed in it."""
    _, found, said = str(error).rpartition(" failed: ")
    said = said.removeprefix("FATAL:").strip()
    return f": {said.splitlines()[0].rstrip('.')}" if found and said else ""
