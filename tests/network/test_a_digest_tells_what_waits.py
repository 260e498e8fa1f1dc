"""One mail a day, in the reader's language, without the kinds they turned off."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from django_scopes import scopes_disabled

from moyeora.network.frame import navigation
from moyeora.network.frame.navigation import Waiting
from moyeora.network.jobs.kinds import KINDS
from moyeora.network.members.digest import send_digests


@pytest.fixture(autouse=True)
def two_kinds(monkeypatch):
    """An invitation for owners alone, and a deadline for everybody in a firm."""

    def source(actor):
        if actor.office == "owner":
            yield Waiting("seat", "참여 여부 회신", "/seats/1/", timezone.now() + timedelta(days=2))
        if actor.of_a_firm:
            yield Waiting("proof", "시안 확인", "/proofs/1/")

    monkeypatch.setattr(navigation, "_WAITING", [source])
    monkeypatch.setitem(navigation.KINDS, "seat", "참여 요청")
    monkeypatch.setitem(navigation.KINDS, "proof", "시안")


def to(person):
    return [one for one in mail.outbox if one.to == [person.email]]


def test_everybody_reads_what_waits_for_them_once_a_day(people, time_machine):
    time_machine.move_to("2026-11-24 06:59 +0900", tick=False)
    with scopes_disabled():  # as the worker runs it
        assert KINDS["members.digest"].do(None) == {}
        time_machine.move_to("2026-11-24 07:00 +0900", tick=False)
        assert KINDS["members.digest"].do(None) == {"sent": 9}
    assert len(mail.outbox) == 9  # three people of each firm; nothing waits for the association
    (letter,) = to(people.holdings["ours.owner"].person)
    assert letter.subject == "처리할 일이 2건 있습니다"
    assert "http://127.0.0.1:8000/seats/1/" in letter.body
    assert "2026년 11월 26일 07:00까지" in letter.body
    assert send_digests() == 0
    time_machine.shift(timedelta(days=1))
    assert send_digests() == 9


def test_what_is_turned_off_does_not_come(people):
    owner, staff = (people.holdings[f"ours.{office}"].person for office in ("owner", "staff"))
    people.client("ours.owner").post("/account/", {"notice": ["proof"]})
    people.client("ours.staff").post("/account/", {"notice": []})
    send_digests()
    (letter,) = to(owner)
    assert "시안 확인" in letter.body
    assert "회신" not in letter.body
    assert to(staff) == []
    assert "참여 여부 회신" in people.client("ours.owner").get("/").content.decode()


def test_it_is_written_in_the_language_of_the_pages(people):
    people.client("ours.staff").post("/language/", {"language": "en"})
    send_digests()
    (letter,) = to(people.holdings["ours.staff"].person)
    assert letter.subject == "1 thing waits for you"
