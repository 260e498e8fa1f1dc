"""The trial balance: every account with its debits and credits; the sum is zero, or a defect."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from moyeora.network.ledger.models import Account, Transfer


@dataclass(frozen=True)
class Row:
    """An account's debits and credits, in whole units of its currency."""

    account: Account
    debits: int
    credits: int

    @property
    def balance(self) -> int:
        return self.debits - self.credits


def trial_balance(consortium: UUID | None = None) -> list[Row]:
    """All accounts of a consortium (or of all that the scope lets see)."""

    accounts = _summed()
    if consortium is not None:
        accounts = accounts.filter(consortium=consortium)
    return [Row(each, each.debited, each.credited) for each in accounts]


def due_somewhere() -> QuerySet[Account]:
    """The consortia in which something is due that no batch has taken yet."""
    due = _summed().filter(kind=Account.Kind.DUE, credited__gt=F("debited"))
    return due.order_by().values("consortium_id")


def _summed() -> QuerySet[Account]:
    def total(side: str) -> Coalesce:
        sums = (
            Transfer.objects.filter(**{side: OuterRef("pk")})
            .order_by()
            .values(side)
            .annotate(sum=Sum("amount"))
            .values("sum")
        )
        return Coalesce(Subquery(sums), 0)

    return Account.objects.annotate(debited=total("debit"), credited=total("credit"))


def out_of_balance(rows: list[Row]) -> dict[str, int]:
    """By currency, what does not cancel out; empty when all is right."""
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.account.currency] = sums.get(row.account.currency, 0) + row.balance
    return {currency: amount for currency, amount in sums.items() if amount}
