"""The order: contract, plan, packages, deliveries, changes, invoices."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from moyeora.network.consortia.models import Agreement, Consortium, Seat
from moyeora.network.consortia.pages import may
from moyeora.network.frame.charts import Span
from moyeora.network.frame.clock import today
from moyeora.network.frame.faults import NotAllowed
from moyeora.network.frame.fields import in_currency
from moyeora.network.frame.forms import entered, form_page, sent
from moyeora.network.orders import packages as texts
from moyeora.network.orders import permissions
from moyeora.network.orders.actions import contracts, deliveries
from moyeora.network.orders.differences import differences
from moyeora.network.orders.forms import ChangeForm, ContractForm, DeliveryForm, InvoiceForm
from moyeora.network.orders.models import (
    Consent,
    CustomerContract,
    CustomerLink,
    Delivery,
    Invoice,
    Mailing,
    Order,
    WorkPackage,
)

STATE_KINDS = {"planned": "soft", "running": "wait", "accepted": "good", "dropped": "soft"}


@may("consortia.see")
@require_GET
def order(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """Everything about the order of a consortium, the next thing on top."""
    consortium = consortium_of(consortium_id)
    contract = CustomerContract.objects.filter(consortium=consortium).first()
    packages = list(
        consortium.packages.exclude(state=WorkPackage.State.DROPPED)
        .select_related("firm")
        .prefetch_related("deliveries")
    )
    current = contract.orders.filter(state=Order.State.IN_FORCE).first() if contract else None
    change = contract.orders.filter(state=Order.State.PROPOSED).first() if contract else None
    invoices = list(consortium.invoices.all())
    return render(
        request,
        "orders/order.html",
        {
            "consortium": consortium,
            "contract": contract,
            "order": current,
            "change": change,
            "consents": change.consents.select_related("firm") if change else [],
            "my_consent": change.consents.filter(
                firm=request.actor.firm, answer=Consent.Answer.WAITING
            ).first()
            if change
            else None,
            "packages": packages,
            "spans": [
                Span(
                    f"{each.title} · {each.firm.name}",
                    each.begins,
                    each.ends,
                    STATE_KINDS[each.state],
                    each.get_state_display(),
                )
                for each in packages
            ],
            "invoices": invoices,
            "invoiced": sum(one.gross for one in invoices),
            "differences": differences(current, change) if current and change else [],
            "may_conclude": contract is None
            and consortium.agreements.filter(state=Agreement.State.IN_FORCE).exists()
            and permissions.owns_the_lead(request.actor, consortium),
            "may_change": permissions.owns_a_party(request.actor, consortium),
            "leads": permissions.owns_the_lead(request.actor, consortium),
        },
    )


@may("consortia.see")
@require_http_methods(["GET", "POST"])
def conclude(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """Record the contract with the customer."""
    consortium = consortium_of(consortium_id)
    if not permissions.owns_the_lead(request.actor, consortium):
        raise NotAllowed("orders.contract.conclude")
    seats = list(consortium.seats.filter(state=Seat.State.ACCEPTED).select_related("firm"))
    form = ContractForm(**sent(request), seats=seats, initial={"concluded": today()})

    def do(data: dict[str, Any]) -> CustomerContract:
        told = {**data, "mailings": frozenset(data["mailings"])}
        return contracts.conclude(request.actor, consortium, **told)

    if entered(form, do):
        messages.success(request, _("The contract is concluded; the work can begin."))
        return redirect("order", consortium.id)
    return order_form(
        request,
        consortium,
        form,
        _("The contract with the customer"),
        _("The first order is what the agreement's seats say."),
        _("Conclude the contract"),
    )


@may("consortia.see")
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """Propose a change of the order."""
    consortium = consortium_of(consortium_id)
    if not permissions.owns_a_party(request.actor, consortium):
        raise NotAllowed("orders.order.change")
    contract = get_object_or_404(CustomerContract.objects, consortium=consortium)
    current = contract.orders.get(state=Order.State.IN_FORCE)
    form = in_currency(
        ChangeForm(
            **sent(request),
            packages=texts.from_json(current.packages),
            initial={"price": current.price, "due": current.due},
        ),
        current.currency,
    )

    def do(data: dict[str, Any]) -> Order:
        told = {name: data[name] for name in ("price", "due", "why")}
        return contracts.propose_change(request.actor, consortium, packages=form.changed(), **told)

    if entered(form, do):
        messages.success(request, _("Every firm that the change touches is asked."))
        return redirect("order", consortium.id)
    return render(
        request,
        "orders/change.html",
        {"consortium": consortium, "form": form, "order": current},
        status=422 if form.errors else 200,
    )


@may("consortia.see")
@require_POST
def answer_change(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Agree to a change, or refuse it."""
    asked = get_object_or_404(Order.objects.select_related("contract__consortium"), id=order_id)
    contracts.answer_change(request.actor, asked, agree=request.POST.get("answer") == "agree")
    messages.success(request, _("Your answer is recorded."))
    return redirect("order", asked.contract.consortium_id)


