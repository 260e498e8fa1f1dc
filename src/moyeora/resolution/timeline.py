"""A case as a picture: which state when, how long it could have lasted, what was held."""

from collections.abc import Callable, Iterator
from datetime import date
from html import escape

from moyeora.resolution.draw import FONT
from moyeora.resolution.manual import Manual
from moyeora.resolution.money import amount_text
from moyeora.resolution.play import Scene, Script
from moyeora.resolution.text import text

WIDTH, LEFT, RIGHT = 980.0, 220.0, 34.0
ROW, BAR = 34.0, 18.0
CHART = 120.0
INK, SOFT, STATE, END, HELD = "#1b1f24", "#5b626b", "#1f5fa8", "#2e7d4f", "#a8502a"

WORDS = {
    "held": text("보류된 금액", "held back"),
    "last": text("기한의 마지막 날", "last day of the term"),
    "disputed": text("다투는 금액", "in dispute"),
}


def timeline(manual: Manual, script: Script, scenes: list[Scene], language: str) -> str:
    """An SVG picture of a played case, from its opening to its last day."""
    stays = list(_stays(scenes))
    first = script.opening.on
    final = max(day for _, start, end, last in stays for day in (start, end, last or end))
    span = max(1, (final - first).days)

    def x(day: date) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / span

    top = 96.0
    bottom = top + ROW * len(stays)
    height = bottom + 70 + CHART + 34
    title = script.title.of(language) or manual.title.of(language)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {height:.0f}" '
        f'width="{WIDTH:.0f}" height="{height:.0f}" font-family="{FONT}" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        _say(24, 36, title, 20, INK, "start", 700),
        f'<path d="M28,60 v-14" stroke="{SOFT}" stroke-width="2"/>',
        _say(38, 58, WORDS["last"].of(language), 12.5, SOFT, "start"),
    ]
    for tick in _months(first, final):
        parts.append(
            f'<path d="M{x(tick):.1f},{top - 12:.1f} V{bottom + 62 + CHART:.1f}" '
            f'stroke="#e4e7eb" stroke-width="1"/>'
        )
        parts.append(_say(x(tick) + 3, top - 14, f"{tick:%Y-%m}", 11, SOFT, "start"))
    for row, (state, start, end, last) in enumerate(stays):
        y = top + ROW * row
        ended = manual.states[state].end is not None
        name = manual.states[state].title.of(language)
        parts.append(_say(LEFT - 12, y + 14, name, 13.5, END if ended else INK, "end", 600))
        if ended:
            parts.append(f'<circle cx="{x(end):.1f}" cy="{y + 9:.1f}" r="7" fill="{END}"/>')
            parts.append(_say(x(end) - 14, y + 14, str(end), 11.5, END, "end"))
            continue
        wide = max(3.0, x(end) - x(start))
        parts.append(
            f'<rect x="{x(start):.1f}" y="{y:.1f}" width="{wide:.1f}" height="{BAR}" rx="3" '
            f'fill="{STATE}"/>'
        )
        shown = f"{start:%m-%d} ~ {end:%m-%d}"
        after = max(x(start) + wide, x(last) if last else 0.0) + 8
        if after > WIDTH - 110:
            parts.append(_say(x(start) - 8, y + 14, shown, 11.5, SOFT, "end"))
        else:
            parts.append(_say(after, y + 14, shown, 11.5, SOFT, "start"))
        if last is not None:
            parts.append(
                f'<path d="M{x(last):.1f},{y - 3:.1f} v{BAR + 6}" stroke="{SOFT}" '
                f'stroke-width="2"/>'
            )
    parts += _chart(scenes, x, bottom + 58, language)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _stays(scenes: list[Scene]) -> Iterator[tuple[str, date, date, date | None]]:
    """(state, first day, day it was left, last day of its term), joined where it began again."""
    previous = None
    for scene in scenes:
        case = scene.case
        if previous is not None and (case.state, case.entered) != (
            previous.state,
            previous.entered,
        ):
            yield previous.state, previous.entered, case.entered, previous.notice.last_day
        previous = case
    assert previous is not None
    yield (
        previous.state,
        previous.entered,
        previous.ended or _today(scenes),
        previous.notice.last_day,
    )


def _today(scenes: list[Scene]) -> date:
    return max(scene.entry.on if scene.entry else scene.case.opened for scene in scenes)


def _months(first: date, final: date) -> Iterator[date]:
    year, month = first.year, first.month
    step = 1 + (final - first).days // 400
    while True:
        month += step
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
        if (final - date(year, month, 1)).days < (final - first).days / 20:
            return
        yield date(year, month, 1)


def _chart(
    scenes: list[Scene], x: Callable[[date], float], top: float, language: str
) -> Iterator[str]:
    """Two steps: what is in dispute (a line) and what of it is held (an area)."""
    currency = scenes[0].case.money.currency
    moments = [
        (
            scene.entry.on if scene.entry else scene.case.opened,
            sum(scene.case.money.held.values()),
            scene.case.disputed,
        )
        for scene in scenes
    ]
    most = max(max(held, disputed) for _, held, disputed in moments) or 1
    base = top + CHART

    def y(amount: int) -> float:
        return base - CHART * amount / most

    left, end = x(moments[0][0]), x(_today(scenes))
    held_line = [f"M{left:.1f},{base:.1f}"]
    disputed_line = [f"M{left:.1f},{y(moments[0][2]):.1f}"]
    for day, held, disputed in moments:
        held_line.append(f"H{x(day):.1f} V{y(held):.1f}")
        disputed_line.append(f"H{x(day):.1f} V{y(disputed):.1f}")
    yield (
        f'<path d="{" ".join(held_line)} H{end:.1f} V{base:.1f} Z" fill="{HELD}" '
        f'fill-opacity="0.28"/>'
    )
    yield (
        f'<path d="{" ".join(disputed_line)} H{end:.1f}" fill="none" stroke="{INK}" '
        f'stroke-width="1.6" stroke-dasharray="5 4"/>'
    )
    yield f'<path d="M{LEFT},{base:.1f} H{WIDTH - RIGHT}" stroke="{SOFT}" stroke-width="1"/>'
    yield _say(LEFT - 12, top + 4, f"{amount_text(most, currency)} {currency}", 11.5, SOFT, "end")
    yield _say(LEFT - 12, base, "0", 11.5, SOFT, "end")
    yield (
        f'<rect x="{LEFT}" y="{top - 28:.1f}" width="16" height="11" fill="{HELD}" '
        f'fill-opacity="0.28"/>'
    )
    yield _say(LEFT + 22, top - 18, WORDS["held"].of(language), 12.5, HELD, "start")
    yield (
        f'<path d="M{LEFT + 130},{top - 22:.1f} h22" stroke="{INK}" stroke-width="1.6" '
        f'stroke-dasharray="5 4"/>'
    )
    yield _say(LEFT + 158, top - 18, WORDS["disputed"].of(language), 12.5, INK, "start")


def _say(
    x: float, y: float, said: str, size: float, colour: str, anchor: str, weight: int = 400
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" '
        f'font-weight="{weight}" text-anchor="{anchor}">{escape(said)}</text>'
    )
