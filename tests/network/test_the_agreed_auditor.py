"""An auditor is agreed by all firms, sees every line of that consortium, and changes nothing."""

import json
import re
from datetime import date, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django_scopes import scope, scopes_disabled
from tests.network.conftest import PASSWORD
from tests.network.consortium import SEATS, acting, agreed

from moyeora.network.consortia.agreements import ballots
from moyeora.network.consortia.auditors import actions
from moyeora.network.consortia.auditors.menu import close_what_is_over
from moyeora.network.consortia.models import Appointment, Consortium, Draft
from moyeora.network.frame import clock
from moyeora.network.frame.clock import now, today
from moyeora.network.frame.faults import Refused
from moyeora.network.journal.checkpoints import checkpoint
from moyeora.network.journal.keys import public_keys
from moyeora.network.journal.models import Entry
from moyeora.network.journal.verify import verify
from moyeora.network.ledger import payouts, receipts
from moyeora.network.members.acting import actor_of
from moyeora.network.members.actions import people as offices
from moyeora.network.members.models import Holding, Offer, Person

EMAIL = "han@audit.example"


def named(people, group, email=EMAIL, days=365):
    with acting(people.actor("partner.owner")) as actor:
        until = today() + timedelta(days=days)
        return actions.name(actor, group, name="한공정", email=email, until=until)


def all_vote(people, ballot, choice="yes"):
    for key in SEATS:
        with acting(people.actor(f"{key}.owner")) as actor:
            ballots.vote(actor, ballot, choice=choice)


def link():
    return re.search(r"http://\S+(/members/invitations/\S+)", mail.outbox[-1].body)[1]


@pytest.fixture
def group(people):
    return agreed(people)


@pytest.fixture
def appointed(people, group, django_capture_on_commit_callbacks):
    """The browser of an auditor who has accepted."""
    ballot = named(people, group)
    with django_capture_on_commit_callbacks(execute=True):
        all_vote(people, ballot)
    browser = Client()
    browser.post(link(), {"password": PASSWORD})
    browser.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})
    return browser


def holding():
    return Holding.objects.get(person__email=EMAIL, office="auditor")


def state():
    with scopes_disabled():
        found = Appointment.objects.order_by("named").last()
        return found.state, found.ending


def test_only_every_firms_yes_appoints_and_one_no_ends_it(people, group):
    ballot = named(people, group)
    for key in ("ours", "partner"):
        with acting(people.actor(f"{key}.owner")) as actor:
            ballots.vote(actor, ballot, choice="yes")
    assert state() == ("named", "")
    assert not mail.outbox
    with acting(people.actor("third.owner")) as actor:
        ballots.vote(actor, ballot, choice="abstain")
    assert state() == ("rejected", "")
    assert not mail.outbox
    named(people, group)  # somebody can be named again
    with acting(people.actor("ours.owner")) as actor, pytest.raises(Refused, match="감사인"):
        actions.name(actor, group, name="둘째", email="b@x.example", until=today())


def test_a_firm_that_is_silent_has_not_agreed(people, group):
    from moyeora.network.consortia.agreements.menu import pass_deadlines

    ballot = named(people, group)
    for key in ("ours", "partner"):
        with acting(people.actor(f"{key}.owner")) as actor:
            ballots.vote(actor, ballot, choice="yes")
    assert pass_deadlines(now() + timedelta(days=16)) == 1
    assert state()[0] == "rejected"


def test_who_belongs_to_one_of_the_firms_cannot_be_its_auditor(people, group):
    with acting(people.actor("ours.owner")) as actor, pytest.raises(Refused) as refused:
        actions.name(
            actor,
            group,
            name="",
            email="accountant@third.example",
            until=today() - timedelta(days=1),
        )
    assert {fault.field for fault in refused.value.faults} == {"name", "until", "email"}


def test_the_link_goes_to_the_person_alone(people, group, django_capture_on_commit_callbacks):
    """Whoever is shown the link of a new account could take the office."""
    ballot = named(people, group)
    with django_capture_on_commit_callbacks(execute=True):
        all_vote(people, ballot)
    assert mail.outbox[-1].to == [EMAIL]
    first = link()
    browser = people.client("ours.owner")
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(reverse("auditor_invite", args=[ballot.appointment_id]))
    secret = link().rstrip("/").rpartition("/")[2]
    page = browser.get(reverse("auditor", args=[group.id])).content.decode()
    assert EMAIL in page
    assert secret not in page
    assert Client().get(first).status_code == 404, "the new link takes the old one's place"
    assert group.title in Client().get(link()).content.decode()
    # The association neither invites auditors nor sees or withdraws their invitations.
    page = people.client("coordinator").get(reverse("association_people")).content.decode()
    assert EMAIL not in page
    assert 'value="auditor"' not in page


