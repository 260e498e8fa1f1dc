"""What formation proposed, for the item's owner, and taking it."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from moyeora.network.consortia import actions, words
from moyeora.network.consortia.forms import DeadlineForm
from moyeora.network.consortia.models import Consortium, Item, Proposal
from moyeora.network.consortia.pages import may
from moyeora.network.consortia.seating import needs
from moyeora.network.consortia.views import shown
from moyeora.network.frame.charts import Span
from moyeora.network.frame.clock import today
from moyeora.network.frame.faults import Refused
from moyeora.network.frame.forms import tell
from moyeora.network.members.models import Firm

USUAL_DAYS = 7


@may("consortia.item.see")
def proposal(
    request: HttpRequest, proposal_id: UUID, form: DeadlineForm | None = None
) -> HttpResponse:
    """A proposal or a repair: who, when, why, what each demand costs, or why nothing fits."""
    found = get_object_or_404(Proposal.objects.select_related("item__owner"), id=proposal_id)
    titles = {need.key: need.title for need in needs(found.item_id)}
    view = shown(found)
    asked = [one for one in view.get("demands", []) if one["kind"] != "need"]
    asked.sort(key=lambda one: -one["saves"]["to"])
    form = form or DeadlineForm(initial={"deadline": today() + timedelta(days=USUAL_DAYS)})
    context: dict[str, Any] = {
        "proposal": found,
        "item": found.item,
        "view": view,
        "titles": titles,
        "currency": found.item.currency,
        "closed": found.item.state == Item.State.CLOSED,
        "consortium": Consortium.objects.filter(item=found.item).first(),
        "shares": _shares(view.get("shares", []), titles),
        "firms": len({share["firm"] for share in view.get("shares", [])}),
        "spans": spans(view.get("shares", []), titles),
        "others": [
            {**other, "rows": _shares(other["shares"], titles)}
            for other in view.get("runners_up", [])
        ],
        "demands": [one for one in asked if one["saves"]["to"] or one["days"]],
        "free": [one for one in asked if not one["saves"]["to"] and not one["days"]],
        "conflict": view.get("conflict", []),
        "unoffered": [titles.get(key, key) for key in view.get("needs", [])],
        "changes": [
            {**one, "title": titles.get(one["need"], one["need"]), "name": _name(view, one["firm"])}
            for one in view.get("changes", [])
        ],
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "consortia/proposal.html", context, status=status)


@require_POST
@may("consortia.item.see")
def proposal_take(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Invite the firms of a proposal, or do as a repair says."""
    found = get_object_or_404(Proposal.objects.select_related("item"), id=proposal_id)
    form = DeadlineForm(request.POST)
    if form.is_valid():
        deadline = end_of(form.cleaned_data["deadline"])
        take = actions.invite if found.kind == Proposal.Kind.PLAN else actions.take_repair
        try:
            consortium = take(request.actor, found, deadline=deadline)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("The firms are invited."))
            return redirect("consortium", consortium.id)
    return proposal(request, proposal_id, form)


def end_of(day: date) -> datetime:
    """The last moment of a day in Korea."""
    return timezone.make_aware(datetime.combine(day, time(23, 59)))


def spans(shares: list[dict[str, Any]], titles: dict[str, str]) -> list[Span]:
    """A plan's shares for the Gantt chart."""
    return [
        Span(
            f"{titles.get(share['need'], share['need'])} · {share['name']}",
            date.fromisoformat(share["begins"]),
            date.fromisoformat(share["ends"]),
        )
        for share in shares
    ]


def _shares(shares: list[dict[str, Any]], titles: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            **share,
            "title": titles.get(share["need"], share["need"]),
            "what": words.capability(share["capability"]),
            "quantity": words.quantity(share["units"], share["unit"]),
            "begins": date.fromisoformat(share["begins"]),
            "ends": date.fromisoformat(share["ends"]),
        }
        for share in shares
    ]


def _name(view: dict[str, Any], number: str) -> str:
    firm = Firm.objects.filter(number=number).first()
    return firm.name if firm else number
