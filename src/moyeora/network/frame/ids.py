"""Ids: UUIDv7, so that rows made later sort later and a look-up index stays compact."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A new id in the order of time."""
    return uuid7()
