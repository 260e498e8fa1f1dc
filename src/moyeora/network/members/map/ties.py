"""Which ties are shown, and where: the whole of a small network, the strongest of a large one.

That two firms worked together, and how often, every member may know. How it went is not told.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.core.cache import cache
from django.db.models import Q, QuerySet

from moyeora.network.members.map.layout import EDITION, layout
from moyeora.network.members.models import Firm, Offer, Tie
from moyeora.network.members.search.vocabulary import capability

MOST: Final = 1_500  # ties on the map; more are a cloud that tells nothing
KEPT_SECONDS: Final = 86_400


@dataclass(frozen=True)
class Map:
    """``all``: whether no tie is left out."""

    ties: list[Tie]
    all: bool


def between_members() -> QuerySet[Tie]:
    """Ties of firms that are members now, the most frequent first."""
    member = Firm.Standing.MEMBER
    return Tie.objects.filter(a__standing=member, b__standing=member).order_by("-times", "a", "b")


def of_firm(firm: UUID) -> QuerySet[Tie]:
    """The ties of one firm, the most frequent first."""
    return between_members().filter(Q(a=firm) | Q(b=firm)).select_related("a", "b")


def the_map(own: UUID | None) -> Map:
    """The ties of the map; those of the own firm are always among them."""
    ties = list(between_members()[: MOST + 1])
    everything = len(ties) <= MOST
    ties = ties[:MOST]
    if own and not everything:
        known = {tie.pk for tie in ties}
        ties += [tie for tie in of_firm(own)[:MOST] if tie.pk not in known]
    return Map(ties, everything)


def drawn(shown: Map, own: UUID | None) -> dict[str, Any]:
    """The map as the page's script draws it: firms with places and functions, ties with weights."""
    ties = sorted((str(tie.a_id), str(tie.b_id), tie.times) for tie in shown.ties)
    key = hashlib.sha256(json.dumps(ties).encode()).hexdigest()
    places = cache.get_or_set(
        f"map:{EDITION}:{key}", lambda: layout((a, b) for a, b, _ in ties), KEPT_SECONDS
    )
    ids = {firm for tie in shown.ties for firm in (tie.a_id, tie.b_id)}
    offered = defaultdict(list)
    for firm, name in Offer.objects.filter(firm__in=ids, active=True).values_list(
        "firm", "capability"
    ):
        offered[firm].append(name)
    return {
        "firms": [
            {
                "id": str(firm.id),
                "name": firm.name,
                "function": function_of(firm, offered[firm.id]),
                "own": firm.id == own,
                "x": places[str(firm.id)][0],
                "y": places[str(firm.id)][1],
            }
            for firm in Firm.objects.filter(id__in=ids).order_by("id")
        ],
        "ties": [{"a": a, "b": b, "times": times} for a, b, times in ties],
    }


def function_of(firm: Firm, offered: Iterable[str]) -> str:
    """The function of the firm's trade among what it offers, or of its first offer; "" if none."""
    known = [found for name in offered if (found := capability(name))]
    known.sort(key=lambda one: (one.trade != firm.trade, one.term))
    return known[0].function if known else ""
