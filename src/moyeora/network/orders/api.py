"""The API of ``orders``: the contract, the order in versions, work packages, deliveries, invoices.

What a firm's own software asks and reports, by the actions of the pages. Amounts are in smallest
units of their currency, quantities in units of their package. What binds a firm (concluding the
contract, answering a change) is done on a page.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import rules
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status

from moyeora.network.consortia.models import Consortium
from moyeora.network.frame.faults import NotAllowed
from moyeora.network.members.once import Key, once
from moyeora.network.orders.actions import deliveries
from moyeora.network.orders.models import (
    CustomerContract,
    Delivery,
    Invoice,
    Order,
    WorkPackage,
)

router = Router(tags=["orders"])
Text = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]
Amount = Annotated[int, Field(ge=1, le=10**15)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2099, 12, 31))]


class ContractOut(Schema):
    """``document``: SHA-256 of the signed contract, where one was told."""

    id: UUID
    consortium: UUID
    customer: str
    email: str
    concluded: date
    document: str
    acceptance_days: int
    payment_days: int
    closed: datetime | None


class PlannedOut(Schema):
    """A work package as a version of the order says it; ``after``: keys of earlier packages."""

    key: str
    firm: UUID
    title: str
    quantity: int
    unit: str
    begins: date
    ends: date
    after: list[str]
    mailing: bool


class ConsentOut(Schema):
    """What a firm that a change touches has answered; ``firm`` is its business number."""

    firm: str
    answer: Literal["waiting", "agreed", "refused"]
    at: datetime | None


class OrderOut(Schema):
    """One version; ``consents`` are asked for from the second version on."""

    id: UUID
    version: int
    state: Literal["proposed", "in_force", "superseded", "refused"]
    price: int
    currency: str
    due: date
    why: str
    proposed: datetime
    packages: list[PlannedOut]
    consents: list[ConsentOut]


class DeliveryOut(Schema):
    """Without an answer of the customer by ``deadline`` the state becomes ``silent``: accepted."""

    id: UUID
    package: UUID
    number: int
    quantity: int
    note: str
    at: datetime
    deadline: datetime
    state: Literal["waiting", "accepted", "silent", "rejected"]
    answered: datetime | None
    reason: str


class PackageOut(Schema):
    """``firm`` is the business number of who does it; ``open`` is still to be delivered."""

    id: UUID
    key: str
    firm: str
    title: str
    quantity: int
    unit: str
    begins: date
    ends: date
    after: list[str]
    mailing: bool
    state: Literal["planned", "running", "accepted", "dropped"]
    open: int
    deliveries: list[DeliveryOut]


class DeliveryIn(Schema):
    """What was handed over."""

    quantity: Amount
    note: Text = ""


class InvoiceIn(Schema):
    """``gross`` with VAT; ``on``: the day of issue."""

    what: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
    gross: Amount
    on: Day
    vat_class: Literal["taxable", "zero", "exempt"] = "taxable"


class InvoiceOut(Schema):
    """``issuer`` is the business number of the firm that contracts with the customer."""

    id: UUID
    issuer: str
    number: str
    what: str
    net: int
    vat: int
    vat_class: Literal["taxable", "zero", "exempt"]
    currency: str
    issued: date
    due: date


@router.get("/{uuid:consortium_id}/contract", response=ContractOut)
def read_contract(request: HttpRequest, consortium_id: UUID) -> Any:
    """The contract with the customer."""
    _need(request)
    found = get_object_or_404(CustomerContract, consortium_id=consortium_id)
    return {
        **_same(found, ContractOut, but=("consortium",)),
        "consortium": found.consortium_id,
    }


@router.get("/{uuid:consortium_id}/versions", response=list[OrderOut])
def list_versions(request: HttpRequest, consortium_id: UUID) -> Any:
    """The order in all its versions, the newest first."""
    consortium = _consortium(request, consortium_id)
    orders = Order.objects.filter(contract__consortium=consortium)
    return [_order(one) for one in orders.prefetch_related("consents__firm")]


@router.get("/{uuid:consortium_id}/packages", response=list[PackageOut])
def list_packages(request: HttpRequest, consortium_id: UUID) -> Any:
    """The work packages with what was delivered of each, in the order of their days."""
    consortium = _consortium(request, consortium_id)
    packages = consortium.packages.select_related("firm").prefetch_related("deliveries")
    return [_package(one) for one in packages]


@router.get("/packages/{uuid:package_id}", response=PackageOut)
def read_package(request: HttpRequest, package_id: UUID) -> Any:
    """One work package with its deliveries."""
    return _package(_found(request, package_id))


@router.post("/packages/{uuid:package_id}/deliveries", response={201: DeliveryOut})
def deliver(request: HttpRequest, package_id: UUID, body: DeliveryIn, key: Key) -> Any:
    """Report a delivery; for owner and staff of the firm whose package it is."""
    package = _found(request, package_id)
    made = once(
        request,
        key,
        Delivery.objects,
        lambda: deliveries.deliver(request.actor, package, **body.dict()),
    )
    return Status(201, _delivery(made))


@router.get("/deliveries/{uuid:delivery_id}", response=DeliveryOut)
def read_delivery(request: HttpRequest, delivery_id: UUID) -> Any:
    """One delivery, and what the customer has answered."""
    _need(request)
    return _delivery(get_object_or_404(Delivery, id=delivery_id))


@router.get("/{uuid:consortium_id}/invoices", response=list[InvoiceOut])
def list_invoices(request: HttpRequest, consortium_id: UUID) -> Any:
    """All invoices, the oldest first."""
    consortium = _consortium(request, consortium_id)
    return [_invoice(one) for one in consortium.invoices.select_related("issuer")]


@router.post("/{uuid:consortium_id}/invoices", response={201: InvoiceOut})
def issue_invoice(request: HttpRequest, consortium_id: UUID, body: InvoiceIn, key: Key) -> Any:
    """Issue an invoice; for the owner of the lead firm."""
    consortium = _consortium(request, consortium_id)
    made = once(
        request,
        key,
        Invoice.objects,
        lambda: deliveries.issue_invoice(request.actor, consortium, **body.dict()),
    )
    return Status(201, _invoice(made))


@router.get("/invoices/{uuid:invoice_id}", response=InvoiceOut)
def read_invoice(request: HttpRequest, invoice_id: UUID) -> Any:
    """One invoice."""
    _need(request)
    return _invoice(get_object_or_404(Invoice.objects.select_related("issuer"), id=invoice_id))


def _need(request: HttpRequest) -> None:
    if not rules.has_perm("consortia.see", request.actor):
        raise NotAllowed("consortia.see")


def _consortium(request: HttpRequest, consortium_id: UUID) -> Consortium:
    _need(request)
    return get_object_or_404(Consortium, id=consortium_id)


def _found(request: HttpRequest, package_id: UUID) -> WorkPackage:
    _need(request)
    rows = WorkPackage.objects.select_related("firm", "consortium").prefetch_related("deliveries")
    return get_object_or_404(rows, id=package_id)


def _same(thing: Any, schema: type[Schema], but: tuple[str, ...] = ()) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in schema.model_fields if name not in but}


def _order(order: Order) -> dict[str, Any]:
    consents = [
        {"firm": one.firm.number, "answer": one.answer, "at": one.at}
        for one in order.consents.all()
    ]
    return {**_same(order, OrderOut, but=("consents",)), "consents": consents}


def _package(package: WorkPackage) -> dict[str, Any]:
    made = list(package.deliveries.all())
    done = sum(one.quantity for one in made if one.state != Delivery.State.REJECTED)
    return {
        **_same(package, PackageOut, but=("firm", "open", "deliveries")),
        "firm": package.firm.number,
        "open": max(0, package.quantity - done),
        "deliveries": [_delivery(one) for one in made],
    }


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {**_same(delivery, DeliveryOut, but=("package",)), "package": delivery.package_id}


def _invoice(invoice: Invoice) -> dict[str, Any]:
    return {**_same(invoice, InvoiceOut, but=("issuer",)), "issuer": invoice.issuer.number}
