"""*What I would get*: every division in three courses of events, for one firm.

A firm sees its own amounts only; of the others, the sum. Its own cost, if it told one, is taken
off, so that it sees what would be left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

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
) -> list[Outlook]:
    """What ``firm`` (its business number) would get under each division, the chosen one first."""
    chosen = {party.id: party.weight for party in terms.parties}
    rows = [_outlook(terms, terms.rule, chosen, firm, own_cost, worth, True)]
    for rule, weights in divisions.items():
        if dict(weights) != chosen:
            rows.append(_outlook(terms, rule, weights, firm, own_cost, worth, False))
    return rows


def _outlook(
    terms: Terms,
    rule: str,
    weights: Mapping[str, int],
    firm: str,
    own_cost: int | None,
    worth: Sequence[int] | None,
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
        stable=_stable(terms, weights, worth),
        chosen=chosen,
    )


def _stable(terms: Terms, weights: Mapping[str, int], worth: Sequence[int] | None) -> bool | None:
    """Whether dividing v(N) so lies in the core of v."""
    if worth is None or worth[-1] <= 0:
        return None
    game = from_values(list(worth))
    parts = [Fraction(weights[party.id] * worth[-1], 1000) for party in terms.parties]
    return properties(game, parts).in_core
