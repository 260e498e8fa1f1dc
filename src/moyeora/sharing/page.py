"""The page of a comparison: one HTML file with its charts, no network.

It is made for the owner of a firm who has to decide: what is mine, low, middle and high; what I
could have elsewhere; when I am paid; what a partner's default or dearer costs do to me.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from moyeora.sharing.compare import Comparison
from moyeora.sharing.compare_text import Said
from moyeora.sharing.sensitivity import Effect

_CHART_WIDTH, _ROW = 560, 26
_LABEL_WIDTH, _TEXT_WIDTH = 172, 80


@dataclass(frozen=True, slots=True)
class Bar:
    """A rule in a firm's chart: from low to high with a dot in the middle, in pixels."""

    name: str
    y: float
    low: float
    middle: float
    high: float
    text: str
    agreed: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """The ranges of one firm under all rules."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    height: int
    width: int


def comparison_page(comparison: Comparison, effects: Sequence[Effect], lang: str) -> str:
    """The whole page as HTML; the same text for the same comparison."""
    said = Said(comparison, lang)
    scenarios = comparison.scenarios.scenarios
    return template("compare.html.j2").render(
        said=said,
        say=said.say,
        lang=lang,
        agreement=comparison.agreement,
        comparison=comparison,
        scenarios=scenarios,
        candidates=comparison.scenarios.candidates,
        middle=len(scenarios) // 2,
        charts={firm.id: _chart(said, firm.id) for firm in comparison.agreement.firms},
        dates=_dates(comparison),
        effects=effects,
        largest=max([1, *(abs(c) for effect in effects for c in effect.change.values())]),
    )


@cache
def template(name: str) -> Template:
    """A template of this package; what people wrote is escaped."""
    environment = Environment(
        loader=PackageLoader("moyeora.sharing"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def _chart(said: Said, firm: str) -> Chart:
    comparison = said.comparison
    amounts = [[cell.outlooks[firm].net for cell in row] for row in comparison.cells]
    # Each firm has a scale of its own: it compares rules, not itself with others.
    bottom, top = min(map(min, amounts)), max(map(max, amounts))
    margin = max(1, (top - bottom) // 12)
    bottom, top = bottom - margin, top + margin

    def x(amount: int) -> float:
        wide = _CHART_WIDTH - _LABEL_WIDTH - _TEXT_WIDTH
        return round(_LABEL_WIDTH + wide * (amount - bottom) / (top - bottom), 1)

    bars = []
    for place, (candidate, row) in enumerate(
        zip(comparison.scenarios.candidates, amounts, strict=True)
    ):
        middle = row[len(row) // 2]
        bars.append(
            Bar(
                candidate.name[said.lang],
                14 + place * _ROW,
                x(min(row)),
                x(middle),
                x(max(row)),
                said.amount(middle),
                place == 0,
            )
        )
    ticks = tuple(
        (x(bottom + (top - bottom) * part // 5), _short(said, bottom + (top - bottom) * part // 5))
        for part in range(1, 5, 2)
    )
    return Chart(tuple(bars), ticks, 14 + len(bars) * _ROW + 24, _CHART_WIDTH)


def _short(said: Said, amount: int) -> str:
    """A number for an axis, in units a person reads: 만 and 억, or thousands and millions."""
    whole = int(said.amount(amount).replace(",", "").replace("−", "-").split(".")[0])
    steps = ((10**8, "억"), (10**4, "만")) if said.lang == "ko" else ((10**6, "M"), (10**3, "k"))
    for size, name in steps:
        if abs(whole) >= size:
            return f"{whole / size:,.4g}{name}"
    return str(whole)


def _dates(comparison: Comparison) -> list[date]:
    middle = comparison.cells[0][len(comparison.scenarios.scenarios) // 2]
    return sorted({when for outlook in middle.outlooks.values() for when, _ in outlook.payments})
