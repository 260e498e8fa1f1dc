"""What is wrong with the input, and what ends the job.

Many cells can be wrong at once, so a fault is a value: readers collect faults and the caller
decides whether to go on without the bad rows. An exception only ends a job.
"""

from collections.abc import Iterable
from dataclasses import dataclass

SHOWN_FAULTS = 200
"""More lines than this help nobody; the count of the rest is still given."""


@dataclass(frozen=True, order=True)
class Fault:
    """One wrong thing in an input, for the person who can mend it.

    ``file`` names the input; ``row`` is the row of the table as a spreadsheet counts it (the
    header is row 1; 0 when the fault is not in a table); ``place`` is the column, or the key of
    an item; ``problem`` says what is wrong and ``remedy`` what to write instead.
    """

    file: str
    row: int
    place: str
    code: str
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        where = f"{self.file}, row {self.row}" if self.row else self.file
        place = f", {self.place}" if self.place else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{where}{place}: {self.problem}{remedy} [{self.code}]"


class FormationError(Exception):
    """The base of every error of this room; ``code`` is stable, the text is for people."""

    code = "formation"


class BadInput(FormationError):
    """Input that cannot be used; ``faults`` holds every fault that was found, in order."""

    code = "bad-input"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        shown = "\n".join(f"  {fault}" for fault in self.faults[:SHOWN_FAULTS])
        rest = len(self.faults) - SHOWN_FAULTS
        more = f"\n  ... and {rest} more" if rest > 0 else ""
        count = len(self.faults)
        super().__init__(f"{count} fault{'s' if count != 1 else ''} in the input:\n{shown}{more}")


class NoConsortium(FormationError):
    """No consortium meets every demand; :mod:`moyeora.formation.conflict` says which clash."""

    code = "no-consortium"


class OutOfTime(FormationError):
    """The time limit passed before any consortium was found."""

    code = "out-of-time"
