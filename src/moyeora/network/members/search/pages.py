"""The list of members: search, facets, files."""

from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.members.exports import FORMATS, export_firms
from moyeora.network.members.models import Firm
from moyeora.network.members.pages.doors import need
from moyeora.network.members.search.asked import Asked, Place, place_of
from moyeora.network.members.search.find import Choice, everyone, kilometres
from moyeora.network.members.search.query import read
from moyeora.network.members.search.store import Hit
from moyeora.network.members.search.vocabulary import capability_label, label, trade_names
from moyeora.network.members.shown import shown_certificates, shown_offers

A_PAGE: Final = 20
CHOICES: Final = 12  # of a facet; what is chosen is shown besides
MOST_IN_A_FILE: Final = 20_000
TITLES: Final = {
    "function": gettext_lazy("Function"),
    "trade": gettext_lazy("Trade"),
    "region": gettext_lazy("Region"),
    "certificate": gettext_lazy("Certificate"),
    "free": gettext_lazy("Capacity"),
}


@login_required
@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """Search and choose; an htmx request gets the part under the search box alone."""
    need(request, "members.firm.see")
    asked = Asked.of(request.GET)
    place = place_of(request.actor)
    found, meant = asked.answer(place)
    page = Paginator(found.hits, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "found": found,
        "meant": meant,
        "page": page,
        "rows": _rows(list(page.object_list), place),
        "facets": [
            {"kind": kind, "title": title, "choices": _shown(found.facets[kind])}
            for kind, title in TITLES.items()
            if found.facets[kind]
        ],
        "chosen": [
            {"label": label(kind, value), "address": asked.without(kind, value)}
            for kind, values in asked.chosen.items()
            for value in values
        ],
        "place": place,
        "formats": list(FORMATS),
    }
    # Who goes back in the browser's history wants the whole page, by htmx too.
    part = request.htmx and not request.htmx.history_restore_request
    template = "members/search_found.html" if part else "members/search.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@login_required
@require_safe
def members_file(request: HttpRequest, format: str) -> HttpResponse:
    """All that a search finds, as a file."""
    need(request, "members.firm.export")
    if format not in FORMATS:
        raise Http404
    asked = Asked.of(request.GET)
    ids = everyone(read(asked.q), asked.chosen, MOST_IN_A_FILE + 1)
    if len(ids) > MOST_IN_A_FILE:
        raise Refused(
            Fault(
                "",
                _("A file holds at most %(most)s firms.") % {"most": f"{MOST_IN_A_FILE:,}"},
                _("Choose a region or a trade first."),
            )
        )
    return export_firms(Firm.objects.filter(id__in=ids), format)


def _rows(hits: list[Hit], place: Place | None) -> list[dict[str, Any]]:
    ids = [hit.firm for hit in hits]
    columns = "id", "name", "name_en", "trade", "region"
    firms = {firm["id"]: firm for firm in Firm.objects.filter(id__in=ids).values(*columns)}
    offers, certificates = shown_offers(firms), shown_certificates(firms)
    return [
        {
            **firm,
            "trade": trade_names().get(firm["trade"], firm["trade"]),
            "offers": [capability_label(capability) for capability, _free in offers[hit.firm]],
            "free": any(free for _capability, free in offers[hit.firm]),
            "certificates": certificates[hit.firm],
            "kilometres": round(kilometres(place, (hit.latitude, hit.longitude)))
            if place
            else None,
        }
        for hit in hits
        if (firm := firms.get(hit.firm))
    ]


def _shown(choices: list[Choice]) -> list[Choice]:
    return [one for at, one in enumerate(choices) if at < CHOICES or one.chosen]
