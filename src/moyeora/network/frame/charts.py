"""Small charts that need no script: rows of a table, each with a bar drawn as SVG.

A page gives values, the template says ``{% load charts %}{% gantt spans _("Plan") %}`` or
``{% bars rows _("Shares") %}``. Every number and date stands beside its bar as text, so the drawing
is an ornament for who cannot see it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

WIDE: Final = 1000  # units of the drawing; the page stretches it to its own width


@dataclass(frozen=True)
class Span:
    """A thing that takes the days ``begins`` .. ``ends``, both included; ``kind`` colours it
    ("", soft, good, wait, bad), ``text`` stands beside the dates.
    """

    label: str
    begins: date
    ends: date
    kind: str = ""
    text: str = ""


@dataclass(frozen=True)
class Bar:
    """A value >= 0 and how it is written; ``mark`` is a second value on its scale, as a limit."""

    label: str
    value: int
    text: str
    kind: str = ""
    mark: int | None = None


def gantt(spans: Sequence[Span], today: date) -> dict[str, Any]:
    """The rows of a plan on one scale of days, with the firsts of months and today as lines."""
    if not spans:
        return {"rows": []}
    first = min(span.begins for span in spans)
    last = max(span.ends for span in spans)
    days = (last - first).days + 1

    def at(day: date) -> int:
        return round(WIDE * (day - first).days / days)

    return {
        "rows": [
            {
                "span": span,
                "x": at(span.begins),
                "width": max(at(span.ends + timedelta(days=1)) - at(span.begins), 4),
            }
            for span in spans
        ],
        "months": [at(day) for day in _months(first, last)],
        "today": at(today) if first <= today <= last else None,
        "ends": (first, last),
    }


def bars(rows: Iterable[Bar]) -> dict[str, Any]:
    """The rows of a comparison on one scale that begins at zero."""
    rows = list(rows)
    top = max((max(row.value, row.mark or 0) for row in rows), default=0) or 1
    return {
        "rows": [
            {
                "bar": row,
                "width": round(WIDE * row.value / top),
                "mark": None if row.mark is None else round(WIDE * row.mark / top),
            }
            for row in rows
        ]
    }


def _months(first: date, last: date) -> Iterable[date]:
    month = first.replace(day=1)
    while (month := (month + timedelta(days=32)).replace(day=1)) <= last:
        yield month
