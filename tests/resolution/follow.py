"""Whether a case that is really played takes only ways that the checker has explored."""

from moyeora.resolution import Case, Manual
from moyeora.resolution.case import TALLY, Entry
from moyeora.resolution.graph import Graph, Kind, Node, Parties

Way = tuple[str, str, str]


class Follower:
    """Follows cases through the graphs; ``taken`` are the (state, act, next state) seen."""

    def __init__(self, manual: Manual) -> None:
        self.manual = manual
        self.graphs = {n: Graph(manual, n) for n in range(manual.firms[0], manual.firms[1] + 1)}
        self.taken: set[Way] = set()

    def ways(self) -> set[Way]:
        """Every (state, act, next state) that the checker knows."""
        return {
            (node.state, edge.act, edge.target.state)
            for graph in self.graphs.values()
            for node, edges in graph.edges.items()
            for edge in edges
        }

    def follow(self, opened: Case, ended: Case) -> None:
        """Assert that every step from ``opened`` to ``ended`` is a way of the graph."""
        graph = self.graphs[len(ended.firms)]
        start = self.manual.tracks[ended.track].start
        nodes = {Node(start, (), "none", False, self._parties(opened))}
        for entry in ended.history:
            if entry.to is None:
                continue
            act = self._act(entry)
            nodes = {
                edge.target
                for node in nodes
                for edge in graph.edges[node]
                if edge.act == act and edge.target.state == entry.to
            }
            assert nodes, f"the checker does not know {entry.state} -[{act}]-> {entry.to}"
            self.taken.add((entry.state, act, entry.to))
        assert {(node.state, node.finding, node.parties) for node in nodes} >= {
            (ended.state, ended.finding, self._parties(ended))
        }

    def _act(self, entry: Entry) -> str:
        return f"{TALLY}: {entry.data['result']}" if entry.id == TALLY else entry.id

    def _parties(self, case: Case) -> Parties:
        kinds: list[Kind] = []
        for seat in self.manual.seats.values():
            if not seat.neutral:
                holder = case.holders[seat.id]
                kinds.append(
                    "claimant"
                    if holder in case.claimants
                    else "respondent"
                    if holder in case.respondents
                    else "other"
                )
        return Parties(len(case.firms), len(case.claimants), len(case.respondents), tuple(kinds))