@may("consortia.see")
@require_POST
def close(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """Close the order."""
    contract = get_object_or_404(CustomerContract.objects, consortium_id=consortium_id)
    contracts.close(request.actor, contract)
    messages.success(request, _("The order is closed."))
    return redirect("order", consortium_id)


@may("consortia.see")
@require_http_methods(["GET", "POST"])
def package(request: HttpRequest, package_id: UUID) -> HttpResponse:
    """One work package: what was delivered, what the customer said, what is open."""
    found = get_object_or_404(
        WorkPackage.objects.select_related("consortium", "firm"), id=package_id
    )
    mine = permissions.does_the_work(request.actor, found)
    open_ = found.quantity - deliveries.delivered(found)
    form = DeliveryForm(**sent(request))
    if form.is_bound and not mine:
        raise NotAllowed("orders.delivery.make")
    if entered(form, lambda data: deliveries.deliver(request.actor, found, **data)):
        messages.success(request, _("The delivery is recorded."))
        return redirect("package", found.id)
    return render(
        request,
        "orders/package.html",
        {
            "consortium": found.consortium,
            "package": found,
            "open": open_,
            "deliveries": found.deliveries.all(),
            "before": found.consortium.packages.filter(key__in=found.after),
            "press_job": getattr(found, "press_job", None) if found.mailing else None,
            "mine": mine,
            "may_deliver": mine
            and not found.mailing
            and open_ > 0
            and found.state in (WorkPackage.State.PLANNED, WorkPackage.State.RUNNING),
            "speaks": permissions.works_for_the_lead(request.actor, found),
            "form": form,
        },
        status=422 if form.errors else 200,
    )


@may("consortia.see")
@require_http_methods(["GET", "POST"])
def issue_invoice(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """Issue an invoice."""
    consortium = consortium_of(consortium_id)
    if not permissions.owns_the_lead(request.actor, consortium):
        raise NotAllowed("orders.invoice.issue")
    current = get_object_or_404(
        Order.objects, contract__consortium=consortium, state=Order.State.IN_FORCE
    )
    form = in_currency(InvoiceForm(**sent(request), initial={"on": today()}), current.currency)
    made = entered(form, lambda data: deliveries.issue_invoice(request.actor, consortium, **data))
    if made is not None:
        return redirect("invoice", made.id)
    return order_form(
        request,
        consortium,
        form,
        _("A new invoice"),
        _("VAT is set apart and never shared."),
        _("Issue the invoice"),
    )


@may("consortia.see")
@require_GET
def invoice(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """An invoice."""
    found = get_object_or_404(
        Invoice.objects.select_related("consortium__contract__agreement", "issuer"), id=invoice_id
    )
    return render(
        request,
        "orders/invoice.html",
        {
            "invoice": found,
            "consortium": found.consortium,
            "contract": found.consortium.contract,
            "terms": found.consortium.contract.agreement.terms,
            "speaks": permissions.works_for_the_lead(request.actor, found),
        },
    )


@may("consortia.see")
@require_POST
def make_link(request: HttpRequest, purpose: str, subject: UUID) -> HttpResponse:
    """Make a link for the customer and show it, this once."""
    if purpose not in CustomerLink.Purpose.values:
        raise NotAllowed("orders.link.make")
    consortium = _consortium_of_subject(purpose, subject)
    link, secret = deliveries.make_link(request.actor, consortium, purpose=purpose, subject=subject)
    return render(
        request,
        "orders/link.html",
        {
            "consortium": consortium,
            "link": link,
            "contract": consortium.contract,
            "address": request.build_absolute_uri(reverse("customer", args=[secret])),
        },
    )


def order_form(
    request: HttpRequest, consortium: Consortium, form: Any, title: str, lead: str, button: str
) -> HttpResponse:
    """A page of one form that leads back to the order."""
    return form_page(
        request,
        form,
        title=title,
        lead=lead,
        button=button,
        above=(consortium.title, reverse("consortium", args=[consortium.id])),
        back=(_("Order"), reverse("order", args=[consortium.id])),
    )


def consortium_of(consortium_id: UUID) -> Consortium:
    """A consortium that the reader may see."""
    return get_object_or_404(Consortium.objects.select_related("lead"), id=consortium_id)


def _consortium_of_subject(purpose: str, subject: UUID) -> Consortium:
    rows: Any
    if purpose == CustomerLink.Purpose.DELIVERY:
        rows = get_object_or_404(
            Delivery.objects.select_related("package__consortium"), id=subject
        ).package
    elif purpose == CustomerLink.Purpose.INVOICE:
        rows = get_object_or_404(Invoice.objects.select_related("consortium"), id=subject)
    else:
        rows = get_object_or_404(
            Mailing.objects.select_related("package__consortium"), id=subject
        ).package
    return rows.consortium
