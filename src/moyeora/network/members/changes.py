"""What follows when firms change: whoever shows firms from a copy makes the copy right."""

from collections.abc import Iterable
from uuid import UUID


def firms_changed(ids: Iterable[UUID]) -> None:
    """Actions that change a firm's name, number, trade, place, profile, standing, offers or
    certificates call this last, in their transaction.
    """
