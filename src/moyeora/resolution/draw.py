"""The manual as a picture: states as boxes, ways as lines, from the same data that runs."""

from dataclasses import dataclass
from html import escape

from moyeora.resolution.graph import successors
from moyeora.resolution.layout import Layout, Place, lay_out
from moyeora.resolution.manual import Manual, State
from moyeora.resolution.show import term_text
from moyeora.resolution.text import text

MARGIN = 28.0
TITLE_SIZE, SMALL_SIZE = 15.0, 11.5
HEAD = 84.0
ACT, QUIET, BALLOT = "#1f5fa8", "#8a8f98", "#2e7d4f"
TRACK_COLOURS = ("#1f5fa8", "#a8502a", "#2e7d4f", "#6d4aa0", "#7a6a1f", "#3c6e71")
FONT = "'Noto Sans KR','Noto Sans CJK KR','Apple SD Gothic Neo','Malgun Gothic',sans-serif"

WORDS = {
    "act": text("누가 무엇을 하면", "somebody acts"),
    "quiet": text("기한까지 아무도 하지 않으면", "nobody acts in time"),
    "ballot": text("투표 결과", "the vote"),
    "always": text("언제든지", "at any time"),
    "carried": text("가결", "carried"),
    "lost": text("부결", "lost"),
    "no_quorum": text("정족수 부족", "no quorum"),
    "few": text("투표할 회사 부족", "too few voters"),
    "tie": text("가부 동수", "a tie"),
    "silence": text("기한 지남", "term passed"),
    "times": text("{n}번까지", "at most {n}x"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """All ways between two states, drawn as one line."""

    start: str
    end: str
    words: tuple[str, ...]
    colour: str
    dashed: bool


def drawing(manual: Manual, language: str = "ko", track: str | None = None) -> str:
    """An SVG picture of a manual, or of what can come after the start of one track."""
    shown = _shown(manual, track)
    ways = _ways(manual, shown, language)
    boxes = {state: _box_size(manual, manual.states[state], language) for state in shown}
    ends = [state for state in shown if manual.states[state].end is not None]
    labels = [
        (max(map(_width, way.words), default=0.0) + 10, len(way.words) * (SMALL_SIZE + 3) + 2)
        for way in ways
    ]
    layout = lay_out(boxes, [(way.start, way.end) for way in ways], labels, last=ends)
    width = max(layout.width + 2 * MARGIN, 760.0)
    height = layout.height + 2 * MARGIN + HEAD
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" font-family="{FONT}" role="img">',
        f"<title>{escape(manual.title.of(language))}</title>",
        _markers(),
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        *_legend(manual, language, track),
        f'<g transform="translate({(width - layout.width) / 2:.1f},{MARGIN + HEAD:.1f})">',
        *(_line(way, layout, at) for at, way in enumerate(ways)),
        *(_label(way, layout.labels[at]) for at, way in enumerate(ways)),
        *(_box(manual, manual.states[state], layout.boxes[state], language) for state in shown),
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _shown(manual: Manual, track: str | None) -> list[str]:
    if track is None:
        return list(manual.states)
    order = [manual.tracks[track].start]
    for state in order:
        order.extend(sorted(successors(manual, state) - set(order)))
    return [state for state in manual.states if state in order]


def _ways(manual: Manual, shown: list[str], language: str) -> list[Way]:
    found: list[Way] = []
    for name in shown:
        state = manual.states[name]
        by_end: dict[str, list[tuple[str, str]]] = {}
        for event in state.events:
            if event.to is not None and event.to != name:
                often = ""
                if event.limit is not None:
                    often = f" ({WORDS['times'].of(language).format(n=event.limit)})"
                said = event.title.of(language) + often
                by_end.setdefault(event.to, []).append((said, ACT))
        if state.vote is not None:
            for result in ("carried", "lost", "no_quorum", "few", "tie"):
                to = state.vote.target(result)
                if to is not None and to != name:
                    by_end.setdefault(to, []).append((WORDS[result].of(language), BALLOT))
        for silence in state.silence:
            if silence.to != name:
                said = WORDS["silence"].of(language)
                by_end.setdefault(silence.to, []).append((said, QUIET))
        for end, said_by in by_end.items():
            colours = [colour for _, colour in said_by]
            colour = ACT if ACT in colours else colours[0]
            words = tuple(dict.fromkeys(said for said, _ in said_by))
            found.append(Way(name, end, words, colour, set(colours) == {QUIET}))
    return found


def _loops(manual: Manual, state: State, language: str) -> list[str]:
    times = WORDS["times"].of(language)
    return [
        f"↻ {event.title.of(language)}"
        + (f" ({times.format(n=event.limit)})" if event.limit else "")
        for event in state.events
        if event.to == state.id
    ]


def _box_size(manual: Manual, state: State, language: str) -> tuple[float, float]:
    title = _width(state.title.of(language), TITLE_SIZE)
    loops = _loops(manual, state, language)
    wide = max([title + 34, *(_width(loop) + 24 for loop in loops), 96.0])
    lines = (state.term is not None) + len(loops)
    return wide, 34.0 + lines * (SMALL_SIZE + 5)


def _width(written: str, size: float = SMALL_SIZE) -> float:
    return sum(size * (1.0 if ord(letter) > 0x2E7F else 0.56) for letter in written)


def _colour(manual: Manual, state: State) -> str:
    return TRACK_COLOURS[list(manual.tracks).index(state.track) % len(TRACK_COLOURS)]


def _box(manual: Manual, state: State, place: Place, language: str) -> str:
    colour = _colour(manual, state)
    left, top = place.x - place.width / 2, place.y - place.height / 2
    end = state.end is not None
    loops = _loops(manual, state, language)
    parts = [
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{place.width:.1f}" height="{place.height:.1f}" '
        f'rx="{place.height / 2 if end else 7:.1f}" fill="{colour if end else "#ffffff"}" '
        f'stroke="{colour}" stroke-width="1.6"/>',
        _text(
            place.x,
            top + 22,
            state.title.of(language),
            TITLE_SIZE,
            "#ffffff" if end else "#1b1f24",
            600,
        ),
    ]
    y = top + 22 + SMALL_SIZE + 5
    if state.term is not None:
        parts.append(_text(place.x, y, term_text(state.term, language), SMALL_SIZE, colour, 600))
        y += SMALL_SIZE + 5
    for loop in loops:
        parts.append(_text(place.x, y, loop, SMALL_SIZE, "#4a5058", 400))
        y += SMALL_SIZE + 5
    return "".join(parts)


def _text(x: float, y: float, said: str, size: float, colour: str, weight: int) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" '
        f'font-weight="{weight}" text-anchor="middle">{escape(said)}</text>'
    )


def _line(way: Way, layout: Layout, at: int) -> str:
    points = layout.lines[at]
    curve = [f"M{points[0][0]:.1f},{points[0][1]:.1f}"]
    for here in range(len(points) - 1):
        (x, y), (end_x, end_y) = points[here], points[here + 1]
        third = (end_y - y) / 3
        out, into = _slope(points, here), _slope(points, here + 1)
        curve.append(
            f"C{x + out * third:.1f},{y + third:.1f} "
            f"{end_x - into * third:.1f},{end_y - third:.1f} {end_x:.1f},{end_y:.1f}"
        )
    dash = ' stroke-dasharray="5 4"' if way.dashed else ""
    head = {ACT: "act", QUIET: "quiet", BALLOT: "ballot"}[way.colour]
    return (
        f'<path d="{"".join(curve)}" fill="none" stroke="{way.colour}" stroke-width="1.5"{dash} '
        f'marker-end="url(#{head})"/>'
    )


def _slope(points: tuple[tuple[float, float], ...], at: int) -> float:
    """How far a line moves sideways per step down: not at all where it meets a box."""
    if at in (0, len(points) - 1):
        return 0.0
    (x, y), (end_x, end_y) = points[at - 1], points[at + 1]
    return (end_x - x) / (end_y - y)


def _label(way: Way, place: Place) -> str:
    top = place.y - place.height / 2
    rows = [
        f'<rect x="{place.x - place.width / 2:.1f}" y="{top:.1f}" width="{place.width:.1f}" '
        f'height="{place.height:.1f}" fill="#ffffff" fill-opacity="0.92"/>'
    ]
    for row, said in enumerate(way.words):
        y = top + (row + 1) * (SMALL_SIZE + 3) - 2
        rows.append(_text(place.x, y, said, SMALL_SIZE, way.colour, 400))
    return "".join(rows)


def _markers() -> str:
    return (
        "<defs>"
        + "".join(
            f'<marker id="{name}" viewBox="0 0 8 8" refX="7.2" refY="4" markerWidth="7" '
            f'markerHeight="7" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="{colour}"/></marker>'
            for name, colour in (("act", ACT), ("quiet", QUIET), ("ballot", BALLOT))
        )
        + "</defs>"
    )


def _legend(manual: Manual, language: str, track: str | None) -> list[str]:
    title = manual.title.of(language)
    if track is not None:
        title += f" · {manual.tracks[track].title.of(language)}"
    parts = [
        f'<text x="{MARGIN}" y="42" font-size="21" font-weight="700" fill="#1b1f24">'
        f"{escape(title)}</text>"
    ]
    x = MARGIN
    for word, colour, dash in (("act", ACT, ""), ("quiet", QUIET, "5 4"), ("ballot", BALLOT, "")):
        said = WORDS[word].of(language)
        parts.append(
            f'<path d="M{x:.1f},64 h26" stroke="{colour}" stroke-width="1.8" fill="none" '
            f'stroke-dasharray="{dash or "none"}" marker-end="url(#{word})"/>'
            f'<text x="{x + 33:.1f}" y="68" font-size="12.5" fill="#4a5058">{escape(said)}</text>'
        )
        x += 33 + _width(said, 12.5) + 26
    always = [
        f"{event.title.of(language)} → {manual.states[event.to].title.of(language)}"
        for event in manual.always
        if event.to is not None
    ]
    if always:
        said = f"{WORDS['always'].of(language)}: {'; '.join(always)}"
        parts.append(
            f'<text x="{MARGIN}" y="90" font-size="12.5" fill="#4a5058">{escape(said)}</text>'
        )
    return parts
