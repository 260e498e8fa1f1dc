"""A network in which consortia can be formed: formation's sample as members, and their owners."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.test import Client
from django_scopes import scope, scopes_disabled

from moyeora.formation.sample import sample
from moyeora.network.consortia import actions
from moyeora.network.consortia.models import Consortium, Item, Proposal, Seat
from moyeora.network.frame import clock
from moyeora.network.frame.actor import Actor, Office
from moyeora.network.jobs.work import work
from moyeora.network.members.acting import actor_of
from moyeora.network.members.models import (
    Certificate,
    Exclusion,
    Firm,
    Holding,
    Offer,
    Person,
    Terms,
    Tie,
)

SEOUL = ZoneInfo("Asia/Seoul")
MORNING = datetime(2026, 11, 24, 9, tzinfo=SEOUL)
OWNER = "281-97-27990"

SMALL: dict[str, Any] = {
    "item": {
        "title": "우편 3만 통",
        "start": date(2027, 1, 4),
        "due": date(2027, 3, 28),
        "budget": 40_000_000,
        "price": 45_000_000,
        "place": "서울 중구",
    },
    "need": [
        {
            "id": "design",
            "title": "디자인",
            "role": "design",
            "capability": ["graphic-design"],
            "quantity": 10,
            "split": False,
        },
        {
            "id": "print",
            "title": "인쇄",
            "role": "production",
            "capability": ["digital-printing"],
            "quantity": 30_000,
            "after": ["design"],
        },
    ],
    "wishes": {"order": ["cost"], "firms_max": 8},
}


@dataclass
class World:
    """``actor(number)`` acts for a firm's owner; ``doing`` is inside that actor's scope."""

    holdings: dict[tuple[str, Office], Holding] = field(default_factory=dict)

    def holding(self, number: str, office: Office = Office.OWNER) -> Holding:
        if (number, office) not in self.holdings:
            firm = Firm.objects.get(number=number)
            email = f"{office.value}@{number}.example"
            person = Person.objects.create_person(email, f"{office.value} {firm.name}")
            held = Holding.objects.create(person=person, office=office, firm=firm)
            self.holdings[number, office] = held
        return self.holdings[number, office]

    def actor(self, number: str, office: Office = Office.OWNER, *, fresh: bool = True) -> Actor:
        return actor_of(self.holding(number, office), fresh=fresh)

    @contextmanager
    def doing(self, number: str, office: Office = Office.OWNER) -> Any:
        actor = self.actor(number, office)
        with scope(**actor.scopes()):
            yield actor

    def client(self, number: str, office: Office = Office.OWNER) -> Client:
        browser = Client()
        browser.force_login(
            self.holding(number, office).person,
            backend="allauth.account.auth_backends.AuthenticationBackend",
        )
        return browser

    def opened(self, table: dict[str, Any] = SMALL, owner: str = OWNER) -> Item:
        with self.doing(owner) as actor:
            item = actions.create_item(actor, Firm.objects.get(number=owner), table=table)
            return actions.open_item(actor, item)

    def proposed(self, item: Item) -> Proposal:
        with self.doing(item.owner.number) as actor:
            actions.propose(actor, item)
        work(until_idle=True)
        return newest(item)

    def invited(
        self, table: dict[str, Any] = SMALL, days: int = 7, owner: str = OWNER
    ) -> Consortium:
        proposal = self.proposed(self.opened(table, owner))
        with self.doing(owner) as actor:
            return actions.invite(actor, proposal, deadline=clock.now() + timedelta(days=days))

    def accept(self, seat: Seat) -> None:
        with self.doing(seat.firm.number) as actor:
            actions.accept(actor, seat)

    def decline(self, seat: Seat, reason: str = "기계가 모두 차 있습니다.") -> None:
        with self.doing(seat.firm.number) as actor:
            actions.decline(actor, seat, reason=reason)


def newest(item: Item) -> Proposal:
    with scopes_disabled():
        return Proposal.objects.filter(item=item).first()


def seats(consortium: Consortium, *states: Seat.State) -> list[Seat]:
    with scopes_disabled():
        found = Seat.objects.filter(consortium=consortium).select_related("firm", "consortium")
        return list(found.filter(state__in=states) if states else found)


def fill(firms: int = 780, seed: int = 7) -> World:
    """Formation's sample network as members."""
    made = sample(firms, seed)
    by_number: dict[str, Firm] = {}
    offers, terms, certificates = [], [], []
    for row in made.members.to_dicts():
        number = row["firm"]
        if number not in by_number:
            by_number[number] = Firm(
                number=number,
                name=row["name"],
                trade=row["trade"],
                region=row["region"],
                latitude=f"{row['latitude']:.5f}",
                longitude=f"{row['longitude']:.5f}",
                employees=row["employees"],
            )
            names = filter(None, row["certificates"].split(";"))
            certificates += [Certificate(firm=by_number[number], name=name) for name in names]
        offer = Offer(
            firm=by_number[number],
            capability=row["capability"],
            unit=row["unit"],
            lead_days=row["lead_days"],
        )
        offers.append(offer)
        same = ("price", "own_cost", "setup_cost", "capacity", "lot", "smallest", "largest")
        terms.append(
            Terms(
                offer=offer,
                **{key: row[key] for key in (*same, "defect_ppm", "orders", "line")},
                price_breaks=row["price_breaks"] or "",
                on_time=f"{row['on_time']:.4f}",
            )
        )
    Firm.objects.bulk_create(by_number.values())
    Certificate.objects.bulk_create(certificates)
    Offer.objects.bulk_create(offers)
    with scopes_disabled():
        Terms.objects.bulk_create(terms)

    def pair(row: dict[str, Any]) -> dict[str, Firm]:
        ends = sorted((by_number[row["firm_a"]], by_number[row["firm_b"]]), key=lambda f: f.id)
        return {"a": ends[0], "b": ends[1]}

    Tie.objects.bulk_create(
        Tie(**pair(row), times=row["times"], rating=row["rating"]) for row in made.ties.to_dicts()
    )
    Exclusion.objects.bulk_create(
        Exclusion(**pair(row), reason=row["reason"]) for row in made.exclusions.to_dicts()
    )
    return World()
