"""The agreement: private until offered, signed by every owner, the paper and the sum one text."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from django.urls import reverse
from django_scopes import scopes_disabled
from hypothesis import given
from hypothesis import strategies as st
from tests.network.consortium import acting, agreeing

from moyeora.network.consortia.agreements import actions, ballots, rules
from moyeora.network.consortia.agreements import terms as agreed
from moyeora.network.consortia.agreements.comparison import outlooks
from moyeora.network.consortia.agreements.divisions import divisions, own_bands
from moyeora.network.consortia.agreements.paper import pdf, text, text_hash
from moyeora.network.consortia.agreements.program import program, scenario_receipts
from moyeora.network.consortia.models import Agreement, Ballot, Consortium, Draft, Worth
from moyeora.network.frame import clock
from moyeora.network.frame.actor import CLOCK
from moyeora.network.frame.faults import NotAllowed, NotFresh, Refused
from moyeora.network.journal.models import Entry
from moyeora.sharing import read_receipt, replay
from moyeora.sharing.text import plain_text

OWNERS = ("ours.owner", "partner.owner", "third.owner")


@pytest.fixture
def consortium(people):
    return agreeing(people)


def drafted(people, consortium, **changes) -> agreed.Terms:
    """The lead's draft with a customer."""
    with acting(people.actor("ours.owner")) as actor:
        terms = replace(actions.first_terms(consortium), customer="한빛백화점", **changes)
        actions.write_draft(actor, consortium, terms=terms)
    return terms


def offered(people, consortium, **changes) -> Agreement:
    drafted(people, consortium, **changes)
    with acting(people.actor("ours.owner")) as actor:
        return actions.offer_for_signature(actor, consortium, days=14)


def signed_by_all(people, agreement) -> Agreement:
    for who in OWNERS:
        with acting(people.actor(who)) as actor:
            if agreement.signatures.filter(firm=actor.firm).exists():
                agreement = actions.sign(actor, agreement, text_hash=agreement.text_hash)
    return agreement


def test_it_is_in_force_when_every_owner_has_signed_and_not_before(people, consortium):
    agreement = offered(people, consortium)
    for who in OWNERS[:2]:
        with acting(people.actor(who)) as actor:
            agreement = actions.sign(actor, agreement, text_hash=agreement.text_hash)
            assert agreement.state == Agreement.State.SIGNING
    with acting(people.actor("third.owner")) as actor:
        agreement = actions.sign(actor, agreement, text_hash=agreement.text_hash)
        assert agreement.state == Agreement.State.IN_FORCE
        consortium.refresh_from_db()
        assert consortium.state == Consortium.State.AGREED
    kinds = list(Entry.objects.filter(chain=consortium.id).values_list("kind", flat=True))
    assert kinds.count("agreement.signed") == 3
    assert kinds.count("agreement.in_force") == 1


def test_nobody_signs_for_another_or_without_password_or_another_text(people, consortium):
    agreement = offered(people, consortium)
    for who in ("partner.staff", "partner.accountant", "coordinator", "board", "other.owner"):
        with acting(people.actor(who)) as actor, pytest.raises(NotAllowed):
            actions.sign(actor, agreement, text_hash=agreement.text_hash)
    with acting(people.actor("partner.owner", fresh=False)) as actor, pytest.raises(NotFresh):
        actions.sign(actor, agreement, text_hash=agreement.text_hash)
    by_token = replace(people.actor("partner.owner"), by_token=True)
    with acting(by_token) as actor, pytest.raises(NotFresh):
        actions.sign(actor, agreement, text_hash=agreement.text_hash)
    with acting(people.actor("partner.owner")) as actor:
        with pytest.raises(Refused):
            actions.sign(actor, agreement, text_hash="0" * 64)
        assert not agreement.signatures.exclude(answer="waiting").exists()
        actions.sign(actor, agreement, text_hash=agreement.text_hash)
        with pytest.raises(Refused):  # twice
            actions.sign(actor, agreement, text_hash=agreement.text_hash)


def test_a_draft_is_seen_by_its_own_firm_alone(people, consortium):
    drafted(people, consortium)
    for who in ("partner.owner", "third.owner", "coordinator", "board"):
        with acting(people.actor(who)):
            assert not Draft.objects.filter(consortium=consortium).exists()
    secret = "한빛백화점"
    for who in ("partner.owner", "third.owner", "coordinator"):
        for name in ("agreements", "agreement_draft", "agreement_compare"):
            answer = people.client(who).get(reverse(name, args=[consortium.id]))
            assert secret not in answer.content.decode()


