"""The world of the tests: an association, an agency, and three firms of which two work together."""

from dataclasses import dataclass

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from moyeora.network.frame.actor import Actor, Office
from moyeora.network.members.acting import actor_of
from moyeora.network.members.models import Firm, Holding, Person

PASSWORD = "a long enough pass phrase"


@dataclass
class People:
    """One person of each kind; ``client(who)`` is their browser, ``actor(who)`` acts for them."""

    firms: dict[str, Firm]
    holdings: dict[str, Holding]

    def actor(self, who: str, *, fresh: bool = True) -> Actor:
        return actor_of(self.holdings[who], fresh=fresh)

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
    """``ours`` and ``partner`` share consortia in tests that make one; ``other`` is outside."""
    with scopes_disabled():
        firms = {
            "ours": make_firm("281-97-27990", "가나디엠"),
            "partner": make_firm("665-21-26398", "다라인쇄"),
            "other": make_firm("435-96-26475", "마바디자인"),
        }
        holdings = {}
        for firm_key, firm in firms.items():
            for office in (Office.OWNER, Office.STAFF, Office.ACCOUNTANT):
                holdings[f"{firm_key}.{office.value}"] = _hold(
                    f"{office.value}@{firm_key}.example", office, firm
                )
        for office in (Office.COORDINATOR, Office.BOARD, Office.REVIEWER, Office.AUDITOR):
            holdings[office.value] = _hold(f"{office.value}@association.example", office, None)
    return People(firms, holdings)


def _hold(email: str, office: Office, firm: Firm | None) -> Holding:
    person = Person.objects.create_person(email, f"{office.label} {email}", PASSWORD)
    return Holding.objects.create(person=person, office=office, firm=firm)
