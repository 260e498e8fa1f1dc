"""Invitations and their answers: accepted, declined, or the deadline passes."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from moyeora.network.consortia.actions.items import close, locked
from moyeora.network.consortia.actions.proposing import REPAIR
from moyeora.network.consortia.changes import seats_settled
from moyeora.network.consortia.models import (
    Consortium,
    Item,
    Party,
    Proposal,
    Sealed,
    Seat,
    SeatTerms,
)
from moyeora.network.consortia.seating import Place, live_seats, missing, needs, places
from moyeora.network.consortia.snapshot import Snapshot, own_cost, paid
from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.jobs.models import Job, State
from moyeora.network.jobs.work import start
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import CONSORTIUM, firms
from moyeora.network.members.models import Firm

SHORTEST: Final = timedelta(hours=1)
LONGEST: Final = timedelta(days=60)


@action("consortia.invite")
def invite(act: Act, proposal: Proposal, *, deadline: datetime) -> Consortium:
    """Form the consortium of a proposal: its lead is the item's owner, and each firm is invited
    to its seats until ``deadline``.

    Refused when the proposal is no longer the present one, or the deadline does not fit.
    """
    item = locked(proposal.item)
    proposal = locked(proposal)
    if proposal.kind != Proposal.Kind.PLAN or proposal.state != Proposal.State.OFFERED:
        raise Refused(not_present())
    if item.state != Item.State.OPEN or hasattr(item, "consortium"):
        raise Refused(
            Fault("", _("Firms are invited already, or the item is closed."), "", "state")
        )
    check_deadline(act, deadline)
    consortium = Consortium.objects.create(
        item=item, title=item.title, lead=item.owner, created=act.at
    )
    Party.objects.create(consortium=consortium, firm=item.owner, since=act.at)
    act.record(
        "consortium.formed",
        subject=consortium.id,
        facts={"title": consortium.title, "item": str(item.id), "proven": proposal.proven},
        audience=CONSORTIUM,
        chain=consortium.id,
    )
    with scopes_disabled():  # the plan's exact terms become each firm's own
        sealed = Sealed.objects.get(proposal=proposal)
    offer_seats(act, consortium, sealed, places(sealed.plan).values(), deadline)
    proposal.state = Proposal.State.TAKEN
    proposal.save(update_fields=["state"])
    return consortium


def offer_seats(
    act: Act, consortium: Consortium, sealed: Sealed, wanted: Iterable[Place], deadline: datetime
) -> None:
    """Invite firms to their places in a sealed plan, each paid by its own offer in the snapshot."""
    snapshot = Snapshot.unpack(sealed.snapshot)
    wanted = list(wanted)
    firm_of = {f.number: f for f in Firm.objects.filter(number__in={p.firm for p in wanted})}
    need_of = {need.key: need for need in needs(consortium.item_id)}
    for place in wanted:
        need, firm = need_of[place.need], firm_of[place.firm]
        rows = [(snapshot.offer(place.firm, s["capability"]), s["units"]) for s in place.shares]
        own = [own_cost(row, units) for row, units in rows]
        with scopes_disabled():  # the new seat is another firm's
            seat = Seat.objects.create(
                consortium=consortium,
                firm=firm,
                need=need.key,
                title=need.title,
                role=need.role,
                quantity=place.units,
                unit=need.unit,
                begins=place.begins,
                ends=place.ends,
                offered=act.at,
                deadline=deadline,
                proposal=sealed.proposal_id,
            )
            SeatTerms.objects.create(
                seat=seat,
                cost=sum(paid(row, units) for row, units in rows),
                own_cost=None if None in own else sum(own),
                currency=rows[0][0]["currency"],
            )
        _tell(act, "seat.offered", seat, deadline=deadline.isoformat())


@action("consortia.seat.accept", signs=True)
def accept(act: Act, seat: Seat) -> Seat:
    """The firm takes the seat and becomes party to the consortium: this binds it.

    When every need is covered, the consortium stands: its item is closed and
    :data:`~moyeora.network.consortia.changes.seats_settled` is sent.
    """
    consortium, seat = locked(seat.consortium), locked(seat)
    _must_be_open(act, consortium, seat)
    if seat.firm.standing != Firm.Standing.MEMBER:
        raise Refused(_("Only members can take a seat."))
    _answer(act, seat, Seat.State.ACCEPTED)
    with scopes_disabled():  # the firm's own membership, which begins here
        Party.objects.update_or_create(
            consortium=consortium,
            firm=seat.firm,
            defaults={"left": None},
            create_defaults={"since": act.at},
        )
    _tell(act, "seat.accepted", seat, everyone=True)
    settle(act, consortium)
    return seat


@action("consortia.seat.decline")
def decline(act: Act, seat: Seat, *, reason: str) -> Seat:
    """The firm does not take the seat; the lead reads why, and a repair is worked out."""
    consortium, seat = locked(seat.consortium), locked(seat)
    reason = reason.strip()
    if not 1 <= len(reason) <= 200:
        raise Refused(
            Fault(
                "reason",
                _("A reason is missing, or it is longer than 200 letters."),
                _("Tell the lead in a sentence why you decline."),
                "reason",
            )
        )
    _must_be_open(act, consortium, seat)
    seat.reason = reason
    _answer(act, seat, Seat.State.DECLINED)
    _tell(act, "seat.declined", seat, reason=reason)
    start_repair(act, consortium)
    return seat


@action("consortia.seat.expire")
def expire(act: Act, seat: Seat) -> Seat:
    """The deadline has passed without an answer; a repair is worked out."""
    consortium, seat = locked(seat.consortium), locked(seat)
    if seat.state != Seat.State.INVITED or seat.deadline > act.at:
        raise Refused(Fault("", _("The seat does not wait for an answer."), "", "state"))
    _answer(act, seat, Seat.State.EXPIRED)
    _tell(act, "seat.expired", seat)
    start_repair(act, consortium)
    return seat


def settle(act: Act, consortium: Consortium) -> None:
    """See whether every need is covered now; if so the consortium stands."""
    if missing(consortium) or any(s.state == Seat.State.INVITED for s in live_seats(consortium)):
        return
    if consortium.state == Consortium.State.INVITING:
        consortium.state = Consortium.State.AGREEING
        consortium.save(update_fields=["state"])
        item = locked(consortium.item)
        if item.state != Item.State.CLOSED:
            close(item, act)
    seats = live_seats(consortium)
    act.record(
        "consortium.stands",
        subject=consortium.id,
        facts={"firms": sorted({str(seat.firm_id) for seat in seats}), "seats": len(seats)},
        audience=CONSORTIUM,
        chain=consortium.id,
    )
    seats_settled.send(Consortium, consortium=consortium, act=act, seats=seats)


def start_repair(act: Act, consortium: Consortium) -> Job:
    """Have a repair worked out in the background; one that waits already will see this too."""
    with scopes_disabled():  # the lead's proposals, outdated by whoever declines
        repairs = Proposal.objects.filter(consortium=consortium, state=Proposal.State.OFFERED)
        repairs.update(state=Proposal.State.OUTDATED)
    arguments = {"consortium": str(consortium.id)}
    waiting = Job.objects.filter(
        kind=REPAIR, state=State.WAITING, arguments__consortium=str(consortium.id)
    ).first()
    return waiting or start(REPAIR, arguments, act.actor)


def check_deadline(act: Act, deadline: datetime) -> None:
    """Refused unless the firms have between an hour and 60 days to answer."""
    if not SHORTEST <= deadline - act.at <= LONGEST:
        raise Refused(
            Fault(
                "deadline",
                _("The firms need time to answer: at least an hour, at most 60 days."),
                _("Give another day."),
                "deadline",
            )
        )


def not_present() -> Fault:
    """Somebody changed something between the page and the button."""
    return Fault(
        "",
        _("This proposal is outdated: something has changed since."),
        _("Look at the newest one."),
        "outdated",
    )


def _must_be_open(act: Act, consortium: Consortium, seat: Seat) -> None:
    if seat.state == Seat.State.INVITED and seat.deadline <= act.at:
        problem = _("The deadline has passed.")
    elif seat.state != Seat.State.INVITED:
        problem = _("This seat does not wait for an answer: %(state)s.") % {
            "state": seat.get_state_display()
        }
    elif consortium.state == Consortium.State.ENDED:
        problem = _("The consortium has ended.")
    else:
        return
    raise Refused(Fault("", problem, _("Talk to the lead."), "state"))


def _answer(act: Act, seat: Seat, state: Seat.State) -> None:
    seat.state, seat.answered, seat.answered_by = state, act.at, act.actor.person
    seat.not_again = state != Seat.State.ACCEPTED
    seat.save(update_fields=["state", "answered", "answered_by", "not_again", "reason"])


def _tell(act: Act, kind: str, seat: Seat, *, everyone: bool = False, **more: str) -> None:
    """Of an invitation its firm and the lead know; of an accepted seat all parties."""
    facts = {"firm": str(seat.firm_id), "need": seat.need, "title": seat.title}
    facts |= {"quantity": seat.quantity, "unit": seat.unit, **more}
    facts |= {"begins": str(seat.begins), "ends": str(seat.ends)}
    pair = firms(*{seat.firm_id, seat.consortium.lead_id})
    act.record(
        kind,
        subject=seat.id,
        facts=facts,
        audience=CONSORTIUM if everyone else pair,
        chain=seat.consortium_id,
    )
