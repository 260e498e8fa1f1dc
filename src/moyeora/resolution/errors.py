"""What can go wrong, said to the person who can mend it.

A :class:`Fault` is a value: many are collected and reported together. A
:class:`ResolutionError` ends a job. A :class:`Refusal` is neither: it is the answer of
:func:`moyeora.resolution.step` to an act that the manual does not allow now.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from moyeora.resolution.text import Text


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in a file: where it is, what is wrong, what to write instead."""

    file: str
    key: str
    wrong: str
    instead: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.wrong}; {self.instead}"


class ResolutionError(Exception):
    """The base of this room's errors. ``code`` is stable; the message may change."""

    code = "resolution"


class FileFaults(ResolutionError):
    """A manual or a file of events cannot be read as it is; ``faults`` holds all of them."""

    code = "resolution.file"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class ManualTooLarge(ResolutionError):
    """A manual whose counters combine in more ways than the checker explores."""

    code = "resolution.too-large"


class RemedyError(ResolutionError):
    """A remedy was asked for something it does not define; the message says what and why."""

    code = "resolution.remedy"


class CalendarError(ResolutionError):
    """A date or a term that the calendar does not cover."""

    code = "resolution.calendar"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An act that is not allowed now; the case is unchanged.

    ``code`` is one of ``ended``, ``other-manual``, ``unknown-event``, ``not-entitled``,
    ``too-often``, ``already-done``, ``out-of-order``, ``unknown-firm``, ``bad-data``, ``sum``,
    ``range``.
    """

    code: str
    reason: Text

    def __str__(self) -> str:
        return f"{self.code}: {self.reason.of('en')}"
