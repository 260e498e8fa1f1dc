"""A repair that formation proposes, taken by the lead: who goes is released, who comes invited."""

from datetime import datetime

from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from moyeora.network.consortia.actions.items import locked
from moyeora.network.consortia.actions.seats import (
    check_deadline,
    not_present,
    offer_seats,
    settle,
    start_repair,
)
from moyeora.network.consortia.models import Consortium, Proposal, Sealed, Seat
from moyeora.network.consortia.seating import live_seats, missing, places
from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.jobs.models import Job
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import CONSORTIUM, firms


@action("consortia.repair.ask")
def ask_repair(act: Act, consortium: Consortium) -> Job:
    """Have formation work out a repair anew, for instance after members have changed."""
    consortium = locked(consortium)
    if consortium.state == Consortium.State.ENDED or not missing(consortium):
        raise Refused(Fault("", _("Nothing needs repair."), "", "state"))
    act.record(
        "repair.asked",
        subject=consortium.id,
        facts={},
        audience=firms(consortium.lead_id),
        chain=consortium.id,
    )
    return start_repair(act, consortium)


@action("consortia.repair.take")
def take_repair(act: Act, proposal: Proposal, *, deadline: datetime) -> Consortium:
    """Do as the repair says: seats that stay stay, the others are released, new firms (and those
    whose seats change) are invited until ``deadline``.
    """
    consortium, proposal = locked(proposal.consortium), locked(proposal)
    if proposal.state != Proposal.State.OFFERED:
        raise Refused(not_present())
    check_deadline(act, deadline)
    with scopes_disabled():  # the plan's exact terms become each firm's own
        sealed = Sealed.objects.get(proposal=proposal)
    wanted = places(sealed.plan)
    for seat in live_seats(consortium):
        place = wanted.get((seat.need, seat.firm.number))
        if place is not None and place.is_like(seat):
            del wanted[seat.need, seat.firm.number]
        else:
            release(act, seat)
    offer_seats(act, consortium, sealed, wanted.values(), deadline)
    proposal.state = Proposal.State.TAKEN
    proposal.save(update_fields=["state"])
    act.record(
        "repair.taken",
        subject=consortium.id,
        facts={"invited": len(wanted)},
        audience=CONSORTIUM,
        chain=consortium.id,
    )
    settle(act, consortium)
    return consortium


def release(act: Act, seat: Seat, *, not_again: bool = False, done: int = 0) -> None:
    """Nobody holds the seat any more."""
    seat.state, seat.not_again, seat.done = Seat.State.RELEASED, not_again, done
    seat.answered = seat.answered or act.at
    seat.save(update_fields=["state", "not_again", "done", "answered"])
    act.record(
        "seat.released",
        subject=seat.id,
        facts={"firm": str(seat.firm_id), "need": seat.need, "done": done},
        audience=firms(*{seat.firm_id, seat.consortium.lead_id}),
        chain=seat.consortium_id,
    )