def money_moves(people, group):
    with acting(people.actor("ours.owner")) as actor:
        receipt = receipts.record_receipt(
            actor, group, on=date(2027, 1, 4), amount=27_000_000, bank_reference="IBK-1"
        )
        receipts.divide(actor, receipt)
        payouts.hold(actor, group, firm=people.firms["partner"], amount=77_777, reason="색상")
        batch = payouts.instruct(actor, group)
    return receipt, batch


def test_an_auditor_sees_every_line_of_the_consortium(people, group, appointed):
    receipt, batch = money_moves(people, group)
    with scopes_disabled():
        lines = receipt.statement.made["lines"]
        paid = [f"{payout.amount:,}" for payout in batch.payouts.all()]
    statement = appointed.get(reverse("statement", args=[receipt.id])).content.decode()
    for line in lines:
        assert f"{abs(line['amount']):,}" in statement, line
    for key in SEATS:
        assert people.firms[key].name in statement
    shown = appointed.get(reverse("batch", args=[batch.id])).content.decode()
    assert all(amount in shown for amount in paid)
    money = appointed.get(reverse("money", args=[group.id])).content.decode()
    assert "77,777" in money
    assert "색상" in money
    books = appointed.get(reverse("books", args=[group.id])).content.decode()
    assert all(people.firms[key].name in books for key in SEATS)
    file = appointed.get(reverse("statements_export", args=[group.id, "csv"]))
    rows = file.content.decode("utf-8-sig").splitlines()[1:]
    assert len(rows) == sum(line["amount"] != 0 for line in lines)
    assert appointed.get(reverse("statement_pdf", args=[receipt.id])).content[:4] == b"%PDF"


def test_the_journal_opens_to_its_last_fact_and_verifies(people, group, appointed):
    money_moves(people, group)
    signed = checkpoint(group.id).signed
    export = b"".join(appointed.get(reverse("journal-export", args=[group.id])).streaming_content)
    entries = json.loads(export)["entries"]
    assert all("facts" in entry for entry in entries)
    assert any(entry["kind"] == "amount.held" for entry in entries)
    assert verify(export.decode(), [signed], [json.dumps(public_keys())]).holds
    # A party does not read what another was told alone.
    party = people.client("third.owner").get(reverse("journal-export", args=[group.id]))
    assert any("leaf" in e for e in json.loads(b"".join(party.streaming_content))["entries"])


def test_what_the_auditor_looks_at_the_firms_can_read(people, group, appointed):
    receipt, _batch = money_moves(people, group)
    appointed.get(reverse("statement", args=[receipt.id]))
    seen = Entry.objects.filter(chain=group.id, kind="confidential.seen")
    assert [(entry.person, entry.audience) for entry in seen] == [
        (holding().person_id, "consortium")
    ]
    page = people.client("third.owner").get(reverse("journal-of", args=[group.id]))
    assert "정산서 1" in page.content.decode()


def test_an_auditor_sees_nothing_else(people, group, appointed):
    _receipt, batch = money_moves(people, group)
    with scopes_disabled():
        other = Consortium.objects.create(
            title="다른 사업", lead=people.firms["ours"], state="agreed", created=now()
        )
        other.parties.create(firm=people.firms["ours"], since=now())
        Draft.objects.create(consortium=group, firm=people.firms["ours"], terms={}, changed=now())
        Offer.objects.create(firm=people.firms["ours"], capability="prepress", unit="piece")
        accounts = [f"110-{key}" for key in SEATS]
    for name in ("consortium", "agreements", "order", "money", "books", "auditor", "journal-of"):
        assert appointed.get(reverse(name, args=[other.id])).status_code == 404, name
    assert other.title not in appointed.get(reverse("consortia")).content.decode()
    assert appointed.get(reverse("journal")).status_code == 404
    assert appointed.get(reverse("batch_file", args=[batch.id, "xml"])).status_code == 403
    for name in ("agreement_draft", "agreement_compare", "item_new"):
        arguments = [] if name == "item_new" else [group.id]
        assert appointed.get(reverse(name, args=arguments)).status_code == 403, name
    with scopes_disabled():
        prices = [f"{cost:,}" for _t, _q, _u, cost, _own in SEATS.values()]
        item = reverse("item", args=[group.item_id])
    assert appointed.get(item).status_code == 403
    for name in ("money", "books", "agreements", "order"):
        page = appointed.get(reverse(name, args=[group.id])).content.decode()
        assert not any(word in page for word in (*accounts, *prices)), name
    with scope(**actor_of(holding()).scopes()):
        assert not Draft.objects.exists()


