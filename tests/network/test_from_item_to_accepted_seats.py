"""From an item to accepted seats, with the real solver."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django_scopes import scopes_disabled
from tests.network.consortia_world import MORNING, OWNER, SMALL, newest, seats

from moyeora.formation.sample import sample
from moyeora.network.consortia import actions, demo
from moyeora.network.consortia import work as jobs
from moyeora.network.consortia.changes import member_left
from moyeora.network.consortia.deadlines import pass_deadlines
from moyeora.network.consortia.item_table import example, read, table_of
from moyeora.network.consortia.models import (
    Consortium,
    Item,
    Party,
    Proposal,
    Sealed,
    Seat,
    SeatTerms,
)
from moyeora.network.consortia.seating import missing
from moyeora.network.consortia.snapshot import Snapshot, paid
from moyeora.network.frame import clock
from moyeora.network.frame.actor import Office
from moyeora.network.frame.faults import NotAllowed, NotFresh, Refused
from moyeora.network.frame.navigation import waiting
from moyeora.network.jobs.work import work
from moyeora.network.journal.models import Entry
from moyeora.network.members.models import Firm


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
    with world.doing(printer.firm.number) as actor:
        [asked] = [one for one in waiting(actor) if one.kind == "seat"]
    assert (asked.due, asked.url) == (printer.deadline, f"/consortia/seats/{printer.id}/")
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
        with world.doing(OWNER) as actor:
            urls = [one.url for one in waiting(actor) if one.kind == "proposal"]
        assert urls == [f"/consortia/proposals/{repair.id}/"]
        changes = {(c["what"], c["need"]): c for c in repair.view["changes"]}
        assert changes["gone", "printing"]["firm"] == printer.firm.number
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


def test_a_repair_finds_what_changed_meanwhile_and_refuses_what_is_outdated(world):
    consortium = world.invited()
    design, printing = seats(consortium, Seat.State.INVITED)
    world.decline(design)
    work(until_idle=True)
    first = newest(consortium.item)
    world.decline(printing)
    work(until_idle=True)
    second = newest(consortium.item)
    with world.doing(OWNER) as actor:
        with pytest.raises(Refused):
            actions.take_repair(actor, first, deadline=MORNING + timedelta(days=7))
        actions.take_repair(actor, second, deadline=MORNING + timedelta(days=7))
    asked = {seat.firm_id for seat in seats(consortium, Seat.State.INVITED)}
    assert not asked & {design.firm_id, printing.firm_id}


def test_when_nothing_fits_the_smallest_conflict_is_named(world):
    table = SMALL | {"wishes": {"order": ["cost"]}}
    table["item"] = SMALL["item"] | {"budget": 1_000_000}
    proposal = world.proposed(world.opened(table))
    assert proposal.state == Proposal.State.IMPOSSIBLE
    kinds = {demand["kind"] for demand in proposal.view["conflict"]}
    assert "item.budget" in kinds
    with world.doing(OWNER) as actor, pytest.raises(Refused):
        actions.invite(actor, proposal, deadline=MORNING + timedelta(days=7))
    # With the budget raised it is possible, and the impossible answer is outdated by a new one.
    with world.doing(OWNER) as actor:
        actions.change_item(actor, proposal.item, table=SMALL)
    assert world.proposed(proposal.item).proven


def test_a_member_leaves_after_signing_and_the_rest_is_done_by_another(world):
    consortium = world.invited()
    for seat in seats(consortium, Seat.State.INVITED):
        world.accept(seat)
    with scopes_disabled():
        Consortium.objects.filter(id=consortium.id).update(state=Consortium.State.AGREED)
    printing = next(s for s in seats(consortium) if s.need == "print")
    left = []
    member_left.connect(listener := lambda sender, **sent: left.append(sent["seats"]))
    with world.doing(printing.firm.number) as actor:
        with pytest.raises(Refused):
            actions.leave(actor, consortium, reason="폐업", done={printing.id: 30_001})
        actions.leave(actor, consortium, reason="폐업", done={printing.id: 12_000})
    member_left.disconnect(listener)
    assert [[seat.done for seat in seats] for seats in left] == [[12_000]]
    work(until_idle=True)
    repair = newest(consortium.item)
    shares = repair.view["shares"]
    assert sum(s["units"] for s in shares if s["need"] == "print") == 18_000
    assert printing.firm.number not in {share["firm"] for share in shares}
    with world.doing(OWNER) as actor:
        actions.take_repair(actor, repair, deadline=MORNING + timedelta(days=7))
    for seat in seats(consortium, Seat.State.INVITED):
        world.accept(seat)
    with scopes_disabled():
        consortium.refresh_from_db()
        assert consortium.state == Consortium.State.AGREED
        assert missing(consortium) == {}
        assert Party.objects.get(consortium=consortium, firm=printing.firm).left == MORNING


def test_a_seat_is_answered_once_in_time_by_the_owner_in_person(world):
    consortium = world.invited()
    seat, other = seats(consortium, Seat.State.INVITED)
    number = seat.firm.number
    owner = world.actor(number)
    with world.doing(number, Office.STAFF) as staff:
        for answer in (actions.accept, actions.decline):
            with pytest.raises(NotAllowed):
                answer(staff, seat, **({"reason": "x"} if answer is actions.decline else {}))
    with world.doing(other.firm.number) as stranger, pytest.raises(NotAllowed):
        actions.accept(stranger, seat)
    with world.doing(number):
        for weak in (replace(owner, fresh=False), replace(owner, by_token=True)):
            with pytest.raises(NotFresh):
                actions.accept(weak, seat)
        with pytest.raises(Refused):
            actions.decline(owner, seat, reason="  ")
        with clock.at(seat.deadline), pytest.raises(Refused):
            actions.accept(owner, seat)
        actions.accept(owner, seat)
        with pytest.raises(Refused):
            actions.decline(owner, seat, reason="x")
    kinds = list(Entry.objects.filter(subject=seat.id).values_list("kind", flat=True))
    assert kinds == ["seat.offered", "seat.accepted"]


def test_every_fault_of_an_item_is_told_at_its_field(world):
    table = {
        "item": SMALL["item"] | {"due": "2026-01-01", "place": "Atlantis", "budget": -3},
        "need": [SMALL["need"][0] | {"capability": ["alchemy"], "quantity": 0, "after": ["gold"]}],
        "wishes": {"order": ["glory"], "share_cap": "140 %"},
    }
    with world.doing(OWNER) as actor, pytest.raises(Refused) as refused:
        actions.create_item(actor, Firm.objects.get(number=OWNER), table=table)
    assert {fault.field for fault in refused.value.faults} >= {
        "item.due",
        "item.place",
        "item.budget",
        "need.design.capability",
        "need.design.quantity",
        "need.design.after",
        "wishes.order",
        "wishes.share_cap",
    }
    with scopes_disabled():
        assert not Item.objects.exists()


def test_a_stored_item_reads_as_it_was_entered(world):
    item = world.opened(example())
    with world.doing(OWNER):
        again = read(table_of(item), MORNING.date())
    once = read(example(), MORNING.date())
    assert replace(again, id="", file="") == replace(once, id="", file="")


def test_an_answer_to_what_has_changed_meanwhile_is_outdated(world, monkeypatch):
    item = world.opened()
    form = jobs.form

    def changed_meanwhile(*arguments):
        with world.doing(OWNER) as actor:
            table = SMALL | {"item": SMALL["item"] | {"budget": 41_000_000}}
            actions.change_item(actor, item, table=table)
        return form(*arguments)

    monkeypatch.setattr(jobs, "form", changed_meanwhile)
    assert world.proposed(item).state == Proposal.State.OUTDATED
    monkeypatch.undo()
    assert world.proposed(item).state == Proposal.State.OFFERED


def test_the_demonstration_has_27_past_consortia_and_goes_without_a_trace(world):
    past = sample(780, 7).past
    with scopes_disabled():
        Firm.objects.update(made_up=True)
        for _ in range(2):
            demo.fill(past)
            assert Consortium.objects.filter(made_up=True).count() == 27
    consortium = world.invited()
    with scopes_disabled():
        demo.empty()
        assert not Consortium.objects.exists()
        assert not Item.objects.exists()
        assert not Seat.objects.filter(consortium=consortium.id).exists()
        assert not Sealed.objects.exists()
