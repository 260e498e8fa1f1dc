"""People come by a link that works once, and no firm or association is left without a hand."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django_scopes import scope
from tests.network.conftest import PASSWORD

from moyeora.network.frame import clock
from moyeora.network.frame.faults import NotAllowed, NotFresh, Refused
from moyeora.network.members.actions import firms
from moyeora.network.members.actions import people as actions
from moyeora.network.members.models import Firm, Holding, Invitation, Person, Token

NEW = {"email": "New@ours.example", "name": "새 사람", "office": "staff"}


def test_an_invitation_is_taken_once_with_a_chosen_password(people):
    browser = people.client("ours.owner")
    page = browser.post(reverse("people", args=[people.firms["ours"].id]), NEW)
    link = page.context["link"]
    assert mail.outbox[-1].to == ["new@ours.example"]
    assert link in mail.outbox[-1].body
    guest = people.client("anyone")
    assert guest.post(link, {"password": "short"}).status_code == 200
    assert not Person.objects.filter(email="new@ours.example").exists()
    assert guest.post(link, {"password": PASSWORD}).status_code == 302
    person = Person.objects.get(email="new@ours.example")
    assert person.check_password(PASSWORD)
    assert [one.office for one in person.holdings.all()] == ["staff"]
    assert guest.post(link, {"password": "another long pass phrase"}).status_code == 404
    secret = link.rstrip("/").rpartition("/")[2]
    assert secret not in str(list(Invitation.objects.values()))


def test_a_link_ends_after_a_week_and_by_its_withdrawal(people):
    firm, owner = people.firms["ours"], people.actor("ours.owner")
    invitation, secret = actions.invite(owner, firm, **NEW)
    with clock.at(clock.now() + timedelta(days=8)), pytest.raises(Refused):
        actions.accept(owner, secret, password=PASSWORD)
    actions.withdraw(owner, firm, invitation=invitation)
    with pytest.raises(Refused):
        actions.accept(owner, secret, password=PASSWORD)


def test_who_has_an_account_takes_a_second_office_with_its_password_alone(people):
    told = {**NEW, "email": "owner@other.example"}
    _, secret = actions.invite(people.actor("ours.owner"), people.firms["ours"], **told)
    person = people.holdings["other.owner"].person
    with pytest.raises(Refused):
        actions.accept(people.actor("other.owner"), secret, password="not the password at all")
    actions.accept(people.actor("other.owner"), secret, password=PASSWORD)
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    assert person.holdings.count() == 2


def test_a_coordinator_names_no_owner_where_there_is_one_and_never_the_own_person(people):
    coordinator = people.actor("coordinator")
    told = {"email": "x@y.example", "name": "엑스", "office": "owner"}
    with pytest.raises(Refused):
        actions.invite(coordinator, people.firms["ours"], **told)
    firm = Firm.objects.create(
        number="124-81-00998", name="새", trade="18113", region="서울 중구", latitude=1, longitude=1
    )
    with pytest.raises(Refused):
        actions.invite(coordinator, firm, **{**told, "office": "staff"})
    with pytest.raises(Refused):
        actions.invite(coordinator, firm, **{**told, "email": "coordinator@association.example"})
    actions.invite(coordinator, firm, **told)
    with pytest.raises(NotAllowed):
        actions.invite(people.actor("other.owner"), firm, **told)


def test_the_last_owner_and_the_last_coordinator_stay(people):
    for who in ("ours.owner", "coordinator"):
        with pytest.raises(Refused) as refused:
            actions.end(people.actor(who), people.holdings[who])
        assert [fault.code for fault in refused.value.faults] == ["last-one"]
    actions.end(people.actor("ours.owner"), people.holdings["ours.staff"])
    assert people.client("ours.staff").get("/members/mine/").status_code == 403


def test_a_token_is_shown_once_acts_for_its_office_and_dies_with_it(people):
    holding = people.holdings["ours.staff"]
    with pytest.raises(NotFresh):
        actions.make_token(people.actor("ours.staff", fresh=False), holding, label="재고")
    _token, secret = actions.make_token(people.actor("ours.staff"), holding, label="재고")
    assert secret not in str(Token.objects.values().get())
    browser = people.client("anyone")
    header = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    assert browser.get("/api/members/firms", **header).status_code == 200
    assert browser.get("/members/mine/", **header).status_code == 302  # the API's addresses alone
    assert browser.get("/api/members/offers", **header).status_code == 403  # staff see no price
    actions.end(people.actor("ours.owner"), holding)
    assert browser.get("/api/members/firms", **header).status_code == 401
    with pytest.raises(NotAllowed):
        actions.make_token(people.actor("ours.owner"), people.holdings["other.owner"], label="x")


def test_a_firm_that_leaves_takes_its_people_and_offers_with_it(people):
    owner, firm = people.actor("ours.owner"), people.firms["ours"]
    with scope(**owner.scopes()):
        firms.leave(owner, firm)
    assert not Holding.objects.filter(firm=firm, ended__isnull=True).exists()
    assert firm.standing == "left"
