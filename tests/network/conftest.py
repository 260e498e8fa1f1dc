"""The world of the tests: an association, an agency, and three firms of which two work together."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.management.commands import flush
from django.db import connections
from django.test import Client
from django_scopes import scopes_disabled
from hypothesis import HealthCheck, settings
from tests.network.consortia_world import MORNING, World, fill
from tests.network.processes import empty_database, migrated, own_database  # noqa: F401

from moyeora.network.frame import clock
from moyeora.network.frame.actor import Actor, Office
from moyeora.network.frame.ids import new_id
from moyeora.network.journal import append_only
from moyeora.network.members.acting import actor_of
from moyeora.network.members.models import Firm, Holding, Person

# Machines differ in speed, and what is promised here is not speed.
settings.register_profile("network", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("network")

PASSWORD = "a long enough pass phrase"


@pytest.fixture(autouse=True, scope="session")
def flush_the_journal_too() -> None:
    """Tests with transactions of their own empty the tables, which journal and ledger forbid."""
    handle = flush.Command.handle

    def lifted(self: flush.Command, **options: object) -> None:
        connection = connections[str(options["database"])]
        append_only.remove(connection)
        role = "SET session_replication_role = {}"  # the ledger's triggers rest in the role replica
        postgresql = connection.vendor == "postgresql"
        if postgresql:
            connection.cursor().execute(role.format("replica"))
        handle(self, **options)
        if postgresql:
            connection.cursor().execute(role.format("origin"))
        append_only.install(connection)

    flush.Command.handle = lifted


@dataclass
class People:
    """One person of each kind; ``client(who)`` is their browser, ``actor(who)`` acts for them."""

    firms: dict[str, Firm]
    holdings: dict[str, Holding]

    def actor(self, who: str, *, fresh: bool = True) -> Actor:
        return actor_of(self.holdings[who], fresh=fresh)

    def audits(self, consortium: Any) -> None:
        """Make the auditor that of this consortium."""
        holding = self.holdings["auditor"]
        holding.consortium, holding.place = consortium.id, consortium.title
        holding.save(update_fields=["consortium", "place"])

    def client(self, who: str) -> Client:
        browser = Client()
        if who != "anyone":
            browser.force_login(
                self.holdings[who].person,
                backend="allauth.account.auth_backends.AuthenticationBackend",
            )
        return browser


def make_firm(number: str, name: str, trade: str = "18113") -> Firm:
    return Firm.objects.create(
        number=number,
        name=name,
        trade=trade,
        region="서울 중구",
        latitude="37.5636",
        longitude="126.9976",
        employees=12,
    )


@pytest.fixture
def people(db: None) -> People:
    return make_people()


def make_people() -> People:
    """``ours`` and ``partner`` share consortia in tests that make one; ``other`` is outside."""
    with scopes_disabled():
        firms = {
            "ours": make_firm("281-97-27990", "가나디엠"),
            "partner": make_firm("665-21-26398", "다라인쇄"),
            "other": make_firm("435-96-26475", "마바디자인"),
        }
        people = People(firms, {})
        for firm_key in firms:
            hold_offices(people, firm_key)
        for office in (Office.COORDINATOR, Office.BOARD, Office.REVIEWER):
            email = f"{office.value}@association.example"
            people.holdings[office.value] = _hold(email, office, None)
        # Of no consortium that is there: see ``audits``.
        auditor = _hold("auditor@audit.example", Office.AUDITOR, None, consortium=new_id())
        people.holdings["auditor"] = auditor
    return people


def hold_offices(people: People, firm_key: str) -> None:
    """An owner, staff and an accountant for a firm."""
    for office in (Office.OWNER, Office.STAFF, Office.ACCOUNTANT):
        people.holdings[f"{firm_key}.{office.value}"] = _hold(
            f"{office.value}@{firm_key}.example", office, people.firms[firm_key]
        )


def _hold(email: str, office: Office, firm: Firm | None, **more: Any) -> Holding:
    person = Person.objects.create_person(email, f"{office.label} {email}", PASSWORD)
    return Holding.objects.create(person=person, office=office, firm=firm, **more)


@pytest.fixture
def world(db: None, settings: Any) -> Iterator[World]:
    """Formation's sample of 780 firms as members, on a morning in November 2026."""
    # The thread that renews a lease cannot write beside the test's own transaction.
    settings.JOB_LEASE = timedelta(hours=1)
    with clock.at(MORNING):
        yield fill()