def test_a_refusal_ends_the_version_and_a_deadline_too(people, consortium):
    agreement = offered(people, consortium)
    with acting(people.actor("third.owner")) as actor:
        with pytest.raises(Refused):
            actions.refuse_to_sign(actor, agreement, reason=" ")
        actions.refuse_to_sign(actor, agreement, reason="지체상금이 너무 많습니다")
    again = offered(people, consortium, late_each=100_000)
    assert again.version == 2
    late = again.deadline + timedelta(seconds=1)
    with scopes_disabled(), clock.at(late):
        assert actions.due_to_lapse(late) == [again]
        actions.lapse(CLOCK, again)
    with acting(people.actor("ours.owner")) as actor, pytest.raises(Refused):
        actions.sign(actor, again, text_hash=again.text_hash)


def test_an_amendment_is_signed_by_all_whom_it_touches_and_nobody_else(people, consortium):
    first = signed_by_all(people, offered(people, consortium))
    terms = agreed.from_json(first.terms)
    ours, partner, third = terms.parties
    shifted = replace(
        terms,
        parties=(
            ours,
            replace(partner, weight=partner.weight - 20),
            replace(third, weight=third.weight + 20),
        ),
    )
    with acting(people.actor("partner.owner")) as actor:
        actions.write_draft(actor, consortium, terms=shifted)
        second = actions.offer_for_signature(actor, consortium, days=7)
        assert {s.firm.number for s in second.signatures.all()} == {partner.id, third.id}
        actions.sign(actor, second, text_hash=second.text_hash)
    with acting(people.actor("ours.owner")) as actor, pytest.raises(NotAllowed):
        actions.sign(actor, second, text_hash=second.text_hash)
    with acting(people.actor("third.owner")) as actor:
        actions.sign(actor, second, text_hash=second.text_hash)
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state) == ("superseded", "in_force")
    everyone = agreed.touched(terms, replace(terms, liability_percent=200))
    assert everyone == {ours.id, partner.id, third.id}


def test_all_faults_of_a_draft_are_said_at_once(people, consortium):
    terms = drafted(people, consortium, mode="nobody", late_each=-1, notice_days=1)
    with pytest.raises(Refused) as refused:
        agreed.check(replace(terms, customer="", price=0))
    fields = {fault.field for fault in refused.value.faults}
    assert fields == {"mode", "late_each", "notice_days", "customer", "price"}


def test_the_paper_and_the_arithmetic_are_one_source(people, consortium):
    terms = drafted(people, consortium, late_each=150_000)
    for lang in ("ko", "en"):
        said = plain_text(text(terms, 1, lang))
        for party in terms.parties:
            assert party.id in said
            assert f"{party.weight / 10:g}%" in said
        assert "150,000" in said
        assert "90,000,000" in said
        assert pdf(terms, 1, [], lang) == pdf(terms, 1, [], lang)
    changed = replace(terms, parties=(replace(terms.parties[0], weight=335), *terms.parties[1:]))
    assert text_hash(changed, 1) != text_hash(terms, 1)
    assert text_hash(terms, 2) != text_hash(terms, 1)


@pytest.mark.parametrize("percent", [90, 100, 110])
def test_every_won_of_a_scenario_has_a_home(people, consortium, percent):
    terms = drafted(people, consortium)
    division = program(terms)
    receipts = [read_receipt(one, division) for one in scenario_receipts(terms, percent)]
    statements = replay(division, receipts)
    paid = sum(payment.paid for made in statements for payment in made.payments)
    assert paid == 90_000_000 * percent // 100


