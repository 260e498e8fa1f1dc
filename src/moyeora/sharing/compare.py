"""Compare before signing: the same project under several rules, in several scenarios.

For each rule and scenario: what every firm gets and when, which properties hold, and which
group would earn more by leaving. For each firm: the best it could do with others, what a
partner's default and a cost overrun would do to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from moyeora.sharing.agreement import Agreement
from moyeora.sharing.division import GAMES, ClaimsPart, Division, FirmGame, by_game
from moyeora.sharing.faults import SharingError
from moyeora.sharing.receipt import Receipt
from moyeora.sharing.scenarios import (
    Candidate,
    Scenario,
    Scenarios,
    agreement_in,
    receipts_in,
)
from moyeora.sharing.solutions import best_elsewhere, is_convex, is_superadditive, properties
from moyeora.sharing.statement import replay
from moyeora.sharing.steps import Share

OVERRUN = Fraction(1, 10)

_Payments = dict[str, list[tuple[date, int]]]


@dataclass(frozen=True, slots=True)
class Kept:
    """Which properties a division of v(N) keeps; ``leavers`` would earn ``gain`` more alone."""

    efficient: bool
    symmetric: bool
    individually_rational: bool
    in_core: bool
    leavers: tuple[str, ...]
    gain: Fraction


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one firm must see to decide, under one rule in one scenario.

    ``amount`` is its due over all receipts; ``net`` the same less the costs it paid;
    ``elsewhere`` the most it could keep in a smaller group (None without a game), with whom;
    ``defaults`` its part of the game when a partner drops out, by partner; ``overrun`` what
    costs that are a tenth higher change in ``net``; ``payments`` when it is paid.
    """

    amount: int
    net: int
    part: Fraction | None
    elsewhere: Fraction | None
    company: tuple[str, ...]
    defaults: Mapping[str, Fraction]
    overrun: int
    payments: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One rule in one scenario."""

    outlooks: Mapping[str, Outlook]
    kept: Kept | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """``cells[rule][scenario]``, in the order of the rules and scenarios."""

    agreement: Agreement
    scenarios: Scenarios
    totals: tuple[int, ...]
    superadditive: tuple[bool | None, ...]
    convex: tuple[bool | None, ...]
    cells: tuple[tuple[Cell, ...], ...]


def compare(agreement: Agreement, scenarios: Scenarios) -> Comparison:
    """Every rule in every scenario, exactly."""
    games = []
    totals = []
    for scenario in scenarios.scenarios:
        made = agreement_in(agreement, scenarios.share, scenario, scenarios.candidates[0])
        games.append(made.game)
        totals.append(sum(receipt.amount for receipt in receipts_in(made, scenario.receipts)))
    return Comparison(
        agreement,
        scenarios,
        tuple(totals),
        tuple(is_superadditive(game.game) if game else None for game in games),
        tuple(is_convex(game.game) if game else None for game in games),
        tuple(
            tuple(
                _cell(agreement, scenarios.share, scenario, candidate)
                for scenario in scenarios.scenarios
            )
            for candidate in scenarios.candidates
        ),
    )


def amounts_of(agreement: Agreement, receipts: Sequence[Receipt]) -> dict[str, int]:
    """What each party is due over all receipts."""
    sums = {party.id: 0 for party in agreement.parties}
    for made in replay(agreement, receipts):
        for payment in made.payments:
            sums[payment.party] += payment.due
    return sums


def _cell(agreement: Agreement, share: str, scenario: Scenario, candidate: Candidate) -> Cell:
    made = agreement_in(agreement, share, scenario, candidate)
    receipts = receipts_in(made, scenario.receipts)
    amounts, paid = amounts_of(made, receipts), _payments(made, receipts)
    costs, dearer = _costs(receipts), receipts_in(made, _overrun(scenario.receipts))
    later, later_costs = amounts_of(made, dearer), _costs(dearer)
    step = made.step(share)
    assert isinstance(step, Share)
    parts = _parts(step.division, made.game)
    after = {}
    if made.game and parts:
        after = {f: _after_default(step.division, made.game, f) for f in made.game.firms}
    outlooks = {}
    for firm in (party.id for party in made.firms):
        net = amounts[firm] - costs.get(firm, 0)
        part, best, company, defaults = None, None, tuple[str, ...](), dict[str, Fraction]()
        if made.game and parts:
            player = made.game.firms.index(firm)
            part = parts[player]
            best, group = best_elsewhere(made.game.game, parts, player)
            company = tuple(made.game.firms[i] for i in group if i != player)
            defaults = {gone: left[firm] for gone, left in after.items() if gone != firm}
        outlooks[firm] = Outlook(
            amounts[firm],
            net,
            part,
            best,
            company,
            defaults,
            later[firm] - later_costs.get(firm, 0) - net,
            tuple(paid[firm]),
        )
    return Cell(outlooks, _kept(made.game, parts) if made.game and parts else None)


def _payments(agreement: Agreement, receipts: Sequence[Receipt]) -> _Payments:
    paid: _Payments = {party.id: [] for party in agreement.parties}
    for made in replay(agreement, receipts):
        for payment in made.payments:
            if payment.paid:
                paid[payment.party].append((made.receipt.on, payment.paid))
    return paid


def _costs(receipts: Sequence[Receipt]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for cost in (cost for receipt in receipts for cost in receipt.costs):
        sums[cost.firm] = sums.get(cost.firm, 0) + cost.amount
    return sums


def _overrun(receipts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same receipts with every cost a tenth higher, whole units, rounded up."""
    return [
        {
            **receipt,
            "cost": [
                {**cost, "amount": _dearer(cost["amount"])} for cost in receipt.get("cost", [])
            ],
        }
        for receipt in receipts
    ]


