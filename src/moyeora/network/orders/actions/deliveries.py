"""Handing over, accepting by the customer's link or by silence, invoicing."""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext as _

from moyeora.network.consortia import words
from moyeora.network.consortia.agreements.terms import from_json as terms_from_json
from moyeora.network.consortia.models import Consortium
from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.frame.templatetags.moyeora import money
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import CONSORTIUM
from moyeora.network.orders import permissions  # noqa: F401 - registers who may
from moyeora.network.orders.models import (
    CustomerContract,
    CustomerLink,
    Delivery,
    Invoice,
    WorkPackage,
)

LINK_DAYS: Final = 60


@action("orders.delivery.make")
def deliver(act: Act, package: WorkPackage, *, quantity: int, note: str = "") -> Delivery:
    """Hand over a part of a package; the customer has the contract's days to accept it."""
    package = WorkPackage.objects.select_for_update(no_key=True).get(id=package.id)
    contract = package.consortium.contract
    open_ = package.quantity - delivered(package)
    faults = []
    if package.state not in (WorkPackage.State.PLANNED, WorkPackage.State.RUNNING):
        faults.append(Fault("", _("This package is not open."), _("Look at the order in force.")))
    if contract.closed is not None:
        faults.append(Fault("", _("This order is closed."), _("Nothing more can be delivered.")))
    if open_ <= 0:
        faults.append(
            Fault("", _("All of it has been delivered."), _("Wait for the customer's answer."))
        )
    elif not 0 < quantity <= open_:
        faults.append(
            Fault(
                "quantity",
                _("%(open)s are still to be delivered.")
                % {"open": words.quantity(open_, package.unit)},
                _("Write 1 to that many."),
            )
        )
    waiting = package.consortium.packages.filter(key__in=package.after).exclude(
        state=WorkPackage.State.DROPPED
    )
    for before in waiting:
        if not before.deliveries.exclude(state=Delivery.State.REJECTED).exists():
            faults.append(
                Fault(
                    "",
                    _("“%(title)s” comes first and nothing of it has been delivered.")
                    % {"title": before.title},
                    _("Ask the firm that does it."),
                )
            )
    if faults:
        raise Refused(faults)
    made = Delivery.objects.create(
        package=package,
        number=package.deliveries.count() + 1,
        quantity=quantity,
        note=note.strip()[:300],
        at=act.at,
        by=act.actor.person,
        deadline=act.at + timedelta(days=contract.acceptance_days),
    )
    package.state = WorkPackage.State.RUNNING
    package.save(update_fields=["state"])
    act.record(
        "delivery.made",
        subject=made.id,
        facts={"package": package.key, "title": package.title, "quantity": quantity},
        audience=CONSORTIUM,
        chain=package.consortium_id,
    )
    return made


@action("orders.delivery.answer")
def answer_delivery(
    act: Act, delivery: Delivery, *, accept: bool, reason: str = "", link: UUID | None = None
) -> Delivery:
    """The customer accepts or rejects, once."""
    delivery = Delivery.objects.select_for_update(no_key=True).get(id=delivery.id)
    if delivery.state != Delivery.State.WAITING:
        raise Refused(_("This delivery has been answered."))
    if not accept and not reason.strip():
        raise Refused(Fault("reason", _("The reason is missing."), _("Say what is wrong with it.")))
    delivery.state = Delivery.State.ACCEPTED if accept else Delivery.State.REJECTED
    delivery.answered, delivery.reason = act.at, reason.strip()[:300]
    delivery.save()
    _close_package(delivery.package)
    act.record(
        "delivery.accepted" if accept else "delivery.rejected",
        subject=delivery.id,
        facts={"link": link and str(link), "reason": delivery.reason},
        audience=CONSORTIUM,
        chain=delivery.package.consortium_id,
    )
    return delivery


@action("orders.delivery.silence")
def accept_by_silence(act: Act, delivery: Delivery) -> Delivery:
    """The customer's days have passed without an answer, as its notice said."""
    delivery = Delivery.objects.select_for_update(no_key=True).get(id=delivery.id)
    if delivery.state != Delivery.State.WAITING or delivery.deadline > act.at:
        raise Refused(_("The customer's days have not passed."))
    delivery.state, delivery.answered = Delivery.State.SILENT, act.at
    delivery.save()
    _close_package(delivery.package)
    act.record(
        "delivery.accepted_by_silence",
        subject=delivery.id,
        facts={"deadline": delivery.deadline.isoformat()},
        audience=CONSORTIUM,
        chain=delivery.package.consortium_id,
    )
    return delivery


