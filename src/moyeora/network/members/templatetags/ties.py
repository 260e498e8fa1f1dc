"""``{% load ties %}{% neighbours firm %}``: with whom a firm has worked."""

from typing import Any, Final

from django import template

from moyeora.network.members.map.ties import of_firm
from moyeora.network.members.models import Firm

register = template.Library()
SHOWN: Final = 12


@register.inclusion_tag("members/neighbours.html")
def neighbours(firm: Firm) -> dict[str, Any]:
    """The firms it worked with most often."""
    ties = list(of_firm(firm.id)[: SHOWN + 1])
    return {
        "neighbours": [
            {"firm": tie.b if tie.a_id == firm.id else tie.a, "times": tie.times}
            for tie in ties[:SHOWN]
        ],
        "more": len(ties) > SHOWN,
    }
