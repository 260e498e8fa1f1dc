"""One receipt on its way down the waterfall, and what is written down on the way."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from moyeora.sharing.receipt import Receipt


class Line(NamedTuple):
    """What one party gets from one step: ``amount`` of the exact share ``due / scale``.

    ``due`` includes the remainder carried from earlier receipts; the difference to the amount
    is carried on. ``party`` is a party's id, or the step's own id for a reserve.
    """

    step: str
    party: str
    amount: int
    due: int
    scale: int


class Working(NamedTuple):
    """The numbers that went into one step, by name, and what was left after it."""

    step: str
    numbers: tuple[tuple[str, Any], ...]
    left: int


class Memory(NamedTuple):
    """What a step remembers: its base so far, what it gave to each outlet, what it owed."""

    base: int
    given: tuple[int, ...]
    owed: Fraction


class Totals(NamedTuple):
    """Everything that was reported so far, by id; costs by (party, kind)."""

    facts: Mapping[str, int]
    costs: Mapping[tuple[str, str], int]
    advances: Mapping[str, int]


class Flow:
    """One receipt on its way down; runners read and change it."""

    __slots__ = ("due", "left", "lines", "memory", "old", "receipt", "taken", "totals", "workings")

    def __init__(self, receipt: Receipt, totals: Totals, memory: Mapping[str, Memory]) -> None:
        self.receipt, self.totals, self.old = receipt, totals, memory
        self.left = receipt.amount
        self.memory: dict[str, Memory] = {}
        self.lines: list[Line] = []
        self.workings: list[Working] = []
        # What each step took of this receipt, for `of`; what each party is due of it.
        self.taken: dict[str, int] = {}
        self.due: dict[str, int] = {}

    def base(self, of: str) -> int:
        """The amount of which a rate is taken, of this receipt."""
        if of == "receipt":
            return self.receipt.amount
        return self.left if of == "left" else self.taken.get(of, 0)

    def give(self, step: str, party: str, amount: int, due: int, scale: int = 1) -> None:
        """Write a line."""
        self.lines.append(Line(step, party, amount, due, scale))
        self.due[party] = self.due.get(party, 0) + amount

    def note(self, step: str, memory: Memory, **numbers: Any) -> None:
        """Remember a step and the numbers that went in."""
        self.memory[step] = memory
        self.workings.append(Working(step, tuple(numbers.items()), self.left))
