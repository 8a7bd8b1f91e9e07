"""Imported before the server: leases of moments, so that dead processes are missed soon."""

from chatServer import limits

limits.LEASE_SECONDS = 3
limits.SWEEP_SECONDS = 0.5
limits.CHECKPOINT_SECONDS = 0.5
limits.PLAN_LEASE_SECONDS = 2
limits.PLAN_TICK_SECONDS = 0.2
limits.RUN_CLAIM_LEASE_SECONDS = 2
limits.RUN_TICK_SECONDS = 0.2
