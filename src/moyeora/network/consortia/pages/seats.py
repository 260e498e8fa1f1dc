"""Consortia, invitations and their answers, leaving."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from moyeora.network.consortia import actions, words
from moyeora.network.consortia.actions.proposing import REPAIR, running
from moyeora.network.consortia.forms import ReasonForm
from moyeora.network.consortia.models import Consortium, Proposal, Seat
from moyeora.network.consortia.pages import may
from moyeora.network.consortia.seating import companions, missing, needs
from moyeora.network.frame.actor import Office
from moyeora.network.frame.charts import Span
from moyeora.network.frame.faults import Refused
from moyeora.network.frame.fields import NumberField
from moyeora.network.frame.forms import tell
from moyeora.network.jobs.models import State

KIND = {
    Seat.State.ACCEPTED: "good",
    Seat.State.INVITED: "wait",
    Seat.State.DECLINED: "bad",
    Seat.State.EXPIRED: "bad",
    Seat.State.RELEASED: "soft",
}


@may("consortia.see")
def consortium(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """Who sits where, who has not answered, and what the lead has to do."""
    found = get_object_or_404(Consortium.objects.select_related("lead"), id=consortium_id)
    seats = list(found.seats.select_related("firm"))
    live = [seat for seat in seats if seat.state in (Seat.State.INVITED, Seat.State.ACCEPTED)]
    leads = request.actor.office == Office.OWNER and request.actor.firm == found.lead_id
    job = running(REPAIR, consortium=str(found.id)) if leads else None
    if request.htmx and job is None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    repair = Proposal.objects.filter(consortium=found).first() if leads else None
    needed = needs(found.item_id) if found.item_id else []
    titles = {need.key: need.title for need in needed}
    context: dict[str, Any] = {
        "consortium": found,
        "seats": live,
        "before": [seat for seat in seats if seat not in live],
        "spans": [
            Span(f"{seat.title} · {seat.firm.name}", seat.begins, seat.ends, KIND[seat.state])
            for seat in live
            if seat.begins
        ],
        "missing": [
            {"title": titles[key], "quantity": words.quantity(units, _unit(needed, key))}
            for key, units in (missing(found) if found.item_id else {}).items()
        ],
        "leads": leads,
        "job": job,
        "working": job is not None and job.state in (State.WAITING, State.RUNNING),
        "repair": repair if repair and repair.state in ("offered", "impossible") else None,
        "party": request.actor.of_a_firm,
        "accepted": sum(seat.state == Seat.State.ACCEPTED for seat in live),
        "past": found.item_id is None,
        "parties": found.parties.select_related("firm").order_by("firm__name"),
    }
    return render(request, "consortia/consortium.html", context)


def _unit(needed: list[Any], key: str) -> str:
    return next(need.unit for need in needed if need.key == key)


@may("consortia.seat.see")
def seat(request: HttpRequest, seat_id: UUID, form: ReasonForm | None = None) -> HttpResponse:
    """One's own seat: what, how much, when, paid how, with whom; accept or decline."""
    found = get_object_or_404(Seat.own.select_related("consortium__lead"), id=seat_id)
    context = {
        "seat": found,
        "consortium": found.consortium,
        "item": found.consortium.item,
        "terms": getattr(found, "terms", None),
        "companions": companions(found),
        "form": form or ReasonForm(),
        "owner": request.actor.office == Office.OWNER,
        "party": Consortium.objects.filter(id=found.consortium_id).exists(),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "consortia/seat.html", context, status=status)


@require_POST
@may("consortia.seat.see")
def seat_accept(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """Take the seat: this binds the firm, so the password is asked again."""
    found = get_object_or_404(Seat.own, id=seat_id)
    actions.accept(request.actor, found)
    messages.success(request, _("You have accepted the seat."))
    return redirect("consortium", found.consortium_id)


@require_POST
@may("consortia.seat.see")
def seat_decline(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """Do not take the seat, and say why."""
    found = get_object_or_404(Seat.own, id=seat_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        actions.decline(request.actor, found, reason=form.cleaned_data["reason"])
        messages.success(request, _("You have declined. Thank you for answering."))
        return redirect("seat", found.id)
    return seat(request, seat_id, form)


@require_POST
@may("consortia.item.see")
def seat_withdraw(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    found = get_object_or_404(Seat, id=seat_id)
    actions.withdraw(request.actor, found)
    messages.success(request, _("The invitation is taken back. Another firm is looked for."))
    return redirect("consortium", found.consortium_id)


@require_POST
@may("consortia.item.see")
def repair_ask(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """Have a repair worked out anew."""
    found = get_object_or_404(Consortium, id=consortium_id)
    actions.ask_repair(request.actor, found)
    return redirect("consortium", found.id)


class LeaveForm(ReasonForm):
    """Why, and what is delivered of each seat."""

    def __init__(self, seats: list[Seat], *arguments: Any) -> None:
        super().__init__(*arguments)
        self.seats = seats
        for one in seats:
            self.fields[f"done.{one.id}"] = NumberField(
                label=_("Delivered of “%(title)s” (of %(most)s)")
                % {"title": one.title, "most": words.quantity(one.quantity, one.unit)},
                min_value=0,
                max_value=one.quantity,
                initial=0,
            )


@require_http_methods(["GET", "POST"])
@may("consortia.seat.see")
def leave(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """Give one's seats up; a replacement is looked for."""
    found = get_object_or_404(Consortium, id=consortium_id)
    seats = list(Seat.own.filter(consortium=found, state=Seat.State.ACCEPTED))
    form = LeaveForm(seats, *([request.POST] if request.method == "POST" else []))
    if request.method == "POST" and form.is_valid():
        done = {one.id: form.cleaned_data[f"done.{one.id}"] for one in seats}
        reason = form.cleaned_data["reason"]
        try:
            actions.leave(request.actor, found, reason=reason, done=done)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("Your firm has left. A replacement is looked for."))
            return redirect("consortium", found.id)
    context = {"consortium": found, "form": form, "seats": seats}
    status = 422 if form.errors else 200
    return render(request, "consortia/leave.html", context, status=status)


@require_http_methods(["GET", "POST"])
@may("consortia.item.see")
def dissolve(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """End a consortium before it has signed."""
    found = get_object_or_404(Consortium, id=consortium_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.dissolve(request.actor, found, reason=form.cleaned_data["reason"])
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("The consortium is dissolved."))
            return redirect("consortium", found.id)
    context = {"consortium": found, "form": form}
    return render(request, "consortia/dissolve.html", context, status=422 if form.errors else 200)
