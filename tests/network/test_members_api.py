"""The API of members answers as its description says, whatever is sent."""

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django_scopes import scope
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from moyeora.network.members.actions import offers
from moyeora.network.members.actions.people import make_token

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.mark.parametrize("who", ["ours.owner", "coordinator", "anyone"])
def test_whatever_is_sent_is_answered_as_described(people, who):
    owner = people.actor("ours.owner")
    with scope(**owner.scopes()):
        offer = offers.enter(
            owner,
            people.firms["ours"],
            written={"capability": "prepress", "price": "3", "capacity": "900"},
        )
    headers = {}
    if who != "anyone":
        _token, secret = make_token(people.actor(who), people.holdings[who], label="재고")
        headers = {"Authorization": f"Bearer {secret}"}
    known = {"offer": str(offer.id), "firm": str(offer.firm_id)}
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", WSGIHandler())
    statuses: set[int] = set()
    for found in schema.include(path_regex="^/api/members/").get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=6,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def knock(case):
            for real in (False, True):
                if real:
                    case.path_parameters = {
                        name: known.get(name, value)
                        for name, value in (case.path_parameters or {}).items()
                    }
                answer = case.call_and_validate(headers=headers, checks=CHECKS)
                statuses.add(answer.status_code)

        knock()
    assert statuses >= {"ours.owner": {200, 422}, "anyone": {401}}.get(who, {200, 403})
