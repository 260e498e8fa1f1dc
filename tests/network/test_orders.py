"""Orders: from the contract to the last accepted piece; nothing delivered twice, nothing undone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django_scopes import scopes_disabled
from tests.network.consortium import acting, agreed

from moyeora.network.frame import clock
from moyeora.network.frame.actor import CLOCK, Actor, Office
from moyeora.network.frame.faults import NotAllowed, Refused
from moyeora.network.orders import packages as texts
from moyeora.network.orders.actions import contracts, deliveries
from moyeora.network.orders.models import CustomerContract, Delivery, Order, WorkPackage

CUSTOMER = Actor(office=Office.CUSTOMER)


@pytest.fixture
def contract(people):
    consortium = agreed(people)
    with acting(people.actor("ours.owner")) as actor:
        return contracts.conclude(
            actor, consortium, email="order@store.example", concluded=date(2026, 12, 1)
        )


def package_of(people, contract, key) -> WorkPackage:
    return contract.consortium.packages.get(firm=people.firms[key])


def in_force(contract) -> Order:
    return contract.orders.get(state=Order.State.IN_FORCE)


def test_the_first_order_is_the_agreed_seats(people, contract):
    with scopes_disabled():
        made = {p.firm.name: (p.quantity, p.unit) for p in contract.consortium.packages.all()}
        assert made == {
            "가나디엠": (300_000, "record"),
            "다라인쇄": (300_000, "piece"),
            "사아물류": (300_000, "piece"),
        }
    with acting(people.actor("ours.owner")) as actor, pytest.raises(Refused):
        contracts.conclude(actor, contract.consortium, email="a@b.example", concluded=date.today())
    assert CustomerContract.objects.model is CustomerContract


def test_partial_deliveries_add_up_and_silence_accepts_at_the_deadline(people, contract):
    with acting(people.actor("partner.staff")) as actor:
        package = package_of(people, contract, "partner")
        first = deliveries.deliver(actor, package, quantity=100_000)
        with pytest.raises(Refused) as refused:
            deliveries.deliver(actor, package, quantity=200_001)
        assert "200,000" in str(refused.value)
        second = deliveries.deliver(actor, package, quantity=200_000)
    with scopes_disabled():
        deliveries.answer_delivery(CUSTOMER, first, accept=True)
        with pytest.raises(Refused):
            deliveries.answer_delivery(CUSTOMER, first, accept=False, reason="늦었다")
        with pytest.raises(Refused):
            deliveries.accept_by_silence(CLOCK, second)
        after = second.deadline + timedelta(seconds=1)
        with clock.at(after):
            assert deliveries.silent_deliveries(after) == [second]
            deliveries.accept_by_silence(CLOCK, second)
        package.refresh_from_db()
        assert package.state == WorkPackage.State.ACCEPTED


def test_what_was_rejected_is_delivered_again(people, contract):
    package = None
    with acting(people.actor("partner.owner")) as actor:
        package = package_of(people, contract, "partner")
        bad = deliveries.deliver(actor, package, quantity=300_000)
    with scopes_disabled():
        deliveries.answer_delivery(CUSTOMER, bad, accept=False, reason="색이 다르다")
    with acting(people.actor("partner.owner")) as actor:
        again = deliveries.deliver(actor, package, quantity=300_000)
        assert (again.number, again.state) == (2, Delivery.State.WAITING)


def test_a_change_order_needs_those_it_touches_and_undoes_no_delivery(people, contract):
    with acting(people.actor("partner.owner")) as actor:
        package = package_of(people, contract, "partner")
        deliveries.deliver(actor, package, quantity=120_000)
    old = texts.from_json(in_force_of(people, contract).packages)
    fewer = tuple(
        replace(p, quantity=110_000) if p.firm == people.firms["partner"].id else p for p in old
    )
    more = tuple(
        replace(p, quantity=290_000) if p.firm == people.firms["partner"].id else p for p in old
    )
    with acting(people.actor("ours.owner")) as actor:
        order = in_force(contract)
        same = {"price": order.price, "due": order.due}
        with pytest.raises(Refused) as refused:
            contracts.propose_change(
                actor, contract.consortium, packages=fewer, why="수량 조정", **same
            )
        assert "120,000" in str(refused.value)
        change = contracts.propose_change(
            actor, contract.consortium, packages=more, why="수량 조정", **same
        )
        assert [c.firm_id for c in change.consents.all()] == [people.firms["partner"].id]
        with pytest.raises(NotAllowed):
            contracts.answer_change(actor, change, agree=True)
    with acting(people.actor("partner.owner")) as actor:
        contracts.answer_change(actor, change, agree=True)
        assert in_force(contract).version == 2
        package.refresh_from_db()
        assert (package.quantity, package.state) == (290_000, WorkPackage.State.RUNNING)


def in_force_of(people, contract) -> Order:
    with acting(people.actor("ours.owner")):
        return in_force(contract)


def test_all_faults_of_a_change_are_said_at_once(people, contract):
    with acting(people.actor("ours.owner")) as actor:
        order = in_force(contract)
        first, *rest = texts.from_json(order.packages)
        wrong = (
            replace(first, quantity=0, ends=first.begins - timedelta(days=1), after=("nothing",)),
            *rest,
        )
        with pytest.raises(Refused) as refused:
            contracts.propose_change(
                actor, contract.consortium, packages=wrong, price=0, due=order.due, why=""
            )
        fields = {fault.field for fault in refused.value.faults}
        assert fields >= {
            f"{first.key}.quantity",
            f"{first.key}.ends",
            f"{first.key}.after",
            "price",
            "why",
        }


def test_invoices_never_exceed_the_price_and_vat_is_apart(people, contract):
    with acting(people.actor("ours.owner")) as actor:
        one = deliveries.issue_invoice(
            actor, contract.consortium, what="선금 30%", gross=27_000_000, on=date(2027, 1, 4)
        )
        assert (one.net, one.vat) == (24_545_455, 2_454_545)
        with pytest.raises(Refused):
            deliveries.issue_invoice(
                actor, contract.consortium, what="잔금", gross=63_000_001, on=date(2027, 3, 28)
            )
        two = deliveries.issue_invoice(
            actor, contract.consortium, what="잔금", gross=63_000_000, on=date(2027, 3, 28)
        )
        assert one.gross + two.gross == 90_000_000
    with acting(people.actor("partner.owner")) as actor, pytest.raises(NotAllowed):
        deliveries.issue_invoice(
            actor, contract.consortium, what="x", gross=1, on=date(2027, 3, 28)
        )


def test_only_who_does_the_work_delivers_it(people, contract):
    with scopes_disabled():
        package = package_of(people, contract, "partner")
    for who in ("ours.owner", "third.staff", "partner.accountant", "other.owner", "coordinator"):
        with acting(people.actor(who)) as actor, pytest.raises(NotAllowed):
            deliveries.deliver(actor, package, quantity=1)


def test_the_order_closes_only_when_all_is_accepted(people, contract):
    with acting(people.actor("ours.owner")) as actor, pytest.raises(Refused) as refused:
        contracts.close(actor, contract)
    assert "디지털 가변 인쇄" in str(refused.value)
