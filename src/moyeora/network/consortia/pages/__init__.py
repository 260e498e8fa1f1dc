"""The pages of this room: items, proposals, consortia and seats, closed items."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import rules
from django.http import HttpRequest, HttpResponse

from moyeora.network.frame.faults import NotAllowed


def may(
    permission: str,
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A page for those whose office has the permission; what they see of it, scopes say."""

    def decorate(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(page)
        def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
            if not rules.has_perm(permission, request.actor):
                raise NotAllowed(permission)
            return page(request, *arguments, **named)

        return guarded

    return decorate
