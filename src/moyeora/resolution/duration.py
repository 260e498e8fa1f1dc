"""The longest possible duration: the date by which a case has ended, however all act.

Every clock is monotone: the later a state is entered, the later its last day. So the longest
way through a graph without cycles takes the latest moment everywhere: an act at the end of the
last day, silence on the day after, each notice arriving on the last day of its service. Nodes
whose future is the same are one *future*; there are few, so that the search runs over every
start date of the covered years.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from moyeora.resolution.calendar import Calendar
from moyeora.resolution.graph import Edge, Graph, Node, When
from moyeora.resolution.manual import Manual, Term
from moyeora.resolution.text import Text


@dataclass(frozen=True, slots=True)
class Stop:
    """One state on the longest way: entered when, until when, and how it was left."""

    state: str
    entered: date
    last_day: date | None
    left_by: str


@dataclass(frozen=True, slots=True)
class Longest:
    """The longest case of a track: ``days`` from ``start`` to ``end``."""

    track: str
    days: int
    start: date
    end: date
    parties: Text
    path: tuple[Stop, ...]


# What a node's future depends on: its clock (None: no clock), then its ways out.
_Shape = tuple[tuple[bool, Term] | None, frozenset[tuple[When, int]]]


class Futures:
    """The futures of all nodes of several graphs, numbered so that later ones come first."""

    def __init__(self, manual: Manual) -> None:
        self.manual = manual
        self.shapes: list[_Shape] = []
        self._numbers: dict[_Shape, int] = {}
        self._pruned: dict[tuple[int, int], bool] = {}

    def number(self, graph: Graph) -> dict[Node, int]:
        """Node -> its future, for a graph without cycles."""
        numbers: dict[Node, int] = {}
        for root in graph.edges:
            stack = [root]
            while stack:
                node = stack[-1]
                open_targets = [
                    edge.target for edge in graph.edges[node] if edge.target not in numbers
                ]
                if node in numbers or not open_targets:
                    stack.pop()
                    numbers.setdefault(node, self._number(node, graph.edges[node], numbers))
                else:
                    stack.extend(open_targets)
        return numbers

    def _number(self, node: Node, edges: Iterable[Edge], numbers: Mapping[Node, int]) -> int:
        ways = {(edge.when, numbers[edge.target]) for edge in edges}
        for way in sorted(ways):
            if any(self._covers(other, way) for other in ways - {way}):
                ways.discard(way)
        state = self.manual.states[node.state]
        clock = None
        if state.term is not None and not any(when == "now" for when, _ in ways):
            clock = (node.parties.size(state.notice) > 0, state.term)
        shape: _Shape = (clock, frozenset(ways))
        if shape not in self._numbers:
            self._numbers[shape] = len(self.shapes)
            self.shapes.append(shape)
        return self._numbers[shape]

    def _covers(self, wider: tuple[When, int], way: tuple[When, int]) -> bool:
        """Whether ``wider`` surely ends no earlier, so that ``way`` can be left out."""
        later = wider[0] == way[0] or wider[0] == "pass"
        return later and self._outlasts(way[1], wider[1])

    def _outlasts(self, one: int, other: int) -> bool:
        """Whether ``other``, entered on the same day, surely ends no earlier than ``one``."""
        if one == other:
            return True
        key = (one, other)
        if key not in self._pruned:
            (clock_one, ways_one), (clock_other, ways_other) = self.shapes[one], self.shapes[other]
            no_earlier = not ways_one or (
                _no_shorter(clock_one, clock_other)
                and all(any(self._covers(wider, way) for wider in ways_other) for way in ways_one)
            )
            self._pruned[key] = no_earlier
        return self._pruned[key]


def _no_shorter(one: tuple[bool, Term] | None, other: tuple[bool, Term] | None) -> bool:
    if one is None:
        return True
    return (
        other is not None
        and one[1].unit == other[1].unit
        and one[1].days <= other[1].days
        and one[0] <= other[0]
    )


class Clock:
    """Last days by day of entry, as ordinals from the first covered day on."""

    def __init__(self, manual: Manual, calendar: Calendar, days: int) -> None:
        self.manual, self.calendar, self.days = manual, calendar, days
        self.first = date(manual.years[0], 1, 1)
        self._tables: dict[tuple[bool, Term], list[int]] = {}

    def last_days(self, served: bool, term: Term) -> list[int]:
        """Day of entry (0: the first covered day) -> last day of the term."""
        if (served, term) not in self._tables:
            service = self.manual.service
            table = []
            for day in range(self.days):
                start = self.first + timedelta(days=day)
                if served:
                    start = self.calendar.last_day(start, service.days, service.unit)
                last = self.calendar.last_day(start, term.days, term.unit)
                table.append((last - self.first).days)
            self._tables[served, term] = table
        return self._tables[served, term]


def longest(manual: Manual, graphs: Iterable[Graph], calendar: Calendar) -> tuple[Longest, ...]:
    """The longest case of each track, over all classes of parties and all start dates.

    The graphs must be without cycles and without states in which silence blocks.
    """
    futures = Futures(manual)
    numbered = [(graph, futures.number(graph)) for graph in graphs]
    starts_days = (date(manual.years[1], 12, 31) - date(manual.years[0], 1, 1)).days + 1
    horizon = starts_days + _at_most(futures.shapes, manual)
    clock = Clock(manual, calendar, horizon)
    ends = _ends(futures.shapes, clock)
    by_start = {track.start: track.id for track in reversed(tuple(manual.tracks.values()))}
    most: dict[int, tuple[int, int]] = {}
    best: dict[str, tuple[int, int, Graph, Node, dict[Node, int]]] = {}
    for graph, numbers in numbered:
        for node in graph.starts():
            future = numbers[node]
            if future not in most:
                reach = ends[future]
                most[future] = max((reach[day] - day, -day) for day in range(starts_days))
            days, start = most[future]
            track = by_start[node.state]
            if track not in best or days > best[track][0]:
                best[track] = (days, -start, graph, node, numbers)
    return tuple(_longest(track, *found, ends, clock) for track, found in best.items())


def _at_most(shapes: list[_Shape], manual: Manual) -> int:
    """A bound on the days of any future: each term and service doubled, with a month of grace."""
    bound: list[int] = []
    for clock, ways in shapes:
        here = 0 if clock is None else 2 * (clock[1].days + manual.service.days) + 31
        bound.append(here + max((bound[to] for _, to in ways), default=0))
    return max(bound)


def _ends(shapes: list[_Shape], clock: Clock) -> list[list[int]]:
    """Future -> day of entry -> the latest day on which it ends."""
    ends: list[list[int]] = []
    last = clock.days - 1
    for timed, ways in shapes:
        entered = list(range(clock.days))
        if not ways:
            ends.append(entered)
            continue
        acts = [min(day, last) for day in (clock.last_days(*timed) if timed else entered)]
        days: dict[When, list[int]] = {
            "now": entered,
            "act": acts,
            "pass": [min(day + 1, last) for day in acts],
        }
        reaches = [list(map(ends[to].__getitem__, days[when])) for when, to in ways]
        ends.append(reaches[0] if len(reaches) == 1 else list(map(max, *reaches)))
    return ends


def _moment(when: When, entered: int, last_day: int) -> int:
    return {"now": entered, "act": last_day, "pass": last_day + 1}[when]


def _longest(
    track: str,
    days: int,
    start: int,
    graph: Graph,
    node: Node,
    numbers: Mapping[Node, int],
    ends: list[list[int]],
    clock: Clock,
) -> Longest:
    stops: list[Stop] = []
    day, here = start, node
    while graph.edges[here]:
        state = graph.manual.states[here.state]
        last: int | None = None
        if state.term is not None and graph.edges[here][0].when != "now":
            served = here.parties.size(state.notice) > 0
            last = clock.last_days(served, state.term)[day]

        def reach(edge: Edge, day: int = day, last: int | None = last) -> tuple[int, bool]:
            at = _moment(edge.when, day, day if last is None else last)
            return ends[numbers[edge.target]][at], edge.silent

        edge = max(graph.edges[here], key=reach)
        left = edge.act if not edge.by else f"{edge.act} ({edge.by})"
        last_day = None if last is None else _date(clock, last)
        stops.append(Stop(here.state, _date(clock, day), last_day, left))
        day, here = _moment(edge.when, day, day if last is None else last), edge.target
    stops.append(Stop(here.state, _date(clock, day), None, ""))
    return Longest(
        track, days, _date(clock, start), _date(clock, day), node.parties.title, tuple(stops)
    )


def _date(clock: Clock, day: int) -> date:
    return clock.first + timedelta(days=day)
