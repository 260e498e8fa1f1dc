"""The demonstration network comes by one command and goes by one, leaving what is real."""

from datetime import date
from pathlib import Path

import pytest
from django_scopes import scopes_disabled

from moyeora.formation.item import read_item
from moyeora.formation.problem import build
from moyeora.formation.program import Limits
from moyeora.formation.solve import solve
from moyeora.network.demo import filling
from moyeora.network.frame.actor import CLOCK
from moyeora.network.frame.faults import Refused
from moyeora.network.members import directory
from moyeora.network.members.demo import PEOPLE
from moyeora.network.members.models import Firm, Holding, Offer, Person, Tie

EXAMPLE = Path(__file__).parents[2] / "examples/department-store/item.toml"


def counts() -> dict[str, int]:
    with scopes_disabled():
        return {
            model.__name__: model.objects.count() for model in (Firm, Offer, Tie, Person, Holding)
        }


def test_it_comes_twice_as_once_and_goes_leaving_what_is_real(people):
    before = counts()
    filling.fill(CLOCK, None)
    full = counts()
    assert full["Firm"] == before["Firm"] + 780 - 3  # three real firms have numbers of it
    assert full["Person"] == before["Person"] + len(PEOPLE) - 3  # their people are not made up
    filling.fill(CLOCK, None)
    assert counts() == full
    filling.empty(people.actor("coordinator"), None)
    assert counts() == before


def test_its_people_own_the_firms_that_formation_chooses(db):
    filling.fill(CLOCK, None)
    item = read_item(EXAMPLE, date(2026, 11, 24))
    outcome = solve(build(item, directory.members()), Limits(workers=1, seconds=30))
    assert outcome.proven
    owned = {one.firm for one in PEOPLE if one.office == "owner"}
    assert {item.owner, *outcome.plan.firms} <= owned


def test_a_made_up_coordinator_does_not_leave_the_network_without_one(people):
    Person.objects.filter(email="coordinator@association.example").update(made_up=True)
    with pytest.raises(Refused):
        filling.empty(people.actor("coordinator"), None)


def test_the_past_consortia_come_with_it(db):
    from moyeora.network.consortia.models import Consortium

    demo = pytest.importorskip("moyeora.network.consortia.demo")
    filling.fill(CLOCK, None)
    with scopes_disabled():
        assert Consortium.objects.filter(made_up=True).count() == 27
    filling.empty(CLOCK, None)
    with scopes_disabled():
        assert not Consortium.objects.filter(made_up=True).exists()
    assert demo
