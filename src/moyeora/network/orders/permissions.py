"""Who may do what for an order."""

from typing import Any

import rules

from moyeora.network.consortia.models import Consortium, Party
from moyeora.network.frame.actor import Actor, Office
from moyeora.network.orders.models import Delivery, Order, WorkPackage


def consortium_of(thing: Any) -> Consortium | None:
    """The consortium that a thing of this room belongs to."""
    if thing is None or isinstance(thing, Consortium):
        return thing
    if isinstance(thing, Order):
        return thing.contract.consortium
    if isinstance(thing, Delivery):
        return thing.package.consortium
    return thing.consortium


@rules.predicate
def owns_the_lead(actor: Actor, thing: Any) -> bool:
    """The owner of the lead firm."""
    consortium = consortium_of(thing)
    return (
        actor.office == Office.OWNER and consortium is not None and consortium.lead_id == actor.firm
    )


@rules.predicate
def works_for_the_lead(actor: Actor, thing: Any) -> bool:
    """The owner or staff of the lead firm: it speaks with the customer."""
    consortium = consortium_of(thing)
    return (
        actor.office in (Office.OWNER, Office.STAFF)
        and consortium is not None
        and consortium.lead_id == actor.firm
    )


@rules.predicate
def owns_a_party(actor: Actor, thing: Any) -> bool:
    """The owner of a firm that takes part."""
    consortium = consortium_of(thing)
    return (
        actor.office == Office.OWNER
        and consortium is not None
        and Party.objects.filter(consortium=consortium, firm=actor.firm, left=None).exists()
    )


@rules.predicate
def does_the_work(actor: Actor, package: WorkPackage | None) -> bool:
    """The owner or staff of the firm whose package it is."""
    return (
        actor.office in (Office.OWNER, Office.STAFF)
        and package is not None
        and package.firm_id == actor.firm
    )


@rules.predicate
def is_asked(actor: Actor, order: Order | None) -> bool:
    """The owner of a firm that the change touches."""
    return (
        actor.office == Office.OWNER
        and order is not None
        and order.consents.filter(firm=actor.firm).exists()
    )


@rules.predicate
def is_the_customer(actor: Actor, _: object) -> bool:
    """Came by a link for this very purpose; the page has checked which."""
    return actor.office == Office.CUSTOMER


@rules.predicate
def is_the_clock(actor: Actor, _: object) -> bool:
    """A date passed."""
    return actor.office == Office.CLOCK


rules.add_perm("orders.contract.conclude", owns_the_lead)
rules.add_perm("orders.contract.close", owns_the_lead)
rules.add_perm("orders.order.change", owns_a_party)
rules.add_perm("orders.order.answer", is_asked)
rules.add_perm("orders.delivery.make", does_the_work)
rules.add_perm("orders.delivery.answer", is_the_customer)
rules.add_perm("orders.delivery.silence", is_the_clock)
rules.add_perm("orders.link.make", works_for_the_lead)
rules.add_perm("orders.link.revoke", works_for_the_lead)
rules.add_perm("orders.invoice.issue", owns_the_lead)