def _dearer(amount: int) -> int:
    exact = amount * (1 + OVERRUN)
    return -(-exact.numerator // exact.denominator)


def _parts(division: Division, game: FirmGame | None) -> list[Fraction] | None:
    """v(N) by the rule, in the order of the game's players."""
    if game is None or set(division.firms) != set(game.firms):
        return None
    total = game.game.total
    if division.claims:
        due, scale = division.due(int(total))
        parts = dict(zip(division.firms, (Fraction(d, scale) for d in due), strict=True))
    else:
        ratios = zip(division.firms, division.ratios(), strict=True)
        parts = {firm: ratio * total for firm, ratio in ratios}
    return [parts[firm] for firm in game.firms]


def _kept(game: FirmGame, parts: Sequence[Fraction]) -> Kept:
    found = properties(game.game, parts)
    return Kept(
        found.efficient,
        found.symmetric,
        found.individually_rational,
        found.in_core,
        tuple(game.firms[player] for player in found.leavers),
        found.gain,
    )


def _after_default(division: Division, game: FirmGame, partner: str) -> dict[str, Fraction]:
    """What each of the others has when one is gone: v of the rest, by the same rule."""
    player = game.firms.index(partner)
    firms = tuple(firm for firm in game.firms if firm != partner)
    rest = FirmGame(firms, game.game.without(player))
    if not firms or rest.game.total <= 0:
        return dict.fromkeys(firms, Fraction(0))
    try:
        rule = division.rule
        without = by_game(rule, rest) if rule in GAMES else _without(division, partner)
        parts = _parts(without, rest)
        assert parts is not None, "the rule is about the firms that are left"
    except SharingError:
        # Without the partner the rule has no answer; each is left with what it has alone.
        parts = [rest.game.value(1 << i) for i in range(len(firms))]
    return dict(zip(firms, parts, strict=True))


def _without(division: Division, partner: str) -> Division:
    """The same weights and claims among the others."""
    gone = division.firms.index(partner)
    claims = tuple(
        ClaimsPart(part.weight, part.rule, part.claims[:gone] + part.claims[gone + 1 :])
        for part in division.claims
    )
    return Division(
        division.rule,
        division.firms[:gone] + division.firms[gone + 1 :],
        division.weights[:gone] + division.weights[gone + 1 :],
        max(1, division.scale - division.weights[gone]),
        claims,
    )
