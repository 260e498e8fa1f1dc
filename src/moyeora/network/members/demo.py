"""The members' half of a made-up network: firms, offers, ties, and people who sign in.

Everything is marked ``made_up``, and :func:`empty` removes exactly that. Where a real firm has the
number of a made-up one, the real one is left alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from moyeora.formation.sample import PastConsortium, sample
from moyeora.network.frame.actor import Office
from moyeora.network.frame.clock import now, today
from moyeora.network.frame.faults import Fault
from moyeora.network.members.models import (
    BankAccount,
    Certificate,
    Exclusion,
    Firm,
    Holding,
    Offer,
    Person,
    Terms,
    Tie,
)
from moyeora.network.members.search.index import index

FIRMS: Final = 780
SEED: Final = 7
MAIL: Final = "demo.example"


@dataclass(frozen=True)
class Sign:
    """Somebody to sign in as: name of the e-mail, of the person, the office, and the firm."""

    name: str
    person: str
    office: Office
    firm: str = ""

    @property
    def email(self) -> str:
        return f"{self.name}@{MAIL}"


# The firm that enters examples/department-store/item.toml; the five firms that formation proves
# best for it (a test holds that); and who steps in where one of them declines ("instead").
PEOPLE: Final = (
    Sign("owner", "김하늘", Office.OWNER, "281-97-27990"),
    Sign("staff", "이도윤", Office.STAFF, "281-97-27990"),
    Sign("accountant", "박서연", Office.ACCOUNTANT, "281-97-27990"),
    Sign("owner.print", "최민준", Office.OWNER, "129-75-79994"),
    Sign("owner.software", "정지우", Office.OWNER, "234-55-85198"),
    Sign("owner.analysis", "강예준", Office.OWNER, "486-92-70234"),
    Sign("owner.design", "조수아", Office.OWNER, "542-18-43191"),
    Sign("owner.mail", "윤시우", Office.OWNER, "673-79-29117"),
    Sign("instead.print", "오지호", Office.OWNER, "391-77-40313"),
    Sign("instead.software", "신유나", Office.OWNER, "549-80-73354"),
    Sign("instead.analysis", "권태윤", Office.OWNER, "250-16-40156"),
    Sign("instead.design", "황채원", Office.OWNER, "609-10-80872"),
    Sign("instead.mail", "안재민", Office.OWNER, "230-51-50632"),
    Sign("instead.mail2", "송다은", Office.OWNER, "356-27-56874"),
    Sign("coordinator", "장은서", Office.COORDINATOR),
    Sign("board", "임건우", Office.BOARD),
    Sign("reviewer", "한유진", Office.REVIEWER),
)


def fill_firms(firms: int = FIRMS, seed: int = SEED) -> tuple[PastConsortium, ...]:
    """Make the firms of formation's sample, with offers, terms, ties and exclusions; gives the
    past consortia behind the ties. What is there already stays.
    """
    network = sample(firms, seed)
    rows = network.members.to_dicts()
    there = set(Firm.objects.values_list("number", flat=True))
    day = today()
    random = np.random.default_rng([seed, firms, 1])
    made: dict[str, Firm] = {}
    certificates: list[Certificate] = []
    for row in rows:
        if row["firm"] in made or row["firm"] in there:
            continue
        made[row["firm"]] = firm = _firm(row, day)
        certificates += [
            Certificate(
                firm=firm, name=name, expires=day + timedelta(days=int(random.integers(60, 1000)))
            )
            for name in filter(None, row["certificates"].split(";"))
        ]
    Firm.objects.bulk_create(made.values(), batch_size=500)
    Certificate.objects.bulk_create(certificates, batch_size=500)
    offers = [(_offer(made[row["firm"]], row), row) for row in rows if row["firm"] in made]
    Offer.objects.bulk_create((offer for offer, _row in offers), batch_size=500)
    Terms.objects.bulk_create((_terms(offer, row) for offer, row in offers), batch_size=500)
    for model, table in ((Tie, network.ties), (Exclusion, network.exclusions)):
        model.objects.bulk_create(_pairs(model, table.to_dicts(), made), batch_size=500)
    index(firm.id for firm in made.values())
    return network.past


def fill_people(password: str) -> None:
    """Make the people of :data:`PEOPLE`, all with one password; who is there stays."""
    there = set(Person.objects.values_list("email", flat=True))
    firms = {firm.number: firm for firm in Firm.objects.filter(made_up=True)}
    hashed = make_password(password)  # hashing is slow on purpose: once for all of them
    moment = now()
    for sign in PEOPLE:
        firm = firms.get(sign.firm)
        if sign.email in there or (sign.firm and firm is None):
            continue
        person = Person.objects.create(
            email=sign.email, name=sign.person, password=hashed, made_up=True
        )
        Holding.objects.create(person=person, office=sign.office, firm=firm, since=moment)


def empty() -> set[UUID]:
    """Remove all that is made up, and give its firms; what hangs on them must be gone."""
    ids = set(Firm.objects.filter(made_up=True).values_list("id", flat=True))
    BankAccount.objects.filter(firm__made_up=True).delete()
    Terms.objects.filter(offer__firm__made_up=True).delete()
    Person.objects.filter(made_up=True).delete()
    Firm.objects.filter(made_up=True).delete()
    index(ids)
    return ids


def told_of(firms: int) -> str:
    """What was removed, in the reader's language."""
    return _("%(firms)d made-up firms were removed.") % {"firms": firms}


def not_removable() -> Fault:
    """Why the made-up firms cannot go, in the reader's language."""
    return Fault(
        "",
        _("Orders or payments were recorded with made-up firms, and such records are kept."),
        _("Begin with an empty database for your real work."),
    )


def _firm(row: dict[str, Any], day: date) -> Firm:
    return Firm(
        number=row["firm"],
        name=row["name"],
        trade=row["trade"],
        region=row["region"],
        latitude=Decimal(str(row["latitude"])),
        longitude=Decimal(str(row["longitude"])),
        employees=row["employees"],
        made_up=True,
        joined=day,
    )


def _offer(firm: Firm, row: dict[str, Any]) -> Offer:
    return Offer(
        firm=firm,
        capability=row["capability"],
        unit=row["unit"],
        lead_days=row["lead_days"],
        free_capacity=any(week != "0" for week in row["capacity"].split(";")),
    )


def _terms(offer: Offer, row: dict[str, Any]) -> Terms:
    same = ("price", "own_cost", "setup_cost", "capacity", "lot", "smallest", "largest")
    record = ("defect_ppm", "orders", "line")
    return Terms(
        offer=offer,
        price_breaks=row["price_breaks"] or "",
        on_time=Decimal(str(row["on_time"])),
        **{name: row[name] for name in (*same, *record)},
    )


def _pairs(model: Any, rows: list[dict[str, Any]], made: dict[str, Firm]) -> Iterator[Any]:
    for row in rows:
        a, b = made.get(row.pop("firm_a")), made.get(row.pop("firm_b"))
        if a is not None and b is not None:
            low, high = sorted((a, b), key=lambda firm: firm.id)
            yield model(a=low, b=high, **row)