def test_the_firms_relieve_by_the_manuals_majority(people, group, appointed):
    found = holding()
    with acting(people.actor("ours.owner")) as actor:
        with pytest.raises(Refused, match="사유"):
            actions.relieve(actor, appointment(), reason=" ")
        ballot = actions.relieve(actor, appointment(), reason="연락이 되지 않습니다.")
    assert appointed.get(reverse("money", args=[group.id])).status_code == 200
    for key, choice in (("ours", "yes"), ("partner", "yes"), ("third", "no")):
        with acting(people.actor(f"{key}.owner")) as actor:
            ballots.vote(actor, ballot, choice=choice)
    assert state() == ("ended", "relieved")
    found.refresh_from_db()
    assert found.ended is not None
    assert appointed.get(reverse("money", args=[group.id])).status_code == 403


def test_no_firm_alone_and_no_coordinator_takes_an_auditor_out(people, group, appointed):
    with acting(people.actor("ours.owner")) as actor:
        ballot = actions.relieve(actor, appointment(), reason="불편합니다.")
    for key, choice in (("ours", "yes"), ("partner", "no"), ("third", "no")):
        with acting(people.actor(f"{key}.owner")) as actor:
            ballots.vote(actor, ballot, choice=choice)
    end = reverse("office_end", args=[holding().id])
    for who in ("coordinator", "ours.owner"):
        assert people.client(who).post(end).status_code == 403
    assert state() == ("serving", "")


def test_an_auditor_resigns(people, group, appointed):
    page = appointed.get(reverse("auditor", args=[group.id])).content.decode()
    end = reverse("office_end", args=[holding().id])
    assert end in page
    appointed.post(end)
    assert state() == ("ended", "resigned")
    assert appointed.get(reverse("money", args=[group.id])).status_code == 403


def test_a_term_ends_with_its_day_whether_or_not_the_clock_was_late(people, group, appointed):
    last = now() + timedelta(days=365)
    money = reverse("money", args=[group.id])
    with clock.at(last):
        assert appointed.get(money).status_code == 200
    with clock.at(last + timedelta(days=1)):
        assert appointed.get(money).status_code == 403
        with scopes_disabled():
            assert close_what_is_over(None) == {"closed": 1}
            assert close_what_is_over(None) == {"closed": 0}
    assert state() == ("ended", "term")


def test_an_auditor_who_joins_one_of_the_firms_is_one_no_more(people, group, appointed):
    person = Person.objects.get(email=EMAIL)
    Holding.objects.create(person=person, office="staff", firm=people.firms["third"])
    with scopes_disabled():
        assert close_what_is_over(None) == {"closed": 1}
    assert state() == ("ended", "interested")


def test_who_has_joined_a_firm_since_the_vote_cannot_accept(
    people, group, django_capture_on_commit_callbacks
):
    ballot = named(people, group)
    with django_capture_on_commit_callbacks(execute=True):
        all_vote(people, ballot)
    person = Person.objects.create_person(EMAIL, "한공정", PASSWORD)
    Holding.objects.create(person=person, office="owner", firm=people.firms["third"])
    answer = Client().post(link(), {"password": PASSWORD})
    assert "참여 기업" in answer.content.decode()
    assert not Holding.objects.filter(office="auditor", person=person).exists()
    assert state()[0] == "agreed"


def test_every_step_stands_in_the_consortiums_journal(people, group, appointed):
    with acting(people.actor("ours.owner")) as actor:
        ballot = actions.relieve(actor, appointment(), reason="임기를 줄입니다.")
    all_vote(people, ballot)
    kinds = Entry.objects.filter(chain=group.id, kind__startswith="auditor.")
    assert list(kinds.order_by("number").values_list("kind", flat=True)) == [
        "auditor.named",
        "auditor.agreed",
        "auditor.invited",
        "auditor.accepted",
        "auditor.relieved",
    ]


def appointment():
    with scopes_disabled():
        return Appointment.objects.select_related("consortium").get(email=EMAIL)


def test_an_office_is_not_given_twice_by_a_link_that_was_used(people, group, appointed):
    assert Client().get(link()).status_code == 404
    with pytest.raises(Refused):
        offices.accept(people.actor("ours.owner"), "made-up", password=PASSWORD)
