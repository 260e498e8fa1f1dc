"""The whole procedure as a finite graph: everything that can happen, whoever acts and however.

A node is (state, counters, finding, whether an offer may have been made, parties). Firms of the
same side are interchangeable, so that the sets of parties of one consortium fall into classes:
how many claimants and respondents, and on which side each seat is that a firm holds. Who has
acted inside a state is taken together: it decides which ways out are open, never how long the
clock runs, and is forgotten when the state is left. ``weight`` counts what that stands for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from math import comb
from typing import Literal, NamedTuple

from moyeora.resolution.case import ROUTE, SILENCE, TALLY
from moyeora.resolution.clock import silence_key
from moyeora.resolution.errors import ManualTooLarge
from moyeora.resolution.manual import Event, Finding, Manual, Vote
from moyeora.resolution.step import event_key
from moyeora.resolution.text import Text, text

# Which firm: a claimant, a respondent, or another. On a seat: the same for its holder.
Kind = Literal["claimant", "respondent", "other"]
KINDS: tuple[Kind, ...] = ("claimant", "respondent", "other")
ANYONE = frozenset(KINDS)
MOST_NODES = 200_000
When = Literal["now", "act", "pass"]

GROUP_KINDS: dict[str, frozenset[Kind]] = {
    "claimants": frozenset({"claimant"}),
    "respondents": frozenset({"respondent"}),
    "parties": frozenset({"claimant", "respondent"}),
    "firms": ANYONE,
    "voters": frozenset({"other"}),
}


class Parties(NamedTuple):
    """A class of sets of parties: ``seats`` gives the kind of each firm that holds a seat."""

    firms: int
    claimants: int
    respondents: int
    seats: tuple[Kind, ...]

    def size(self, group: str) -> int:
        if group == "claimants":
            return self.claimants
        if group == "respondents":
            return self.respondents
        if group == "parties":
            return self.claimants + self.respondents
        return self.firms - (self.claimants + self.respondents if group == "voters" else 0)

    @property
    def sets(self) -> int:
        """How many (claimants, respondents) the class stands for, seats aside."""
        return comb(self.firms, self.claimants) * comb(
            self.firms - self.claimants, self.respondents
        )

    @property
    def title(self) -> Text:
        return text(
            f"회사 {self.firms}곳, 신청 {self.claimants}곳, 상대 {self.respondents}곳",
            f"{self.firms} firms, {self.claimants} claimant(s), {self.respondents} respondent(s)",
        )

    def __str__(self) -> str:
        return self.title.of("en")


class Node(NamedTuple):
    """A point of the procedure; ``counters`` are (key, how often), sorted."""

    state: str
    counters: tuple[tuple[str, int], ...]
    finding: Finding
    offered: bool
    parties: Parties


class Edge(NamedTuple):
    """A way out of a node.

    ``when`` is "now" (on entering), "act" (until the end of the last day) or "pass" (after it).
    ``alone`` are the kinds of firm of which one can take this way by itself while all others
    are silent; ``firms`` says that firms can take it without any neutral; ``silent`` marks the
    way that is taken when nobody does anything.
    """

    act: str
    by: str
    when: When
    alone: frozenset[Kind]
    firms: bool
    silent: bool
    target: Node

    def __str__(self) -> str:
        who = f" by {self.by}" if self.by else ""
        return f"-[{self.act}{who}]-> {self.target.state}"


# A way out without its counters, and the counter (key, limit) that may close it.
Limited = tuple[tuple[str, int] | None, Edge]


@dataclass(frozen=True, slots=True)
class Tallies:
    """The results that a vote can have for a number of voters: by silence of some, and by all."""

    some_silent: frozenset[str]
    all_cast: frozenset[str]
    at_most_one: frozenset[str]
    nobody: str


@lru_cache(maxsize=4096)
def tallies(vote: Vote, voters: int, firms: int) -> Tallies:
    """Every count of ballots, for every number of silent voters."""
    some: set[str] = set()
    full: set[str] = set()
    one: set[str] = set()
    for in_favour in range(voters + 1):
        for against in range(voters + 1 - in_favour):
            for abstain in range(voters + 1 - in_favour - against):
                cast = in_favour + against + abstain
                ballots = {"for": in_favour, "against": against, "abstain": abstain}
                result = vote.result(ballots, voters, firms)
                (full if cast == voters and voters else some).add(result)
                if cast <= 1:
                    one.add(result)
    return Tallies(frozenset(some), frozenset(full), frozenset(one), vote.result({}, voters, firms))


class Graph:
    """Everything that can happen in a consortium of ``firms`` firms."""

    def __init__(self, manual: Manual, firms: int) -> None:
        self.manual, self.firms = manual, firms
        self._events: dict[tuple[str, Finding, Parties], tuple[Event, ...]] = {}
        self._ways: dict[Node, tuple[Limited, ...]] = {}
        self.held_seats = tuple(seat.id for seat in manual.seats.values() if not seat.neutral)

    @cached_property
    def _asked_later(self) -> dict[str, frozenset[str]]:
        """State -> the counters that may still be asked there or after it.

        A counter that nothing asks any more is forgotten: it cannot make a difference.
        """
        asked: dict[str, set[str]] = {}
        for state in self.manual.states:
            asked[state] = {
                event_key(self.manual, state, event)
                for event in self.manual.events(state)
                if event.limit
            } | {silence_key(state, at) for at in range(len(self.manual.states[state].silence))}
        after = {state: successors(self.manual, state) for state in asked}
        changed = True
        while changed:
            changed = False
            for state, keys in asked.items():
                more = keys.union(*(asked[to] for to in after[state]))
                changed = changed or len(more) > len(keys)
                asked[state] = more
        return {state: frozenset(keys) for state, keys in asked.items()}

    def starts(self) -> Iterator[Node]:
        """Every start: each track, each class of sets of parties that it admits."""
        for track in self.manual.tracks.values():
            (least_c, most_c), (least_r, most_r) = track.claimants, track.respondents
            for claimants in range(least_c, min(most_c, self.firms) + 1):
                for respondents in range(least_r, min(most_r, self.firms - claimants) + 1):
                    parties = Parties(self.firms, claimants, respondents, ())
                    present = [kind for kind in KINDS if _count(parties, kind)]
                    for seats in product(present, repeat=len(self.held_seats)):
                        yield Node(track.start, (), "none", False, parties._replace(seats=seats))

    @cached_property
    def edges(self) -> dict[Node, tuple[Edge, ...]]:
        """Node -> its ways out, for every node that can be reached."""
        found: dict[Node, tuple[Edge, ...]] = {}
        self.parents: dict[Node, tuple[Node, Edge] | None] = dict.fromkeys(self.starts())
        queue = list(self.parents)
        for node in queue:
            found[node] = tuple(self.ways(node))
            for edge in found[node]:
                if edge.target not in self.parents:
                    self.parents[edge.target] = (node, edge)
                    queue.append(edge.target)
            if len(queue) > MOST_NODES:
                raise ManualTooLarge(
                    f"more than {MOST_NODES:,} combinations for {self.firms} firms; write fewer or "
                    "lower limits, so that fewer counters run at the same time"
                )
        return found

    def path(self, node: Node) -> tuple[str, ...]:
        """How ``node`` is reached, as a person reads it."""
        steps: list[str] = []
        here, at = self.parents[node], node
        while here is not None:
            at, edge = here
            steps.append(str(edge))
            here = self.parents[at]
        return (f"{at.parties}: {at.state}", *reversed(steps))

    def events(self, node: Node) -> tuple[Event, ...]:
        """The events that the parties of ``node`` could do there, whatever their limits."""
        key = (node.state, node.finding, node.parties)
        if key not in self._events:
            self._events[key] = tuple(
                event
                for event in self.manual.events(node.state)
                if node.finding in event.when
                and (event.by in self.manual.seats or node.parties.size(event.by))
            )
        return self._events[key]

    def ways(self, node: Node) -> Iterator[Edge]:
        """Every way out of a node.

        All but the counters is worked out once for all nodes that differ in counters only.
        """
        plain = node._replace(counters=())
        if plain not in self._ways:
            self._ways[plain] = tuple(self._plain_ways(plain))
        counts = dict(node.counters)
        quiet = False
        for limited, edge in self._ways[plain]:
            if edge.act == SILENCE and quiet:
                continue
            counters = node.counters
            if limited is not None:
                key, limit = limited
                if counts.get(key, 0) >= limit:
                    continue
                counters = _counted(counts, key)
            quiet = quiet or edge.act == SILENCE
            to = edge.target
            asked = self._asked_later[to.state]
            if not asked.issuperset(key for key, _ in counters):
                counters = tuple(count for count in counters if count[0] in asked)
            target = Node(to.state, counters, to.finding, to.offered, to.parties)
            yield Edge(*edge[:-1], target)

    def _plain_ways(self, node: Node) -> Iterator[Limited]:
        state = self.manual.states[node.state]
        if state.end is not None:
            return
        if state.vote is not None and state.vote.few is not None:
            voters = node.parties.size(state.vote.voters)
            if voters < state.vote.least:
                to = node._replace(state=state.vote.few)
                yield None, Edge(ROUTE, "", "now", ANYONE, True, True, to)
                return
        events = self.events(node)
        if any(event.effect == "offer" for event in events):
            node = node._replace(offered=True)
        for event in events:
            if event.to is not None and (node.offered or event.effect != "agree"):
                yield from self._event_edges(node, event)
        if state.vote is not None:
            yield from self._tally_edges(node, state.vote)
        if state.term is not None:
            for at, option in enumerate(state.silence):
                if node.finding in option.when:
                    limited = option.limit and (silence_key(node.state, at), option.limit)
                    to = node._replace(state=option.to)
                    yield limited or None, Edge(SILENCE, "", "pass", ANYONE, True, True, to)

    def _tally_edges(self, node: Node, vote: Vote) -> Iterator[Limited]:
        state = self.manual.states[node.state]
        voters = node.parties.size(vote.voters)
        results = tallies(vote, voters, self.firms)
        passing = results.some_silent if state.term is not None else frozenset()
        for result in sorted(passing | results.all_cast):
            to = vote.target(result)
            if to is None:
                continue
            silent = result == results.nobody and result in passing
            alone: frozenset[Kind] = frozenset()
            if silent:
                alone = ANYONE
            elif result in results.at_most_one:
                alone = GROUP_KINDS[vote.voters]
            decided = result == "carried" and vote.decides
            target = node._replace(state=to, finding="decided" if decided else node.finding)
            when: When = "pass" if result in passing else "act"
            act = f"{TALLY}: {result}"
            yield None, Edge(act, vote.voters, when, alone, True, silent, target)

    def _event_edges(self, node: Node, event: Event) -> Iterator[Limited]:
        assert event.to is not None
        key = event_key(self.manual, node.state, event)
        found: dict[str, Finding] = {"agree": "agreed", "decide": "decided"}
        finding = found.get(event.effect, node.finding)
        alone, firms = self._movers(node, event)
        for parties, movers in self._after(node.parties, event):
            target = Node(event.to, (), finding, node.offered, parties)
            edge = Edge(event.id, event.by, "act", alone & movers, firms, False, target)
            yield (key, event.limit) if event.limit else None, edge

    def _movers(self, node: Node, event: Event) -> tuple[frozenset[Kind], bool]:
        kinds = self.kinds(node.parties, event.by)
        if event.by in self.manual.seats:
            return kinds, bool(kinds)
        if event.needs == "all" and node.parties.size(event.by) > 1:
            return frozenset(), True
        return frozenset(kind for kind in kinds if _count(node.parties, kind)), True

    def kinds(self, parties: Parties, by: str) -> frozenset[Kind]:
        """The kinds of firm that act where the manual says ``by``; none for a neutral."""
        seat = self.manual.seats.get(by)
        if seat is None:
            return GROUP_KINDS[by]
        if seat.neutral:
            return frozenset()
        holder = parties.seats[self.held_seats.index(by)]
        if holder != "other" and seat.stand_in is not None:
            return self.kinds(parties, seat.stand_in)
        return frozenset({holder})

    def _after(self, parties: Parties, event: Event) -> Iterator[tuple[Parties, frozenset[Kind]]]:
        """The parties after an event, and the kinds of firm that can bring it about.

        Joining makes firms parties. So does objecting, unless whoever objects is one already.
        """
        others = parties.size("voters")
        if event.effect == "join":
            for claimants in range(others + 1):
                for respondents in range(others + 1 - claimants):
                    if claimants + respondents:
                        for joined in _joined(parties, claimants, respondents):
                            yield joined, ANYONE
        elif event.effect == "object":
            kinds = self.kinds(parties, event.by)
            if "other" in kinds and others:
                seat = self.held_seats.index(event.by) if event.by in self.held_seats else None
                for joined in _joined(parties, 1, 0):
                    if seat is None or joined.seats[seat] == "claimant":
                        yield joined, frozenset({"other"})
            if not kinds or any(_count(parties, kind) for kind in kinds - {"other"}):
                yield parties, ANYONE - {"other"}
        else:
            yield parties, ANYONE

    def weight(self, node: Node) -> int:
        """How many combinations of who has acted ``node`` stands for."""
        state = self.manual.states[node.state]
        weight = 1
        for event in self.events(node):
            if event.needs == "all" and event.by not in self.manual.seats:
                weight *= 2 ** node.parties.size(event.by)
        if state.vote is not None:
            weight *= 4 ** node.parties.size(state.vote.voters)
        return weight


def successors(manual: Manual, state: str) -> frozenset[str]:
    """Every state that ``state`` names as following it."""
    here = manual.states[state]
    named = {event.to for event in manual.events(state)}
    named |= {option.to for option in here.silence}
    if here.vote is not None:
        named |= {here.vote.target(r) for r in ("carried", "lost", "no_quorum", "few", "tie")}
    return frozenset(to for to in named if to is not None)


def _count(parties: Parties, kind: Kind) -> int:
    return {
        "claimant": parties.claimants,
        "respondent": parties.respondents,
        "other": parties.firms - parties.claimants - parties.respondents,
    }[kind]


def _joined(parties: Parties, claimants: int, respondents: int) -> Iterator[Parties]:
    left = parties.size("voters") - claimants - respondents
    counts: dict[Kind, int] = {"other": left, "claimant": claimants, "respondent": respondents}
    choices = [
        [kind] if kind != "other" else [after for after in KINDS if counts[after]]
        for kind in parties.seats
    ]
    for seats in product(*choices):
        yield Parties(
            parties.firms,
            parties.claimants + claimants,
            parties.respondents + respondents,
            seats,
        )


def _counted(counts: Mapping[str, int], key: str) -> tuple[tuple[str, int], ...]:
    return tuple(sorted({**counts, key: counts.get(key, 0) + 1}.items()))
