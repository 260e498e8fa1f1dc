"""A consortium of three firms whose seats are all taken, ready for its agreement."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from django_scopes import scope, scopes_disabled
from tests.network.conftest import People, hold_offices, make_firm

from moyeora.network.consortia.agreements import actions as agreements
from moyeora.network.consortia.models import Consortium, Item, Party, Seat, SeatTerms
from moyeora.network.frame.actor import Actor
from moyeora.network.frame.clock import now
from moyeora.network.members.models import BankAccount

SEATS = {  # firm: (seat, quantity, unit, offered price, own cost)
    "ours": ("고객 자료 분석", 300_000, "record", 9_300_000, 7_000_000),
    "partner": ("디지털 가변 인쇄", 300_000, "piece", 41_100_000, 36_500_000),
    "third": ("봉입과 우편 발송", 300_000, "piece", 21_700_000, None),
}


def agreeing(people: People) -> Consortium:
    """``ours`` leads; ``partner`` and ``third`` have accepted; ``other`` stays outside."""
    moment = datetime.now(UTC)
    with scopes_disabled():
        if "third" not in people.firms:
            people.firms["third"] = make_firm("124-40-33915", "사아물류", "49301")
            hold_offices(people, "third")
        item = Item.objects.create(
            owner=people.firms["ours"],
            title="백화점 고객 30만 명 개인화 우편",
            start=date(2027, 1, 4),
            due=date(2027, 3, 28),
            budget=80_000_000,
            price=90_000_000,
            place="서울 중구",
            latitude="37.5636",
            longitude="126.9976",
            state=Item.State.CLOSED,
            created=moment,
            created_by=people.holdings["ours.owner"].person_id,
        )
        consortium = Consortium.objects.create(
            item=item,
            title=item.title,
            lead=people.firms["ours"],
            state=Consortium.State.AGREEING,
            created=moment,
        )
        for at, (key, (title, quantity, unit, cost, own)) in enumerate(SEATS.items()):
            firm = people.firms[key]
            Party.objects.create(consortium=consortium, firm=firm, since=moment)
            seat = Seat.objects.create(
                consortium=consortium,
                firm=firm,
                need=f"need-{at}",
                title=title,
                role="production",
                quantity=quantity,
                unit=unit,
                state=Seat.State.ACCEPTED,
                deadline=moment + timedelta(days=7),
                answered=moment,
            )
            SeatTerms.objects.create(seat=seat, cost=cost, own_cost=own, currency="KRW")
    return consortium


def agreed(people: People, **changes) -> Consortium:
    """The same with an agreement in force, and a bank account of each firm in use."""
    consortium = agreeing(people)
    with acting(people.actor("ours.owner")) as actor:
        terms = replace(agreements.first_terms(consortium), customer="한빛백화점", **changes)
        agreements.write_draft(actor, consortium, terms=terms)
        agreement = agreements.offer_for_signature(actor, consortium, days=14)
    for key in SEATS:
        with acting(people.actor(f"{key}.owner")) as actor:
            agreement = agreements.sign(actor, agreement, text_hash=agreement.text_hash)
    with scopes_disabled():
        for key in SEATS:
            BankAccount.objects.create(
                firm=people.firms[key],
                bank="기업은행",
                number=f"110-{key}",
                holder=key,
                state=BankAccount.State.USED,
                asked_by=people.holdings[f"{key}.owner"].person_id,
                asked_at=now(),
                used_from=now(),
            )
    consortium.refresh_from_db()
    return consortium


@contextmanager
def acting(actor: Actor):
    """As within a request of the actor."""
    with scope(**actor.scopes()):
        yield actor
