"""The page of a job: how far it is, how it ended, what to do then."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from moyeora.network.jobs import actions
from moyeora.network.jobs.failures import remedy
from moyeora.network.jobs.kinds import KINDS
from moyeora.network.jobs.models import Job, State
from moyeora.network.jobs.permissions import visible
from moyeora.network.jobs.work import ahead

STOP_POLLING = 286  # htmx's own status: take this answer, and ask no more


@require_safe
@login_required
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The whole page, or for htmx, which asks every second, its part that changes."""
    found = _of(request, job_id)
    kind = KINDS.get(found.kind)
    context = {
        "job": found,
        "title": kind.title if kind else found.kind,
        "ahead": ahead(found.id) if found.state == State.WAITING else 0,
        "failure": remedy(found.failure),
        "url": (found.result or {}).get("url"),
    }
    if request.htmx:
        status = STOP_POLLING if found.over else 200
        response = render(request, "jobs/progress.html", context, status=status)
    else:
        response = render(request, "jobs/job.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@login_required
def stop(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Stop it, and back to its page."""
    actions.stop(request.actor, _of(request, job_id))
    return redirect("job", job_id)


@require_POST
@login_required
def again(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Begin it again, and back to its page."""
    actions.again(request.actor, _of(request, job_id))
    return redirect("job", job_id)


def _of(request: HttpRequest, job_id: UUID) -> Job:
    return get_object_or_404(Job, visible(request.actor), id=job_id)
