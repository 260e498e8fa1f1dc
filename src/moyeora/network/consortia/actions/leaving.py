"""A firm leaves, the lead takes an invitation back, or the consortium is dissolved."""

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from moyeora.network.consortia.actions.items import close, locked
from moyeora.network.consortia.actions.repairs import release
from moyeora.network.consortia.actions.seats import start_repair
from moyeora.network.consortia.changes import member_left
from moyeora.network.consortia.models import Consortium, Item, Party, Seat
from moyeora.network.consortia.seating import live_seats
from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import CONSORTIUM, firms
from moyeora.network.members.models import Firm


@action("consortia.leave", signs=True)
def leave(
    act: Act, consortium: Consortium, *, reason: str, done: Mapping[UUID, int] | None = None
) -> Consortium:
    """The actor's firm gives its seats up, before or after signing.

    ``done`` says how many units of each seat (by id) it has delivered; the rest is looked for
    anew, with all other seats kept. The lead cannot leave: it dissolves the consortium.
    """
    consortium = locked(consortium)
    firm = Firm.objects.get(id=act.actor.firm)
    if firm.id == consortium.lead_id:
        raise Refused(
            Fault("", _("The lead cannot leave."), _("Dissolve the consortium instead."), "lead")
        )
    remove(act, consortium, firm, reason=reason, done=done or {})
    return consortium


def remove(
    act: Act, consortium: Consortium, firm: Firm, *, reason: str, done: Mapping[UUID, int]
) -> None:
    """Release all seats of a firm and have a replacement worked out; for actions that may: the
    firm's own leaving, or a decision of the others.

    Sends :data:`~moyeora.network.consortia.changes.member_left`.
    """
    seats = [seat for seat in live_seats(consortium) if seat.firm_id == firm.id]
    faults = []
    if not 1 <= len(reason.strip()) <= 200:
        problem = _("A reason is missing, or it is longer than 200 letters.")
        faults.append(Fault("reason", problem, _("Say why in a sentence."), "reason"))
    if consortium.state == Consortium.State.ENDED or not seats:
        faults.append(Fault("", _("The firm has no seat here to give up."), "", "state"))
    for seat in seats:
        if not 0 <= done.get(seat.id, 0) <= seat.quantity:
            problem = _("Between 0 and %(most)s can have been delivered.") % {"most": seat.quantity}
            faults.append(Fault(f"done.{seat.id}", problem, _("Check the number."), "range"))
    if faults:
        raise Refused(faults)
    for seat in seats:
        release(act, seat, not_again=True, done=done.get(seat.id, 0))
    with scopes_disabled():  # a decision of the others ends this firm's membership
        Party.objects.filter(consortium=consortium, firm=firm).update(left=act.at)
    act.record(
        "member.left",
        subject=consortium.id,
        facts={"firm": str(firm.id), "reason": reason.strip()},
        audience=CONSORTIUM,
        chain=consortium.id,
    )
    if consortium.state == Consortium.State.AGREEING:
        consortium.state = Consortium.State.INVITING
        consortium.save(update_fields=["state"])
    member_left.send(Consortium, consortium=consortium, act=act, firm=firm, seats=seats)
    start_repair(act, consortium)


@action("consortia.seat.withdraw")
def withdraw(act: Act, seat: Seat) -> Seat:
    """The lead takes back an unanswered invitation, and another firm is looked for."""
    consortium, seat = locked(seat.consortium), locked(seat)
    if seat.state != Seat.State.INVITED:
        raise Refused(
            Fault("", _("Only an invitation without an answer can be taken back."), "", "state")
        )
    release(act, seat, not_again=True)
    start_repair(act, consortium)
    return seat


@action("consortia.dissolve")
def dissolve(act: Act, consortium: Consortium, *, reason: str) -> Consortium:
    """End a consortium that has not signed: all seats are released and the item is closed."""
    consortium = locked(consortium)
    if consortium.state not in (Consortium.State.INVITING, Consortium.State.AGREEING):
        raise Refused(
            Fault(
                "",
                _("A consortium whose agreement is signed ends by the agreement's own rules."),
                _("Look at the agreement."),
                "state",
            )
        )
    if not 1 <= len(reason.strip()) <= 200:
        problem = _("A reason is missing, or it is longer than 200 letters.")
        raise Refused(Fault("reason", problem, _("Say why in a sentence."), "reason"))
    seats = live_seats(consortium)
    for seat in seats:
        release(act, seat)
    consortium.state = Consortium.State.ENDED
    consortium.save(update_fields=["state"])
    item = locked(consortium.item)
    if item.state != Item.State.CLOSED:
        close(item, act)
    act.record(
        "consortium.dissolved",
        subject=consortium.id,
        facts={"reason": reason.strip()},
        audience=firms(consortium.lead_id, *{seat.firm_id for seat in seats}),
        chain=consortium.id,
    )
    return consortium
