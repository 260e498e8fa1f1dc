"""Nobody learns another firm's price more closely than its band of 5 %, however it asks."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django_scopes import ScopeError, scopes_disabled
from tests.network.consortia_world import MORNING, OWNER, SMALL, World, fill, seats

from moyeora.formation.discretion import band
from moyeora.network.consortia import actions
from moyeora.network.consortia import work as jobs
from moyeora.network.consortia.item_table import table_of
from moyeora.network.consortia.models import Item, Question, Sealed, SeatTerms
from moyeora.network.consortia.snapshot import Snapshot
from moyeora.network.frame import clock
from moyeora.network.frame.faults import NotAllowed
from moyeora.network.jobs.work import work
from moyeora.network.journal.models import Entry, Payload
from moyeora.network.members.models import Firm, Offer, Terms

ONE_NEED = {
    "item": SMALL["item"],
    "need": [SMALL["need"][1] | {"after": [], "split": False}],
    "wishes": {"order": ["cost"]},
}


@dataclass
class Duel:
    """Two printers alone. The adversary owns the items and offers one of the prices."""

    world: World
    adversary: Firm
    mine: Offer
    theirs: Offer

    def ask(self, table: dict[str, Any]) -> Item:
        item = self.world.opened(table, self.adversary.number)
        self.world.proposed(item)
        return item


@pytest.fixture
def duel(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Duel]:
    def same_draw(item: Item) -> dict[str, Any]:
        # Equals are drawn for by the item's id: here each item draws alike, so that what is left
        # of chance hides nothing.
        table = table_of(item)
        return table | {"item": table["item"] | {"id": "same"}}

    monkeypatch.setattr(jobs, "table_of", same_draw)
    settings.JOB_LEASE = timedelta(hours=1)
    with clock.at(MORNING), scopes_disabled():
        world = fill(40)
        Offer.objects.filter(capability="digital-printing").delete()
        adversary, victim = Firm.objects.all()[:2]
        mine, theirs = (
            Offer.objects.create(firm=firm, capability="digital-printing", unit="piece")
            for firm in (adversary, victim)
        )
        for offer in (mine, theirs):
            Terms.objects.create(offer=offer, price=1000, capacity="100000", largest=10**6)
    with clock.at(MORNING):
        yield Duel(world, adversary, mine, theirs)


def set_price(offer: Offer, price: int) -> None:
    with scopes_disabled():
        Terms.objects.filter(offer=offer).update(price=price, own_cost=None)


def all_that_the_adversary_sees(duel: Duel, item: Item) -> Any:
    """Proposals by page and by API, and all payloads of the journal that the owner may read."""
    browser = duel.world.client(duel.adversary.number)
    proposals = browser.get(f"/api/consortia/items/{item.id}/proposals").json()
    page = browser.get(f"/consortia/proposals/{proposals[0]['id']}/").content.decode()
    with scopes_disabled():
        told = [
            entry.payload.facts
            for entry in Entry.objects.filter(subject=item.id).order_by("number")
            if str(duel.adversary.id) in entry.firms
        ]
    shown = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|csrf[^>]*", "", page.partition("<main")[2])
    return [proposal["view"] for proposal in proposals], shown, told


def test_a_bisection_finds_the_band_and_nothing_finer(duel):
    """The owner of an item lowers and raises the own price until the choice turns."""

    def chosen(price: int) -> bool:
        set_price(duel.mine, price)
        views, _, _ = all_that_the_adversary_sees(duel, duel.ask(ONE_NEED))
        return views[0]["shares"][0]["firm"] == duel.adversary.number

    turns = set()
    least, most = band(1013)
    for true_price in (least, 1013, most):
        set_price(duel.theirs, true_price)
        low, high = 900, 1200
        assert chosen(low)
        assert not chosen(high)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if chosen(middle) else (low, middle)
        turns.add(low)
    # The same turning point for every price of the band: it says nothing within the band.
    assert len(turns) == 1


@pytest.mark.parametrize("question", ["budget", "quantity", "own price"])
def test_whatever_is_asked_two_prices_of_a_band_give_the_same_answers(duel, question):
    set_price(duel.mine, 5000)
    least, most = band(1013)
    seen = []
    for true_price in (least, most):
        set_price(duel.theirs, true_price)
        answers = []
        for step in range(5):
            table = deepcopy(ONE_NEED)
            if question == "budget":  # around the true cost of 30,000 pieces
                table["item"]["budget"] = 30_000 * (least - 20 + 20 * step)
            elif question == "quantity":
                table["need"][0]["quantity"] = 30_000 + step
                table["item"]["budget"] = 30_000 * most
            else:
                set_price(duel.mine, least - 20 + 20 * step)
            answers.append(all_that_the_adversary_sees(duel, duel.ask(table)))
        seen.append(answers)
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
        counted = Entry.objects.filter(kind="item.asked")
        assert list(counted.values_list("audience", flat=True)) == ["association"] * 4


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
