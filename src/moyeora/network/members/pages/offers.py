"""Offers, entered and changed by the firm."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from moyeora.network.members.actions import offers as actions
from moyeora.network.members.forms import CapacityForm, OfferForm, TermsForm
from moyeora.network.members.models import Offer, Terms
from moyeora.network.members.pages.doors import done, need, the_firm
from moyeora.network.members.terms import capability_of, name_of


@login_required
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, firm: UUID) -> HttpResponse:
    """A new offer."""
    shown = the_firm(request, firm, "members.offer.enter")
    form = OfferForm(request.POST or None)
    if done(form, lambda told: actions.enter(request.actor, shown, written=told)):
        messages.success(request, _("The offer is entered."))
        return redirect("firm", firm=shown.id)
    return render(request, "members/offer.html", {"firm": shown, "form": form})


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, offer: UUID) -> HttpResponse:
    """An offer's terms."""
    shown = _offer(request, offer, "members.offer.change")
    form = TermsForm(request.POST or None, initial=grouped(actions.as_written(shown)))
    if done(form, lambda told: actions.change(request.actor, shown, written=told)):
        messages.success(request, _("The offer was changed."))
        return redirect("firm", firm=shown.firm_id)
    context = {"firm": shown.firm, "offer": shown, "form": form, "name": _name(shown)}
    return render(request, "members/offer.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def capacity(request: HttpRequest, offer: UUID) -> HttpResponse:
    """What is free."""
    shown = _offer(request, offer, "members.offer.set_capacity")
    terms = Terms.objects.get(offer=shown)
    initial = {
        "capacity": terms.capacity,
        "capacity_from": terms.capacity_from and terms.capacity_from.isoformat(),
    }
    form = CapacityForm(request.POST or None, initial=initial)
    if done(form, lambda told: actions.set_capacity(request.actor, shown, **told)):
        messages.success(request, _("The free capacity was changed."))
        return redirect("firm", firm=shown.firm_id)
    context = {"firm": shown.firm, "offer": shown, "form": form, "name": _name(shown)}
    return render(request, "members/capacity.html", context)


@require_POST
@login_required
def retire(request: HttpRequest, offer: UUID) -> HttpResponse:
    shown = get_object_or_404(Offer, id=offer)
    actions.retire(request.actor, shown)
    messages.success(request, _("The offer is retired."))
    return redirect("firm", firm=shown.firm_id)


def grouped(written: dict[str, str]) -> dict[str, str]:
    """The same with thousands separators, as people read it; the action reads both."""
    return {
        name: f"{int(text):,}" if text.isdecimal() and name not in {"capacity", "line"} else text
        for name, text in written.items()
    }


def _offer(request: HttpRequest, offer: UUID, permission: str) -> Offer:
    shown = get_object_or_404(Offer.objects.select_related("firm"), id=offer, active=True)
    need(request, permission, shown)
    return shown


def _name(offer: Offer) -> str:
    known = capability_of(offer.capability)
    return name_of(known) if known else offer.capability
