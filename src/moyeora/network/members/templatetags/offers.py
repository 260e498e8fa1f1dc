"""How an offer's lists are written."""

from django import template

from moyeora.network.frame.templatetags.moyeora import number

register = template.Library()


@register.filter
def capacity(written: str) -> str:
    """Free units a week: one number, or the first weeks of a list."""
    weeks = [number(int(week)) for week in written.split(";") if week.strip().isdecimal()]
    return " · ".join(weeks[:3]) + (" …" if len(weeks) > 3 else "")
