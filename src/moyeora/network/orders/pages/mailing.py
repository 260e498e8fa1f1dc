"""A mailing from the customer's consent to its destruction."""

import io
from datetime import date
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from moyeora.network.consortia.pages import may
from moyeora.network.frame.clock import today
from moyeora.network.frame.faults import NotAllowed, Refused
from moyeora.network.frame.forms import entered, sent
from moyeora.network.jobs.models import Job
from moyeora.network.orders.forms import ConsentForm, UploadForm
from moyeora.network.orders.mailings import actions
from moyeora.network.orders.mailings.upload import INCOMING, JOB, IntoVault, SealedUpload
from moyeora.network.orders.mailings.vault import Vault
from moyeora.network.orders.models import CustomerLink, Mailing, WorkPackage
from moyeora.network.orders.pages.order import order_form

STEPS = (
    ("consent", gettext_lazy("Consent of the customer")),
    ("upload", gettext_lazy("Job and list")),
    ("proofed", gettext_lazy("Proofs and the customer's yes")),
    ("printed", gettext_lazy("Printing")),
    ("destroyed", gettext_lazy("Destruction")),
)
AT = {
    "consent": 0,
    "upload": 1,
    "proofing": 2,
    "proofed": 2,
    "approved": 3,
    "printing": 3,
    "printed": 4,
    "destroying": 4,
    "destroyed": 5,
}


@may("consortia.see")
@require_POST
def begin(request: HttpRequest, package_id: UUID) -> HttpResponse:
    """Begin the mailing of a package."""
    package = get_object_or_404(WorkPackage.objects.select_related("consortium"), id=package_id)
    return redirect("mailing", actions.begin(request.actor, package).id)


@may("consortia.see")
@require_GET
def mailing(request: HttpRequest, mailing_id: UUID) -> HttpResponse:
    """Where the mailing stands, and the next thing to do."""
    found = _mailing(mailing_id)
    job = Job.objects.filter(id=found.job).first() if found.job else None
    busy = found.state in ("proofing", "printing", "destroying")
    if request.htmx and (not busy or job is None or job.over):
        return HttpResponse(headers={"HX-Refresh": "true"})
    package = found.package
    parties = [
        party.firm for party in package.consortium.parties.filter(left=None).select_related("firm")
    ]
    missing = actions.missing_consents(found)
    names = {str(firm.id): firm.name for firm in parties}
    sees = actions.sees_the_list(request.actor, found)
    return render(
        request,
        "orders/mailing.html",
        {
            "consortium": package.consortium,
            "package": package,
            "mailing": found,
            "steps": [
                (label, number < AT[found.state], number == AT[found.state])
                for number, (_key, label) in enumerate(STEPS)
            ],
            "job": job,
            "busy": busy,
            "consents": [
                (names.get(firm, firm), date.fromisoformat(told["given"]), told["document"])
                for firm, told in found.consents.items()
            ],
            "missing": [names[str(firm)] for firm in missing],
            "consent_form": ConsentForm(
                firms=parties, today=today(), initial={"firm": str(missing[0])} if missing else {}
            ),
            "upload_form": UploadForm(),
            "sees": sees,
            "speaks": actions.speaks_with_the_customer(request.actor, found),
            "prints": actions.prints_it(request.actor, found),
            "pictures": range(1, found.proofs + 1)
            if sees and found.state not in ("destroying", "destroyed")
            else [],
            "purpose": CustomerLink.Purpose.PROOF,
        },
    )


@may("consortia.see")
@require_POST
def consent(request: HttpRequest, mailing_id: UUID) -> HttpResponse:
    """Record the customer's consent for one firm."""
    found = _mailing(mailing_id)
    parties = [
        party.firm
        for party in found.package.consortium.parties.filter(left=None).select_related("firm")
    ]
    form = ConsentForm(**sent(request), firms=parties, today=today())

    def do(data: dict[str, Any]) -> Mailing:
        told = {**data, "firm": UUID(data["firm"])}
        return actions.record_consent(request.actor, found, **told)

    if entered(form, do):
        messages.success(request, _("The consent is recorded."))
        return redirect("mailing", found.id)
    return order_form(
        request,
        found.package.consortium,
        form,
        _("Consent of the customer"),
        "",
        _("Record the consent"),
    )


