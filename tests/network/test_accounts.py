"""A firm's bank account changes by two people and three days, and nobody else sees it."""

from datetime import timedelta

import pytest
from django.core import mail
from django_scopes import scope, scopes_disabled

from moyeora.network.frame import clock
from moyeora.network.frame.actor import Office
from moyeora.network.frame.faults import NotAllowed, NotFresh, Refused
from moyeora.network.journal.models import Payload
from moyeora.network.members.acting import actor_of
from moyeora.network.members.actions import accounts
from moyeora.network.members.models import BankAccount, Holding, Person

NUMBER = "110222333444"
TOLD = {"bank": "한빛은행", "number": "110-222-333-444", "holder": "가나디엠"}


def act(people, who, action, *arguments, **named):
    actor = people.actor(who) if isinstance(who, str) else who
    with scope(**actor.scopes()):
        return action(actor, *arguments, **named)


def second_owner(people, days: int = 30) -> Holding:
    person = Person.objects.create_person("second@ours.example", "둘째", "x")
    since = clock.now() - timedelta(days=days)
    return Holding.objects.create(
        person=person, office=Office.OWNER, firm=people.firms["ours"], since=since
    )


def in_use(people) -> str | None:
    with scope(**people.actor("ours.owner").scopes()):
        account = accounts.account_in_use(people.firms["ours"])
        return account and account.number


def test_a_second_owner_confirms_and_three_days_pass(people, django_capture_on_commit_callbacks):
    second = actor_of(second_owner(people), fresh=True)
    with django_capture_on_commit_callbacks(execute=True):
        account = act(people, "ours.owner", accounts.ask, people.firms["ours"], **TOLD)
    assert {one.to[0] for one in mail.outbox} == {"owner@ours.example", "second@ours.example"}
    assert NUMBER[-4:] not in "".join(one.subject + one.body for one in mail.outbox)
    with pytest.raises(Refused):  # who asked does not confirm
        act(people, "ours.owner", accounts.confirm, account)
    with pytest.raises(Refused):  # nor does the association, where there is a second owner
        act(people, "coordinator", accounts.confirm_by_call, account, last_four=NUMBER[-4:])
    act(people, second, accounts.confirm, account)
    assert in_use(people) is None
    with clock.at(clock.now() + timedelta(days=2, hours=23)):
        assert in_use(people) is None
    with clock.at(clock.now() + timedelta(days=3, minutes=1)):
        assert in_use(people) == NUMBER


def test_an_owner_invited_for_the_purpose_confirms_nothing(people):
    new = actor_of(second_owner(people, days=2), fresh=True)
    account = act(people, "ours.owner", accounts.ask, people.firms["ours"], **TOLD)
    with pytest.raises(Refused) as refused:
        act(people, new, accounts.confirm, account)
    assert [fault.code for fault in refused.value.faults] == ["too-new"]


def test_where_there_is_one_owner_a_call_confirms_by_digits_that_nobody_is_shown(people):
    account = act(people, "ours.owner", accounts.ask, people.firms["ours"], **TOLD)
    browser = people.client("coordinator")
    for page in ("/members/calls/", f"/members/calls/{account.id}/", "/"):
        text = browser.get(page).content.decode()
        assert NUMBER not in text
        assert NUMBER[-4:] not in text
    act(people, "coordinator", accounts.confirm_by_call, account, last_four="0000")
    assert account.state == "asked"
    act(people, "coordinator", accounts.confirm_by_call, account, last_four=NUMBER[-4:])
    assert account.state == "confirmed"


def test_three_wrong_digits_refuse_the_change_for_good(people):
    account = act(people, "ours.owner", accounts.ask, people.firms["ours"], **TOLD)
    for digits in ("1111", "2222", "3333"):
        act(people, "coordinator", accounts.confirm_by_call, account, last_four=digits)
    assert account.state == "refused"
    with pytest.raises(Refused):
        act(people, "coordinator", accounts.confirm_by_call, account, last_four=NUMBER[-4:])


def test_any_owner_stops_a_confirmed_change_before_its_day(people):
    second = actor_of(second_owner(people), fresh=True)
    account = act(people, "ours.owner", accounts.ask, people.firms["ours"], **TOLD)
    act(people, second, accounts.confirm, account)
    act(people, "ours.owner", accounts.refuse, account)
    with clock.at(clock.now() + timedelta(days=4)):
        assert in_use(people) is None


def test_the_number_is_for_the_firm_alone_and_encrypted_where_it_lies(people):
    from django.db import connection

    account = act(people, "ours.owner", accounts.ask, people.firms["ours"], **TOLD)
    for who, seen in (("ours.owner", 1), ("ours.accountant", 1), ("partner.owner", 0)):
        with scope(**people.actor(who).scopes()):
            assert BankAccount.objects.count() == seen
    for who in ("partner.owner", "coordinator", "board", "reviewer"):
        text = people.client(who).get(f"/members/{people.firms['ours'].id}/").content.decode()
        assert NUMBER not in text
        with pytest.raises(NotAllowed):
            act(people, who, accounts.refuse, account)
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, holder FROM members_bankaccount")
        [stored] = cursor.fetchall()
    assert NUMBER not in "".join(stored)
    assert "가나디엠" not in "".join(stored)
    facts = "".join(Payload.objects.values_list("facts", flat=True))
    assert NUMBER[-4:] in facts
    assert NUMBER not in facts


def test_asking_and_confirming_want_the_password_again(people):
    firm = people.firms["ours"]
    with pytest.raises(NotFresh):
        act(people, people.actor("ours.owner", fresh=False), accounts.ask, firm, **TOLD)
    account = act(people, "ours.owner", accounts.ask, firm, **TOLD)
    stale = people.actor("coordinator", fresh=False)
    with pytest.raises(NotFresh):
        act(people, stale, accounts.confirm_by_call, account, last_four=NUMBER[-4:])
    with scopes_disabled():
        assert BankAccount.objects.get().state == "asked"
