"""Where the boxes and lines of a drawing go: a layered layout (Sugiyama, Tagawa and Toda 1981).

Boxes stand in layers from top to bottom; every line is cut into pieces from layer to layer by
knots, one of which is wide enough for the line's label, so that labels can no more overlap than
boxes can. The order in a layer is improved by barycentres, the places by least squares.
"""

import itertools
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

SWEEPS = 40
KNOT_WIDTH = 14.0


@dataclass(frozen=True, slots=True)
class Place:
    """The middle of a box, knot or label, and its size, in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is. ``lines`` gives the points of a line from box to box, in its
    own direction, and ``labels`` the middle of its label."""

    boxes: Mapping[str, Place]
    lines: Mapping[int, tuple[tuple[float, float], ...]]
    labels: Mapping[int, Place]
    width: float
    height: float


def lay_out(
    boxes: Mapping[str, tuple[float, float]],
    lines: Sequence[tuple[str, str]],
    labels: Sequence[tuple[float, float]],
    last: Iterable[str] = (),
    gap: float = 22.0,
    between: float = 26.0,
) -> Layout:
    """Lay out ``boxes`` (name -> width, height) with ``lines`` (from, to) and their label sizes.

    The boxes of ``last`` stand in the bottom layer if no line leads to them. Lines against the
    stream are turned for the layout and given back in their own direction.
    """
    turned = _against(tuple(boxes), lines)
    stream = [(b, a) if at in turned else (a, b) for at, (a, b) in enumerate(lines)]
    layer = _layers(tuple(boxes), stream, frozenset(last))
    sizes: dict[Hashable, tuple[float, float]] = {}
    rows: list[list[Hashable]] = [[] for _ in range(max(layer.values()) + 1)]
    for box, size in boxes.items():
        sizes[box] = size
        rows[layer[box]].append(box)
    pieces: list[tuple[Hashable, Hashable]] = []
    knots: dict[int, list[Hashable]] = {}
    for at, (above, below) in enumerate(stream):
        here: Hashable = above
        knots[at] = []
        levels = range(layer[above] + 1, layer[below])
        label_at = levels[-1] if at in turned else levels[0]
        for level in levels:
            knot = (at, level)
            sizes[knot] = labels[at] if level == label_at else (KNOT_WIDTH, 0.0)
            rows[level].append(knot)
            knots[at].append(knot)
            pieces.append((here, knot))
            here = knot
        pieces.append((here, below))
    rows = _ordered(rows, pieces)
    x = _across(rows, pieces, {name: size[0] for name, size in sizes.items()}, gap)
    left = min(x[name] - sizes[name][0] / 2 for name in x)
    y: dict[Hashable, float] = {}
    top = 0.0
    for row in rows:
        tall = max((sizes[name][1] for name in row), default=0.0)
        for name in row:
            y[name] = top + tall / 2
        top += tall + between
    places = {name: Place(x[name] - left, y[name], *sizes[name]) for name in x}
    drawn = {}
    for at, (above, below) in enumerate(stream):
        points = [(places[name].x, places[name].y) for name in (above, *knots[at], below)]
        points[0] = (points[0][0], points[0][1] + sizes[above][1] / 2)
        points[-1] = (points[-1][0], points[-1][1] - sizes[below][1] / 2)
        drawn[at] = tuple(reversed(points)) if at in turned else tuple(points)
    shown = {at: places[knots[at][-1 if at in turned else 0]] for at in range(len(stream))}
    right = max(place.x + place.width / 2 for place in places.values())
    return Layout({box: places[box] for box in boxes}, drawn, shown, right, top - between)


def _against(boxes: Sequence[str], lines: Sequence[tuple[str, str]]) -> frozenset[int]:
    """The lines that close a ring when one walks the boxes depth first in their order."""
    after: dict[str, list[tuple[int, str]]] = {box: [] for box in boxes}
    for at, (start, end) in enumerate(lines):
        after[start].append((at, end))
    done: set[str] = set()
    on_way: set[str] = set()
    turned: set[int] = set()

    def walk(box: str) -> None:
        on_way.add(box)
        for at, end in after[box]:
            if end in on_way:
                turned.add(at)
            elif end not in done:
                walk(end)
        on_way.discard(box)
        done.add(box)

    for box in boxes:
        if box not in done:
            walk(box)
    return frozenset(turned)