@may("consortia.see")
@csrf_exempt  # the handler must stand before the request is read; `_receive` checks the token
def upload(request: HttpRequest, mailing_id: UUID) -> HttpResponse:
    """Take the job, sealed as it comes in."""
    found = _mailing(mailing_id)
    if request.method != "POST":
        return redirect("mailing", found.id)
    if not actions.sees_the_list(request.actor, found):
        raise NotAllowed("orders.mailing.upload")
    if actions.missing_consents(found) or found.state not in ("upload", "proofed", "approved"):
        raise Refused(_("The list cannot be taken now. Look at the mailing's next step."))
    handler = IntoVault(request, found.id)
    request.upload_handlers = [handler]
    return _receive(request, found, handler)


@csrf_protect
def _receive(request: HttpRequest, found: Mailing, handler: IntoVault) -> HttpResponse:
    try:
        taken = request.FILES.get("job")
    except RequestDataTooBig:
        taken = None
    if handler.too_large:
        raise Refused(_("The ZIP is larger than 2 GB. Split the mailing."))
    if not isinstance(taken, SealedUpload) or not taken.size:
        raise Refused(_("No file came in. Choose the job's ZIP and send it again."))
    Vault(found.id).add(JOB, Vault(found.id).take(INCOMING))
    actions.take_upload(request.actor, found, digest=taken.digest, size=taken.size)
    messages.success(request, _("The job lies encrypted. Its proofs are being made."))
    return redirect("mailing", found.id)


@may("consortia.see")
@require_GET
def picture(request: HttpRequest, mailing_id: UUID, number: int) -> HttpResponse:
    """A picture of a proof, decrypted in memory."""
    found = _mailing(mailing_id)
    if not actions.sees_the_list(request.actor, found):
        raise NotAllowed("orders.mailing.see")
    return picture_of(found, number)


def picture_of(found: Mailing, number: int) -> HttpResponse:
    """The answer that holds a proof's picture; it is stored nowhere on its way."""
    if found.destroyed:
        raise Http404
    try:
        picture = b"".join(Vault(found.id).read(f"proof/picture-{number:02}.png"))
    except FileNotFoundError:
        raise Http404 from None
    except InvalidTag:
        if Mailing.objects.filter(id=found.id, state__in=("destroying", "destroyed")).exists():
            raise Http404 from None  # its key went while this was asked
        raise
    response = FileResponse(io.BytesIO(picture), content_type="image/png")
    response["Cache-Control"] = "no-store"
    return response


@may("consortia.see")
@require_POST
def print_it(request: HttpRequest, mailing_id: UUID) -> HttpResponse:
    """Print all of it."""
    found = _mailing(mailing_id)
    actions.print_it(request.actor, found)
    return redirect("mailing", found.id)


@may("consortia.see")
@require_POST
def destroy(request: HttpRequest, mailing_id: UUID) -> HttpResponse:
    """Destroy what it holds of the customers."""
    found = _mailing(mailing_id)
    actions.destroy(request.actor, found)
    return redirect("mailing", found.id)


@may("consortia.see")
@require_GET
def statement(request: HttpRequest, mailing_id: UUID) -> HttpResponse:
    """The signed statement of destruction."""
    found = _mailing(mailing_id)
    if not found.statement:
        raise Http404
    response = HttpResponse(found.statement["text"], content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="destroyed.json"'
    return response


def _mailing(mailing_id: UUID) -> Mailing:
    return get_object_or_404(
        Mailing.objects.select_related("package__consortium", "package__firm"), id=mailing_id
    )
