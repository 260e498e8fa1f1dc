"""What is wrong with an input, said to the person who can mend it.

A fault is a value: many are collected and reported together. Only when a job cannot go on
are they raised, all in one :class:`Refused`.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    ``code`` is stable (programs may compare it), ``where`` is the file and key
    (``agreement.toml: step[2].rate``), ``what`` says what is wrong and ``instead`` what to
    write.
    """

    code: str
    where: str
    what: str
    instead: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} [{self.code}]\n    write instead: {self.instead}"


class SharingError(Exception):
    """The base of every error of this room; ``code`` is stable, ``faults`` may be empty."""

    code = "sharing"

    def __init__(self, message: str, faults: Iterable[Fault] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


class Refused(SharingError):
    """An input has faults; all of them are in ``faults`` and in the message."""

    code = "refused"

    def __init__(self, faults: Iterable[Fault]) -> None:
        found = tuple(faults)
        count = "1 fault" if len(found) == 1 else f"{len(found)} faults"
        super().__init__("\n".join([count, *map(str, found)]), found)


def refuse(code: str, where: str, what: str, instead: str) -> Refused:
    """One fault, ready to be raised."""
    return Refused([Fault(code, where, what, instead)])
