"""The money of a consortium: what is mine and why, receipts, costs, holds, payouts, the books."""

import csv
import hashlib
import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import xlsxwriter
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_scopes import scopes_disabled

from moyeora.network.consortia.agreements.program import program
from moyeora.network.consortia.agreements.terms import from_json
from moyeora.network.consortia.models import Agreement, Consortium
from moyeora.network.consortia.pages import may
from moyeora.network.frame.clock import today
from moyeora.network.frame.faults import NotAllowed
from moyeora.network.frame.fields import in_currency
from moyeora.network.frame.forms import entered, form_page, sent
from moyeora.network.ledger import bank_file, payouts, permissions, receipts
from moyeora.network.ledger.balance import out_of_balance, trial_balance
from moyeora.network.ledger.books import Kind, balance
from moyeora.network.ledger.forms import ClaimForm, HoldForm, ReceiptForm
from moyeora.network.ledger.models import (
    Account,
    Batch,
    CostClaim,
    Hold,
    Payout,
    Receipt,
    Statement,
)
from moyeora.network.ledger.statements import lines_of, pdf, view
from moyeora.network.orders.models import Invoice


@may("ledger.see")
@require_GET
def money(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """What is due to my firm, what was paid, and what came in."""
    consortium = _consortium(consortium_id)
    number = request.holding.firm.number if request.holding and request.holding.firm else ""
    mine = {
        account.kind: -balance(account)
        for account in Account.objects.filter(consortium=consortium, party=number).exclude(party="")
    }
    paid = Payout.own.filter(batch__consortium=consortium)
    agreement = consortium.agreements.filter(state=Agreement.State.IN_FORCE).first()
    return render(
        request,
        "ledger/money.html",
        {
            "consortium": consortium,
            "currency": _currency(consortium),
            "agreement": agreement,
            "number": number,
            "due": mine.get(Kind.DUE, 0),
            "held": mine.get(Kind.HELD, 0),
            "transit": mine.get(Kind.TRANSIT, 0),
            "paid": sum(p.amount for p in paid if p.state == Payout.State.CONFIRMED),
            "payouts": paid.select_related("batch").order_by("-batch__number"),
            "receipts": consortium.receipts.select_related("statement").order_by("-number"),
            "claims": CostClaim.objects.filter(consortium=consortium).select_related("firm"),
            "holds": Hold.own.filter(consortium=consortium, released=None),
            "held_by_me": Hold.objects.filter(
                consortium=consortium, released=None, held_by=request.actor.person
            ).select_related("firm"),
            "batches": consortium.batches.order_by("-number"),
            "leads": permissions.owns_the_lead(request.actor, consortium),
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
    """A statement: my firm's lines with the reason of each won, and one total a step."""
    found = _statement(receipt_id)
    return render(
        request,
        "ledger/statement.html",
        {
            "consortium": found.receipt.consortium,
            "statement": found,
            "view": view(found, _number(request), request.LANGUAGE_CODE),
            "has_firm": bool(_number(request)),
        },
    )


@may("ledger.see")
@require_GET
def statement_pdf(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """The same as a PDF."""
    found = _statement(receipt_id)
    firm = request.holding.firm.name if _number(request) else pgettext("party", "the association")
    lang = "en" if request.LANGUAGE_CODE == "en" else "ko"
    made = pdf(view(found, _number(request), lang), firm, found.receipt.consortium.title, lang)
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="statement-{found.number}-{lang}.pdf"'
    return response


@may("ledger.see")
@require_GET
def export(request: HttpRequest, consortium_id: UUID, form: str) -> HttpResponse:
    """My firm's lines of all statements, for its accountant."""
    consortium = _consortium(consortium_id)
    number = _number(request)
    if not number:
        raise NotAllowed("ledger.export")
    rows = lines_of(
        Statement.objects.filter(receipt__consortium=consortium)
        .select_related("receipt__agreement", "receipt__consortium")
        .order_by("at"),
        number,
        request.LANGUAGE_CODE,
    )
    head = (_("Statement"), _("Received"), _("Clause"), _("Step"), _("Amount"), _("Currency"))
    if form == "csv":
        file = io.StringIO(newline="")
        table = csv.writer(file)
        table.writerow(head)
        table.writerows((n, f"{on:%Y-%m-%d}", *rest) for n, on, *rest in rows)
        return _download(file.getvalue().encode("utf-8-sig"), "text/csv", "statements.csv")
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        day_format = book.add_format({"num_format": "yyyy-mm-dd"})
        amount_format = book.add_format({"num_format": "#,##0"})
        sheet.write_row(0, 0, head, book.add_format({"bold": True}))
        for at, (n, on, clause, step, amount, currency) in enumerate(rows, 1):
            sheet.write_number(at, 0, n)
            sheet.write_datetime(at, 1, on, day_format)
            sheet.write_string(at, 2, clause)
            sheet.write_string(at, 3, step)
            sheet.write_number(at, 4, amount, amount_format)
            sheet.write_string(at, 5, currency)
        sheet.autofit()
    return _download(
        buffer.getvalue(),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "statements.xlsx",
    )


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
    found = _batch(request, batch_id)
    whose = _names(found.consortium, request.LANGUAGE_CODE)
    return render(
        request,
        "ledger/batch.html",
        {
            "consortium": found.consortium,
            "batch": found,
            "payouts": [
                (payout, whose(payout.party))
                for payout in found.payouts.select_related("firm").order_by("party")
            ],
            "in_file": found.payouts.exclude(account=None).exists(),
            "by_hand": [whose(payout.party) for payout in found.payouts.filter(account=None)],
            "waiting": found.payouts.filter(state=Payout.State.SENT).count(),
            "payer": _terms(found.consortium).account,
        },
    )


@may("consortia.see")
@require_GET
@never_cache
def batch_file(request: HttpRequest, batch_id: UUID, form: str) -> HttpResponse:
    """The file for the bank, the one place where account numbers are written out."""
    found = _batch(request, batch_id)
    payments = _payments(found)
    if not payments:
        raise Http404
    terms = _terms(found.consortium)
    if form == "csv":
        return _download(bank_file.as_csv(payments), "text/csv", f"payout-{found.number}.csv")
    payer = bank_file.Payer(terms.holder or found.consortium.title, terms.bank, terms.account)
    made_on = localtime(found.made)  # the bank's day is Korea's
    made = bank_file.pain_001(found.id.hex, made_on, made_on.date(), payer, payments)
    return _download(made, "application/xml", f"payout-{found.number}.xml")


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
    """The trial balance: my own accounts, and of the other firms one sum a kind."""
    consortium = _consortium(consortium_id)
    number = _number(request)
    rows = trial_balance(consortium.id)
    whose = _names(consortium, request.LANGUAGE_CODE)
    parties = {party.firm.number for party in consortium.parties.select_related("firm")}
    shown: dict[tuple[str, str, str], list[int]] = {}
    totals: dict[str, list[int]] = {}
    for row in rows:
        account = row.account
        other = account.party in parties and account.party != number
        who = _("the other firms") if other and number else whose(account.party)
        key = (account.get_kind_display(), who, account.currency)
        sums = shown.setdefault(key, [0, 0])
        sums[0] += row.debits
        sums[1] += row.credits
        total = totals.setdefault(account.currency, [0, 0])
        total[0] += row.debits
        total[1] += row.credits
    return render(
        request,
        "ledger/books.html",
        {
            "consortium": consortium,
            "rows": [(*key, *sums, sums[0] - sums[1]) for key, sums in shown.items()],
            "totals": [
                (currency, *total, total[0] - total[1]) for currency, total in totals.items()
            ],
            "wrong": out_of_balance(rows),
        },
    )


def _names(consortium: Consortium, lang: str) -> Callable[[str], str]:
    """The name of an account's party: a firm, the tax office, the association, a reserve's step."""
    agreement = consortium.agreements.filter(state=Agreement.State.IN_FORCE).first()
    if agreement is None:
        return str
    agreed = program(from_json(agreement.terms), agreement.version)
    names = {party.id: party.name[lang] for party in agreed.parties}
    names |= {step.id: step.title[lang] for step in agreed.all_steps()}
    return lambda party: names.get(party, party)


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


def _batch(request: HttpRequest, batch_id: UUID) -> Batch:
    """A batch for the owner of the lead firm: it tells what everybody is paid, and where."""
    found = get_object_or_404(Batch.objects.select_related("consortium"), id=batch_id)
    _must(permissions.owns_the_lead, request, found.consortium, "ledger.payout.instruct")
    return found


def _must(predicate: Any, request: HttpRequest, thing: Any, permission: str) -> None:
    if not predicate(request.actor, thing):
        raise NotAllowed(permission)


def _number(request: HttpRequest) -> str:
    return request.holding.firm.number if request.actor.of_a_firm else ""


def _terms(consortium: Consortium) -> Any:
    agreement = consortium.agreements.exclude(state=Agreement.State.REFUSED).first()
    return from_json(agreement.terms)


def _payments(found: Batch) -> list[bank_file.Payment]:
    """The payments to firms: nobody has told an account of the tax office, or the association's."""
    with scopes_disabled():  # the accounts of the firms that are paid, for this file alone
        rows = list(
            found.payouts.exclude(account=None).select_related("firm", "account").order_by("party")
        )
    return [
        bank_file.Payment(
            row.id.hex,
            row.account.holder,
            row.account.bank,
            row.account.number,
            row.amount,
            row.currency,
            f"{found.consortium.title} {found.number}",
        )
        for row in rows
    ]


def _hash(document: Any) -> str:
    digest = hashlib.sha256()
    for piece in document.chunks():
        digest.update(piece)
    return digest.hexdigest()


def _download(data: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
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
