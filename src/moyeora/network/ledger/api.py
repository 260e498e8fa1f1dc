"""The API of ``ledger``: receipts, statements with their reasons, payouts, the books.

What a firm's own software asks and reports, by the actions of the pages. Amounts are in smallest
units of their currency. A firm sees its own lines and one total a step; the auditor sees all of
them, and each look stands in the journal. What binds a firm (instructing payouts) is done on a
page.
"""

from typing import Any, Literal
from uuid import UUID

import rules
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Status

from moyeora.network.consortia.models import Consortium
from moyeora.network.frame.faults import NotAllowed
from moyeora.network.ledger import payouts, receipts
from moyeora.network.ledger.files import TYPES, lines_file, payout_file
from moyeora.network.ledger.looking import sees_all, statement_for
from moyeora.network.ledger.models import Batch, CostClaim, Hold, Payout, Receipt, Statement
from moyeora.network.ledger.positions import names, position, positions, rows
from moyeora.network.ledger.schemas import (
    BatchOut,
    BouncedIn,
    CostAnswerIn,
    CostIn,
    CostOut,
    HoldOut,
    PayoutOut,
    PositionOut,
    ReceiptIn,
    ReceiptOut,
    RowOut,
    StatementOut,
    same,
)
from moyeora.network.ledger.statements import View
from moyeora.network.members.once import Key, once

router = Router(tags=["money"])


def _a_file(*forms: str) -> dict[str, Any]:
    """What an operation that answers with a file declares."""
    content = {TYPES[form]: {"schema": {"type": "string", "format": "binary"}} for form in forms}
    return {"responses": {200: {"description": "The file", "content": content}}}


@router.get("/{uuid:consortium_id}/receipts", response=list[ReceiptOut])
def list_receipts(request: HttpRequest, consortium_id: UUID) -> Any:
    """What came in, the oldest first."""
    return [_receipt(one) for one in _consortium(request, consortium_id).receipts.all()]


@router.post("/{uuid:consortium_id}/receipts", response={201: ReceiptOut})
def record_receipt(request: HttpRequest, consortium_id: UUID, body: ReceiptIn, key: Key) -> Any:
    """Record what the bank shows; for the owner of the lead firm. It is not divided yet."""
    consortium = _consortium(request, consortium_id)
    told = body.dict()
    if body.credit_of is not None:
        told["credit_of"] = get_object_or_404(consortium.receipts.all(), id=body.credit_of)
    made = once(
        request,
        key,
        Receipt.objects,
        lambda: receipts.record_receipt(request.actor, consortium, **told),
    )
    return Status(201, _receipt(made))


@router.get("/receipts/{uuid:receipt_id}", response=ReceiptOut)
def read_receipt(request: HttpRequest, receipt_id: UUID) -> Any:
    """One receipt."""
    return _receipt(_found_receipt(request, receipt_id))


@router.post("/receipts/{uuid:receipt_id}/divide", response=StatementOut)
def divide(request: HttpRequest, receipt_id: UUID) -> Any:
    """Divide a receipt by the agreement, to the last unit; asked again, the same statement."""
    made = receipts.divide(request.actor, _found_receipt(request, receipt_id))
    return _statement(request, _found_statement(request, made.receipt_id))


@router.get("/{uuid:consortium_id}/statements", response=list[StatementOut])
def list_statements(request: HttpRequest, consortium_id: UUID) -> Any:
    """All statements, the oldest first."""
    consortium = _consortium(request, consortium_id)
    found = _statements().filter(receipt__consortium=consortium)
    return [_statement(request, one) for one in found.order_by("at")]


@router.get("/statements/{uuid:receipt_id}", response=StatementOut)
def read_statement(request: HttpRequest, receipt_id: UUID) -> Any:
    """One statement, by its receipt: the own lines, why for each, and one total a step."""
    return _statement(request, _found_statement(request, receipt_id))


@router.get("/{uuid:consortium_id}/export", openapi_extra=_a_file("csv", "xlsx"))
def export(
    request: HttpRequest, consortium_id: UUID, form: Literal["csv", "xlsx"] = "csv"
) -> HttpResponse:
    """The own lines of all statements, for the accountant."""
    consortium = _consortium(request, consortium_id)
    _need(request, "ledger.export")
    sees_all(request.actor, consortium, _("the lines of all statements"))
    return _file(lines_file(consortium, _own(request), form, request.LANGUAGE_CODE), form)


