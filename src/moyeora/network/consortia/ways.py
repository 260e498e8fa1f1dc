"""What would have got a firm in: the price, the free capacity or the must-haves, in bands."""

from dataclasses import replace
from typing import Any

import numpy as np

from moyeora.formation.discretion import band
from moyeora.formation.explain import ways_in
from moyeora.formation.item import Item, MustHaves, Need
from moyeora.formation.members import Members
from moyeora.formation.problem import meets
from moyeora.network.consortia.forming import LIMITS, Tell, View
from moyeora.network.consortia.snapshot import Snapshot


def ways(item: Item, snapshot: Snapshot, firm: str, tell: Tell) -> list[View]:
    """One entry for each need that the firm had an offer for; empty when it had none.

    ``price`` (a unit) and ``capacity`` (units a week) are bands that the highest price and the
    least capacity lie in, None where nothing would have helped.
    """
    tell(0.05, "ways-in")
    members = snapshot.members()
    if firm not in members.index:
        return []
    return [
        {
            "need": way.need,
            "capability": members.offers["capability"][way.offer],
            "is_in": way.is_in,
            "missing": _missing(item.need(way.need), members, way.offer),
            "price": _band(way.price),
            "capacity": _band(way.capacity),
        }
        for way in ways_in(replace(item, owner=None), members, firm, LIMITS)
    ]


def _missing(need: Need, members: Members, offer: int) -> list[dict[str, Any]]:
    """The must-haves of the need that the offer lacks, as the pages say demands."""
    must, one = need.must, np.array([offer])
    wanted: list[tuple[str, Any, MustHaves]] = [
        ("certificates", [name], MustHaves(certificates=(name,))) for name in must.certificates
    ]
    wanted += [
        (kind, value, MustHaves(**{field: getattr(must, field)}))
        for kind, field, value in (
            ("regions", "regions", list(must.regions)),
            ("orders", "orders", must.orders),
            ("on_time", "on_time_ppm", must.on_time_ppm),
            ("defect_ppm", "defect_ppm", must.defect_ppm),
        )
        if getattr(must, field) not in (None, ())
    ]
    return [
        {"kind": f"must.{kind}", "need": need.id, "value": value}
        for kind, value, alone in wanted
        if not meets(alone, members, one)[0]
    ]


def _band(amount: int | None) -> View | None:
    if amount is None:
        return None
    least, most = band(amount)
    return {"from": least, "to": most}
