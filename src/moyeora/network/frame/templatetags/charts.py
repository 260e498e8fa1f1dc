"""The template tags of :mod:`moyeora.network.frame.charts`."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template

from moyeora.network.frame import charts
from moyeora.network.frame.clock import today

register = template.Library()


@register.inclusion_tag("frame/gantt.html")
def gantt(spans: Sequence[charts.Span], caption: str) -> dict[str, Any]:
    """A plan over days; the caption names it."""
    return {"caption": caption, **charts.gantt(spans, today())}


@register.inclusion_tag("frame/bars.html")
def bars(rows: Iterable[charts.Bar], caption: str) -> dict[str, Any]:
    """A comparison of values; the caption names it."""
    return {"caption": caption, **charts.bars(rows)}
