"""The ledger: balanced by construction, nothing twice, the disputed part alone is held."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django_scopes import scopes_disabled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.network.consortium import acting, agreed

from moyeora.network.frame.clock import now
from moyeora.network.frame.faults import NotAllowed, Refused
from moyeora.network.ledger import payouts, receipts
from moyeora.network.ledger.balance import out_of_balance, trial_balance
from moyeora.network.ledger.books import Kind, Move, account, balance, post
from moyeora.network.ledger.models import Account, Hold, Payout, Statement, Transfer

OWNERS = ("ours.owner", "partner.owner", "third.owner")


@pytest.fixture
def consortium(people):
    return agreed(people, late_each=100_000)


def received(people, consortium, amount, *, day=0, reference="", **more):
    with acting(people.actor("ours.owner")) as actor:
        receipt = receipts.record_receipt(
            actor,
            consortium,
            on=date(2027, 1, 4) + timedelta(days=day),
            amount=amount,
            bank_reference=reference or f"IBK-{day}",
            **more,
        )
        return receipt, receipts.divide(actor, receipt)


def due(consortium, party):
    found = Account.objects.filter(consortium=consortium, kind=Kind.DUE, party=party).first()
    return -balance(found) if found else 0


def test_a_receipt_flows_to_the_last_won_and_is_never_divided_twice(people, consortium):
    receipt, statement = received(people, consortium, 27_000_000)
    with scopes_disabled():
        again, same = received(people, consortium, 27_000_000)
        assert (again, same) == (receipt, statement)
        rows = trial_balance(consortium.id)
        assert out_of_balance(rows) == {}
        by = {(row.account.kind, row.account.party): row.balance for row in rows}
        assert by["bank", ""] == 27_000_000
        assert by["clearing", ""] == 0
        assert -by["due", "tax"] == 2_454_546 or -by["due", "tax"] == 2_454_545
        parties = [people.firms[key].number for key in ("ours", "partner", "third")]
        of_statement = {
            party: sum(line["amount"] for line in statement.made["lines"] if line["firm"] == party)
            for party in parties
        }
        assert {party: due(consortium, party) for party in parties} == of_statement
        others = sum(value for key, value in by.items() if key[0] != "bank")
        assert others == -27_000_000


def test_what_is_due_is_paid_once_and_what_comes_back_is_due_again(people, consortium):
    received(people, consortium, 27_000_000)
    partner = people.firms["partner"].number
    with acting(people.actor("ours.owner")) as actor:
        owed = due(consortium, partner)
        batch = payouts.instruct(actor, consortium)
        assert due(consortium, partner) == 0
        with pytest.raises(Refused):
            payouts.instruct(actor, consortium)
        payouts.send(actor, batch)
        payout = batch.payouts.get(party=partner)
        assert payout.amount == owed
        payouts.confirm(actor, payout)
        with pytest.raises(Refused):
            payouts.confirm(actor, payout)
        payouts.bounce(actor, payout, reason="예금주 불일치")
        assert due(consortium, partner) == owed
        second = payouts.instruct(actor, consortium)
        assert [p.amount for p in second.payouts.all()] == [owed]
        assert out_of_balance(trial_balance(consortium.id)) == {}
        assert second.payouts.get().state == Payout.State.INSTRUCTED


def test_only_the_disputed_part_is_held(people, consortium):
    received(people, consortium, 27_000_000)
    partner = people.firms["partner"]
    with acting(people.actor("third.owner")) as actor:
        owed = due(consortium, partner.number)
        with pytest.raises(Refused):
            payouts.hold(actor, consortium, firm=partner, amount=owed + 1, reason="색상 불량")
        held = payouts.hold(actor, consortium, firm=partner, amount=1_000_000, reason="색상 불량")
    with acting(people.actor("ours.owner")) as actor:
        batch = payouts.instruct(actor, consortium)
        assert batch.payouts.get(party=partner.number).amount == owed - 1_000_000
        with pytest.raises(Refused):
            payouts.release(actor, held)
    with acting(people.actor("third.owner")) as actor:
        payouts.release(actor, held)
        assert due(consortium, partner.number) == 1_000_000
        assert Hold.own.count() == 0  # the other firm's own list does not show it as its own


def test_a_cost_is_paid_back_when_another_firm_approved_it(people, consortium):
    with acting(people.actor("third.owner")) as actor:
        with pytest.raises(Refused) as refused:
            receipts.claim_cost(actor, consortium, what="", amount=0, document="")
        assert {fault.field for fault in refused.value.faults} == {"what", "amount", "document"}
        claim = receipts.claim_cost(
            actor, consortium, what="우편 요금", amount=1_500_000, document="영수증 2027-01-03"
        )
        with pytest.raises(NotAllowed):
            receipts.answer_claim(actor, claim, approve=True)
    with acting(people.actor("ours.owner")) as actor:
        receipts.answer_claim(actor, claim, approve=True)
    _, statement = received(people, consortium, 27_000_000)
    costs = [line for line in statement.made["lines"] if line["step"] == "costs"]
    assert [(c["firm"], c["amount"]) for c in costs] == [(people.firms["third"].number, 1_500_000)]


def test_a_credit_note_is_set_off_and_the_retention_is_released(people, consortium):
    receipt, _ = received(people, consortium, 27_000_000)
    received(people, consortium, 2_000_000, day=1, credit_of=receipt)
    received(people, consortium, 63_000_000, day=83)
    received(people, consortium, 0, day=200, final=True)
    with scopes_disabled():
        rows = trial_balance(consortium.id)
        assert out_of_balance(rows) == {}
        assert all(row.balance == 0 for row in rows if row.account.kind == Kind.RESERVE)
        assert sum(-row.balance for row in rows if row.account.kind == Kind.DUE) == 88_000_000


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.integers(1, 10**10), min_size=1, max_size=5))
def test_the_books_balance_after_any_receipts(people, consortium, amounts):
    with transaction.atomic():
        point = transaction.savepoint()
        for at, amount in enumerate(amounts):
            received(people, consortium, amount, day=at, reference=f"X-{at}")
            with acting(people.actor("ours.owner")) as actor:
                payouts.instruct(actor, consortium)
        with scopes_disabled():
            rows = trial_balance(consortium.id)
            assert out_of_balance(rows) == {}
            instructed = sum(p.amount for p in Payout.objects.all())
            kept = sum(-r.balance for r in rows if r.account.kind == Kind.RESERVE)
            assert instructed + kept == sum(amounts)
        transaction.savepoint_rollback(point)


@pytest.mark.parametrize("who", ["partner.owner", "ours.staff", "ours.accountant", "coordinator"])
def test_only_the_lead_firms_owner_moves_money(people, consortium, who):
    receipt, _ = received(people, consortium, 27_000_000)
    with acting(people.actor(who)) as actor:
        for act in (
            lambda: receipts.record_receipt(
                actor, consortium, on=date(2027, 2, 1), amount=1, bank_reference="X"
            ),
            lambda: receipts.divide(actor, receipt),
            lambda: payouts.instruct(actor, consortium),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_a_firm_outside_sees_no_row_of_the_books(people, consortium):
    received(people, consortium, 27_000_000)
    with acting(people.actor("other.owner")):
        for model in (Account, Transfer, Statement, Payout):
            assert not model.objects.exists()


def test_the_database_itself_keeps_what_was_posted(people, consortium):
    received(people, consortium, 27_000_000)
    with scopes_disabled():
        transfer = Transfer.objects.first()
        dollars = account(consortium.id, Kind.BANK, "", "USD")
        won = account(consortium.id, Kind.BANK)
        for harm in (
            lambda: Transfer.objects.filter(id=transfer.id).update(amount=1),
            lambda: Transfer.objects.filter(id=transfer.id).delete(),
            lambda: Account.objects.filter(id=won.id).update(currency="USD"),
            lambda: post(consortium.id, "bad", "bad", transfer.id, now(), [Move(dollars, won, 5)]),
            lambda: connection.cursor().execute("DELETE FROM ledger_posting"),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                harm()
