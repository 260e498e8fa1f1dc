"""The manual as a value: what :mod:`moyeora.resolution.reading` makes of ``manual.toml``.

A manual is a set of tracks (a difference, a default, an inspection, a decision). A track
starts in a state; in a state certain actors may act; every state but an end has a term, and
says what its passing in silence means. Guards are finite (what has been found so far), and
what leads back has a limit: that is what makes the whole procedure checkable.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, cast, get_args

from moyeora.resolution.calendar import Unit
from moyeora.resolution.text import Text

# Who may act: groups of firms, or the name of a seat. ``voters`` are the firms without
# conflict: no party to the case is among them.
Group = Literal["claimants", "respondents", "parties", "firms", "voters"]
GROUPS: tuple[str, ...] = get_args(Group)

# What a case has found so far; the only thing that a guard may ask.
Finding = Literal["none", "agreed", "decided"]
FINDINGS: tuple[Finding, ...] = get_args(Finding)

# What an end does with the money that is held.
Disposition = Literal["as_stated", "as_claimed", "as_agreed", "as_decided", "split"]
DISPOSITIONS: tuple[str, ...] = get_args(Disposition)
NEEDS_FINDING: Mapping[str, Finding] = {"as_agreed": "agreed", "as_decided": "decided"}

# What an event does besides leading on.
Effect = Literal[
    "none",
    "claim",  # one more item: a counter-claim, or what a rejection is about
    "concede",  # part of an item is no longer in dispute
    "offer",  # a settlement is offered to all parties
    "agree_part",  # some items are settled; the rest goes on
    "agree",  # an offer is accepted by all parties: everything is settled
    "withdraw",  # the claims are taken back
    "join",  # firms become parties
    "object",  # whoever objects becomes a party, if it is not one
    "move",  # the motion that a vote is about
    "decide",  # a decider finds who gets what
]
EFFECTS: tuple[str, ...] = get_args(Effect)
MOVING_EFFECTS = frozenset({"agree", "withdraw", "join", "object", "decide"})

# The acts every manual knows, whatever it calls its events.
RECEIVED = "received"
VOTE = "vote"
BALLOTS = ("for", "against", "abstain")


@dataclass(frozen=True, slots=True)
class Term:
    """A number of days and how they are counted."""

    days: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Event:
    """Something that an actor may do in a state.

    ``to`` is None when the state goes on and its clock with it. ``needs`` says whether one
    of the group is enough or all must do it. ``limit`` is how often it may happen in a case.
    """

    id: str
    by: str
    title: Text
    needs: Literal["one", "all"] = "one"
    effect: Effect = "none"
    to: str | None = None
    limit: int | None = None
    when: frozenset[Finding] = frozenset(FINDINGS)
    meanwhile: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """What the passing of a state's term means, and where it leads."""

    to: str
    means: Text
    limit: int | None = None
    when: frozenset[Finding] = frozenset(FINDINGS)


@dataclass(frozen=True, slots=True)
class Vote:
    """A decision of the firms. All ratios are reached when met exactly ("at least")."""

    voters: Literal["voters", "firms"]
    quorum: Fraction
    quorum_of: Literal["voters", "firms"]
    majority: Fraction
    majority_of: Literal["cast", "voters", "firms"]
    silence: Literal["absent", "for", "against", "abstain"]
    least: int
    carried: str
    lost: str
    no_quorum: str
    few: str | None
    tie: str | None
    decides: bool

    def result(self, ballots: Mapping[str, int], voters: int, firms: int) -> str:
        """``carried``, ``lost``, ``no_quorum`` or ``tie`` for a count of ballots.

        ``ballots`` counts ``for``, ``against``, ``abstain``; the rest of ``voters`` was
        silent and is counted as ``silence`` says. A tie is as many for as against where no
        more than half is asked.
        """
        counted = {ballot: ballots.get(ballot, 0) for ballot in BALLOTS}
        silent = voters - sum(counted.values())
        if self.silence != "absent":
            counted[self.silence] += silent
        present = sum(counted.values())
        if present < self.quorum * (voters if self.quorum_of == "voters" else firms):
            return "no_quorum"
        if counted["for"] == counted["against"] and self.majority <= Fraction(1, 2):
            return "tie"
        of = {
            "cast": counted["for"] + counted["against"],
            "voters": voters,
            "firms": firms,
        }[self.majority_of]
        return "carried" if counted["for"] and counted["for"] >= self.majority * of else "lost"

    def target(self, result: str) -> str | None:
        """Where a result leads; None when the manual does not say (a tie without a rule)."""
        return cast(str | None, getattr(self, result))


@dataclass(frozen=True, slots=True)
class End:
    """How a case ends: what becomes of the money and of the agreement."""

    money: Disposition | None
    agreement: Text


@dataclass(frozen=True, slots=True)
class State:
    """Where a case can be. ``term`` is None in an end, and in a manual that blocks."""

    id: str
    track: str
    title: Text
    body: Text
    notice: str = "parties"
    term: Term | None = None
    silence: tuple[Silence, ...] = ()
    vote: Vote | None = None
    events: tuple[Event, ...] = ()
    end: End | None = None
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Track:
    """One kind of case: where it starts and how many parties it has.

    ``always``: the manual's events of any state may be done in its states too. ``amount``: a case
    names the amount in dispute when it is opened.
    """

    id: str
    title: Text
    body: Text
    start: str
    claimants: tuple[int, int]
    respondents: tuple[int, int]
    always: bool
    amount: bool


@dataclass(frozen=True, slots=True)
class Seat:
    """An office that acts: a named neutral, or a firm with a stand-in for its own cases."""

    id: str
    title: Text
    body: Text
    neutral: bool
    stand_in: str | None = None


@dataclass(frozen=True, slots=True)
class Law:
    """Where a law may override the manual; shown with the states and tracks it touches."""

    id: str
    cite: Text
    body: Text
    touches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manual:
    """The whole procedure. ``digest`` is the SHA-256 of the file it was read from."""

    id: str
    version: str
    title: Text
    preface: Text
    languages: tuple[str, ...]
    firms: tuple[int, int]
    years: tuple[int, int]
    service: Term
    tracks: Mapping[str, Track]
    seats: Mapping[str, Seat]
    states: Mapping[str, State]
    always: tuple[Event, ...] = ()
    laws: tuple[Law, ...] = ()
    sources: tuple[tuple[str, Text], ...] = field(default=())
    digest: str = ""

    def events(self, state: str) -> tuple[Event, ...]:
        """What may be done in ``state``: its own events and those of any state."""
        here = self.states[state]
        if here.end is not None:
            return ()
        return here.events + (self.always if self.tracks[here.track].always else ())

    def deciders(self, seat: str) -> str:
        """Who acts for a firm's seat when that firm is a party: its stand-in or itself."""
        return self.seats[seat].stand_in or seat
