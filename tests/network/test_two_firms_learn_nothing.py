"""Nobody learns another firm's price more closely than its band of 5 %, however it asks."""

import json
from copy import deepcopy
from typing import Any

import pytest
from django_scopes import ScopeError, scopes_disabled
from tests.network.consortia_world import OWNER, SMALL, World, seats

from moyeora.formation.discretion import band
from moyeora.network.consortia import actions
from moyeora.network.consortia import work as jobs
from moyeora.network.consortia.item_table import table_of
from moyeora.network.consortia.models import Item, Proposal, Question, Sealed, SeatTerms
from moyeora.network.consortia.snapshot import Snapshot
from moyeora.network.frame.faults import NotAllowed
from moyeora.network.jobs.work import work
from moyeora.network.journal.models import Payload
from moyeora.network.members.models import Firm, Offer, Terms

ONE_NEED = {
    "item": SMALL["item"],
    "need": [SMALL["need"][1] | {"after": [], "split": False}],
    "wishes": {"order": ["cost"]},
}


@pytest.fixture
def duel(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two printers alone: ours, the adversary, also owns the items; theirs is the victim's."""

    def same_draw(item: Item) -> dict[str, Any]:
        # Equals are drawn for by the item's id: here each item draws alike, so that what is left
        # of chance hides nothing.
        table = table_of(item)
        return table | {"item": table["item"] | {"id": "same"}}

    monkeypatch.setattr(jobs, "table_of", same_draw)
    with scopes_disabled():
        printers = Terms.objects.filter(offer__capability="digital-printing").order_by("pk")
        victim, *rest = printers
        Offer.objects.filter(id__in=[terms.offer_id for terms in rest]).update(active=False)
        mine = Offer.objects.create(
            firm=Firm.objects.get(number=OWNER), capability="digital-printing", unit="piece"
        )
        same = {"capacity": "100000", "lot": 1, "smallest": 0, "largest": 10**6, "line": ""}
        Terms.objects.filter(pk=victim.pk).update(**same, setup_cost=0, price_breaks="", price=1013)
        Terms.objects.create(offer=mine, **same, price=1000)
    world.victim, world.mine = victim.offer, mine
    return world


def set_price(offer: Offer, price: int) -> None:
    with scopes_disabled():
        Terms.objects.filter(offer=offer).update(price=price, own_cost=None)


def all_that_the_adversary_sees(world: World, item: object) -> str:
    """Every answer to the owner of the item: proposals, and all journal payloads it may read."""
    with scopes_disabled():
        views = [p.view for p in Proposal.objects.filter(item=item).order_by("created")]
        owner = str(Firm.objects.get(number=OWNER).id)
        told = [
            payload.facts
            for payload in Payload.objects.order_by("entry__at", "entry_id")
            if owner in payload.firms or payload.audience in ("public", "consortium")
        ]
    text = json.dumps([views, told], ensure_ascii=False)
    with scopes_disabled():
        ids = [*Proposal.objects.values_list("id", flat=True), item.id]
    for number, known in enumerate(ids):
        text = text.replace(str(known), f"id-{number}")
    return text


def test_a_bisection_finds_the_band_and_nothing_finer(duel):
    """The owner of an item lowers and raises the own price until the choice turns."""

    def chosen(price: int) -> bool:
        set_price(duel.mine, price)
        proposal = duel.proposed(duel.opened(ONE_NEED))
        return proposal.view["shares"][0]["firm"] == OWNER

    turns = set()
    least, most = band(1013)
    for true_price in (least, 1013, most):
        set_price(duel.victim, true_price)
        low, high = 900, 1200
        assert chosen(low)
        assert not chosen(high)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if chosen(middle) else (low, middle)
        turns.add(low)
    # The same turning point for every price of the band: it says nothing within the band.
    assert len(turns) == 1


@pytest.mark.parametrize("question", ["budget", "quantity"])
def test_other_budgets_and_quantities_tell_no_more(duel, question):
    """Two worlds whose prices differ within a band give the very same answers."""
    set_price(duel.mine, 5000)
    least, most = band(1013)
    seen = []
    for true_price in (least, most):
        set_price(duel.victim, true_price)
        answers = []
        for step in range(8):
            table = deepcopy(ONE_NEED)
            if question == "budget":  # around the true cost, 30,000 pieces
                table["item"]["budget"] = 30_000 * (least - 20 + 12 * step)
            else:
                table["need"][0]["quantity"] = 30_000 + step
                table["item"]["budget"] = 30_000 * most
            item = duel.opened(table)
            duel.proposed(item)
            text = all_that_the_adversary_sees(duel, item)
            answers.append(text.split('"seconds"')[0])
        seen.append([json.loads(text)[0] for text in answers])
    assert seen[0] == seen[1]


def test_what_would_get_me_in_is_answered_once_on_the_members_as_they_were(world):
    consortium = world.invited()
    for seat in seats(consortium):
        world.accept(seat)
    with scopes_disabled():
        item = consortium.item
        item.refresh_from_db()
        taken = {seat.firm_id for seat in seats(consortium)}
        asker = (
            Terms.objects.filter(offer__capability="digital-printing")
            .exclude(offer__firm__in=taken)
            .select_related("offer__firm")
            .first()
        )
    number = asker.offer.firm.number
    with world.doing(number) as actor:
        actions.ask(actor, item)
    work(until_idle=True)
    with scopes_disabled():
        first = Question.objects.get(item=item)
    way = next(way for way in first.answer if way["need"] == "print")
    least, most = way["price"]["from"], way["price"]["to"]
    assert (least, most) == band(least)
    # A firm that lowers its price and asks again asks nothing new.
    for price in (1, 50, 100):
        with scopes_disabled():
            Terms.objects.filter(pk=asker.pk).update(price=price, own_cost=None)
        with world.doing(number) as actor:
            assert actions.ask(actor, item).answer == first.answer
        work(until_idle=True)
    with scopes_disabled():
        again = Question.objects.get(item=item)
        assert (again.answer, again.times) == (first.answer, 4)
        counted = Payload.objects.filter(entry__kind="item.asked")
        assert [payload.audience for payload in counted] == ["association"] * 4


def test_exact_prices_lie_where_no_scope_opens(world):
    consortium = world.invited()
    mine, _ = seats(consortium)
    with world.doing(mine.firm.number):
        with pytest.raises(ScopeError):
            list(Sealed.objects.all())
        assert list(SeatTerms.objects.values_list("seat", flat=True)) == [mine.id]
    with world.doing(OWNER):
        assert not SeatTerms.objects.exclude(seat__firm__number=OWNER).exists()
    # No payload of the journal holds what anybody is paid.
    with scopes_disabled():
        told = " ".join(Payload.objects.values_list("facts", flat=True))
        for terms in SeatTerms.objects.all():
            assert str(terms.cost) not in told


def test_formation_gets_no_exact_price(world):
    consortium = world.invited()
    with scopes_disabled():
        sealed = Sealed.objects.get(proposal__item=consortium.item)
    snapshot = Snapshot.unpack(sealed.snapshot)
    for column in ("price", "setup_cost", "own_cost"):
        for value in snapshot.members().offers[column].drop_nulls().to_list():
            assert value == band(value)[1]


def test_a_draft_is_its_owners_alone(world):
    with world.doing(OWNER) as actor:
        item = actions.create_item(actor, Firm.objects.get(number=OWNER), table=SMALL)
    stranger = Firm.objects.exclude(number=OWNER).first().number
    with world.doing(stranger) as actor:
        assert not type(item).objects.exists()
        for act, more in (
            (actions.change_item, {"table": SMALL}),
            (actions.open_item, {}),
            (actions.propose, {}),
            (actions.delete_draft, {}),
        ):
            with pytest.raises(NotAllowed):
                act(actor, item, **more)
