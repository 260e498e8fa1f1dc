"""The network as formation reads it: every member firm's offers with their terms, ties, exclusions.

What comes out of here holds everybody's prices. It is for a background job that works out a
consortium, never for a page: what a page shows of it passes formation's ``for_others``.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django_scopes import scopes_disabled

from moyeora.formation.members import Members, read_members
from moyeora.network.frame.clock import today
from moyeora.network.members.models import Certificate, Exclusion, Firm, Terms, Tie

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Tables:
    """Rows with the columns of formation's three tables; ``offers`` and ``ties`` in the order of
    the firms' numbers.
    """

    offers: Rows
    ties: Rows
    exclusions: Rows


def tables(currency: str = "KRW", on: date | None = None) -> Tables:
    """The rows of all member firms, offers in ``currency`` alone (formation counts in one).

    A certificate counts while it is valid on the day ``on`` (by default today). A firm without an
    offer in use has no row. Four queries, whatever the size of the network.
    """
    day = on or today()
    firms = {
        firm["id"]: firm
        for firm in Firm.objects.filter(standing=Firm.Standing.MEMBER).values(
            "id", "number", "name", "trade", "region", "latitude", "longitude", "employees"
        )
    }
    certificates: dict[Any, list[str]] = {}
    valid = Certificate.objects.filter(Q(expires__isnull=True) | Q(expires__gte=day))
    for firm_id, name in valid.order_by("name").values_list("firm_id", "name"):
        certificates.setdefault(firm_id, []).append(name)
    with scopes_disabled():  # formation compares the prices of all firms; that is what it is for
        terms = list(
            Terms.objects.filter(offer__active=True, currency=currency)
            .order_by("offer__firm__number", "offer__capability")
            .values(*_TERMS, *_OFFER.values())
        )
    offers = [
        _offer_row(firms[row["offer__firm_id"]], certificates, row)
        for row in terms
        if row["offer__firm_id"] in firms
    ]
    offering = {row["firm"] for row in offers}
    return Tables(
        offers,
        [
            {"firm_a": a, "firm_b": b, "times": times, "rating": rating}
            for a, b, times, rating in _pairs(Tie, "times", "rating")
            if a in offering and b in offering
        ],
        [
            {"firm_a": a, "firm_b": b, "reason": reason}
            for a, b, reason in _pairs(Exclusion, "reason")
            if a in offering and b in offering
        ],
    )


def members(currency: str = "KRW", on: date | None = None) -> Members:
    """The same as formation's :class:`~moyeora.formation.members.Members`.

    Raises formation's BadInput when what is stored cannot be used (no firm offers anything).
    """
    found = tables(currency, on)
    return read_members(found.offers, found.ties, found.exclusions)


_TERMS = (
    *("price", "currency", "price_breaks", "own_cost", "setup_cost", "capacity", "capacity_from"),
    *("lot", "smallest", "largest", "on_time", "defect_ppm", "orders", "line"),
)
_OFFER = {
    "firm": "offer__firm_id",
    "capability": "offer__capability",
    "unit": "offer__unit",
    "lead_days": "offer__lead_days",
}


def _offer_row(firm: dict[str, Any], certificates: dict[Any, list[str]], row: Any) -> Any:
    return {
        "firm": firm["number"],
        "name": firm["name"],
        "trade": firm["trade"],
        "region": firm["region"],
        "latitude": float(firm["latitude"]),
        "longitude": float(firm["longitude"]),
        "employees": firm["employees"],
        "capability": row["offer__capability"],
        "unit": row["offer__unit"],
        "lead_days": row["offer__lead_days"],
        "certificates": ";".join(certificates.get(firm["id"], [])),
        **{name: row[name] for name in _TERMS if name != "on_time"},
        "on_time": float(row["on_time"]),
    }


def _pairs(model: type[Tie] | type[Exclusion], *about: str) -> Any:
    return model.objects.order_by("a__number", "b__number").values_list(
        "a__number", "b__number", *about
    )
