"""From an item to accepted seats, with the real solver."""

from datetime import timedelta

import pytest
from django_scopes import scopes_disabled
from tests.network.consortia_world import MORNING, OWNER, fill, newest, seats

from moyeora.network.consortia import actions
from moyeora.network.consortia.deadlines import pass_deadlines
from moyeora.network.consortia.item_table import example
from moyeora.network.consortia.models import (
    Consortium,
    Item,
    Party,
    Proposal,
    Sealed,
    Seat,
    SeatTerms,
)
from moyeora.network.consortia.snapshot import Snapshot, paid
from moyeora.network.frame import clock
from moyeora.network.jobs.work import work


@pytest.fixture
def world(db):
    with clock.at(MORNING):
        yield fill()


def test_the_whole_way(world):
    """780 members: proposed and explained, invited, one declines, repaired, all accept."""
    consortium = world.invited(example())
    with scopes_disabled():
        plan = Proposal.objects.get(item=consortium.item)
        sealed = Sealed.objects.get(proposal=plan)
    view = plan.view
    assert plan.proven
    assert {share["need"] for share in view["shares"]} == {n["id"] for n in example()["need"]}
    assert len(view["firms"]) == 5
    assert all(firm["extra"]["from"] >= 0 for firm in view["firms"])
    best = {share["firm"] for share in view["shares"]}
    for other in view["runners_up"]:
        firms = {share["firm"] for share in other["shares"]}
        assert len(best - firms) * 3 >= len(best)
    certificate = next(d for d in view["demands"] if d["kind"] == "must.certificates")
    assert certificate["value"] == ["ISO 27001"]
    assert certificate["saves"]["from"] > 0

    # Each seat is paid by the firm's own exact offer; the sum lies between the ends of the bands.
    snapshot = Snapshot.unpack(sealed.snapshot)
    invited = seats(consortium, Seat.State.INVITED)
    with scopes_disabled():
        costs = [SeatTerms.objects.get(seat=seat).cost for seat in invited]
    assert view["cost"]["from"] <= sum(costs) <= view["cost"]["to"] <= 80_000_000
    shares = {share["need"]: share for share in sealed.plan["shares"]}
    for seat, cost in zip(invited, costs, strict=True):
        share = shares[seat.need]
        assert cost == paid(snapshot.offer(seat.firm.number, share["capability"]), seat.quantity)

    # Three accept, the printer declines, one does not answer.
    printer = next(seat for seat in invited if seat.need == "printing")
    silent = next(seat for seat in invited if seat.need == "design")
    for seat in invited:
        if seat not in (printer, silent):
            world.accept(seat)
    world.decline(printer)
    with clock.at(MORNING + timedelta(days=8)):
        assert pass_deadlines(clock.now()) == 1
        work(until_idle=True)
        repair = newest(consortium.item)
        assert repair.kind == Proposal.Kind.REPAIR
        changes = {(c["what"], c["need"]): c for c in repair.view["changes"]}
        assert {key for key in changes if key[0] == "stays"} == {
            ("stays", seat.need) for seat in invited if seat not in (printer, silent)
        }
        assert changes["comes", "printing"]["firm"] != printer.firm.number
        assert changes["comes", "design"]["firm"] != silent.firm.number
        with world.doing(OWNER) as actor:
            actions.take_repair(actor, repair, deadline=clock.now() + timedelta(days=7))
        for seat in seats(consortium, Seat.State.INVITED):
            world.accept(seat)
    with scopes_disabled():
        consortium.refresh_from_db()
        assert consortium.state == Consortium.State.AGREEING
        assert consortium.item.state == Item.State.CLOSED
        members = {party.firm_id for party in Party.objects.filter(consortium=consortium)}
    taken = seats(consortium, Seat.State.ACCEPTED)
    assert members == {seat.firm_id for seat in taken} | {consortium.lead_id}
    assert {seat.need: seat.quantity for seat in taken} == {
        need["id"]: need["quantity"] for need in example()["need"]
    }