@router.get("/{uuid:consortium_id}/balance", response=list[PositionOut])
def read_balance(request: HttpRequest, consortium_id: UUID) -> Any:
    """What is due to the own firm, held, on its way and paid; for the auditor of everybody."""
    consortium = _consortium(request, consortium_id)
    if sees_all(request.actor, consortium, _("the money of all firms")):
        found = positions(consortium, request.LANGUAGE_CODE)
    elif request.actor.of_a_firm:
        found = [(request.holding.firm.name, position(consortium, _own(request)))]
    else:
        found = []
    return [{"name": name, **vars(one)} for name, one in found]


@router.get("/{uuid:consortium_id}/books", response=list[RowOut])
def read_books(request: HttpRequest, consortium_id: UUID) -> Any:
    """The trial balance: the own accounts and, of the other firms, one sum a kind."""
    consortium = _consortium(request, consortium_id)
    _need(request, "consortia.see")
    whole = sees_all(request.actor, consortium, _("the books"))
    return [
        {**vars(row), "balance": row.balance}
        for row in rows(consortium, _own(request), request.LANGUAGE_CODE, whole=whole)
    ]


@router.get("/{uuid:consortium_id}/payouts", response=list[PayoutOut])
def list_payouts(request: HttpRequest, consortium_id: UUID) -> Any:
    """Payments to the own firm, the oldest first; for the auditor to everybody."""
    consortium = _consortium(request, consortium_id)
    whole = sees_all(request.actor, consortium, _("all payments"))
    found = (Payout.objects if whole else Payout.own).filter(batch__consortium=consortium)
    return _payouts(request, consortium, found.order_by("batch__number", "party"))


@router.get("/{uuid:consortium_id}/batches", response=list[BatchOut])
def list_batches(request: HttpRequest, consortium_id: UUID) -> Any:
    """All batches for the bank, the oldest first; for the owner of the lead firm."""
    consortium = _consortium(request, consortium_id)
    _need(request, "ledger.batch.see", consortium)
    sees_all(request.actor, consortium, _("all payments"))
    return [_batch(request, one) for one in consortium.batches.all()]


@router.get("/batches/{uuid:batch_id}", response=BatchOut)
def read_batch(request: HttpRequest, batch_id: UUID) -> Any:
    """One batch and what became of each payment."""
    found = _found_batch(request, batch_id, "ledger.batch.see")
    sees_all(request.actor, found.consortium, _("a batch of payments"))
    return _batch(request, found)


@router.get("/batches/{uuid:batch_id}/file", openapi_extra=_a_file("xml", "csv"))
def read_payout_file(
    request: HttpRequest, batch_id: UUID, form: Literal["xml", "csv"] = "xml"
) -> HttpResponse:
    """The file for the bank: ISO 20022 pain.001, or CSV. It holds account numbers."""
    found = _found_batch(request, batch_id, "ledger.payout.instruct")
    return _file(payout_file(found, form), form)


@router.post("/batches/{uuid:batch_id}/sent", response=BatchOut)
def send_batch(request: HttpRequest, batch_id: UUID) -> Any:
    """The bank has taken the file."""
    found = _found_batch(request, batch_id, "ledger.payout.send")
    payouts.send(request.actor, found)
    return _batch(request, _found_batch(request, batch_id, "ledger.payout.send"))


@router.post("/payouts/{uuid:payout_id}/confirm", response=PayoutOut)
def confirm(request: HttpRequest, payout_id: UUID) -> Any:
    """The bank has paid it."""
    return _payout(request, payouts.confirm(request.actor, _found_payout(request, payout_id)))


@router.post("/payouts/{uuid:payout_id}/bounce", response=PayoutOut)
def bounce(request: HttpRequest, payout_id: UUID, body: BouncedIn) -> Any:
    """It came back, for the reason that the bank tells; it is due again."""
    found = _found_payout(request, payout_id)
    return _payout(request, payouts.bounce(request.actor, found, reason=body.reason))


@router.get("/{uuid:consortium_id}/costs", response=list[CostOut])
def list_costs(request: HttpRequest, consortium_id: UUID) -> Any:
    """Costs that firms want paid back before the division, the oldest first."""
    consortium = _consortium(request, consortium_id)
    return [_cost(one) for one in consortium.cost_claims.select_related("firm")]


