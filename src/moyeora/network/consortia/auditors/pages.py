"""The page of a consortium's auditor: who it is, what that person sees; naming and relieving."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from moyeora.network.consortia.auditors import actions
from moyeora.network.consortia.auditors.forms import NameForm
from moyeora.network.consortia.forms import ReasonForm
from moyeora.network.consortia.models import Appointment, Ballot, Consortium
from moyeora.network.consortia.pages import may
from moyeora.network.frame.actor import Office
from moyeora.network.frame.clock import today
from moyeora.network.frame.faults import NotAllowed
from moyeora.network.frame.forms import entered, sent

USUAL_TERM = timedelta(days=365)


@may("consortia.see")
@require_http_methods(["GET", "POST"])
def auditor(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """Who audits the consortium; a firm's owner names somebody here."""
    consortium = get_object_or_404(Consortium, id=consortium_id)
    owns = actions.owns_a_party(request.actor, consortium)
    form = NameForm(**sent(request), initial={"until": today() + USUAL_TERM})
    if form.is_bound and not owns:
        raise NotAllowed("consortia.auditor.name")
    if entered(form, lambda told: actions.name(request.actor, consortium, **told)):
        messages.success(request, _("Every firm is asked for its vote, yours too."))
        return redirect("agreements", consortium.id)
    rows = list(consortium.appointments.select_related("named_by"))
    live = next((row for row in rows if row.state in Appointment.LIVE), None)
    return render(
        request,
        "consortia/auditors/auditor.html",
        {
            "consortium": consortium,
            "live": live,
            "ballot": live.ballots.filter(state=Ballot.State.OPEN).first() if live else None,
            "before": [row for row in rows if row is not live],
            "owns": owns,
            "ready": consortium.state in (Consortium.State.AGREEING, Consortium.State.AGREED),
            "me": request.actor.office == Office.AUDITOR,
            "form": form,
            "reason": ReasonForm(),
        },
        status=422 if form.errors else 200,
    )


@may("consortia.see")
@require_POST
def invite(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Send the invitation once more."""
    found = _appointment(appointment_id)
    actions.invite(request.actor, found)
    messages.success(request, _("The invitation is sent to %(email)s.") % {"email": found.email})
    return redirect("auditor", found.consortium_id)


@may("consortia.see")
@require_POST
def relieve(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Put to the vote that the auditor is relieved."""
    found = _appointment(appointment_id)
    actions.relieve(request.actor, found, reason=request.POST.get("reason", ""))
    messages.success(request, _("The vote is open; every firm is told."))
    return redirect("agreements", found.consortium_id)


def _appointment(appointment_id: UUID) -> Appointment:
    return get_object_or_404(Appointment.objects.select_related("consortium"), id=appointment_id)
