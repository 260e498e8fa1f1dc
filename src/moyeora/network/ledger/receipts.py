"""From what came in to what is due: receipts, cost claims and their division by the agreement.

A division locks the book of the agreement's version, asks :mod:`moyeora.sharing`, writes the
statement, posts each of its lines and keeps the next state, in one transaction. Asked twice it
gives the same statement and posts nothing.
"""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from moyeora.network.consortia.agreements.program import program
from moyeora.network.consortia.agreements.terms import from_json
from moyeora.network.consortia.models import Agreement, Consortium
from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import CONSORTIUM
from moyeora.network.ledger import permissions  # noqa: F401 - registers who may
from moyeora.network.ledger.books import Kind, Move, account, post
from moyeora.network.ledger.models import Book, CostClaim, Receipt, Statement
from moyeora.sharing import (
    SharingError,
    first_state,
    read_receipt,
    state_from_json,
    state_to_json,
    statement,
    statement_to_json,
)
from moyeora.sharing import Statement as Made

MOST: Final = 10**15
"""The largest amount in the books, in smallest units: sums of thousands of such stay exact."""


@action("ledger.receipt.record")
def record_receipt(
    act: Act,
    consortium: Consortium,
    *,
    on: date,
    amount: int,
    bank_reference: str,
    evidence: str = "",
    invoice: UUID | None = None,
    facts: dict[str, int] | None = None,
    exchange: dict[str, Any] | None = None,
    currency: str = "",
    credit_of: Receipt | None = None,
    final: bool = False,
) -> Receipt:
    """Write down what the bank shows. The same reference is the same receipt and is kept once."""
    Consortium.objects.select_for_update(no_key=True).get(id=consortium.id)
    known = consortium.receipts.filter(bank_reference=bank_reference.strip()).first()
    if known is not None:
        act.record(
            "receipt.seen_again",
            subject=known.id,
            facts={"number": known.number},
            audience=CONSORTIUM,
            chain=consortium.id,
        )
        return known
    agreement = consortium.agreements.filter(state=Agreement.State.IN_FORCE).first()
    if agreement is None:
        raise Refused(_("No agreement is in force, so nothing says how to divide a receipt."))
    if credit_of is not None:
        agreement = credit_of.agreement
    faults = []
    if amount > MOST:
        faults.append(_too_much())
    if invoice is not None and not consortium.invoices.filter(id=invoice).exists():
        faults.append(Fault("invoice", _("There is no such invoice here."), _("Choose another.")))
    if amount <= 0 and not final:
        faults.append(
            Fault("amount", _("Nothing came in."), _("Write the amount on the bank's document."))
        )
    if not bank_reference.strip():
        faults.append(
            Fault(
                "bank_reference",
                _("The bank's reference is missing."),
                _("Copy it from the bank's document: it keeps a receipt from being entered twice."),
            )
        )
    last = consortium.receipts.order_by("-number").first()
    if last is not None and on < last.on:
        faults.append(
            Fault("on", _("This day is before the last receipt's."), _("Enter receipts in order."))
        )
    if faults:
        raise Refused(faults)
    source: dict[str, Any] = {"facts": facts or {}}
    if exchange:
        source["exchange"] = exchange
    receipt = Receipt(
        consortium=consortium,
        agreement=agreement,
        number=(consortium.receipts.aggregate(last=Max("number"))["last"] or 0) + 1,
        on=on,
        amount=amount,
        currency=currency or agreement.terms["currency"],
        bank_reference=bank_reference.strip(),
        evidence=evidence,
        invoice=invoice,
        source=source,
        credit_of=credit_of,
        final=final,
        recorded=act.at,
        recorded_by=act.actor.person,
    )
    # What sharing will refuse is refused here, before anything is written.
    if read(receipt, []).amount > MOST:
        raise Refused(_too_much())
    receipt.save(force_insert=True)
    act.record(
        "receipt.recorded",
        subject=receipt.id,
        facts={
            "number": receipt.number,
            "on": on.isoformat(),
            "amount": amount,
            "currency": receipt.currency,
            "evidence": evidence,
        },
        audience=CONSORTIUM,
        chain=consortium.id,
    )
    return receipt


