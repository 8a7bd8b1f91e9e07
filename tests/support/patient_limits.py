"""Imported before the server: on a busy machine nothing counts as away that is only slow."""

from chatServer import limits

limits.DATABASE_CONNECT_SECONDS = 50.0
limits.DATABASE_READ_SECONDS = 50.0
limits.DATABASE_POOL_SECONDS = 50.0
limits.READY_TIMEOUT_SECONDS = 50.0
limits.PROVIDER_CONNECT_SECONDS = 50.0
