"""Words of this room for its templates: :mod:`moyeora.network.consortia.words`."""

from typing import Any

from django import template

from moyeora.network.consortia import words

register = template.Library()
register.filter("capabilities", words.capabilities)
register.filter("role", words.role)
register.filter("unit", words.unit)
register.filter("quantity", words.quantity)
register.filter("band", words.band)


@register.filter
def wish(name: str) -> str:
    return str(words.WISHES.get(name, name))


@register.filter
def busy(note: str) -> str:
    """What a job is busy with."""
    return str(words.WORK.get(note, ""))


@register.simple_tag(takes_context=True)
def demand(context: template.Context, about: dict[str, Any]) -> str:
    """A demand of the page's item."""
    return words.demand(about, context["titles"], context["currency"])
