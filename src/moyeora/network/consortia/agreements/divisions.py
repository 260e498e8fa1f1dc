"""The divisions among the parties of a consortium, from everybody's confidential figures.

Here alone are the scopes off: what leaves are weights (:mod:`.rules` says why these tell no more
than they may) and, for the asking firm, its own figures.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django_scopes import scopes_disabled

from moyeora.formation.discretion import band
from moyeora.network.consortia.agreements import rules
from moyeora.network.consortia.agreements.terms import Terms
from moyeora.network.consortia.models import Seat, SeatTerms, Worth


def divisions(consortium_id: UUID, terms: Terms) -> dict[str, dict[str, int]]:
    """Every division that can be computed now, by the name of its rule."""
    numbers = [party.id for party in terms.parties]
    with scopes_disabled():
        costs = _costs(consortium_id, "cost")
        worth = _worth(consortium_id, terms)
    found: dict[str, Mapping[str, int] | None] = {
        "equal": rules.equal(numbers),
        "work": rules.by_work({number: costs.get(number, 0) for number in numbers}),
        "points": rules.by_points({party.id: party.points for party in terms.parties}),
    }
    if worth is not None:
        for rule in ("shapley", "nucleolus"):
            found[rule] = rules.by_worth(
                rule, own_bands(consortium_id, terms), worth.values, terms.divided
            )
    return {rule: dict(weights) for rule, weights in found.items() if weights is not None}


def worth_of(consortium_id: UUID, terms: Terms) -> list[int] | None:
    """v(S) for the properties of a division; None when it was not computed for these parties."""
    with scopes_disabled():
        worth = _worth(consortium_id, terms)
    return list(worth.values) if worth else None


def _worth(consortium_id: UUID, terms: Terms) -> Worth | None:
    """v(S) for these very parties and this price; what was computed for others is of no use."""
    numbers = [party.id for party in terms.parties]
    return Worth.objects.filter(
        consortium=consortium_id, parties=numbers, divided=terms.divided
    ).first()


def own_bands(consortium_id: UUID, terms: Terms) -> dict[str, int]:
    """What each party's seats cost it (its own cost, or its price where it told none), at the top
    of the band, as formation took them for v(S).
    """
    with scopes_disabled():
        prices = _costs(consortium_id, "cost")
        own = _costs(consortium_id, "own_cost")
    return {
        party.id: band(own.get(party.id) or prices.get(party.id, 0))[1] for party in terms.parties
    }


def own_cost(consortium_id: UUID, firm: UUID) -> int | None:
    """What the firm's own seats cost it, if it told that for all of them; read in its scope."""
    seats = SeatTerms.objects.filter(
        seat__consortium=consortium_id, seat__firm=firm, seat__state=Seat.State.ACCEPTED
    )
    costs = [terms.own_cost for terms in seats]
    return None if not costs or None in costs else sum(costs)


def _costs(consortium_id: UUID, field: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    seats: Any = SeatTerms.objects.filter(
        seat__consortium=consortium_id, seat__state=Seat.State.ACCEPTED
    ).select_related("seat__firm")
    for terms in seats:
        number = terms.seat.firm.number
        known = getattr(terms, field)
        sums[number] = sums.get(number, 0) + (terms.cost if known is None else known)
    return sums