@action("orders.link.make")
def make_link(
    act: Act, consortium: Consortium, *, purpose: str, subject: UUID
) -> tuple[CustomerLink, str]:
    """A link for the customer, for one purpose; its secret is given once and never kept."""
    known = {
        CustomerLink.Purpose.DELIVERY: Delivery.objects.filter(
            id=subject, package__consortium=consortium
        ),
        CustomerLink.Purpose.INVOICE: Invoice.objects.filter(id=subject, consortium=consortium),
    }
    if purpose in known and not known[purpose].exists():
        raise Refused(_("There is no such thing in this consortium."))
    secret = secrets.token_urlsafe(32)
    link = CustomerLink.objects.create(
        consortium=consortium,
        purpose=purpose,
        subject=subject,
        digest=hashlib.sha256(secret.encode()).hexdigest(),
        made=act.at,
        expires=act.at + timedelta(days=LINK_DAYS),
    )
    act.record(
        "link.made",
        subject=link.id,
        facts={"purpose": str(purpose), "for": str(subject)},
        audience=CONSORTIUM,
        chain=consortium.id,
    )
    return link, secret


@action("orders.link.revoke")
def revoke_link(act: Act, link: CustomerLink) -> CustomerLink:
    """The link no longer opens anything."""
    link.revoked = act.at
    link.save(update_fields=["revoked"])
    act.record(
        "link.revoked",
        subject=link.id,
        facts={},
        audience=CONSORTIUM,
        chain=link.consortium_id,
    )
    return link


@action("orders.invoice.issue")
def issue_invoice(
    act: Act, consortium: Consortium, *, what: str, gross: int, on: date, vat_class: str = "taxable"
) -> Invoice:
    """Invoice a part of the price. The sum of all invoices is at most the order's price."""
    contract = CustomerContract.objects.filter(consortium=consortium).first()
    if contract is None:
        raise Refused(
            Fault("", _("There is no contract with the customer."), _("Conclude it first."))
        )
    order = contract.orders.get(state="in_force")
    so_far = consortium.invoices.aggregate(net=Sum("net"), vat=Sum("vat"))
    open_ = order.price - (so_far["net"] or 0) - (so_far["vat"] or 0)
    faults = []
    if open_ <= 0:
        faults.append(
            Fault("", _("The whole price has been invoiced."), _("Change the order first."))
        )
    elif not 0 < gross <= open_:
        faults.append(
            Fault(
                "gross",
                _("%(open)s of the price have not been invoiced.")
                % {"open": money(open_, order.currency)},
                _("Write 1 to that much, or change the order first."),
            )
        )
    if not what.strip():
        faults.append(Fault("what", _("This is missing."), _("Say what is invoiced.")))
    if vat_class not in Invoice.VatClass.values:
        faults.append(Fault("vat_class", _("This is not one of the choices.")))
    if faults:
        raise Refused(faults)
    permille = 0
    if vat_class == Invoice.VatClass.TAXABLE:
        permille = terms_from_json(contract.agreement.terms).vat_permille
    # Tax included in a price is rounded down: Korean practice for won (VAT Act, art. 29).
    vat = gross * permille // (1000 + permille)
    invoice = Invoice.objects.create(
        consortium=consortium,
        issuer_id=act.actor.firm,
        number=f"{on:%Y%m}-{consortium.invoices.count() + 1:03d}",
        what=what.strip()[:200],
        net=gross - vat,
        vat=vat,
        vat_class=vat_class,
        currency=order.currency,
        issued=on,
        due=on + timedelta(days=contract.payment_days),
        made=act.at,
    )
    act.record(
        "invoice.issued",
        subject=invoice.id,
        facts={"number": invoice.number, "net": invoice.net, "vat": invoice.vat},
        audience=CONSORTIUM,
        chain=consortium.id,
    )
    return invoice


def delivered(package: WorkPackage) -> int:
    """What was handed over and not rejected."""
    rows = package.deliveries.exclude(state=Delivery.State.REJECTED)
    return rows.aggregate(sum=Sum("quantity"))["sum"] or 0


def silent_deliveries(moment: datetime) -> list[Delivery]:
    """The deliveries whose customer has let the days pass."""
    return list(Delivery.objects.filter(state=Delivery.State.WAITING, deadline__lte=moment))


def _close_package(package: WorkPackage) -> None:
    """A package is accepted when all of its quantity is (a register may count a few more)."""
    accepted = package.deliveries.filter(
        state__in=(Delivery.State.ACCEPTED, Delivery.State.SILENT)
    ).aggregate(sum=Sum("quantity"))["sum"]
    if (accepted or 0) >= package.quantity:
        package.state = WorkPackage.State.ACCEPTED
        package.save(update_fields=["state"])
