"""*What I would get*: every division in three courses of events, for one firm.

A firm sees its own amounts only; of the others, the sum. Its own cost, if it told one, is taken
off, so that it sees what would be left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from moyeora.network.consortia.agreements.program import program, scenario_receipts
from moyeora.network.consortia.agreements.terms import Terms
from moyeora.sharing import from_values, read_receipt, replay
from moyeora.sharing.solutions import properties

SCENARIOS = (("low", 90), ("middle", 100), ("high", 110))


@dataclass(frozen=True)
class Outlook:
    """One division for one firm. ``amounts`` in the order of SCENARIOS; ``left`` the same less
    the firm's own cost (None: it told none). ``stable``: no group would earn more by leaving
    (None: not known).
    """

    rule: str
    weight: int
    amounts: tuple[int, ...]
    left: tuple[int, ...] | None
    others: int
    stable: bool | None
    chosen: bool


def outlooks(
    terms: Terms,
    divisions: Mapping[str, Mapping[str, int]],
    firm: str,
    own_cost: int | None,
    worth: Sequence[int] | None,
    costs: Mapping[str, int],
) -> list[Outlook]:
    """What ``firm`` (its business number) would get under each division, the chosen one first.

    ``worth`` is v(S) of the parties, ``costs`` what their work costs them, both from bands.
    """
    chosen = {party.id: party.weight for party in terms.parties}
    stable = partial(_stable, terms, worth, costs)
    rows = [_outlook(terms, terms.rule, chosen, firm, own_cost, stable(chosen), True)]
    for rule, weights in divisions.items():
        if dict(weights) != chosen:
            rows.append(_outlook(terms, rule, weights, firm, own_cost, stable(weights), False))
    return rows


def _outlook(
    terms: Terms,
    rule: str,
    weights: Mapping[str, int],
    firm: str,
    own_cost: int | None,
    stable: bool | None,
    chosen: bool,
) -> Outlook:
    agreed = program(terms.with_weights(rule, weights))
    amounts, others = [], 0
    for name, percent in SCENARIOS:
        receipts = [read_receipt(one, agreed) for one in scenario_receipts(terms, percent)]
        sums: dict[str, int] = {}
        for made in replay(agreed, receipts):
            for payment in made.payments:
                sums[payment.party] = sums.get(payment.party, 0) + payment.due
        amounts.append(sums.get(firm, 0))
        if name == "middle":
            others = sum(sums.get(party.id, 0) for party in terms.parties) - sums.get(firm, 0)
    return Outlook(
        rule=rule,
        weight=weights[firm],
        amounts=tuple(amounts),
        left=None if own_cost is None else tuple(amount - own_cost for amount in amounts),
        others=others,
        stable=stable,
        chosen=chosen,
    )


def _stable(
    terms: Terms,
    worth: Sequence[int] | None,
    costs: Mapping[str, int],
    weights: Mapping[str, int],
) -> bool | None:
    """Whether no group would earn more by leaving: what each keeps beyond its costs lies in the
    core of v.
    """
    rest = terms.divided - sum(costs.values())
    if worth is None or worth[-1] <= 0 or rest <= 0:
        return None
    # The seats need not be the cheapest way at own cost: what is left is scaled to v of all.
    kept = [Fraction(weights[p.id] * terms.divided, 1000) - costs[p.id] for p in terms.parties]
    parts = [each * worth[-1] / rest for each in kept]
    return properties(from_values(list(worth)), parts).in_core