@router.post("/{uuid:consortium_id}/costs", response={201: CostOut})
def claim_cost(request: HttpRequest, consortium_id: UUID, body: CostIn, key: Key) -> Any:
    """Claim a cost with its document; for the owner of a firm that takes part."""
    consortium = _consortium(request, consortium_id)
    made = once(
        request,
        key,
        CostClaim.objects,
        lambda: receipts.claim_cost(request.actor, consortium, **body.dict()),
    )
    return Status(201, _cost(made))


@router.post("/costs/{uuid:claim_id}/answer", response=CostOut)
def answer_cost(request: HttpRequest, claim_id: UUID, body: CostAnswerIn) -> Any:
    """Approve or refuse another firm's cost."""
    _need(request, "ledger.see")
    found = get_object_or_404(CostClaim.objects.select_related("consortium", "firm"), id=claim_id)
    return _cost(receipts.answer_claim(request.actor, found, approve=body.approve))


@router.get("/{uuid:consortium_id}/holds", response=list[HoldOut])
def list_holds(request: HttpRequest, consortium_id: UUID) -> Any:
    """What is or was held of what is due to the own firm; for the auditor of everybody's."""
    consortium = _consortium(request, consortium_id)
    whole = sees_all(request.actor, consortium, _("all held amounts"))
    found = (Hold.objects if whole else Hold.own).filter(consortium=consortium)
    return [
        {**same(one, HoldOut, but=("firm",)), "firm": one.firm.number}
        for one in found.select_related("firm")
    ]


def _need(request: HttpRequest, permission: str, thing: Any = None) -> None:
    if not rules.has_perm(permission, request.actor, thing):
        raise NotAllowed(permission)


def _own(request: HttpRequest) -> str:
    return request.holding.firm.number if request.actor.of_a_firm else ""


def _consortium(request: HttpRequest, consortium_id: UUID) -> Consortium:
    _need(request, "ledger.see")
    return get_object_or_404(Consortium, id=consortium_id)


def _found_receipt(request: HttpRequest, receipt_id: UUID) -> Receipt:
    _need(request, "ledger.see")
    return get_object_or_404(Receipt.objects.select_related("consortium"), id=receipt_id)


def _statements() -> Any:
    return Statement.objects.select_related("receipt__agreement", "receipt__consortium")


def _found_statement(request: HttpRequest, receipt_id: UUID) -> Statement:
    _need(request, "ledger.see")
    return get_object_or_404(_statements(), receipt_id=receipt_id)


def _found_batch(request: HttpRequest, batch_id: UUID, permission: str) -> Batch:
    _need(request, "ledger.see")
    found = get_object_or_404(Batch.objects.select_related("consortium"), id=batch_id)
    _need(request, permission, found)
    return found


def _found_payout(request: HttpRequest, payout_id: UUID) -> Payout:
    _need(request, "ledger.see")
    return get_object_or_404(Payout.objects.select_related("batch__consortium"), id=payout_id)


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        **same(receipt, ReceiptOut, but=("facts", "exchange", "credit_of")),
        "facts": receipt.source.get("facts", {}),
        "exchange": receipt.source.get("exchange"),
        "credit_of": receipt.credit_of_id,
    }


def _statement(request: HttpRequest, statement: Statement) -> dict[str, Any]:
    seen: View = statement_for(request.actor, statement, _own(request), request.LANGUAGE_CODE)
    return {
        "receipt": seen.receipt.id,
        "received": seen.receipt.on,
        **same(seen, StatementOut, but=("receipt", "received", "steps")),
        "steps": [{**vars(step), "lines": list(map(vars, step.lines))} for step in seen.steps],
    }


def _payout(request: HttpRequest, payout: Payout) -> dict[str, Any]:
    return _payouts(request, payout.batch.consortium, [payout])[0]


def _payouts(request: HttpRequest, consortium: Consortium, found: Any) -> list[dict[str, Any]]:
    name = names(consortium, request.LANGUAGE_CODE)
    return [
        {
            **same(one, PayoutOut, but=("batch", "name")),
            "batch": one.batch_id,
            "name": name(one.party),
        }
        for one in found
    ]


def _batch(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    found = batch.payouts.order_by("party")
    return {
        **same(batch, BatchOut, but=("payouts",)),
        "payouts": _payouts(request, batch.consortium, found),
    }


def _cost(claim: CostClaim) -> dict[str, Any]:
    return {**same(claim, CostOut, but=("firm",)), "firm": claim.firm.number}


def _file(made: bytes, form: str) -> HttpResponse:
    return HttpResponse(made, content_type=TYPES[form], headers={"Cache-Control": "no-store"})
