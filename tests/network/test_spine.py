"""The frame holds: pages ask for sign-in, queries without a scope fail."""

import pytest
from django_scopes import ScopeError

from moyeora.network.consortia.models import Consortium
from moyeora.network.members.models import Terms


def test_nobody_sees_a_page_without_signing_in(people):
    assert people.client("anyone").get("/").headers["Location"].startswith("/account/login/")
    assert people.client("ours.owner").get("/").status_code == 200


@pytest.mark.parametrize("model", [Terms, Consortium])
def test_a_query_without_a_scope_fails(db, model):
    with pytest.raises(ScopeError):
        list(model.objects.all())
