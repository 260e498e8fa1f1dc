"""What the properties ask of the graphs: paths, rings, what comes after what."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from moyeora.resolution.graph import Edge, Graph, Node, successors
from moyeora.resolution.manual import Event, Manual
from moyeora.resolution.text import Text


@dataclass(frozen=True, slots=True)
class Break:
    """What breaks a property: the path to it, and what to write instead."""

    path: tuple[str, ...]
    says: Text


class Exploration:
    """The graphs of a manual for consortia of ``firms`` = (least, most)."""

    def __init__(self, manual: Manual, firms: tuple[int, int]) -> None:
        self.manual = manual
        self.graphs = tuple(Graph(manual, size) for size in range(firms[0], firms[1] + 1))
        self._elsewhere: dict[int, set[str]] = {}

    @cached_property
    def endless(self) -> bool:
        """Whether there is any ring; without one nobody can go round in one."""
        return any(self.ring(graph, lambda edge: True) is not None for graph in self.graphs)

    @property
    def nodes(self) -> int:
        return sum(len(graph.edges) for graph in self.graphs)

    @property
    def ways(self) -> int:
        return sum(len(edges) for graph in self.graphs for edges in graph.edges.values())

    @property
    def configurations(self) -> int:
        return sum(graph.weight(node) for graph in self.graphs for node in graph.edges)

    @property
    def party_sets(self) -> int:
        """How many choices of claimants and respondents the starts stand for, by firm."""
        return sum(
            parties.sets
            for graph in self.graphs
            for parties in {node.parties._replace(seats=()) for node in graph.starts()}
        )

    @cached_property
    def reached(self) -> dict[str, tuple[Graph, Node]]:
        """State -> the first node in which it is reached."""
        found: dict[str, tuple[Graph, Node]] = {}
        for graph in self.graphs:
            for node in graph.edges:
                found.setdefault(node.state, (graph, node))
        return found

    @cached_property
    def _followers(self) -> dict[str, set[str]]:
        followers: dict[str, set[str]] = {state: set() for state in self.reached}
        for graph in self.graphs:
            for node, edges in graph.edges.items():
                followers[node.state].update(edge.target.state for edge in edges)
        return followers

    def reached_elsewhere(self, state: str) -> bool:
        """Whether ``state`` is reached in a consortium of a size that was not asked for.

        Two firms hold no assembly; that does not make the assembly a useless state.
        """
        explored = {graph.firms for graph in self.graphs}
        for size in range(self.manual.firms[0], self.manual.firms[1] + 1):
            if size not in explored and size not in self._elsewhere:
                self._elsewhere[size] = {node.state for node in Graph(self.manual, size).edges}
            if state in self._elsewhere.get(size, ()):
                return True
        return False

    def path_to(self, state: str) -> tuple[str, ...]:
        """How one gets to ``state``, or that one does not."""
        if state not in self.reached:
            return (f"no way -> {state}",)
        graph, node = self.reached[state]
        return graph.path(node)

    def naming(self, state: str) -> set[str]:
        """The other states that name ``state`` as following them."""
        return {
            other
            for other in self.manual.states
            if other != state and state in successors(self.manual, other)
        }

    def after(self, state: str) -> tuple[str, ...]:
        """``state`` and every state that can come after it, nearest first."""
        order = [state]
        for here in order:
            order.extend(sorted(self._followers[here] - set(order)))
        return tuple(order)

    def neutral_decides_after(self, state: str) -> bool:
        """Whether a neutral seat can decide in ``state`` or after it."""
        return any(
            event.effect == "decide"
            and event.by in self.manual.seats
            and self.manual.seats[event.by].neutral
            for later in self.after(state)
            for event in self.manual.events(later)
        )

    def ring(self, graph: Graph, taken: Callable[[Edge], bool]) -> tuple[Node, list[Edge]] | None:
        """A ring of the ways that ``taken`` admits: where it starts, and its ways."""
        finished: set[Node] = set()
        for root in graph.edges:
            if root in finished:
                continue
            trail: list[Edge] = []
            on_trail: dict[Node, int] = {root: 0}
            stack: list[Iterator[Edge]] = [filter(taken, graph.edges[root])]
            at = [root]
            while stack:
                edge = next(stack[-1], None)
                if edge is None:
                    stack.pop()
                    done = at.pop()
                    finished.add(done)
                    del on_trail[done]
                    if trail:
                        trail.pop()
                elif edge.target in on_trail:
                    start = on_trail[edge.target]
                    return edge.target, [*trail[start:], edge]
                elif edge.target not in finished:
                    on_trail[edge.target] = len(at)
                    at.append(edge.target)
                    trail.append(edge)
                    stack.append(filter(taken, graph.edges[edge.target]))
        return None

    def texts(self) -> Iterator[tuple[str, str, Text]]:
        """Every text of the manual: its place, the state it belongs to (or ""), itself."""
        manual = self.manual
        yield "manual.title", "", manual.title
        yield "manual.preface", "", manual.preface
        for track in manual.tracks.values():
            yield f"track[{track.id}].title", "", track.title
            yield f"track[{track.id}].body", "", track.body
        for seat in manual.seats.values():
            yield f"seat[{seat.id}].title", "", seat.title
            yield f"seat[{seat.id}].body", "", seat.body
        for event in manual.always:
            yield f"always[{event.id}].title", "", event.title
        for state in manual.states.values():
            place = f"state[{state.id}]"
            yield f"{place}.title", state.id, state.title
            yield f"{place}.body", state.id, state.body
            for silence in state.silence:
                yield f"{place}.silence.means", state.id, silence.means
            yield from self._event_texts(place, state.id, state.events)
            if state.end is not None:
                yield f"{place}.end.agreement", state.id, state.end.agreement
        for law in manual.laws:
            yield f"law[{law.id}].cite", "", law.cite
            yield f"law[{law.id}].body", "", law.body
        for name, body in manual.sources:
            yield f"source[{name}].body", "", body

    @staticmethod
    def _event_texts(
        place: str, state: str, events: tuple[Event, ...]
    ) -> Iterator[tuple[str, str, Text]]:
        for event in events:
            yield f"{place}.event[{event.id}].title", state, event.title
