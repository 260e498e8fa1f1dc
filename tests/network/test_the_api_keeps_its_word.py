"""Schemathesis calls every operation of the OpenAPI description with what it allows and forbids.

No answer is a server error, and each is one that the description tells of: status, content type and
shape. Asked as the association's coordinator and as a firm's owner, each by a token.
"""

import hashlib

import pytest
import schemathesis
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.network.permissions import Call, given, table

from moyeora.network.members.models import Token
from moyeora.network.wsgi import application

schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


API = table("API")


@pytest.fixture
def keys(people):
    """A token for each of two people."""
    for who in ("coordinator", "ours.owner"):
        digest = hashlib.sha256(who.encode()).hexdigest()
        Token.objects.create(holding=people.holdings[who], label="test", digest=digest)
    return ("coordinator", "ours.owner")


@pytest.fixture
def there(people):
    """The arguments of an operation's path, of something made once for all its cases."""
    made = {}

    def arguments(name: str) -> dict:
        if name in API and name not in made:
            made[name] = given(API[name][0], people).get(name, Call()).arguments
        return made.get(name, {})

    return arguments


@schema.parametrize()
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_is_described(keys, there, case):
    """The coordinator asks for what was made up, the owner for something that is there."""
    found = there(f"{case.method} {case.path.removeprefix('/api')}")
    for key, arguments in zip(keys, ({}, found), strict=True):
        case.path_parameters.update({name: str(value) for name, value in arguments.items()})
        with transaction.atomic():
            case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)
            transaction.set_rollback(True)
