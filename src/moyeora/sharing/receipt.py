"""A receipt: money that came in for the item, with the facts it refers to.

Facts, costs and advances are what is *new* since the receipt before; the state adds them up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from moyeora.sharing.agreement import Agreement
from moyeora.sharing.currency import CURRENCIES
from moyeora.sharing.faults import Fault, Refused
from moyeora.sharing.tables import Table, read_toml


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost that a firm paid for the item; reimbursed when approved and documented."""

    firm: str
    kind: str
    amount: int
    document: str
    approved: bool

    @property
    def counts(self) -> bool:
        """Whether the agreement has to pay it back."""
        return self.approved and bool(self.document)


@dataclass(frozen=True, slots=True)
class AdvancePaid:
    """Money that a party put in before the customer paid."""

    party: str
    amount: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the bank made of foreign money: the rate is a recorded fact, charges included."""

    currency: str
    amount: int
    rate: Fraction
    charges: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt (or, with ``credit_of``, a credit note that takes ``amount`` back).

    ``amount`` is in the agreement's currency, whole units of the smallest denomination, at
    least 0; after an exchange it is what arrived. ``source`` is the data it was read from.
    """

    id: str
    on: date
    amount: int
    currency: str
    what: str
    facts: Mapping[str, int]
    costs: tuple[Cost, ...]
    advances: tuple[AdvancePaid, ...]
    exchange: Exchange | None
    credit_of: str
    final: bool
    source: Mapping[str, Any]


def load_receipt(path: Path, agreement: Agreement) -> Receipt:
    """Read a receipt from a TOML file; raises ``Refused`` with every fault."""
    return read_receipt(read_toml(path), agreement, path.name)


def read_receipt(
    data: Mapping[str, Any], agreement: Agreement, file: str = "receipt.toml"
) -> Receipt:
    """Read a receipt from the data of its TOML; raises ``Refused`` with every fault."""
    faults: list[Fault] = []
    table = Table(dict(data), f"{file}: ", faults)
    name, day, what = table.text("id"), table.day("date"), table.text("what", "")
    currency = table.choice("currency", sorted(CURRENCIES), agreement.currency)
    amount = table.whole("amount")
    exchange = _exchange(table, currency, amount, agreement)
    if exchange is not None:
        # The bank pays whole units; what is below one never arrived.
        amount = amount * exchange.rate.numerator // exchange.rate.denominator - exchange.charges
        if amount < 0:
            table.fault(
                "exchange",
                "negative",
                "the charges are more than what arrived",
                "the amounts of the bank's note",
            )
    receipt = Receipt(
        name,
        day or date.min,
        amount,
        agreement.currency,
        what,
        _facts(table, agreement),
        _costs(table, agreement),
        _advances(table, agreement),
        exchange,
        table.text("credit_of", ""),
        table.truth("final"),
        dict(data),
    )
    if receipt.credit_of and (receipt.facts or receipt.costs or receipt.advances):
        table.fault(
            "credit_of",
            "credit-with-facts",
            "a credit note only takes money back",
            "facts, costs and advances in a receipt (its amount may be 0)",
        )
    table.finish()
    if faults:
        raise Refused(faults)
    return receipt


def _exchange(table: Table, currency: str, amount: int, agreement: Agreement) -> Exchange | None:
    if not table.has("exchange"):
        if currency != agreement.currency:
            table.fault(
                "currency",
                "two-currencies",
                f"the agreement divides {agreement.currency}; {currency} cannot be mixed with it",
                "[exchange] with the realised rate and the bank's charges",
            )
        return None
    inner = table.table("exchange")
    rate, charges = inner.ratio("rate", most=None), inner.whole("charges", 0)
    inner.finish()
    if currency == agreement.currency:
        table.fault("exchange", "unused", f"{currency} needs no exchange", "leave it out")
    if not rate:
        inner.fault(
            "rate",
            "no-rate",
            "the rate is 0",
            "units of the agreement's currency (the "
            "smallest) for one smallest unit of the receipt's",
        )
    return Exchange(currency, amount, rate, charges)


def _facts(table: Table, agreement: Agreement) -> dict[str, int]:
    inner = table.table("facts", {})
    known = {fact.id for fact in agreement.facts}
    facts = {}
    for name, value in inner.data.items():
        inner.has(name)
        if name not in known:
            inner.fault(
                name,
                "unknown-fact",
                f"the agreement has no fact {name!r}",
                " | ".join(sorted(known)) or "no facts",
            )
        facts[name] = int(value) if isinstance(value, bool) else inner.whole(name)
    return facts


def _costs(table: Table, agreement: Agreement) -> tuple[Cost, ...]:
    costs = []
    firms = [party.id for party in agreement.parties]
    for each in table.tables("cost"):
        firm = each.choice("firm", firms)
        cost = Cost(
            firm,
            each.text("kind", "cost"),
            each.whole("amount"),
            each.text("document", ""),
            each.truth("approved"),
        )
        costs.append(cost)
        each.finish()
    return tuple(costs)


def _advances(table: Table, agreement: Agreement) -> tuple[AdvancePaid, ...]:
    advances = []
    parties = [party.id for party in agreement.parties]
    for each in table.tables("advance"):
        advances.append(AdvancePaid(each.choice("by", parties), each.whole("amount")))
        each.finish()
    return tuple(advances)
