"""What the journal says of this room, and who reads a consortium's chain."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django_scopes import scopes_disabled

from moyeora.network.consortia.models import Consortium, Item, Party, Seat
from moyeora.network.frame.actor import Actor, Office
from moyeora.network.journal.audience import Reader, may_open, readers
from moyeora.network.journal.words import describe, names

KINDS = {
    "item.created": _("entered the item “{title}”"),
    "item.changed": _("changed the item “{title}”"),
    "item.opened": _("opened the item “{title}”"),
    "item.closed": _("gave the item “{title}” up"),
    "item.deleted": _("deleted the draft “{title}”"),
    "item.asked": _("asked what would have got the firm in"),
    "item.answered": _("answered what would have got the firm in"),
    "proposal.asked": _("asked for a proposal"),
    "plan.proposed": _("proposed a consortium"),
    "repair.proposed": _("proposed a repair"),
    "repair.asked": _("asked for a repair"),
    "repair.taken": _("took the repair; firms invited: {invited}"),
    "consortium.formed": _("formed the consortium “{title}”"),
    "consortium.stands": _("filled the last seat: the consortium stands"),
    "consortium.dissolved": _("dissolved the consortium: {reason}"),
    "seat.offered": _("invited to a seat: {title}, {quantity} {unit}"),
    "seat.accepted": _("accepted a seat: {title}, {quantity} {unit}"),
    "seat.declined": _("declined a seat: {title}: {reason}"),
    "seat.expired": _("let an invitation expire: {title}"),
    "seat.released": _("gave a seat free: {need}"),
    "member.left": _("left the consortium: {reason}"),
}


def register() -> None:
    """Called once, when the application is ready."""
    for kind, words in KINDS.items():
        describe(kind, words)
    readers(_consortium)
    names(_named)


def _consortium(actor: Actor, chain: UUID) -> Reader | None:
    """Parties read their consortium's chain, also after they have left; so does the association,
    and a firm that is invited sees what is told to it. The auditor reads every line of it.
    """
    if not may_open(actor):
        return None
    if actor.office == Office.AUDITOR:
        return Reader(auditor=True) if actor.consortium == chain else None
    with scopes_disabled():  # whether the firm is party or invited, nothing more
        if not Consortium.objects.filter(id=chain).exists():
            return None
        party = Party.objects.filter(consortium=chain, firm=actor.firm).exists()
        invited = Seat.objects.filter(consortium=chain, firm=actor.firm).exists()
    if not (actor.of_the_association or party or invited):
        return None
    return Reader(actor.firm, association=actor.of_the_association, party=party)


def _named(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Titles of consortia and closed items; of an open item nobody but its owner knows."""
    with scopes_disabled():  # titles that every reader of their chain may see
        found = dict(Consortium.objects.filter(id__in=ids).values_list("id", "title"))
        closed = Item.objects.filter(id__in=ids, state=Item.State.CLOSED)
        return found | dict(closed.values_list("id", "title"))