def test_a_firm_compares_its_own_amounts_and_they_are_what_it_would_be_paid(people, consortium):
    with scopes_disabled():
        numbers = [people.firms[key].number for key in ("ours", "partner", "third")]
        values = [million * 1_000_000 for million in (0, 0, 0, 9, 6, 0, 20)]
        Worth.objects.create(
            consortium=consortium,
            parties=numbers,
            divided=90_000_000 - 8_181_818 - 900_000,
            values=values,
            made=consortium.created,
        )
    terms = drafted(people, consortium)
    found = divisions(consortium.id, terms)
    assert set(found) == {"equal", "work", "points", "shapley", "nucleolus"}
    assert all(sum(weights.values()) == 1000 for weights in found.values())
    # By hand: the Shapley value of v is (55, 37, 28)/120 of what is left after each firm's cost.
    costs = own_bands(consortium.id, terms)
    rest = terms.divided - sum(costs.values())
    for firm, part in zip(numbers, (55, 37, 28), strict=True):
        exact = Fraction(1000 * (costs[firm] + Fraction(part * rest, 120)), terms.divided)
        assert abs(found["shapley"][firm] - exact) < 1
    rows = outlooks(terms, found, numbers[1], 36_500_000, values, costs)
    assert {row.rule: row.stable for row in rows}["shapley"] is True
    for row in rows:
        division = program(terms.with_weights(row.rule, found.get(row.rule, found["equal"])))
        receipts = [read_receipt(one, division) for one in scenario_receipts(terms, 100)]
        due = sum(
            p.due
            for made in replay(division, receipts)
            for p in made.payments
            if p.party == numbers[1]
        )
        assert row.amounts[1] == due
        assert row.left[1] == due - 36_500_000


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 10**12), min_size=1))
def test_shares_by_work_tell_no_more_than_a_band(costs):
    weights = rules.by_work(costs)
    assert sum(weights.values()) == 1000
    for firm, cost in costs.items():
        least, most = rules.band(cost)
        for other in (least, most):  # any price of the same band gives the same shares
            assert rules.by_work({**costs, firm: other}) == weights


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 10**9), min_size=1),
    st.sampled_from([1, 10]),
)
def test_weights_sum_and_stay_within_one_unit(parts, unit):
    if not any(parts.values()):
        return
    weights = agreed.whole_weights(parts, unit)
    assert sum(weights.values()) == 1000
    for firm, part in parts.items():
        assert abs(weights[firm] - Fraction(part * 1000, sum(parts.values()))) < unit
        assert weights[firm] % unit == 0


def test_a_vote_is_one_a_firm_and_counted_by_the_manual(people, consortium):
    with acting(people.actor("ours.owner")) as actor:
        ballot = ballots.put(
            actor,
            consortium,
            question="납기를 1주 늦춘다",
            barred=frozenset({people.firms["third"].id}),
        )
    with acting(people.actor("third.owner")) as actor, pytest.raises(Refused):
        ballots.vote(actor, ballot, choice="yes")
    with acting(people.actor("other.owner")) as actor, pytest.raises(NotAllowed):
        ballots.vote(actor, ballot, choice="yes")
    with acting(people.actor("ours.owner")) as actor:
        ballots.vote(actor, ballot, choice="yes")
        with pytest.raises(Refused):
            ballots.vote(actor, ballot, choice="no")
    with acting(people.actor("partner.owner")) as actor:
        ballot = ballots.vote(actor, ballot, choice="yes")
        assert ballot.state == Ballot.State.CARRIED


def test_the_pages_lead_from_draft_to_signature(people, consortium):
    owner = people.client("ours.owner")
    page = owner.get(reverse("agreement_draft", args=[consortium.id]))
    data = {
        name: field.initial if field.initial is not None else page.context["form"].initial[name]
        for name, field in page.context["form"].fields.items()
    }
    wrong = owner.post(reverse("agreement_draft", args=[consortium.id]), {**data, "customer": ""})
    assert wrong.status_code == 422
    kept = owner.post(
        reverse("agreement_draft", args=[consortium.id]),
        {**data, "customer": "한빛백화점", "rule": "work"},
    )
    assert kept.headers["Location"].endswith("/compare/")
    assert owner.get(kept.headers["Location"]).status_code == 200
    sent = owner.post(reverse("agreement_offer", args=[consortium.id]), {"days": "14"})
    read = owner.get(sent.headers["Location"])
    assert read.context["may_answer"]
    paper = owner.get(sent.headers["Location"] + "paper.pdf")
    assert paper.content[:5] == b"%PDF-"
    # force_login gave no password: the signature asks for it.
    again = owner.post(sent.headers["Location"], {"text_hash": read.context["agreement"].text_hash})
    assert "reauthenticate" in again.headers["Location"]
    assert people.client("other.owner").get(sent.headers["Location"]).status_code == 404
