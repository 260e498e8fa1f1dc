"""The header ``Idempotency-Key``: a request that is sent again is carried out once.

A firm's software that hears no answer cannot know whether its request arrived, and sends it again.
Under a key of its own choice (draft-ietf-httpapi-idempotency-key-header) the second one answers
with what the first has made. The key is written in the action's own transaction: what was refused
or broke off has used none.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Final, TypeVar

from django.db.models import Manager, Model
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Header

from moyeora.network.frame.clock import now
from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.journal.action import together
from moyeora.network.members.models import IdempotencyKey

M = TypeVar("M", bound=Model)
HEADER: Final = "Idempotency-Key"
KEPT: Final = timedelta(days=7)

Key = Annotated[
    str | None,
    Header(
        None,
        alias=HEADER,
        min_length=1,
        max_length=100,
        pattern=r"^[\x21-\x7e]+$",
        description="Of your choice, a UUID say. For seven days the same request under the same "
        "key is carried out once, and answered with what it made.",
    ),
]
"""The type of an operation's argument ``key``."""


def once(request: HttpRequest, key: str | None, made: "Manager[M]", do: Callable[[], M]) -> M:
    """What ``do`` makes; or, where this request was carried out under the key before, what it made
    then, as it is now. ``made`` finds it in the reader's scope.

    Raises Refused when the key was used for another request.
    """
    if key is None:
        return do()
    body = hashlib.sha256(request.body).hexdigest()
    asked = hashlib.sha256(f"{request.method} {request.path} {body}".encode()).hexdigest()
    with together():
        # Of two at once the second waits here for the first one's end.
        used, new = IdempotencyKey.objects.get_or_create(
            holding=request.holding, key=key, defaults={"request": asked, "at": now()}
        )
        if not new and used.request != asked:
            raise Refused(
                Fault(
                    HEADER,
                    _("This key was used for another request."),
                    _("Use a new one for each request."),
                    "key-used",
                )
            )
        if not new:
            return made.get(pk=used.made)
        thing = do()
        used.made = thing.pk
        used.save(update_fields=["made"])
    return thing


def forget() -> int:
    """Remove the keys that are past their days; returns how many."""
    count, _of = IdempotencyKey.objects.filter(at__lt=now() - KEPT).delete()
    return count
