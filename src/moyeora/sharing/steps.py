"""The steps of a waterfall, as the agreement says them: values only.

One class a kind. ``of`` is ``"receipt"``, ``"left"`` or the id of an earlier step; amounts are
integers of the currency's smallest unit and run, like caps, floors and brackets, over the whole
item and not per receipt (unless ``per`` says so).
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from moyeora.sharing.division import Division
from moyeora.sharing.tables import Words


@dataclass(frozen=True, slots=True)
class Bracket:
    """``rate`` applies to the part of the base up to ``up_to`` (None: without end)."""

    up_to: int | None
    rate: Fraction


@dataclass(frozen=True, slots=True)
class Amount:
    """How much a step takes: brackets of a base or a fixed amount, with floor, cap, rounding."""

    of: str
    brackets: tuple[Bracket, ...]
    fixed: int | None
    floor: int
    cap: int | None
    overflow_to: str
    rounding: str
    unit: int
    per: str


@dataclass(frozen=True, slots=True)
class Step:
    """What all steps have. ``number`` is the clause as people cite it: ``"3"`` or ``"3.1"``."""

    id: str
    number: str
    title: Words
    note: Words


@dataclass(frozen=True, slots=True)
class Fee(Step):
    """A rate or an amount to one party, or into steps of its own; also ``tax`` and its rest."""

    kind: str
    amount: Amount
    to: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Advance(Step):
    """Recoups what parties advanced: ``rate`` of the base (None: all that is left)."""

    of: str
    rate: Fraction | None
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reimburse(Step):
    """Pays approved, documented costs of the kinds ``costs`` (empty: every kind)."""

    rule: str
    costs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reserve(Step):
    """Fills a reserve; ``release_fact`` or ``release_on`` says when it goes back to the pot."""

    amount: Amount
    release_fact: str
    release_on: date | None


@dataclass(frozen=True, slots=True)
class Adjust(Step):
    """A penalty or bonus: ``each`` unit of a fact beyond ``free`` costs an amount or a rate.

    ``source`` is a firm, or ``"left"`` for a bonus out of the pot; ``to`` is a party, or the id
    of a ``share`` step whose other firms get it by their shares.
    """

    fact: str
    free: int
    each: int | None
    rate: Fraction | None
    of: str
    cap: int | None
    source: str
    to: str


@dataclass(frozen=True, slots=True)
class Share(Step):
    """Divides what is left."""

    division: Division


@dataclass(frozen=True, slots=True)
class Loss(Step):
    """Who bears costs that no receipt covered, at the final receipt."""

    division: Division


@dataclass(frozen=True, slots=True)
class Remaining(Step):
    """What is still left goes to one party."""

    to: str
