"""What the worker does every night for members: nothing is kept that nobody needs any more."""

from datetime import timedelta
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from moyeora.network.frame.actor import CLOCK
from moyeora.network.frame.clock import now
from moyeora.network.frame.faults import Refused
from moyeora.network.jobs.kinds import daily
from moyeora.network.jobs.work import Task
from moyeora.network.members import once
from moyeora.network.members.actions.imports import drop
from moyeora.network.members.imports import store
from moyeora.network.members.models import Upload
from moyeora.network.members.search.index import index_expired

UNFINISHED: Final = timedelta(days=14)
"""How long a table waits to be finished. Whoever sent it is reminded of it every morning."""


@daily("members.uploads", title=_("Clearing away tables that nobody finished"))
def clear_uploads(task: Task) -> dict[str, int]:
    """Give up the tables that nobody finished, and remove rows that belong to none."""
    open_ones = Upload.objects.filter(state__in=(Upload.State.OPEN, Upload.State.FAILED))
    dropped = 0
    for upload in open_ones.filter(created__lt=now() - UNFINISHED):
        try:
            drop(CLOCK, upload)
        except Refused:
            continue  # begun between the query and now
        dropped += 1
    waiting = Upload.objects.filter(
        state__in=(Upload.State.OPEN, Upload.State.RUNNING, Upload.State.FAILED)
    )
    return {"dropped": dropped, "removed": store.clear(set(waiting.values_list("id", flat=True)))}


@daily("members.expired", title=_("Certificates that ran out"))
def expired(task: Task) -> dict[str, Any]:
    """Take certificates that ran out from what is searched."""
    return {"firms": index_expired()}


@daily("members.keys", title=_("Forgetting used keys of the API"))
def forget_keys(task: Task) -> dict[str, int]:
    """Remove idempotency keys that are past their days."""
    return {"keys": once.forget()}
