"""A case as an immutable value, and how it is opened.

A case never changes: :func:`moyeora.resolution.step.step` returns a new one. Its ``history``
holds every act and every passing of a term, so that it can be replayed and read years later.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from moyeora.resolution.errors import Fault, FileFaults
from moyeora.resolution.frozen import freeze_fields
from moyeora.resolution.manual import Finding, Manual
from moyeora.resolution.money import Amounts, Item, Money, at_risk, difference, owed, statements
from moyeora.resolution.text import Text

SILENCE = "silence"
ROUTE = "few"
TALLY = "tally"


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a firm or a seat does. ``data`` depends on the event's effect:

    ====================  ============================================================
    ``vote``              ``ballot``: "for", "against" or "abstain"
    ``claim``             ``item``: id, ``claimed``: firm -> amount, ``title``: language -> text
    ``concede``           ``item``: id, ``amount``: how much of its own loss the firm admits
    ``offer``             ``terms``: item -> firm -> amount, or ``upheld``: item -> "2/3"
    ``agree(_part)``      ``offer``: the number of the offer, from 1
    ``join``              ``claimants`` and ``respondents``: lists of firms
    ``move``, ``decide``  ``terms`` or ``upheld``; an item left out stays as conceded
    ====================  ============================================================

    Any act may carry a ``note``: a sentence, or sentences by language.
    """

    id: str
    by: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        freeze_fields(self, "data")


@dataclass(frozen=True, slots=True)
class Offer:
    """A settlement that ``by`` offers to all parties; numbered from 1 in the case."""

    number: int
    by: str
    on: date
    terms: Mapping[str, Amounts]
    confidential: bool

    def __post_init__(self) -> None:
        freeze_fields(self, "terms")


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice that starts a state's clock.

    ``clock`` is the day on which it has arrived with all addressees (that day is not
    counted), ``last_day`` the last day on which the state's acts are possible.
    """

    to: tuple[str, ...]
    sent: date
    clock: date
    last_day: date | None
    silence: Text


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the record. ``to`` is the state it led to, None if the state went on."""

    on: date
    state: str
    id: str
    by: str
    data: Mapping[str, Any]
    to: str | None
    confidential: bool

    def __post_init__(self) -> None:
        freeze_fields(self, "data")


