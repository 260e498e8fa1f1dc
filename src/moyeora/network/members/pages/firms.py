"""A firm's profile as others see it and as it sees itself; admission, suspension, leaving."""

from uuid import UUID

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from moyeora.network.frame.actor import Office
from moyeora.network.frame.clock import today
from moyeora.network.frame.faults import NotAllowed
from moyeora.network.members.actions import firms as actions
from moyeora.network.members.actions.accounts import waiting_for_a_call
from moyeora.network.members.forms import AdmitForm, CertificateForm, ProfileForm, ReasonForm
from moyeora.network.members.models import Certificate, Exclusion, Firm, Holding, Terms, Upload
from moyeora.network.members.pages.doors import done, need, the_firm
from moyeora.network.members.terms import capability_of, name_of, trade_names


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The reader's own firm."""
    if request.actor.firm is None:
        raise NotAllowed("members.firm.change")
    return redirect("firm", firm=request.actor.firm)


@login_required
@require_safe
def firm(request: HttpRequest, firm: UUID) -> HttpResponse:
    """The profile. Nobody but the firm sees terms; the owner sees prices, staff what is free."""
    shown = the_firm(request, firm, "members.firm.see")
    own = request.actor.firm == shown.id
    offers = [
        {
            "offer": offer,
            "name": name_of(known)
            if (known := capability_of(offer.capability))
            else offer.capability,
        }
        for offer in shown.offers.filter(active=True)
    ]
    if own and rules.has_perm("members.offer.see_capacity", request.actor, shown):
        terms = {one.offer_id: one for one in Terms.objects.filter(offer__active=True)}
        for one in offers:
            one["terms"] = terms.get(one["offer"].id)
    day = today()
    certificates = [
        {"certificate": one, "past": one.expires is not None and one.expires < day}
        for one in shown.certificates.all()
    ]
    return render(
        request,
        "members/firm.html",
        {
            "firm": shown,
            "own": own,
            "trade": trade_names().get(shown.trade, ""),
            "offers": offers,
            "certificates": [one for one in certificates if own or not one["past"]],
            "may_change": rules.has_perm("members.firm.change", request.actor, shown),
            "may_see_prices": rules.has_perm("members.offer.see_terms", request.actor, shown),
            "may_keep_capacity": rules.has_perm("members.offer.see_capacity", request.actor, shown),
            "may_see_account": rules.has_perm("members.account.see", request.actor, shown),
            "coordinates": request.actor.office == Office.COORDINATOR,
            "exclusions": _exclusions(request, shown),
            "has_owner": shown.holdings.filter(office=Office.OWNER, ended__isnull=True).exists(),
            "suspending": ReasonForm(),
        },
    )


def _exclusions(request: HttpRequest, shown: Firm) -> list[Exclusion]:
    """For both firms and the association alone."""
    found = Exclusion.objects.select_related("a", "b")
    if request.actor.of_the_association or request.actor.firm == shown.id:
        return [*found.filter(a=shown), *found.filter(b=shown)]
    if request.actor.firm is None:
        return []
    a, b = sorted((shown.id, request.actor.firm))
    return list(found.filter(a=a, b=b))


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, firm: UUID) -> HttpResponse:
    """How others see the firm."""
    shown = the_firm(request, firm, "members.firm.change")
    initial = {name: getattr(shown, name) for name in ProfileForm.base_fields}
    form = ProfileForm(request.POST or None, initial=initial)
    if done(form, lambda told: actions.change(request.actor, shown, written=told)):
        messages.success(request, _("The profile was changed."))
        return redirect("firm", firm=shown.id)
    return render(request, "members/profile.html", {"firm": shown, "form": form})


@login_required
@require_http_methods(["GET", "POST"])
def certificates(request: HttpRequest, firm: UUID) -> HttpResponse:
    """Enter a certificate; those that are there, to be removed."""
    shown = the_firm(request, firm, "members.certificate.add")
    form = CertificateForm(request.POST or None)
    if done(form, lambda told: actions.add_certificate(request.actor, shown, **told)):
        messages.success(request, _("The certificate was added."))
        return redirect("certificates", firm=shown.id)
    return render(
        request,
        "members/certificates.html",
        {"firm": shown, "form": form, "certificates": shown.certificates.all()},
    )


@require_POST
@login_required
def remove_certificate(request: HttpRequest, certificate: UUID) -> HttpResponse:
    found = get_object_or_404(Certificate, id=certificate)
    actions.remove_certificate(request.actor, found)
    messages.success(request, _("The certificate was removed."))
    return redirect("certificates", firm=found.firm_id)


@login_required
@require_http_methods(["GET", "POST"])
def admit(request: HttpRequest) -> HttpResponse:
    """A firm joins."""
    need(request, "members.firm.admit")
    form = AdmitForm(request.POST or None)
    admitted = done(form, lambda told: actions.admit(request.actor, None, written=told))
    if admitted:
        messages.success(
            request, _("%(firm)s is a member now. Invite its owner.") % {"firm": admitted}
        )
        return redirect("people", firm=admitted.id)
    return render(request, "members/admit.html", {"form": form})


@require_POST
@login_required
def suspend(request: HttpRequest, firm: UUID) -> HttpResponse:
    shown = get_object_or_404(Firm, id=firm)
    actions.suspend(request.actor, shown, reason=request.POST.get("reason", ""))
    messages.success(request, _("%(firm)s is suspended.") % {"firm": shown})
    return redirect("firm", firm=shown.id)


@require_POST
@login_required
def resume(request: HttpRequest, firm: UUID) -> HttpResponse:
    shown = get_object_or_404(Firm, id=firm)
    actions.resume(request.actor, shown)
    messages.success(request, _("%(firm)s is a member again.") % {"firm": shown})
    return redirect("firm", firm=shown.id)


@login_required
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, firm: UUID) -> HttpResponse:
    """What leaving means, and the button."""
    shown = the_firm(request, firm, "members.firm.leave")
    if request.method == "POST":
        actions.leave(request.actor, shown)
        messages.success(request, _("%(firm)s has left the network.") % {"firm": shown})
        return redirect("home")
    return render(request, "members/leave.html", {"firm": shown})


@login_required
@require_safe
def association(request: HttpRequest) -> HttpResponse:
    """What a coordinator does with members, from one page."""
    need(request, "members.firm.admit")
    return render(
        request,
        "members/association.html",
        {
            "firms": Firm.objects.filter(standing=Firm.Standing.MEMBER).count(),
            "suspended": Firm.objects.filter(standing=Firm.Standing.SUSPENDED).count(),
            "made_up": Firm.objects.filter(made_up=True).count(),
            "owners": Holding.objects.filter(office=Office.OWNER, ended__isnull=True)
            .values("firm")
            .distinct()
            .count(),
            "calls": len(waiting_for_a_call()),
            "uploads": Upload.objects.filter(state__in=(Upload.State.OPEN, Upload.State.RUNNING)),
        },
    )
