"""What a plan's shares come to as seats, and what the seats of a consortium still leave open."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django_scopes import scopes_disabled

from moyeora.network.consortia.models import Consortium, Need, Seat

LIVE = (Seat.State.INVITED, Seat.State.ACCEPTED)


@dataclass(frozen=True)
class Place:
    """What one firm (by its number) does for one need: all its shares of it together."""

    firm: str
    need: str
    units: int
    begins: date
    ends: date
    shares: tuple[Mapping[str, Any], ...]

    def is_like(self, seat: Seat) -> bool:
        """Whether the seat asks for just this."""
        return (self.units, self.begins, self.ends) == (seat.quantity, seat.begins, seat.ends)


def places(plan: Mapping[str, Any]) -> dict[tuple[str, str], Place]:
    """The places of a plan (formation's JSON) by need and firm, in the plan's order."""
    grouped: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for share in plan["shares"]:
        grouped[share["need"], share["firm"]].append(share)
    return {
        (need, firm): Place(
            firm,
            need,
            sum(share["units"] for share in shares),
            min(date.fromisoformat(share["begins"]) for share in shares),
            max(date.fromisoformat(share["ends"]) for share in shares),
            tuple(shares),
        )
        for (need, firm), shares in grouped.items()
    }


def live_seats(consortium: Consortium) -> list[Seat]:
    """All seats that are offered or taken, with their firms; for actions and jobs."""
    with scopes_disabled():  # who repairs must see every seat, whoever asked for it
        return list(consortium.seats.filter(state__in=LIVE).select_related("firm"))


def done(consortium: Consortium) -> dict[str, int]:
    """What firms that have left had delivered, by need."""
    total: dict[str, int] = defaultdict(int)
    with scopes_disabled():  # quantities of a need, summed
        for need, units in consortium.seats.filter(done__gt=0).values_list("need", "done"):
            total[need] += units
    return dict(total)


def needs(item_id: UUID) -> list[Need]:
    """The item's needs in order; for actions and jobs of any of its parties."""
    with scopes_disabled():  # the item is its owner's alone; its needs are the seats' measure
        return list(Need.objects.filter(item=item_id))


def missing(consortium: Consortium) -> dict[str, int]:
    """How many units of each need no firm has accepted yet; empty when the consortium stands."""
    open_units = {need.key: need.quantity for need in needs(consortium.item_id)}
    for key, units in done(consortium).items():
        open_units[key] -= units
    for seat in live_seats(consortium):
        if seat.state == Seat.State.ACCEPTED:
            open_units[seat.need] -= seat.quantity
    return {key: units for key, units in open_units.items() if units > 0}


def companions(seat: Seat) -> list[dict[str, str]]:
    """Who else is invited or in: names and roles, all that a firm may know before it accepts."""
    with scopes_disabled():  # names and roles alone leave here
        others = seat.consortium.seats.filter(state__in=LIVE).exclude(firm=seat.firm_id)
        return [
            {"name": other.firm.name, "title": other.title, "role": other.role}
            for other in others.select_related("firm").order_by("begins", "title", "firm__name")
        ]
