"""The money of a consortium: what is mine and why, receipts, costs, holds, payouts, the books."""

import hashlib
from typing import Any
from uuid import UUID

import rules
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from moyeora.network.consortia.agreements.program import program
from moyeora.network.consortia.agreements.terms import from_json
from moyeora.network.consortia.models import Agreement, Consortium
from moyeora.network.consortia.pages import may
from moyeora.network.frame.clock import today
from moyeora.network.frame.faults import NotAllowed
from moyeora.network.frame.fields import in_currency
from moyeora.network.frame.forms import entered, form_page, sent
from moyeora.network.ledger import payouts, permissions, receipts
from moyeora.network.ledger.balance import due_somewhere, out_of_balance, trial_balance
from moyeora.network.ledger.files import TYPES, lines_file, payer_of, payout_file
from moyeora.network.ledger.forms import ClaimForm, HoldForm, ReceiptForm
from moyeora.network.ledger.looking import sees_all, statement_for
from moyeora.network.ledger.models import Batch, CostClaim, Hold, Payout, Receipt, Statement
from moyeora.network.ledger.positions import names, position, positions, rows, totals
from moyeora.network.ledger.statements import View, pdf
from moyeora.network.orders.models import Invoice


@may("ledger.see")
@require_GET
def money(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """What is due to my firm, what was paid, and what came in."""
    consortium = _consortium(consortium_id)
    number = _number(request)
    whole = sees_all(request.actor, consortium, _("the money of all firms"))
    agreement = consortium.agreements.filter(state=Agreement.State.IN_FORCE).first()
    return render(
        request,
        "ledger/money.html",
        {
            "consortium": consortium,
            "currency": _currency(consortium),
            "agreement": agreement,
            "number": number,
            "mine": position(consortium, number),
            "all": positions(consortium, request.LANGUAGE_CODE) if whole else [],
            "payouts": Payout.own.filter(batch__consortium=consortium)
            .select_related("batch")
            .order_by("-batch__number"),
            "receipts": consortium.receipts.select_related("statement").order_by("-number"),
            "claims": CostClaim.objects.filter(consortium=consortium).select_related("firm"),
            "holds": Hold.own.filter(consortium=consortium, released=None),
            "all_holds": Hold.objects.filter(consortium=consortium).select_related("firm")
            if whole
            else [],
            "held_by_me": Hold.objects.filter(
                consortium=consortium, released=None, held_by=request.actor.person
            ).select_related("firm"),
            "batches": consortium.batches.order_by("-number"),
            "leads": permissions.owns_the_lead(request.actor, consortium),
            "something_due": due_somewhere().filter(consortium=consortium).exists(),
            "exports": rules.has_perm("ledger.export", request.actor),
            "sees_batches": rules.has_perm("ledger.batch.see", request.actor, consortium),
            "owns": permissions.owns_a_party(request.actor, consortium),
            "me": request.actor.firm,
        },
    )


@may("consortia.see")
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """Enter a receipt and divide it."""
    consortium = _consortium(consortium_id)
    _must(permissions.owns_the_lead, request, consortium, "ledger.receipt.record")
    agreement = get_object_or_404(consortium.agreements.all(), state=Agreement.State.IN_FORCE)
    agreed = program(from_json(agreement.terms), agreement.version)
    lang = request.LANGUAGE_CODE
    facts = [_Named(fact.id, fact.name[lang]) for fact in agreed.facts]
    form = in_currency(
        ReceiptForm(
            **sent(request),
            facts=facts,
            invoices=list(Invoice.objects.filter(consortium=consortium)),
            initial={"on": today()},
        ),
        agreed.currency,
    )

    def record_and_divide(data: dict[str, Any]) -> Receipt:
        document = data["evidence"]
        receipt = receipts.record_receipt(
            request.actor,
            consortium,
            on=data["on"],
            amount=data["amount"],
            bank_reference=data["bank_reference"],
            evidence=_hash(document) if document else "",
            invoice=UUID(data["invoice"]) if data["invoice"] else None,
            facts=form.told(),
            final=data["final"],
        )
        receipts.divide(request.actor, receipt)
        return receipt

    made = entered(form, record_and_divide)
    if made is not None:
        messages.success(request, _("The receipt is divided; every firm sees its statement."))
        return redirect("statement", made.id)
    return _form(
        request,
        consortium,
        form,
        _("A receipt"),
        _("It is divided by the agreement at once, to the last unit."),
        _("Record and divide"),
    )


@may("consortia.see")
@require_POST
def divide(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """Divide a receipt that was only recorded."""
    receipt = get_object_or_404(Receipt.objects.select_related("consortium"), id=receipt_id)
    receipts.divide(request.actor, receipt)
    return redirect("statement", receipt.id)


@may("ledger.see")
@require_GET
def statement(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """A statement: my firm's lines with the reason of each won, and one total a step; for the
    auditor everybody's.
    """
    found = _statement(receipt_id)
    return render(
        request,
        "ledger/statement.html",
        {
            "consortium": found.receipt.consortium,
            "statement": found,
            "view": _view(request, found, request.LANGUAGE_CODE),
            "has_firm": bool(_number(request)),
        },
    )


@may("ledger.see")
@require_GET
def statement_pdf(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """The same as a PDF."""
    found = _statement(receipt_id)
    lang = "en" if request.LANGUAGE_CODE == "en" else "ko"
    if request.actor.of_a_firm:
        reader = request.holding.firm.name
    elif request.actor.of_the_association:
        reader = pgettext("party", "the association")
    else:
        reader = pgettext("party", "the auditor")
    made = pdf(_view(request, found, lang), reader, found.receipt.consortium.title, lang)
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="statement-{found.number}-{lang}.pdf"'
    return response


@may("ledger.see")
@require_GET
def export(request: HttpRequest, consortium_id: UUID, form: str) -> HttpResponse:
    """My firm's lines of all statements, for its accountant; for the auditor everybody's."""
    consortium = _consortium(consortium_id)
    if not rules.has_perm("ledger.export", request.actor):
        raise NotAllowed("ledger.export")
    sees_all(request.actor, consortium, _("the lines of all statements"))
    made = lines_file(consortium, _number(request), form, request.LANGUAGE_CODE)
    return _download(made, form, "statements")


@may("consortia.see")
@require_http_methods(["GET", "POST"])
def claim(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """Claim a cost."""
    consortium = _consortium(consortium_id)
    _must(permissions.owns_a_party, request, consortium, "ledger.cost.claim")
    form = in_currency(ClaimForm(**sent(request)), _currency(consortium))
    if entered(form, lambda data: receipts.claim_cost(request.actor, consortium, **data)):
        messages.success(request, _("Another firm's owner approves it now."))
        return redirect("money", consortium.id)
    return _form(
        request,
        consortium,
        form,
        _("A cost to be paid back"),
        _("It is paid back before the division, when another firm has approved it."),
        _("Claim it"),
    )


@may("consortia.see")
@require_POST
def answer_claim(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Approve or refuse another firm's cost."""
    found = get_object_or_404(CostClaim.objects.select_related("consortium"), id=claim_id)
    receipts.answer_claim(request.actor, found, approve=request.POST.get("answer") == "approve")
    return redirect("money", found.consortium_id)


@may("consortia.see")
@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """Hold a disputed amount."""
    consortium = _consortium(consortium_id)
    _must(permissions.owns_a_party, request, consortium, "ledger.hold")
    firms = {
        str(party.firm_id): party.firm
        for party in consortium.parties.filter(left=None).select_related("firm")
    }
    form = HoldForm(**sent(request), firms=list(firms.values()))
    in_currency(form, _currency(consortium))

    def put(data: dict[str, Any]) -> Hold:
        firm, amount, reason = firms[data["firm"]], data["amount"], data["reason"]
        return payouts.hold(request.actor, consortium, firm=firm, amount=amount, reason=reason)

    if entered(form, put):
        messages.success(request, _("This amount is held; all else goes on being paid."))
        return redirect("money", consortium.id)
    return _form(
        request,
        consortium,
        form,
        _("Hold a disputed amount"),
        _("Only the disputed part is held. The firm is told at once, with the reason."),
        _("Hold it"),
    )


@may("consortia.see")
@require_POST
def release(request: HttpRequest, hold_id: UUID) -> HttpResponse:
    """Release a held amount."""
    held = get_object_or_404(Hold.objects.select_related("consortium", "firm"), id=hold_id)
    payouts.release(request.actor, held)
    return redirect("money", held.consortium_id)


@may("consortia.see")
@require_POST
def instruct(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """Make a batch of all that is due."""
    batch_ = payouts.instruct(request.actor, _consortium(consortium_id))
    return redirect("batch", batch_.id)


@may("consortia.see")
@require_GET
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """A batch: its payments, the files for the bank, and what became of each."""
    found = _batch(request, batch_id, "ledger.batch.see")
    sees_all(request.actor, found.consortium, _("a batch of payments"))
    whose = names(found.consortium, request.LANGUAGE_CODE)
    return render(
        request,
        "ledger/batch.html",
        {
            "consortium": found.consortium,
            "batch": found,
            "leads": permissions.owns_the_lead(request.actor, found),
            "payouts": [
                (payout, whose(payout.party))
                for payout in found.payouts.select_related("firm").order_by("party")
            ],
            "in_file": found.payouts.exclude(account=None).exists(),
            "by_hand": [whose(payout.party) for payout in found.payouts.filter(account=None)],
            "waiting": found.payouts.filter(state=Payout.State.SENT).count(),
            "payer": payer_of(found.consortium).account,
        },
    )


@may("consortia.see")
@require_GET
@never_cache
def batch_file(request: HttpRequest, batch_id: UUID, form: str) -> HttpResponse:
    """The file for the bank, the one place where account numbers are written out."""
    found = _batch(request, batch_id)
    return _download(payout_file(found, form), form, f"payout-{found.number}")


@may("consortia.see")
@require_POST
def send(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """The bank has taken the file."""
    found = _batch(request, batch_id)
    payouts.send(request.actor, found)
    return redirect("batch", found.id)


@may("consortia.see")
@require_POST
def paid(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """All that was sent was paid."""
    found = _batch(request, batch_id)
    for payout in found.payouts.filter(state=Payout.State.SENT).select_related("batch"):
        payouts.confirm(request.actor, payout)
    return redirect("batch", found.id)


@may("consortia.see")
@require_POST
def end(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    """A payment was made, or came back."""
    found = get_object_or_404(Payout.objects.select_related("batch__consortium"), id=payout_id)
    if request.POST.get("answer") == "bounced":
        payouts.bounce(request.actor, found, reason=request.POST.get("reason", ""))
    else:
        payouts.confirm(request.actor, found)
    return redirect("batch", found.batch_id)


@may("consortia.see")
@require_GET
def books(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """The trial balance: my own accounts, and of the other firms one sum a kind; for the auditor
    each firm's.
    """
    consortium = _consortium(consortium_id)
    whole = sees_all(request.actor, consortium, _("the books"))
    shown = rows(consortium, _number(request), request.LANGUAGE_CODE, whole=whole)
    return render(
        request,
        "ledger/books.html",
        {
            "consortium": consortium,
            "rows": shown,
            "totals": totals(shown),
            "wrong": out_of_balance(trial_balance(consortium.id)),
        },
    )


class _Named:
    """A fact with its name in the reader's language."""

    def __init__(self, id: str, name: str) -> None:
        self.id, self.name = id, name


def _consortium(consortium_id: UUID) -> Consortium:
    return get_object_or_404(Consortium.objects.select_related("lead"), id=consortium_id)


def _currency(consortium: Consortium) -> str:
    """That of the agreement in force; won where none is, and an action refuses what is entered."""
    agreement = consortium.agreements.filter(state=Agreement.State.IN_FORCE).first()
    return agreement.terms["currency"] if agreement else "KRW"


def _statement(receipt_id: UUID) -> Statement:
    return get_object_or_404(
        Statement.objects.select_related("receipt__agreement", "receipt__consortium"),
        receipt_id=receipt_id,
    )


def _view(request: HttpRequest, found: Statement, lang: str) -> View:
    return statement_for(request.actor, found, _number(request), lang)


def _batch(
    request: HttpRequest, batch_id: UUID, permission: str = "ledger.payout.instruct"
) -> Batch:
    """A batch for the owner of the lead firm: it tells what everybody is paid, and where."""
    found = get_object_or_404(Batch.objects.select_related("consortium"), id=batch_id)
    if not rules.has_perm(permission, request.actor, found):
        raise NotAllowed(permission)
    return found


def _must(predicate: Any, request: HttpRequest, thing: Any, permission: str) -> None:
    if not predicate(request.actor, thing):
        raise NotAllowed(permission)


def _number(request: HttpRequest) -> str:
    return request.holding.firm.number if request.actor.of_a_firm else ""


def _hash(document: Any) -> str:
    digest = hashlib.sha256()
    for piece in document.chunks():
        digest.update(piece)
    return digest.hexdigest()


def _download(data: bytes, form: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def _form(
    request: HttpRequest, consortium: Consortium, form: Any, title: str, lead: str, button: str
) -> HttpResponse:
    return form_page(
        request,
        form,
        title=title,
        lead=lead,
        button=button,
        above=(consortium.title, reverse("consortium", args=[consortium.id])),
        back=(_("Money"), reverse("money", args=[consortium.id])),
    )
