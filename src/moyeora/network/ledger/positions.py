"""Where each party stands, and the trial balance as one reader may see it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from moyeora.network.consortia.agreements.program import program
from moyeora.network.consortia.agreements.terms import from_json
from moyeora.network.consortia.models import Agreement, Consortium
from moyeora.network.ledger.balance import trial_balance
from moyeora.network.ledger.books import Kind, balance
from moyeora.network.ledger.models import Account, Payout


@dataclass(frozen=True)
class Position:
    """A party's money in whole units of ``currency``: due to it, held in dispute, on its way, and
    paid.
    """

    currency: str
    due: int
    held: int
    transit: int
    paid: int


@dataclass(frozen=True)
class Row:
    """One line of the books for a reader: an account's kind, whose it is, debits and credits."""

    kind: str
    account: str
    whose: str
    currency: str
    debits: int
    credits: int

    @property
    def balance(self) -> int:
        return self.debits - self.credits


def position(consortium: Consortium, party: str) -> Position:
    """Of one party, by its business number."""
    accounts = Account.objects.filter(consortium=consortium, party=party).exclude(party="")
    now = {account.kind: -balance(account) for account in accounts}
    paid = Payout.objects.filter(
        batch__consortium=consortium, party=party, state=Payout.State.CONFIRMED
    )
    return Position(
        currency_of(consortium),
        now.get(Kind.DUE, 0),
        now.get(Kind.HELD, 0),
        now.get(Kind.TRANSIT, 0),
        sum(payout.amount for payout in paid) if party else 0,
    )


def positions(consortium: Consortium, lang: str) -> list[tuple[str, Position]]:
    """Of everybody who is paid, by name, for the auditor."""
    accounts = Account.objects.filter(consortium=consortium, kind=Kind.DUE).exclude(party="")
    whose = names(consortium, lang)
    parties = accounts.order_by("party").values_list("party", flat=True).distinct()
    return [(whose(party), position(consortium, party)) for party in parties]


def rows(consortium: Consortium, own: str, lang: str, *, whole: bool = False) -> list[Row]:
    """The trial balance: the own firm's accounts (``own``: its business number) and, of the other
    firms, one sum a kind. ``whole``, for the auditor: each firm's.
    """
    whose = names(consortium, lang)
    firms = {party.firm.number for party in consortium.parties.select_related("firm")}
    others = _("the other firms") if own else _("the firms")
    seen: dict[tuple[str, str, str], list[Any]] = {}
    for row in trial_balance(consortium.id):
        account = row.account
        other = account.party in firms and account.party != own and not whole
        name = others if other else whose(account.party)
        sums = seen.setdefault((account.kind, name, account.currency), [account, 0, 0])
        sums[1] += row.debits
        sums[2] += row.credits
    return [
        Row(kind, account.get_kind_display(), name, currency, debits, credits_)
        for (kind, name, currency), (account, debits, credits_) in seen.items()
    ]


def totals(shown: list[Row]) -> list[tuple[str, int, int, int]]:
    """By currency: debits, credits and their difference, which is zero."""
    sums: dict[str, list[int]] = {}
    for row in shown:
        total = sums.setdefault(row.currency, [0, 0])
        total[0] += row.debits
        total[1] += row.credits
    return [(currency, *total, total[0] - total[1]) for currency, total in sums.items()]


def currency_of(consortium: Consortium) -> str:
    """The currency in which the agreement in force divides."""
    agreement = consortium.agreements.filter(state=Agreement.State.IN_FORCE).first()
    return agreement.terms["currency"] if agreement else "KRW"


def names(consortium: Consortium, lang: str) -> Callable[[str], str]:
    """The name of an account's party: a firm, the tax office, the association, a reserve's step."""
    agreement = consortium.agreements.filter(state=Agreement.State.IN_FORCE).first()
    if agreement is None:
        return str
    agreed = program(from_json(agreement.terms), agreement.version)
    known = {party.id: party.name[lang] for party in agreed.parties}
    known |= {step.id: step.title[lang] for step in agreed.all_steps()}
    return lambda party: known.get(party, party)