def _layers(
    boxes: Sequence[str], stream: Sequence[tuple[str, str]], last: frozenset[str]
) -> dict[str, int]:
    """Even layers for boxes, so that every line has an odd one between for its label."""
    layer = dict.fromkeys(boxes, 0)
    for _ in boxes:
        for above, below in stream:
            layer[below] = max(layer[below], layer[above] + 2)
    # A box that others only lead away from stands just above the first of them.
    fed = {below for _, below in stream}
    for box in boxes:
        after = [layer[below] for above, below in stream if above == box]
        if box not in fed and after:
            layer[box] = min(after) - 2
    bottom = max(layer.values(), default=0)
    return {
        box: bottom if box in last and box not in fed else level for box, level in layer.items()
    }


def _ordered(
    rows: list[list[Hashable]], pieces: Sequence[tuple[Hashable, Hashable]]
) -> list[list[Hashable]]:
    above: dict[Hashable, list[Hashable]] = {}
    below: dict[Hashable, list[Hashable]] = {}
    for upper, lower in pieces:
        below.setdefault(upper, []).append(lower)
        above.setdefault(lower, []).append(upper)
    best, fewest = rows, _crossings(rows, below)
    for sweep in range(SWEEPS):
        rows = [list(row) for row in rows]
        near = above if sweep % 2 == 0 else below
        for row in rows if sweep % 2 == 0 else reversed(rows):
            at = {name: i for other in rows for i, name in enumerate(other)}
            keys = {
                name: sum(at[other] for other in near[name]) / len(near[name])
                if near.get(name)
                else float(at[name])
                for name in row
            }
            row.sort(key=keys.__getitem__)
        crossings = _crossings(rows, below)
        if crossings < fewest:
            best, fewest = rows, crossings
    return best


def _crossings(rows: Sequence[Sequence[Hashable]], below: Mapping[Hashable, list[Hashable]]) -> int:
    count = 0
    for row, lower in itertools.pairwise(rows):
        at = {name: i for i, name in enumerate(lower)}
        ends = [[at[other] for other in below.get(name, ())] for name in row]
        for i, mine in enumerate(ends):
            for theirs in ends[i + 1 :]:
                count += sum(a > b for a in mine for b in theirs)
    return count


def _across(
    rows: Sequence[Sequence[Hashable]],
    pieces: Sequence[tuple[Hashable, Hashable]],
    widths: Mapping[Hashable, float],
    gap: float,
) -> dict[Hashable, float]:
    """x of every middle: as near to its neighbours as the widths in its row allow."""
    near: dict[Hashable, list[Hashable]] = {name: [] for row in rows for name in row}
    for upper, lower in pieces:
        near[upper].append(lower)
        near[lower].append(upper)
    x: dict[Hashable, float] = {}
    for row in rows:
        right = 0.0
        for name in row:
            x[name] = right + widths[name] / 2
            right += widths[name] + gap
    for sweep in range(SWEEPS * 2):
        for row in rows if sweep % 2 == 0 else tuple(reversed(rows)):
            middle = sum(x[name] for name in row) / max(1, len(row))
            wanted = [
                sum(x[other] for other in near[name]) / len(near[name]) if near[name] else middle
                for name in row
            ]
            weights = [4.0 if isinstance(name, tuple) else len(near[name]) or 0.01 for name in row]
            x.update(zip(row, _apart(row, wanted, weights, widths, gap), strict=True))
    return x


def _apart(
    row: Sequence[Hashable],
    wanted: Sequence[float],
    weights: Sequence[float],
    widths: Mapping[Hashable, float],
    gap: float,
) -> list[float]:
    """Least squares with distances kept: pool adjacent violators on what is left to choose."""
    offsets = [0.0]
    for one, other in itertools.pairwise(row):
        offsets.append(offsets[-1] + (widths[one] + widths[other]) / 2 + gap)
    blocks: list[tuple[float, float, int]] = []
    for target, offset, weight in zip(wanted, offsets, weights, strict=True):
        value, heavy, count = target - offset, weight, 1
        while blocks and blocks[-1][0] > value:
            before, before_heavy, before_count = blocks.pop()
            value = (value * heavy + before * before_heavy) / (heavy + before_heavy)
            heavy, count = heavy + before_heavy, count + before_count
        blocks.append((value, heavy, count))
    flat = [value for value, _, count in blocks for _ in range(count)]
    return [value + offset for value, offset in zip(flat, offsets, strict=True)]
