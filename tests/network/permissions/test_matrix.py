"""Every door of the application, tried by every kind of person; no door is missing."""

import json
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

import pytest
import rules
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django_scopes import scope
from tests.network.permissions import KINDS, Call, doors, given, read, rooms, table

from moyeora.network.frame.actor import ANYONE
from moyeora.network.frame.faults import NotFresh
from moyeora.network.journal.action import ACTIONS

ASSOCIATION = ("coordinator", "board", "reviewer", "auditor", "anyone")


PAGES, API, ACTS = table("PAGES"), table("API"), table("ACTIONS")


@pytest.mark.parametrize(
    ("rows", "found", "cell"),
    [(PAGES, doors.pages, "ok"), (API, doors.operations, "ok"), (ACTS, doors.actions, "no")],
    ids=["pages", "API operations", "actions"],
)
def test_no_door_is_missing(rows, found, cell):
    missing, gone = sorted(found() - set(rows)), sorted(set(rows) - found())
    assert not missing, "add to the matrix:\n" + "\n".join(
        f"    {name} | {' '.join([cell] * len(KINDS))}" for name in missing
    )
    assert not gone, f"these are no more: {gone}"


each_room = pytest.mark.parametrize("room", rooms(), ids=lambda room: room.__name__.split(".")[-1])


@each_room
def test_a_page_opens_for_whom_it_is(people, room):
    expected = read(getattr(room, "PAGES", ""))
    calls = given(room, people)

    def knock(name: str, browser: Client) -> Any:
        call = calls.get(name, Call())
        method, _, address = name.rpartition(" ")
        path = reverse(address, kwargs=call.arguments) + call.query
        return browser.post(path, call.data) if method == "POST" else browser.get(path)

    assert {name: answers(people, partial(knock, name)) for name in expected} == expected


@each_room
def test_an_operation_answers_whom_it_may(people, room):
    expected = read(getattr(room, "API", ""))
    calls = given(room, people)

    def knock(name: str, browser: Client) -> Any:
        call = calls.get(name, Call())
        method, _, path = name.partition(" ")
        path = "/api" + path.format(**call.arguments) + call.query
        body = json.dumps(call.data, default=str) if method != "GET" else ""
        return browser.generic(method, path, body, content_type="application/json")

    assert {name: answers(people, partial(knock, name)) for name in expected} == expected


@each_room
def test_an_action_is_for_whom_it_is(people, room):
    expected = read(getattr(room, "ACTIONS", ""))
    subjects = given(room, people)
    got = {}
    for name in expected:
        got[name] = {}
        for kind, who in KINDS.items():
            actor = ANYONE if kind == "anyone" else people.actor(who)
            with scope(**actor.scopes()):
                may = rules.has_perm(name, actor, subjects.get(name))
            got[name][kind] = "ok" if may else "no"
    assert got == expected


@each_room
def test_only_a_firm_signs_and_never_by_token(people, room):
    """What binds a firm is never done by the association, by a token, or at an open screen."""
    subjects = given(room, people)
    for name, expected in read(getattr(room, "ACTIONS", "")).items():
        if name not in ACTIONS or not ACTIONS[name].signs:
            continue
        assert {expected[kind] for kind in ASSOCIATION} == {"no"}, name
        for kind in (kind for kind, cell in expected.items() if cell == "ok"):
            actor = people.actor(KINDS[kind], fresh=False)
            with scope(**actor.scopes()), pytest.raises(NotFresh):
                ACTIONS[name].call(actor, subjects.get(name))


def answers(people: Any, knock: Callable[[Client], Any]) -> dict[str, str]:
    """What each kind of person is answered."""
    return {kind: told(tried(people, kind, knock)) for kind in KINDS}


def tried(people: Any, kind: str, knock: Callable[[Client], Any]) -> Any:
    """The answer to one kind of person; what it changed is undone."""
    cache.clear()  # the counts of rate limits
    with transaction.atomic():
        browser = people.client(KINDS[kind])
        browser.raise_request_exception = False
        response = knock(browser)
        if getattr(response, "streaming", False):
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return response


def told(response: Any) -> str:
    """The answer in the words of the matrix."""
    if response.status_code in (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT):
        return "ok"
    if response.status_code in (HTTPStatus.FOUND, HTTPStatus.SEE_OTHER):
        target = response.headers["Location"]
        if target.startswith(reverse("account_login")):
            return "login"
        return "again" if target.startswith(reverse("account_reauthenticate")) else "go"
    return str(response.status_code)
