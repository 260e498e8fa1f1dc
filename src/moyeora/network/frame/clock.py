"""What time it is, in one place, so that a story or a test can say it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_SAID: ContextVar[datetime | None] = ContextVar("said", default=None)


def now() -> datetime:
    """The present moment, aware, or what :func:`at` says."""
    return _SAID.get() or timezone.now()


def today() -> date:
    """The present day in Korea."""
    return timezone.localtime(now()).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Inside, :func:`now` is ``moment`` (aware)."""
    token = _SAID.set(moment)
    try:
        yield
    finally:
        _SAID.reset(token)
