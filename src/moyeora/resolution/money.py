"""The money of a case: what is paid, what is held, what is owed back.

The statement as it stands says what each firm gets. A difference is a list of items; each
item claims a transfer between firms, whose amounts sum to zero. So the two sides argue for two
statements of the same total, and everything that can come out lies between them.

What cannot be lost is paid at once. What a firm would lose under the other side's statement is
held back from that firm only, and all that is held is at most the difference between the two
statements. ``sum(paid) + sum(held)`` never changes; where more was paid than a firm keeps in
the end, the rest is owed from firm to firm and sums to zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from moyeora.resolution.frozen import freeze_fields
from moyeora.resolution.text import Text

Amounts = Mapping[str, int]

# ISO 4217: the currencies whose smallest unit is not a hundredth.
DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def amount_text(amount: int, currency: str, sign: bool = False) -> str:
    """``amount`` smallest units as a person writes them: 1234567 USD is 12,345.67."""
    digits = DIGITS.get(currency, 2)
    whole, rest = divmod(abs(amount), 10**digits)
    prefix = "-" if amount < 0 else "+" if sign and amount else ""
    return f"{prefix}{whole:,}" + (f".{rest:0{digits}d}" if digits else "")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in dispute.

    ``claimed`` is the transfer that ``by`` argues for, ``conceded`` the part of it no longer
    in dispute, ``finding`` what has been agreed or decided so far, ``settled`` what stands in
    the end. All are firm -> amount in the smallest unit, sum to zero, and run from
    ``conceded`` to ``claimed`` firm by firm (an agreement may leave that range).
    ``meanwhile`` says that the finding is paid before it is final.
    """

    id: str
    by: str
    title: Text
    claimed: Amounts
    conceded: Amounts
    finding: Amounts | None = None
    settled: Amounts | None = None
    meanwhile: bool = False

    def __post_init__(self) -> None:
        freeze_fields(self, "claimed", "conceded", "finding", "settled")

    @property
    def open(self) -> bool:
        return self.settled is None

    @property
    def current(self) -> Amounts:
        """The transfer that counts today."""
        if self.settled is not None:
            return self.settled
        if self.meanwhile and self.finding is not None:
            return self.finding
        return self.conceded

    def argued(self, by_its_own_side: bool) -> Amounts:
        """The transfer that one side argues for: what it claims, or what it has conceded."""
        if self.settled is not None:
            return self.settled
        return self.claimed if by_its_own_side else self.conceded

    @property
    def disputed(self) -> int:
        """How much of the item is still in dispute."""
        if not self.open:
            return 0
        return sum(
            max(0, amount - self.conceded.get(firm, 0)) for firm, amount in self.claimed.items()
        )

    def part(self, upheld: Fraction) -> Amounts:
        """What is conceded and the fraction ``upheld`` (0 to 1) of the rest.

        The amount is rounded down: the odd unit stays where the statement puts it.
        """
        amount = int(self.disputed * upheld)
        rest = {firm: a - self.conceded.get(firm, 0) for firm, a in self.claimed.items()}
        gains = apportion(amount, {f: Fraction(a) for f, a in rest.items() if a > 0})
        losses = apportion(amount, {f: Fraction(-a) for f, a in rest.items() if a < 0})
        return {
            firm: self.conceded.get(firm, 0) + gains.get(firm, 0) - losses.get(firm, 0)
            for firm in self.claimed
        }

    def allows(self, transfer: Amounts) -> bool:
        """Whether a decider may find ``transfer``: zero in sum and never beyond what is argued."""
        if sum(transfer.values()):
            return False
        for firm in {*transfer, *self.claimed}:
            ends = (self.conceded.get(firm, 0), self.claimed.get(firm, 0))
            if not min(ends) <= transfer.get(firm, 0) <= max(ends):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Money:
    """Where the money of a case is. All three are firm -> smallest units of ``currency``."""

    currency: str
    statement: Amounts
    paid: Amounts
    held: Amounts

    def __post_init__(self) -> None:
        freeze_fields(self, "statement", "paid", "held")

    @property
    def total(self) -> int:
        return sum(self.paid.values()) + sum(self.held.values())


