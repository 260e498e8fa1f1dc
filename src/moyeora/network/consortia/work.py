"""The jobs of this room: formation's long work, and the clock.

Each is begun again from the start when a worker dies: what formation answers is written in one
action, in the job's last step.
"""

from datetime import timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_scopes import scopes_disabled

from moyeora.network.consortia.actions.items import locked
from moyeora.network.consortia.actions.proposing import PROPOSE, REPAIR, write_answer
from moyeora.network.consortia.actions.questions import WAYS_IN, write_ways_in
from moyeora.network.consortia.agreements import menu as agreements
from moyeora.network.consortia.deadlines import pass_deadlines
from moyeora.network.consortia.forming import form
from moyeora.network.consortia.item_table import read, table_of
from moyeora.network.consortia.mending import Broken, Kept, mend
from moyeora.network.consortia.models import Consortium, Item, Proposal, Question, Sealed, Seat
from moyeora.network.consortia.seating import Place, done, live_seats, places
from moyeora.network.consortia.snapshot import Snapshot, take
from moyeora.network.consortia.ways import ways
from moyeora.network.frame.actor import CLOCK
from moyeora.network.frame.clock import now, today
from moyeora.network.jobs.kinds import job
from moyeora.network.jobs.work import Task


@job(PROPOSE, title=_("Proposing a consortium"))
def propose_job(task: Task, *, item: str) -> None:
    """Work out a proposal for an item."""
    row = Item.objects.get(id=item)
    table = table_of(row)
    asked = read(table, today())
    snapshot = take(row.offer_currency, {term for n in asked.needs for term in n.capabilities})
    formed = form(asked, snapshot, task.progress)
    with task.finishing() as result:
        now_stands = locked(row)
        stale = now_stands.state != Item.State.OPEN or table_of(now_stands) != table
        proposal = write_answer(
            CLOCK, row, job=task.job, formed=formed, snapshot=snapshot, stale=stale
        )
        result["url"] = reverse("proposal", args=[proposal.id])


@job(REPAIR, title=_("Repairing a consortium"))
def repair_job(task: Task, *, consortium: str) -> None:
    """Work out a repair of a consortium as it stands now."""
    stands = Consortium.objects.select_related("item").get(id=consortium)
    asked = read(table_of(stands.item), min(today(), stands.item.due))
    capabilities = {term for need in asked.needs for term in need.capabilities}
    snapshot = take(stands.item.offer_currency, capabilities)
    before = broken(stands)
    formed, rested = mend(asked, before, snapshot, today(), task.progress)
    with task.finishing() as result:
        proposal = write_answer(
            CLOCK,
            stands.item,
            job=task.job,
            formed=formed,
            snapshot=rested,
            consortium=stands,
            stale=broken(locked(stands)) != before,
        )
        result["url"] = reverse("proposal", args=[proposal.id])


@job(WAYS_IN, title=_("What would have got your firm in"))
def ways_in_job(task: Task, *, question: str) -> None:
    """Work out what would have got a firm in, on the members as they were."""
    asked = Question.objects.select_related("item", "firm").get(id=question)
    sealed = basis(asked.item)
    item = read(table_of(asked.item), min(today(), asked.item.due))
    answer = ways(item, Snapshot.unpack(sealed.snapshot), asked.firm.number, task.progress)
    with task.finishing() as result:
        write_ways_in(CLOCK, asked, answer=answer)
        result["url"] = reverse("closed_item", args=[asked.item_id])


@job("consortia.deadlines", title=_("Deadlines of invitations"), every=timedelta(minutes=10))
def deadlines_job(task: Task) -> dict[str, int]:
    """Let invitations expire whose deadline has passed."""
    return {"expired": pass_deadlines(now()), "lapsed": agreements.pass_deadlines(now())}


def basis(item: Item) -> Sealed | None:
    """What the item was decided on: the plan whose firms were invited, else the last one."""
    with scopes_disabled():  # whether there is one, and for the job what is in it
        plans = Sealed.objects.filter(
            proposal__item=item, proposal__kind=Proposal.Kind.PLAN
        ).select_related("proposal")
        taken = plans.filter(proposal__state=Proposal.State.TAKEN).first()
        return taken or plans.order_by("-proposal__created").first()


def broken(consortium: Consortium) -> Broken:
    """The consortium as the repair sees it."""
    sealed: dict[UUID, tuple[dict[tuple[str, str], Place], Snapshot]] = {}

    def place(seat: Seat) -> tuple[Place, Snapshot]:
        if seat.proposal not in sealed:
            row = Sealed.objects.get(proposal=seat.proposal)
            sealed[seat.proposal] = places(row.plan), Snapshot.unpack(row.snapshot)
        plan, snapshot = sealed[seat.proposal]
        return plan[seat.need, seat.firm.number], snapshot

    kept, invited = [], []
    for seat in live_seats(consortium):
        where, snapshot = place(seat)
        if seat.state == Seat.State.ACCEPTED:
            offers = [snapshot.offer(where.firm, s["capability"]) for s in where.shares]
            kept.append(Kept(where, offers))
        else:
            invited.append(where)
    gone = consortium.seats.filter(not_again=True).values_list("firm__number", "need")
    left = consortium.parties.filter(left__isnull=False).values_list("firm__number", flat=True)
    return Broken(kept, invited, frozenset(gone), frozenset(left), done(consortium))
