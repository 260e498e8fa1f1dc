"""Closed items, and the question what would have got one's firm in."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, F, Max, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django_scopes import scopes_disabled

from moyeora.network.consortia import actions, words
from moyeora.network.consortia.models import Item, Question
from moyeora.network.consortia.pages import may
from moyeora.network.frame.faults import Refused


@may("consortia.closed.see")
def closed_items(request: HttpRequest) -> HttpResponse:
    """What was decided in the network: titles and needs, no firm, no amount."""
    with scopes_disabled():  # of a closed item every member may know what it was about
        page = Paginator(_closed(), 25).get_page(request.GET.get("page"))
        rows = [_about(item) for item in page]
    return render(request, "consortia/closed_items.html", {"rows": rows, "page": page})


@require_http_methods(["GET", "POST"])
@may("consortia.closed.see")
def closed_item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Ask what would have got one's firm in, and read the answer."""
    with scopes_disabled():  # of a closed item every member may know what it was about
        item = _closed().filter(id=item_id).first()
        if item is None:
            raise Http404
        about = _about(item)
    faults: Any = ()
    if request.method == "POST":
        try:
            actions.ask(request.actor, item)
        except Refused as refused:
            faults = refused.faults
        else:
            return redirect("closed_item", item.id)
    question = Question.objects.filter(item=item).first()
    waits = question is not None and question.answer is None
    if request.htmx and not waits:
        return HttpResponse(headers={"HX-Refresh": "true"})
    titles = {need["key"]: need["title"] for need in about["needs"]}
    answers = [
        {**way, "title": titles.get(way["need"], ""), "what": words.capability(way["capability"])}
        for way in (question.answer if question and question.answer else [])
    ]
    context = {
        "about": about,
        "question": question,
        "waits": waits,
        "answers": answers,
        "faults": faults,
        "titles": titles,
        "currency": item.offer_currency,
    }
    return render(request, "consortia/closed_item.html", context, status=422 if faults else 200)


@may("consortia.questions.see")
def questions(request: HttpRequest) -> HttpResponse:
    """For the association: who asked about which closed items, how often. No answers."""
    with scopes_disabled():  # counts alone; the answers stay the firms' own
        asked = list(
            Question.objects.values(firm_name=F("firm__name"))
            .annotate(items=Count("item"), asked=Sum("times"), latest=Max("last"))
            .order_by("-asked", "firm_name")[:200]
        )
    return render(request, "consortia/questions.html", {"asked": asked})


def _closed() -> Any:
    return Item.objects.filter(state=Item.State.CLOSED).order_by("-closed", "id")


def _about(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "title": item.title,
        "closed": item.closed,
        "needs": [
            {
                "key": need.key,
                "title": need.title,
                "what": words.capabilities(need.capability),
                "quantity": words.quantity(need.quantity, need.unit),
            }
            for need in item.needs.all()
        ],
    }