def apportion(total: int, weights: Mapping[str, Fraction]) -> dict[str, int]:
    """Divide ``total`` >= 0 units by weight: floors, then a unit each to the largest remainders.

    Ties go to the firm written first. Weights are not negative; with none above zero nobody
    gets anything and ``total`` must be 0.
    """
    whole = sum(weights.values(), Fraction(0))
    if not whole:
        if total:
            raise ValueError("there is something to divide and nobody to get it")
        return dict.fromkeys(weights, 0)
    exact = {firm: total * weight / whole for firm, weight in weights.items()}
    shares = {firm: int(share) for firm, share in exact.items()}
    order = sorted(weights, key=lambda firm: shares[firm] - exact[firm])
    for firm in order[: total - sum(shares.values())]:
        shares[firm] += 1
    return shares


def entitlement(statement: Amounts, items: Iterable[Item]) -> dict[str, int]:
    """What each firm gets as things stand today."""
    due = dict(statement)
    for item in items:
        for firm, amount in item.current.items():
            due[firm] = due.get(firm, 0) + amount
    return due


def statements(
    statement: Amounts, items: Iterable[Item], claimants: frozenset[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """The two statements that the sides argue for: the claimants' and the respondents'."""
    items = tuple(items)
    sides = []
    for wanted in (True, False):
        argued = dict(statement)
        for item in items:
            mine = (item.by in claimants) is wanted
            for firm, amount in item.argued(mine).items():
                argued[firm] = argued.get(firm, 0) + amount
        sides.append(argued)
    return sides[0], sides[1]


def difference(one: Amounts, other: Amounts) -> int:
    """How far two statements of the same total differ: what would change hands."""
    return sum(max(0, one[firm] - other[firm]) for firm in one)


def at_risk(statement: Amounts, items: Iterable[Item], claimants: frozenset[str]) -> dict[str, int]:
    """What each firm would lose under the other side's statement; in sum at most the difference.

    What a decider has found and is paid meanwhile is not at risk: pay now, argue later.
    """
    items = tuple(items)
    most = difference(*statements(statement, items, claimants))
    items = tuple(
        replace(item, settled=item.finding) if item.open and item.meanwhile else item
        for item in items
    )
    due = entitlement(statement, items)
    one, other = statements(statement, items, claimants)
    risk = {}
    for firm, amount in due.items():
        low, high = sorted((one[firm], other[firm]))
        risk[firm] = max(low, min(high, amount)) - low
    return _at_most(risk, min(most, difference(one, other)))


def rebalance(money: Money, items: Iterable[Item], claimants: frozenset[str]) -> Money:
    """Pay what is not at risk (any more), hold what is; the sum of both stays the same."""
    items = tuple(items)
    due = entitlement(money.statement, items)
    pool = sum(money.held.values())
    unpaid = {firm: max(0, due[firm] - money.paid[firm]) for firm in due}
    risk = at_risk(money.statement, items, claimants)
    held = _at_most({firm: min(risk[firm], unpaid[firm]) for firm in due}, pool)
    payable = {firm: Fraction(unpaid[firm] - held[firm]) for firm in due}
    free = pool - sum(held.values())
    pays = apportion(min(free, int(sum(payable.values()))), payable)
    paid = {firm: money.paid[firm] + pays[firm] for firm in due}
    return replace(money, paid=paid, held=held)


def owed(money: Money, items: Iterable[Item]) -> dict[str, int]:
    """What each firm has still to get (negative: to pay back) besides what is held for it."""
    due = entitlement(money.statement, items)
    return {firm: due[firm] - money.paid[firm] - money.held[firm] for firm in due}


def _at_most(amounts: Amounts, most: int) -> dict[str, int]:
    if sum(amounts.values()) <= most:
        return dict(amounts)
    return apportion(most, {firm: Fraction(amount) for firm, amount in amounts.items()})
