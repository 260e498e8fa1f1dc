"""What this room puts into the menu, and what waits here for a person."""

from collections.abc import Iterator

import rules
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from moyeora.network.consortia.models import Consortium, Item, Proposal, Seat
from moyeora.network.frame.actor import Actor, Office
from moyeora.network.frame.navigation import Entry, Waiting, offer, waits


def register() -> None:
    """Called once, when the application is ready."""
    offer(
        Entry(
            gettext_lazy("Consortia"),
            "consortia",
            lambda actor: rules.has_perm("consortia.see", actor),
            30,
        )
    )
    waits(invitations, seat=gettext_lazy("Invitations to a seat"))
    waits(proposals, proposal=gettext_lazy("Proposals and repairs to decide on"))
    waits(deadlines, invited=gettext_lazy("Deadlines of invitations, for the coordinator"))


def invitations(actor: Actor) -> Iterator[Waiting]:
    """Seats that the firm is asked to take."""
    if actor.office == Office.OWNER:
        seats = Seat.own.filter(state=Seat.State.INVITED).select_related("consortium")
        for seat in seats:
            words = {"title": seat.consortium.title, "seat": seat.title}
            yield Waiting(
                "seat",
                _("Answer the invitation: %(title)s, %(seat)s") % words,
                reverse("seat", args=[seat.id]),
                seat.deadline,
            )


def proposals(actor: Actor) -> Iterator[Waiting]:
    """Answers of formation that the owner of an item has to decide on."""
    if actor.office != Office.OWNER:
        return
    newest: dict[object, Proposal] = {}
    open_states = (Proposal.State.OFFERED, Proposal.State.IMPOSSIBLE)
    for proposal in Proposal.objects.select_related("item", "consortium").order_by("created"):
        newest[proposal.item_id] = proposal
    for proposal in newest.values():
        over = proposal.consortium and proposal.consortium.state == Consortium.State.ENDED
        if proposal.state not in open_states or over:
            continue
        title = {"title": proposal.item.title}
        if proposal.kind == Proposal.Kind.REPAIR:
            text = _("A seat is free: decide on the repair of %(title)s") % title
        elif proposal.item.state == Item.State.CLOSED:
            continue
        else:
            text = _("Decide on the proposal for %(title)s") % title
        yield Waiting("proposal", text, reverse("proposal", args=[proposal.id]))


def deadlines(actor: Actor) -> Iterator[Waiting]:
    """For the coordinator: consortia whose firms have not answered yet, the next deadline."""
    if actor.office != Office.COORDINATOR:
        return
    seen = set()
    seats = Seat.objects.filter(state=Seat.State.INVITED).select_related("consortium")
    for seat in seats.order_by("deadline"):
        if seat.consortium_id not in seen:
            seen.add(seat.consortium_id)
            yield Waiting(
                "invited",
                _("Invitations of %(title)s run out") % {"title": seat.consortium.title},
                reverse("consortium", args=[seat.consortium_id]),
                seat.deadline,
            )
