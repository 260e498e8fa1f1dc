"""What the customer sees by a link: one purpose, no account."""

import hashlib
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django_scopes import scopes_disabled

from moyeora.network.frame.actor import Actor, Office
from moyeora.network.frame.clock import now
from moyeora.network.frame.faults import Refused
from moyeora.network.orders.actions import deliveries
from moyeora.network.orders.mailings import actions as mailings
from moyeora.network.orders.models import CustomerLink, Delivery, Invoice, Mailing
from moyeora.network.orders.pages.mailing import picture_of

CUSTOMER = Actor(office=Office.CUSTOMER)
Purpose = CustomerLink.Purpose


@never_cache
def customer(request: HttpRequest, secret: str) -> HttpResponse:
    """Approve a proof, accept a delivery, or see an invoice."""
    # Whoever holds the secret may see its one subject; there is no firm whose scope it could be.
    with scopes_disabled():
        link = _link(secret)
        page = {Purpose.PROOF: _proof, Purpose.DELIVERY: _delivery, Purpose.INVOICE: _invoice}
        answer = request.POST if request.method == "POST" else None
        return page[Purpose(link.purpose)](request, link, secret, answer)


@never_cache
def customer_picture(request: HttpRequest, secret: str, number: int) -> HttpResponse:
    """A picture of the proof that the link is for."""
    with scopes_disabled():
        link = _link(secret)
        if link.purpose != Purpose.PROOF:
            raise Http404
        return picture_of(Mailing.objects.get(id=link.subject), number)


def _proof(request: HttpRequest, link: CustomerLink, secret: str, answer: Any) -> HttpResponse:
    mailing = Mailing.objects.select_related("package__consortium__contract").get(id=link.subject)
    problem: Any = ()
    if answer is not None:
        try:
            mailings.approve(
                CUSTOMER, mailing, fingerprint=answer.get("fingerprint", ""), link=link.id
            )
            return redirect("customer", secret)
        except Refused as refused:
            problem = refused.faults
    return _page(
        request,
        "orders/customer_proof.html",
        link,
        problem,
        mailing=mailing,
        secret=secret,
        pictures=[] if mailing.destroyed else range(1, mailing.proofs + 1),
    )


def _delivery(request: HttpRequest, link: CustomerLink, secret: str, answer: Any) -> HttpResponse:
    delivery = Delivery.objects.select_related("package__consortium__contract").get(id=link.subject)
    problem: Any = ()
    if answer is not None:
        try:
            deliveries.answer_delivery(
                CUSTOMER,
                delivery,
                accept=answer.get("answer") == "accept",
                reason=answer.get("reason", ""),
                link=link.id,
            )
            return redirect("customer", secret)
        except Refused as refused:
            problem = refused.faults
    return _page(request, "orders/customer_delivery.html", link, problem, delivery=delivery)


def _invoice(request: HttpRequest, link: CustomerLink, secret: str, answer: Any) -> HttpResponse:
    invoice = Invoice.objects.select_related("consortium__contract__agreement", "issuer").get(
        id=link.subject
    )
    return _page(
        request,
        "orders/customer_invoice.html",
        link,
        (),
        invoice=invoice,
        contract=invoice.consortium.contract,
        terms=invoice.consortium.contract.agreement.terms,
    )


def _page(
    request: HttpRequest, template: str, link: CustomerLink, problem: Any, **more: Any
) -> HttpResponse:
    contract = link.consortium.contract
    return render(
        request,
        template,
        {"link": link, "contract": contract, "faults": problem, **more},
        status=422 if problem else 200,
    )


def _link(secret: str) -> CustomerLink:
    digest = hashlib.sha256(secret.encode()).hexdigest()
    found = (
        CustomerLink.objects.filter(digest=digest, revoked=None, expires__gt=now())
        .select_related("consortium__contract", "consortium__lead")
        .first()
    )
    if found is None:
        raise Http404
    return found
