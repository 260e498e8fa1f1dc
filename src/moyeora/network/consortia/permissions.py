"""Who may do what with items, proposals, seats and consortia."""

from typing import Any

import rules
from django_scopes import scopes_disabled

from moyeora.network.consortia.models import Consortium, Item, Proposal, Seat
from moyeora.network.frame.actor import Actor, Office
from moyeora.network.members.models import Firm


@rules.predicate
def owns(actor: Actor, thing: Any) -> bool:
    """The owner of the firm that the thing belongs to: an item's owner, a seat's firm."""
    return actor.office == Office.OWNER and actor.firm == _firm(thing)


@rules.predicate
def works_for(actor: Actor, thing: Any) -> bool:
    """The owner or staff of that firm."""
    return actor.office in (Office.OWNER, Office.STAFF) and actor.firm == _firm(thing)


@rules.predicate
def leads(actor: Actor, thing: Consortium | Proposal | Seat | None) -> bool:
    """The owner of the firm that leads the consortium."""
    consortium = thing if isinstance(thing, Consortium) else thing and thing.consortium
    return (
        consortium is not None and actor.office == Office.OWNER and actor.firm == consortium.lead_id
    )


@rules.predicate
def is_party(actor: Actor, consortium: Consortium | None) -> bool:
    """The owner of a firm that is party to the consortium and has not left."""
    if consortium is None or actor.office != Office.OWNER:
        return False
    with scopes_disabled():  # the actor's own membership is read, nothing is shown
        return consortium.parties.filter(firm=actor.firm, left__isnull=True).exists()


@rules.predicate
def owns_a_firm(actor: Actor, thing: Any) -> bool:
    return actor.office == Office.OWNER


@rules.predicate
def is_clock(actor: Actor, thing: Any) -> bool:
    return actor.office == Office.CLOCK


@rules.predicate
def works_in_a_firm(actor: Actor, thing: Any) -> bool:
    """Owner or staff of some firm: what they see of it, scopes say."""
    return actor.office in (Office.OWNER, Office.STAFF)


@rules.predicate
def of_the_association(actor: Actor, thing: Any) -> bool:
    return actor.of_the_association


@rules.predicate
def audits(actor: Actor, thing: Any) -> bool:
    """The auditor of a consortium: which one, scopes say."""
    return actor.office == Office.AUDITOR


def _firm(thing: Any) -> Any:
    if isinstance(thing, Firm):
        return thing.id
    if isinstance(thing, Item):
        return thing.owner_id
    if isinstance(thing, Proposal):
        return thing.item.owner_id
    if isinstance(thing, Seat):
        return thing.firm_id
    return None


def register() -> None:
    """Name the permissions."""
    rules.add_perm("consortia.item.create", works_for)
    rules.add_perm("consortia.item.change", works_for)
    rules.add_perm("consortia.item.open", owns)
    rules.add_perm("consortia.item.close", owns)
    rules.add_perm("consortia.item.delete", works_for)
    rules.add_perm("consortia.propose", owns)
    rules.add_perm("consortia.invite", owns)
    rules.add_perm("consortia.seat.accept", owns)
    rules.add_perm("consortia.seat.decline", owns)
    rules.add_perm("consortia.seat.expire", is_clock)
    rules.add_perm("consortia.answer.write", is_clock)
    rules.add_perm("consortia.question.answer", is_clock)
    rules.add_perm("consortia.seat.withdraw", leads)
    rules.add_perm("consortia.repair.ask", leads)
    rules.add_perm("consortia.repair.take", leads)
    rules.add_perm("consortia.leave", is_party)
    rules.add_perm("consortia.dissolve", leads)
    rules.add_perm("consortia.ask", owns_a_firm)
    rules.add_perm("consortia.questions.see", of_the_association)
    rules.add_perm("consortia.see", works_in_a_firm | of_the_association | audits)
    rules.add_perm("consortia.item.see", works_in_a_firm)
    rules.add_perm("consortia.seat.see", works_in_a_firm)
    rules.add_perm("consortia.closed.see", works_in_a_firm)
