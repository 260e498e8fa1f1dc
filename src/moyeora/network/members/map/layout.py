"""Ties -> places on a sheet, computed here so that everybody sees the same calm picture.

ForceAtlas2 (Jacomy and others, PLoS ONE 9(6), 2014) as networkx has it, from a fixed seed; each
part that hangs together is laid out by itself and the parts are set side by side, the largest in
the middle: unconnected parts would drift apart without end.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Final

import networkx as nx

SEED: Final = 2004
EDITION: Final = 1
"""Of this way to lay out: raise it with every change, for what was laid out before is kept."""
ROUNDS: Final = 300
Point = tuple[float, float]


def layout(ties: Iterable[tuple[str, str]]) -> Mapping[str, Point]:
    """Places of all that have ties ``(a, b)``, to three places; the same for the same ties
    in whatever order.
    """
    graph = nx.Graph()
    for a, b in sorted(ties):
        graph.add_edge(a, b)
    parts = sorted(
        (sorted(part) for part in nx.connected_components(graph)),
        key=lambda part: (-len(part), part[0]),
    )
    places: dict[str, Point] = {}
    taken: list[tuple[float, float, float]] = []  # x, y, radius
    for part in parts:
        # A graph of its own: a view of the whole gives its firms in no fixed order.
        own_ties = nx.Graph()
        own_ties.add_nodes_from(part)
        own_ties.add_edges_from(sorted(tuple(sorted(tie)) for tie in graph.subgraph(part).edges))
        own = _part(own_ties, part)
        radius = math.sqrt(len(part)) + 0.8
        x, y = _free(radius, taken)
        taken.append((x, y, radius))
        for name, (dx, dy) in own.items():
            places[name] = (round(x + dx * radius, 3), round(y + dy * radius, 3))
    return places


def _part(graph: nx.Graph, names: list[str]) -> dict[str, Point]:
    """One part within the circle of radius 0.9."""
    circle = {
        name: [math.cos(2 * math.pi * n / len(names)), math.sin(2 * math.pi * n / len(names))]
        for n, name in enumerate(names)
    }
    if len(names) < 4:
        return {name: (0.5 * x, 0.5 * y) for name, (x, y) in circle.items()}
    found = nx.forceatlas2_layout(
        graph,
        pos=circle,
        max_iter=ROUNDS,
        scaling_ratio=50,
        strong_gravity=True,  # without it a chain of consortia is a knotted string
        seed=SEED,
    )
    middle_x = sum(x for x, _ in found.values()) / len(names)
    middle_y = sum(y for _, y in found.values()) / len(names)
    reach = max(math.hypot(x - middle_x, y - middle_y) for x, y in found.values()) or 1
    return {
        name: (0.9 * float(x - middle_x) / reach, 0.9 * float(y - middle_y) / reach)
        for name, (x, y) in found.items()
    }


def _free(radius: float, taken: list[tuple[float, float, float]]) -> Point:
    """The first place along a spiral where a circle of this radius touches no other."""
    step = 0
    while True:
        turn = 0.5 * step
        x, y = 0.35 * turn * math.cos(turn), 0.35 * turn * math.sin(turn)
        if all(math.hypot(x - a, y - b) >= radius + r for a, b, r in taken):
            return x, y
        step += 1
