"""Schemathesis calls every operation of the OpenAPI description with what it allows and forbids.

No answer is a server error, and each is one that the description tells of: status, content type and
shape. Asked as a firm's owner and as the association's coordinator, each by a token, and by anyone.
"""

import hashlib
from collections import Counter

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, settings
from ninja import Schema
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


@pytest.fixture
def there(people):
    """The arguments of an operation's path, of something made once for all its cases."""
    made = {}

    def arguments(name: str) -> dict:
        if name in API and name not in made:
            made[name] = given(API[name][0], people).get(name, Call()).arguments
        return made.get(name, {})

    return arguments


@pytest.fixture(autouse=True)
def open_connection():
    """A request's end must not close the test's own connection, as in Django's test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def asked():
    """How often an operation was asked."""
    return Counter()


@schema.parametrize()
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_is_described(keys, there, asked, case):
    """The owner asks for something that is there, each time. For what was made up the coordinator
    asks now and then, and anyone once: nothing of what they send is looked at further.
    """
    name = f"{case.method} {case.path.removeprefix('/api')}"
    found = there(name)
    if not asked[name]:
        assert ask(case, {}).status_code == 401
    if asked[name] % 4 == 0:
        ask(case, {"Authorization": "Bearer coordinator"})
    asked[name] += 1
    case.path_parameters.update({name: str(value) for name, value in found.items()})
    ask(case, {"Authorization": "Bearer ours.owner"})


def test_no_two_shapes_have_one_name():
    """Of two that are called the same the description would show one for both."""
    shapes = [shape for shape in below(Schema) if shape.__module__.startswith("moyeora.")]
    names = Counter(shape.__name__ for shape in shapes)
    assert not [name for name, count in names.items() if count > 1]
    assert len(names) > 20


def below(shape):
    for one in shape.__subclasses__():
        yield one
        yield from below(one)


def ask(case, headers):
    """The answer to a case, held against the description; what it changed is undone."""
    with transaction.atomic():
        answer = case.call_and_validate(headers=headers, checks=CHECKS)
        transaction.set_rollback(True)
    return answer