@action("ledger.receipt.divide")
def divide(act: Act, receipt: Receipt) -> Statement:
    """Divide a receipt by the agreement's version under which it came."""
    Book.objects.get_or_create(agreement_id=receipt.agreement_id)
    book = Book.objects.select_for_update(no_key=True).get(agreement_id=receipt.agreement_id)
    receipt = Receipt.objects.select_for_update(no_key=True).get(id=receipt.id)
    chain = receipt.consortium_id
    if receipt.state == Receipt.State.DIVIDED:
        act.record(
            "receipt.seen_again",
            subject=receipt.id,
            facts={"number": receipt.number},
            audience=CONSORTIUM,
            chain=chain,
        )
        return receipt.statement
    # What came earlier is divided earlier, whoever asks first.
    earlier = Receipt.objects.filter(
        agreement=receipt.agreement_id, state=Receipt.State.RECORDED, number__lt=receipt.number
    ).order_by("number")
    for one in earlier:
        divide(act.actor, one)
    book.refresh_from_db()
    version = receipt.agreement
    agreed = program(from_json(version.terms), version.version)
    claims = list(
        CostClaim.objects.select_for_update(no_key=True)
        .filter(consortium=chain, state=CostClaim.State.APPROVED, currency=agreed.currency)
        .order_by("claimed", "id")
        if receipt.credit_of_id is None
        else []
    )
    state = state_from_json(book.state, agreed) if book.state else first_state(agreed)
    try:
        made, after = statement(agreed, read(receipt, claims), state)
    except SharingError as error:
        raise Refused(Fault("", str(fault)) for fault in error.faults) from error
    book.state, book.hash, book.statements = state_to_json(after), after.hash, book.statements + 1
    book.save()
    written = Statement.objects.create(
        receipt=receipt,
        number=book.statements,
        made=statement_to_json(made),
        before=made.before,
        after=made.after,
        at=act.at,
    )
    _post(receipt, made, act)
    CostClaim.objects.filter(id__in=[claim.id for claim in claims]).update(
        state=CostClaim.State.COUNTED, receipt=receipt
    )
    receipt.state = Receipt.State.DIVIDED
    receipt.save(update_fields=["state"])
    act.record(
        "receipt.divided",
        subject=receipt.id,
        facts={"number": receipt.number, "amount": made.amount, "state": made.after},
        audience=CONSORTIUM,
        chain=chain,
    )
    return written


@action("ledger.cost.claim")
def claim_cost(
    act: Act, consortium: Consortium, *, what: str, amount: int, document: str
) -> CostClaim:
    """Ask to be paid back a cost that the firm bore for the item."""
    faults = []
    if amount <= 0:
        faults.append(Fault("amount", _("Nothing is claimed."), _("Write the amount.")))
    if amount > MOST:
        faults.append(_too_much())
    for field, text in (("what", what), ("document", document)):
        if not text.strip():
            faults.append(
                Fault(field, _("This is missing."), _("Only costs with a document are paid back."))
            )
    if faults:
        raise Refused(faults)
    agreement = consortium.agreements.filter(state=Agreement.State.IN_FORCE).first()
    if agreement is None:
        raise Refused(_("No agreement is in force."))
    claim = CostClaim.objects.create(
        consortium=consortium,
        firm_id=act.actor.firm,
        what=what.strip(),
        amount=amount,
        currency=agreement.terms["currency"],
        document=document.strip(),
        claimed=act.at,
    )
    act.record(
        "cost.claimed",
        subject=claim.id,
        facts={"what": claim.what, "amount": amount, "document": claim.document},
        audience=CONSORTIUM,
        chain=consortium.id,
    )
    return claim


@action("ledger.cost.answer")
def answer_claim(act: Act, claim: CostClaim, *, approve: bool) -> CostClaim:
    """Another firm's owner approves or refuses a claim, once."""
    claim = CostClaim.objects.select_for_update(no_key=True).get(id=claim.id)
    if claim.state != CostClaim.State.CLAIMED:
        raise Refused(_("This claim has been answered."))
    claim.state = CostClaim.State.APPROVED if approve else CostClaim.State.REFUSED
    claim.answered_by = act.actor.person
    claim.save(update_fields=["state", "answered_by"])
    act.record(
        "cost.approved" if approve else "cost.refused",
        subject=claim.id,
        facts={"amount": claim.amount},
        audience=CONSORTIUM,
        chain=claim.consortium_id,
    )
    return claim


def read(receipt: Receipt, claims: list[CostClaim]) -> Any:
    """The receipt as sharing reads it; raises Refused with sharing's faults."""
    agreement = receipt.agreement
    agreed = program(from_json(agreement.terms), agreement.version)
    data = {
        "id": str(receipt.number),
        "date": receipt.on,
        "amount": receipt.amount,
        "currency": receipt.currency,
        "final": receipt.final,
    }
    if receipt.credit_of is not None:
        data["credit_of"] = str(receipt.credit_of.number)
    else:
        data |= {key: value for key, value in receipt.source.items() if value}
        data["cost"] = [
            {
                "firm": claim.firm.number,
                "amount": claim.amount,
                "document": claim.document,
                "approved": True,
            }
            for claim in claims
        ]
    try:
        return read_receipt(data, agreed)
    except SharingError as error:
        raise Refused(Fault("", str(fault)) for fault in error.faults) from error


def _too_much() -> Fault:
    problem = _("This is more than the books hold.")
    return Fault("amount", problem, _("Write at most %(most)s.") % {"most": f"{MOST:,}"})


def _post(receipt: Receipt, made: Made, act: Act) -> None:
    """The receipt and each line of its statement as transfers."""
    chain, currency = receipt.consortium_id, made.agreement.currency

    def of(kind: str, party: str = "") -> Any:
        return account(chain, kind, party, currency)

    parties = {party.id for party in made.agreement.parties}
    bank, clearing = of(Kind.BANK), of(Kind.CLEARING)
    moves = [Move(bank, clearing, made.amount)]
    for line in made.lines:
        # A line of a reserve names its step; all others name a firm or an account.
        to = of(Kind.DUE, line.party) if line.party in parties else of(Kind.RESERVE, line.step)
        moves.append(Move(clearing, to, line.amount))
    post(chain, f"receipt/{receipt.number}", "receipt", receipt.id, act.at, moves)