@dataclass(frozen=True, slots=True)
class Case:
    """One matter on its way through the manual."""

    manual: str
    digest: str
    track: str
    opened: date
    firms: tuple[str, ...]
    claimants: frozenset[str]
    respondents: frozenset[str]
    holders: Mapping[str, str]
    items: tuple[Item, ...]
    money: Money
    state: str
    entered: date
    notice: Notice
    arrived: Mapping[str, date] = field(default_factory=dict)
    done: Mapping[tuple[str, int], frozenset[str]] = field(default_factory=dict)
    ballots: Mapping[str, str] = field(default_factory=dict)
    motion: Mapping[str, Amounts] | None = None
    offers: tuple[Offer, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    finding: Finding = "none"
    history: tuple[Entry, ...] = ()
    ended: date | None = None

    def __post_init__(self) -> None:
        freeze_fields(self, "holders", "arrived", "done", "ballots", "motion", "counts")

    @property
    def parties(self) -> frozenset[str]:
        return self.claimants | self.respondents

    @property
    def voters(self) -> frozenset[str]:
        """The firms without conflict."""
        return frozenset(self.firms) - self.parties

    @property
    def disputed(self) -> int:
        """The amount in dispute: the difference between the two statements argued for."""
        return difference(*statements(self.money.statement, self.items, self.claimants))

    @property
    def at_risk(self) -> dict[str, int]:
        return at_risk(self.money.statement, self.items, self.claimants)

    @property
    def owed(self) -> dict[str, int]:
        """What firms have still to get (+) or to pay back (-) among themselves; sums to 0."""
        return owed(self.money, self.items)

    def group(self, name: str) -> frozenset[str]:
        """The firms of ``claimants``, ``respondents``, ``parties``, ``firms`` or ``voters``."""
        return frozenset(self.firms) if name == "firms" else frozenset(getattr(self, name))


def actors(manual: Manual, case: Case, by: str) -> frozenset[str]:
    """Who may act where the manual says ``by``: firms, or the one who holds the seat now."""
    seat = manual.seats.get(by)
    if seat is None:
        return case.group(by)
    if seat.neutral:
        return frozenset({seat.id})
    holder = case.holders[seat.id]
    if holder in case.parties and seat.stand_in is not None:
        return actors(manual, case, seat.stand_in)
    return frozenset({holder})


def record(case: Case, manual: Manual, reader: str) -> tuple[Entry, ...]:
    """The record as ``reader`` (a firm or a seat) may see it.

    Parties see everything. Others, and so everyone who may decide later, do not see what was
    said and offered in a confidential state; a seat that acted there sees it as well.
    """
    inside = {
        event.by for state in manual.states.values() if state.confidential for event in state.events
    }
    if reader in case.parties or reader in inside:
        return case.history
    return tuple(entry for entry in case.history if not entry.confidential)


def case_faults(
    manual: Manual,
    track: str,
    firms: tuple[str, ...],
    claimants: frozenset[str],
    respondents: frozenset[str],
    holders: Mapping[str, str],
    statement: Amounts,
    items: tuple[Item, ...],
    file: str,
) -> list[Fault]:
    """Everything that keeps a case from being opened."""
    faults: list[Fault] = []

    def fault(key: str, wrong: str, instead: str) -> None:
        faults.append(Fault(file, key, wrong, instead))

    if track not in manual.tracks:
        fault("case.track", f"there is no track {track!r}", f"write {', '.join(manual.tracks)}")
        return faults
    if manual.tracks[track].amount and not items:
        fault("item", "is missing", "name the amount in dispute: write at least one [[item]]")
    least, most = manual.firms
    if len(set(firms)) != len(firms):
        fault("case.firms", "names a firm twice", "name each once")
    if not least <= len(firms) <= most:
        fault("case.firms", f"names {len(firms)} firms", f"the manual is for {least} to {most}")
    for firm in firms:
        if firm in manual.seats:
            fault("case.firms", f"{firm!r} is a seat of the manual", "give the firm another id")
    for side, named, (low, high) in (
        ("claimants", claimants, manual.tracks[track].claimants),
        ("respondents", respondents, manual.tracks[track].respondents),
    ):
        for firm in sorted(named - set(firms)):
            fault(f"case.{side}", f"{firm!r} is no firm of the case", f"write {', '.join(firms)}")
        if not low <= len(named) <= high:
            fault(f"case.{side}", f"names {len(named)}", f"name {low} to {high} firms")
    for firm in sorted(claimants & respondents):
        fault("case.respondents", f"{firm!r} is a claimant too", "put it on one side")
    for seat in manual.seats.values():
        if not seat.neutral and holders.get(seat.id) not in firms:
            fault(f"case.seats.{seat.id}", "is held by no firm of the case", "name the firm")
    for seat_id in holders:
        if seat_id not in manual.seats or manual.seats[seat_id].neutral:
            fault(f"case.seats.{seat_id}", "is no seat that a firm holds", "take it out")
    for firm in sorted(set(firms) ^ set(statement)):
        fault(f"case.statement.{firm}", "is only in one of firms and statement", "put it in both")
    if sum(statement.values()) < 0:
        fault("case.statement", "is less than zero in sum", "state what there is to divide, or 0")
    for item in items:
        for wrong in item_faults(item, claimants | respondents, items):
            fault(f"item[{item.id}].{wrong.key}", wrong.wrong, wrong.instead)
    return faults


@dataclass(frozen=True, slots=True)
class ItemFault:
    """What is wrong with an item, with the code under which an act that makes it is refused."""

    code: str
    key: str
    wrong: str
    instead: str


def item_faults(item: Item, parties: frozenset[str], items: tuple[Item, ...]) -> list[ItemFault]:
    """Everything that is wrong with one item of ``items``."""
    faults = []
    if sum(other.id == item.id for other in items) > 1:
        faults.append(ItemFault("bad-data", "id", "is written twice", "give each its own id"))
    if item.by not in parties:
        faults.append(ItemFault("unknown-firm", "by", f"{item.by!r} is no party", "name a party"))
    total = sum(item.claimed.values())
    if total:
        instead = "what one gets another gives: make it 0"
        faults.append(ItemFault("sum", "claimed", f"sums to {total}", instead))
    if not any(item.claimed.values()):
        instead = "name the amount in dispute"
        faults.append(ItemFault("bad-data", "claimed", "claims nothing", instead))
    for firm in sorted(set(item.claimed) - parties):
        instead = "make it a claimant or a respondent"
        faults.append(ItemFault("unknown-firm", f"claimed.{firm}", "is no party", instead))
    return faults


def check_case(faults: list[Fault]) -> None:
    """Raise the faults, if there are any."""
    if faults:
        raise FileFaults(faults)
