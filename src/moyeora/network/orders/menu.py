"""What waits for a person of an order, what the journal says of it, and what the clock does."""

from collections.abc import Iterator
from datetime import date, datetime, time

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_scopes import scopes_disabled

from moyeora.network.consortia.models import Agreement, Consortium
from moyeora.network.frame.actor import CLOCK, Actor, Office
from moyeora.network.frame.clock import at, now
from moyeora.network.frame.faults import Refused
from moyeora.network.frame.navigation import Waiting, waits
from moyeora.network.jobs.kinds import hourly
from moyeora.network.jobs.work import Task
from moyeora.network.journal.words import describe
from moyeora.network.orders.actions.deliveries import accept_by_silence, silent_deliveries
from moyeora.network.orders.models import (
    Consent,
    CustomerLink,
    Delivery,
    Mailing,
    Order,
    WorkPackage,
)

KINDS = {
    "contract.concluded": gettext_lazy("concluded the contract with the customer"),
    "contract.closed": gettext_lazy("closed the order"),
    "order.change_proposed": gettext_lazy("proposed version {version} of the order: {why}"),
    "order.change_agreed": gettext_lazy("agreed to version {version} of the order"),
    "order.change_refused": gettext_lazy("refused version {version} of the order"),
    "order.changed": gettext_lazy("put version {version} of the order in force"),
    "delivery.made": gettext_lazy("delivered of “{title}”: {quantity}"),
    "delivery.accepted": gettext_lazy("accepted a delivery"),
    "delivery.rejected": gettext_lazy("rejected a delivery: {reason}"),
    "delivery.accepted_by_silence": gettext_lazy("accepted a delivery by silence"),
    "link.made": gettext_lazy("made a link for the customer"),
    "link.revoked": gettext_lazy("revoked a link of the customer"),
    "invoice.issued": gettext_lazy("issued invoice {number}"),
    "mailing.begun": gettext_lazy("began a mailing"),
    "mailing.consented": gettext_lazy("recorded the customer's consent of {given}"),
    "mailing.uploaded": gettext_lazy("sent a job and its list, encrypted"),
    "mailing.proofed": gettext_lazy("made {pictures} pictures of proofs"),
    "mailing.approved": gettext_lazy("approved the proofs"),
    "mailing.printing": gettext_lazy("began to print"),
    "mailing.printed": gettext_lazy("printed {printed} of {inputs}"),
    "mailing.failed": gettext_lazy("could not do the job as it is"),
    "mailing.destroying": gettext_lazy("began to destroy the customers' data"),
    "mailing.destroyed": gettext_lazy("destroyed the customers' data"),
}
MAILING_NEXT = {
    Mailing.State.CONSENT: gettext_lazy("Record the customer's consent"),
    Mailing.State.UPLOAD: gettext_lazy("Send the job and its list"),
    Mailing.State.PROOFED: gettext_lazy("Get the customer's yes to the proofs"),
    Mailing.State.APPROVED: gettext_lazy("Print the mailing"),
}


def register() -> None:
    """Called once, when the application is ready."""
    for kind, words in KINDS.items():
        describe(kind, words)
    waits(
        work,
        contract=gettext_lazy("Contracts to conclude"),
        change=gettext_lazy("Changes of orders to answer"),
        package=gettext_lazy("Work packages that are due"),
        delivery=gettext_lazy("Deliveries to show to the customer"),
        mailing=gettext_lazy("Steps of mailings"),
    )


def work(actor: Actor) -> Iterator[Waiting]:
    """Contracts, changes, packages and mailings that wait for the firm."""
    if actor.office not in (Office.OWNER, Office.STAFF) or not Agreement.objects.exists():
        return  # without an agreement there is no contract
    if actor.office == Office.OWNER:
        ready = Consortium.objects.filter(
            lead=actor.firm, agreements__state=Agreement.State.IN_FORCE, contract=None
        )
        for consortium in ready.exclude(made_up=True):
            yield Waiting(
                "contract",
                _("Conclude the contract: %(title)s") % {"title": consortium.title},
                reverse("order_conclude", args=[consortium.id]),
            )
        asked = Consent.objects.filter(
            firm=actor.firm,
            answer=Consent.Answer.WAITING,
            order__state=Order.State.PROPOSED,
        ).select_related("order__contract__consortium")
        for consent in asked:
            title = consent.order.contract.consortium.title
            yield Waiting(
                "change",
                _("Answer the change of the order: %(title)s") % {"title": title},
                reverse("order", args=[consent.order.contract.consortium_id]),
            )
    open_ = WorkPackage.objects.filter(
        firm=actor.firm, state__in=(WorkPackage.State.PLANNED, WorkPackage.State.RUNNING)
    ).filter(press_job=None)
    handed_over = Sum("deliveries__quantity", filter=~Q(deliveries__state=Delivery.State.REJECTED))
    for package in open_.annotate(done=Coalesce(handed_over, 0)).filter(done__lt=F("quantity")):
        text = _("Begin the mailing: %(title)s") if package.mailing else _("Deliver: %(title)s")
        yield Waiting(
            "mailing" if package.mailing else "package",
            text % {"title": package.title},
            reverse("package", args=[package.id]),
            _end_of(package.ends),
        )
    unseen = Delivery.objects.filter(
        package__consortium__lead=actor.firm, state=Delivery.State.WAITING
    ).exclude(id__in=CustomerLink.objects.values("subject"))
    for delivery in unseen.select_related("package"):
        yield Waiting(
            "delivery",
            _("Send the customer a link to accept: %(title)s") % {"title": delivery.package.title},
            reverse("package", args=[delivery.package_id]),
            delivery.deadline,
        )
    for mailing in Mailing.objects.filter(state__in=MAILING_NEXT).select_related(
        "package__consortium"
    ):
        of_the_lead = mailing.state in (Mailing.State.CONSENT, Mailing.State.PROOFED)
        package = mailing.package
        if actor.firm == (package.consortium.lead_id if of_the_lead else package.firm_id):
            yield Waiting(
                "mailing",
                f"{MAILING_NEXT[Mailing.State(mailing.state)]}: {package.title}",
                reverse("mailing", args=[mailing.id]),
                _end_of(package.ends),
            )


def pass_deadlines(moment: datetime) -> int:
    """Accept by silence what the customer let pass; how many."""
    passed = 0
    with scopes_disabled(), at(moment):  # the clock looks at every order
        for delivery in silent_deliveries(moment):
            try:
                accept_by_silence(CLOCK, delivery)
            except Refused:
                continue  # answered between the query and the lock
            passed += 1
    return passed


@hourly("orders.deadlines", title=gettext_lazy("Deadlines of deliveries"))
def deadlines(task: Task) -> dict[str, int]:
    """The clock's own round."""
    return {"accepted": pass_deadlines(now())}


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(23, 59)))
