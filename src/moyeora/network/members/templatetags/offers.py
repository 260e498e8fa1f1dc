"""How an offer's lists are written."""

from typing import Final

from django import template
from django.utils.translation import pgettext_lazy

from moyeora.network.frame.templatetags.moyeora import number

register = template.Library()


@register.filter
def capacity(written: str) -> str:
    """Free units a week: one number, or the first weeks of a list."""
    weeks = [number(int(week)) for week in written.split(";") if week.strip().isdecimal()]
    return " · ".join(weeks[:3]) + (" …" if len(weeks) > 3 else "")


UNITS: Final = {
    "call": pgettext_lazy("unit", "call"),
    "carton": pgettext_lazy("unit", "carton"),
    "day": pgettext_lazy("unit", "day"),
    "piece": pgettext_lazy("unit", "piece"),
    "record": pgettext_lazy("unit", "record"),
    "set": pgettext_lazy("unit", "set"),
    "test": pgettext_lazy("unit", "test"),
    "unit": pgettext_lazy("unit", "unit"),
}


@register.filter
def unit(written: str) -> str:
    """A unit of the trade list in the reader's language; another as it is written."""
    return str(UNITS.get(written, written))
