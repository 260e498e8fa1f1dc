"""Entering items, and what stands at the room's door."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from moyeora.network.consortia import actions
from moyeora.network.consortia.actions.proposing import PROPOSE
from moyeora.network.consortia.forms import ItemPage, UploadForm
from moyeora.network.consortia.item_table import FILE_OCTETS_MAX, example, from_file, table_of
from moyeora.network.consortia.models import Consortium, Item, Proposal, Seat
from moyeora.network.consortia.pages import may
from moyeora.network.frame.faults import Refused
from moyeora.network.jobs.models import Job, State
from moyeora.network.members.models import Firm


@may("consortia.see")
def consortia(request: HttpRequest) -> HttpResponse:
    """Invitations that wait, the consortia one may see, one's own items."""
    context: dict[str, Any] = {
        "consortia": Consortium.objects.select_related("lead").exclude(made_up=True, item=None),
        "past": Consortium.objects.select_related("lead").filter(made_up=True, item=None),
    }
    if request.actor.of_a_firm:
        invited = Seat.own.filter(state=Seat.State.INVITED).select_related("consortium__lead")
        context |= {"invitations": invited.order_by("deadline"), "items": Item.objects.all()}
    return render(request, "consortia/consortia.html", context)


@require_http_methods(["GET", "POST"])
@may("consortia.item.see")
def item_new(request: HttpRequest) -> HttpResponse:
    """A new item: from nothing, from the example, or from a file."""
    base = example() if request.GET.get("from") == "example" else {}
    return _edit(request, base, None)


@require_POST
@may("consortia.item.see")
def item_upload(request: HttpRequest) -> HttpResponse:
    """A draft from an uploaded item.toml; every fault of the file on one page."""
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            table = from_file(form.cleaned_data["file"].read(FILE_OCTETS_MAX + 1))
            firm = Firm.objects.get(id=request.actor.firm)
            item = actions.create_item(request.actor, firm, table=table)
        except Refused as refused:
            context = {"form": form, "faults": refused.faults}
            return render(request, "consortia/item_upload.html", context, status=422)
        messages.success(request, _("The file is saved as a draft."))
        return redirect("item", item.id)
    return render(request, "consortia/item_upload.html", {"form": form}, status=422)


@may("consortia.item.see")
def item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """An item, how far it is, and what comes next."""
    found = get_object_or_404(Item, id=item_id)
    job = (
        Job.objects.filter(kind=PROPOSE, arguments__item=str(found.id)).order_by("-created").first()
    )
    working = job is not None and job.state in (State.WAITING, State.RUNNING)
    if request.htmx and not working:
        return HttpResponse(headers={"HX-Refresh": "true"})
    proposals = list(found.proposals.filter(kind=Proposal.Kind.PLAN))
    needs = list(found.needs.all())
    context = {
        "item": found,
        "needs": needs,
        "titles": {need.key: need.title for need in needs},
        "currency": found.currency,
        "job": job,
        "working": working,
        "failed": job is not None and job.state == State.FAILED,
        "proposals": proposals,
        "offered": next((p for p in proposals if p.state == Proposal.State.OFFERED), None),
        "consortium": getattr(found, "consortium", None),
    }
    return render(request, "consortia/item.html", context)


@require_http_methods(["GET", "POST"])
@may("consortia.item.see")
def item_edit(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Change what an item says."""
    found = get_object_or_404(Item, id=item_id)
    return _edit(request, table_of(found), found)


def _edit(request: HttpRequest, base: Any, found: Item | None) -> HttpResponse:
    page = ItemPage(base, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if "add" in request.POST:
            page.more()
        else:
            status = 422
            if page.is_valid():
                try:
                    saved = _save(request, found, page)
                except Refused as refused:
                    page.tell(refused)
                else:
                    return redirect("item", saved.id)
    context = {"page": page, "item": found, "example": "from" in request.GET}
    return render(request, "consortia/item_edit.html", context, status=status)


def _save(request: HttpRequest, found: Item | None, page: ItemPage) -> Item:
    if found is None:
        firm = Firm.objects.get(id=request.actor.firm)
        return actions.create_item(request.actor, firm, table=page.table())
    return actions.change_item(request.actor, found, table=page.table())


@require_POST
@may("consortia.item.see")
def item_open(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Open a draft."""
    found = get_object_or_404(Item, id=item_id)
    actions.open_item(request.actor, found)
    messages.success(request, _("The item is open. Now have a consortium proposed."))
    return redirect("item", found.id)


@require_POST
@may("consortia.item.see")
def item_propose(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Put the question to formation."""
    found = get_object_or_404(Item, id=item_id)
    actions.propose(request.actor, found)
    return redirect("item", found.id)


@require_POST
@may("consortia.item.see")
def item_close(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Give an item up."""
    found = get_object_or_404(Item, id=item_id)
    actions.close_item(request.actor, found)
    messages.success(request, _("The item is closed."))
    return redirect("item", found.id)


@require_POST
@may("consortia.item.see")
def item_delete(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Throw a draft away."""
    found = get_object_or_404(Item, id=item_id)
    actions.delete_draft(request.actor, found)
    messages.success(request, _("The draft is deleted."))
    return redirect("consortia")
