"""The Pareto fronts as one HTML page: what each week sooner, and each tie more, costs.

One file, no script, no network; it reads on a phone and prints on a sheet.
"""

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from moyeora.formation.alternatives import Point
from moyeora.formation.answers import money
from moyeora.formation.item import Item
from moyeora.formation.members import Members

WORDS = {
    "time": ("비용과 기간", "Cost against time", "일 안에 완료", "days until done"),
    "cohesion": (
        "비용과 결속",
        "Cost against cohesion",
        "km: 가깝고 함께 일해 본 회사일수록 작음",
        "km: less for firms that are near and have worked together",
    ),
}
WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 640, 320, 118, 46, 22, 22

STYLE = """
:root{--ink:#1b2430;--soft:#5b6675;--line:#d9dfe7;--dot:#0b6e4f;--best:#c2410c;--paper:#fff}
*{box-sizing:border-box}body{margin:0;background:#f4f6f8;color:var(--ink);
font:16px/1.55 Pretendard,"Noto Sans KR","Noto Sans CJK KR",system-ui,sans-serif}
main{max-width:760px;margin:0 auto;padding:28px 20px 48px}h1{font-size:1.5rem;margin:0 0 4px}
h2{font-size:1.15rem;margin:0}p{margin:4px 0 14px;color:var(--soft)}
section{background:var(--paper);border:1px solid var(--line);border-radius:10px;
padding:20px;margin-top:20px}svg{width:100%;height:auto;display:block}
svg text{font-size:12px;fill:var(--soft)}table{width:100%;border-collapse:collapse;margin-top:8px}
th{font-weight:600;text-align:left;color:var(--soft);font-size:.85rem}
td,th{padding:7px 6px;border-top:1px solid var(--line);vertical-align:top}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
details summary{cursor:pointer;color:var(--soft)}li{margin:2px 0}
"""


def front_page(item: Item, members: Members, fronts: Sequence[Sequence[Point]]) -> str:
    """The page for one or more fronts, each cheapest first."""
    sections = "".join(_section(item, members, points) for points in fronts if points)
    title = escape(item.title)
    return (
        f'<!doctype html><html lang="ko"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>"
        "<p>각 점은 증명된 최선의 컨소시엄입니다. 같은 값에 더 싼 구성은 없습니다.<br>"
        "Each point is a proven best consortium: none is cheaper at the same value.</p>"
        f"{sections}</main></body></html>\n"
    )


def _section(item: Item, members: Members, points: Sequence[Point]) -> str:
    ko, en, unit_ko, unit_en = WORDS[points[0].wish]
    rows = "".join(_row(item, members, point, points[0]) for point in points)
    return (
        f"<section><h2>{ko} <small>{en}</small></h2><p>{unit_ko}<br>{unit_en}</p>"
        f"{_chart(item, points)}"
        '<table><tr><th class="n">값 value</th><th class="n">비용 cost</th>'
        '<th class="n">추가 extra</th><th>회사 firms</th></tr>'
        f"{rows}</table></section>"
    )


def _row(item: Item, members: Members, point: Point, cheapest: Point) -> str:
    firms = "".join(
        f"<li>{escape(str(members.firms['name'][members.index[firm]]))} {escape(firm)}</li>"
        for firm in point.plan.firms
    )
    extra = point.cost - cheapest.cost
    return (
        f'<tr><td class="n">{point.value:,}</td><td class="n">{money(item, point.cost)}</td>'
        f'<td class="n">{extra:+,}</td><td><details><summary>{len(point.plan.firms)}곳</summary>'
        f"<ul>{firms}</ul></details></td></tr>"
    )


def _chart(item: Item, points: Sequence[Point]) -> str:
    values, costs = [p.value for p in points], [p.cost for p in points]
    low, high = _padded(min(values), max(values))
    least, most = _padded(min(costs), max(costs))

    def x(value: float) -> float:
        return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(cost: float) -> float:
        return HEIGHT - BOTTOM - (cost - least) / (most - least) * (HEIGHT - BOTTOM - TOP)

    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="cost against value">']
    for step in range(5):
        cost = least + (most - least) * step / 4
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(cost):.1f}" y2="{y(cost):.1f}" '
            f'stroke="#e6eaef"/><text x="{LEFT - 8}" y="{y(cost) + 4:.1f}" '
            f'text-anchor="end">{_short(cost, item)}</text>'
        )
    for value in _marks(values):
        parts.append(
            f'<text x="{x(value):.1f}" y="{HEIGHT - BOTTOM + 22}" '
            f'text-anchor="middle">{value:,}</text>'
        )
    ordered = sorted(points, key=lambda p: p.value)
    path = f"M{x(ordered[0].value):.1f},{y(ordered[0].cost):.1f}"
    for before, after in pairwise(ordered):
        path += (
            f"L{x(after.value):.1f},{y(before.cost):.1f}L{x(after.value):.1f},{y(after.cost):.1f}"
        )
    parts.append(f'<path d="{path}" fill="none" stroke="#0b6e4f" stroke-width="2"/>')
    for point in points:
        colour = "#c2410c" if point is points[0] else "#0b6e4f"
        parts.append(
            f'<circle cx="{x(point.value):.1f}" cy="{y(point.cost):.1f}" r="5.5" fill="{colour}">'
            f"<title>{point.value:,}: {money(item, point.cost)}</title></circle>"
        )
    return "".join([*parts, "</svg>"])


def _marks(values: Sequence[int]) -> list[int]:
    """The values to be written under the axis: the points' own, where they do not collide."""
    room = (max(values) - min(values)) / 9
    marks: list[int] = []
    for value in sorted(values):
        if not marks or value - marks[-1] >= room:
            marks.append(value)
    return marks


def _padded(low: int, high: int) -> tuple[float, float]:
    room = (high - low) * 0.08 or max(1.0, abs(high) * 0.05)
    return low - room, high + room


def _short(amount: float, item: Item) -> str:
    if item.offer_currency == "KRW":
        return f"{amount / 10_000:,.0f}만원"
    return f"{amount:,.0f}"
