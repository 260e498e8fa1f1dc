"""Which jobs there are: a function for each kind, what people call it, and when it comes round."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

Do = Callable[..., "dict[str, Any] | None"]


@dataclass(frozen=True)
class Kind:
    """``every``: how long a round of a periodic job is; None for a job that people start."""

    do: Do
    title: Any
    every: timedelta | None = None


KINDS: Final[dict[str, Kind]] = {}


def job(kind: str, *, title: Any = "", every: timedelta | None = None) -> Callable[[Do], Do]:
    """Register the function that does jobs of a kind: it gets a Task and the job's arguments.

    ``title``: what the page calls it, lazily translated. The function must be able to begin again
    after a worker's death: see :meth:`.work.Task.finishing`. What it returns is the job's result
    (JSON); ``{"url": ...}`` in it is where the page leads when the job is done.
    """

    def register(do: Do) -> Do:
        assert kind not in KINDS, f"two functions do jobs of the kind {kind}"
        KINDS[kind] = Kind(do, title or kind, every)
        return do

    return register


def daily(kind: str, *, title: Any = "") -> Callable[[Do], Do]:
    """A job that a worker starts once a day, in the night of Korea."""
    return job(kind, title=title, every=timedelta(days=1))


def hourly(kind: str, *, title: Any = "") -> Callable[[Do], Do]:
    """A job that a worker starts once an hour."""
    return job(kind, title=title, every=timedelta(hours=1))
