"""Posting: the only way in which money moves in the books."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from moyeora.network.ledger.models import Account, Posting, Transfer

Kind = Account.Kind


@dataclass(frozen=True)
class Move:
    """``amount`` (not zero) from the credit of one account to the debit of another; below zero it
    goes the other way, so that a negative line of a statement is no special case.
    """

    debit: Account
    credit: Account
    amount: int


def account(consortium: UUID, kind: str, party: str = "", currency: str = "KRW") -> Account:
    """The account, opened when it is first needed."""
    found, _ = Account.objects.get_or_create(
        consortium_id=consortium, kind=kind, party=party, currency=currency
    )
    return found


def post(
    consortium: UUID, key: str, kind: str, subject: UUID, at: datetime, moves: Iterable[Move]
) -> Posting | None:
    """Write a posting; None when the key was posted before (then nothing is written).

    Runs inside an action's transaction, after the lock of what the key stands for.
    """
    posting, new = Posting.objects.get_or_create(
        consortium_id=consortium, key=key, defaults={"kind": kind, "subject": subject, "at": at}
    )
    if not new:
        return None
    transfers = []
    for move in moves:
        debit, credit = (move.debit, move.credit) if move.amount > 0 else (move.credit, move.debit)
        if move.amount:
            transfers.append(
                Transfer(
                    posting=posting,
                    debit=debit,
                    credit=credit,
                    amount=abs(move.amount),
                    currency=debit.currency,
                )
            )
    Transfer.objects.bulk_create(transfers)
    return posting


def balance(of: Account) -> int:
    """Debits less credits, in whole units."""
    debits = Transfer.objects.filter(debit=of).aggregate(sum=Sum("amount"))["sum"] or 0
    credits_ = Transfer.objects.filter(credit=of).aggregate(sum=Sum("amount"))["sum"] or 0
    return debits - credits_
