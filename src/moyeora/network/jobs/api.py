"""The API of ``jobs``: how far a job is that you started."""

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from moyeora.network.jobs.failures import remedy
from moyeora.network.jobs.models import Job
from moyeora.network.jobs.permissions import visible

router = Router(tags=["jobs"])


class Progress(Schema):
    """``state``: waiting, running, done, failed or stopped; ``progress``: 0 .. 1000; ``failure``:
    what to do, when it failed; ``url``: where the result is, when it is done.
    """

    id: UUID
    kind: str
    state: str
    progress: int
    note: str
    failure: str
    url: str | None


@router.get("/{uuid:job_id}", response=Progress)
def job(request: HttpRequest, job_id: UUID) -> dict[str, object]:
    """A job of your own or of your firm."""
    found = get_object_or_404(Job, visible(request.actor), id=job_id)
    return {
        "id": found.id,
        "kind": found.kind,
        "state": found.state,
        "progress": found.progress,
        "note": found.note,
        "failure": remedy(found.failure),
        "url": (found.result or {}).get("url"),
    }
