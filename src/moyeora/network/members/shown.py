"""What a list of firms shows of each: what it can do and its valid certificates, for many at once.

Plain values, read in one query each: a list of some hundred firms as model objects costs ten times
as much, and everybody at work waits for it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from moyeora.network.frame.clock import today
from moyeora.network.members.models import Certificate, Firm, Offer

Firms = QuerySet[Firm] | Iterable[UUID]


def shown_offers(firms: Firms) -> Mapping[UUID, list[tuple[str, bool]]]:
    """By firm, its capabilities in use in their order, each with whether capacity is free."""
    found: dict[Any, list[tuple[str, bool]]] = defaultdict(list)
    rows = Offer.objects.filter(firm__in=firms, active=True).order_by("capability")
    for firm, capability, free in rows.values_list("firm_id", "capability", "free_capacity"):
        found[firm].append((capability, free))
    return found


def shown_certificates(firms: Firms) -> Mapping[UUID, list[str]]:
    """By firm, the names of its certificates that are valid today, in their order."""
    found: dict[Any, list[str]] = defaultdict(list)
    valid = Q(expires=None) | Q(expires__gte=today())
    rows = Certificate.objects.filter(valid, firm__in=firms).order_by("name")
    for firm, name in rows.values_list("firm_id", "name"):
        found[firm].append(name)
    return found
