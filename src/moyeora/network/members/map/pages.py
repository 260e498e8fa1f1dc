"""The map and the table that says the same."""

from typing import Final

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from moyeora.network.members.map.ties import between_members, drawn, of_firm, the_map
from moyeora.network.members.pages.doors import need
from moyeora.network.members.search.vocabulary import FUNCTION_LABELS

A_PAGE: Final = 25


@login_required
@require_safe
def members_map(request: HttpRequest) -> HttpResponse:
    """The map, its key, and every tie as a table; with ``only=mine`` those of the own firm."""
    need(request, "members.firm.see")
    own = request.actor.firm
    mine = bool(own) and request.GET.get("only") == "mine"
    ties = of_firm(own) if mine else between_members().select_related("a", "b")
    page = Paginator(ties, A_PAGE).get_page(request.GET.get("page"))
    shown = the_map(own)
    return render(
        request,
        "members/map.html",
        {"page": page, "mine": mine, "own": own, "map": shown, "functions": FUNCTION_LABELS},
    )


@login_required
@require_safe
def members_ties(request: HttpRequest) -> HttpResponse:
    """What the map's script draws."""
    need(request, "members.firm.see")
    return JsonResponse(drawn(the_map(request.actor.firm), request.actor.firm))
