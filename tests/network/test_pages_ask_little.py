"""No page asks the database once for each row that it shows.

In the demonstration network, where lists are long, everybody's pages are visited by their links,
each kind of page once.
"""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from benchmarks.network_pages import links_of
from moyeora.network.demo import filling
from moyeora.network.frame.actor import CLOCK
from moyeora.network.members.models import Person

MOST = 30
PAGES = 60


@pytest.fixture
def demonstration(db):
    filling.fill(CLOCK, None)


def test_every_page_that_links_lead_to(demonstration):
    asked: dict[str, int] = {}
    for name in ("owner", "accountant", "coordinator", "board", "reviewer"):
        browser = Client()
        browser.force_login(
            Person.objects.get(email=f"{name}@demo.example"),
            backend="allauth.account.auth_backends.AuthenticationBackend",
        )
        for path, view in walk(browser):
            with CaptureQueriesContext(connection) as queries:
                browser.get(path)
            asked[view] = max(asked.get(view, 0), len(queries))
    assert len(asked) > 12
    assert {view: count for view, count in asked.items() if count > MOST} == {}


def walk(browser):
    """Addresses by following links, the nearest first: one of each view."""
    waiting, seen = ["/"], {}
    while waiting and len(seen) < PAGES:
        path = waiting.pop(0)
        view = resolve(path.partition("?")[0]).view_name
        if view in seen:
            continue
        answer = browser.get(path)
        assert answer.status_code < 400, f"a link leads to {answer.status_code}: {path}"
        seen[view] = path
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            waiting += links_of(answer.content.decode(), path)
    return [(path, view) for view, path in seen.items()]
