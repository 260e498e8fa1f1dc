"""The API of the search: the same answer as the page's."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from moyeora.network.frame.problems import problems
from moyeora.network.members.models import Firm
from moyeora.network.members.pages.doors import need
from moyeora.network.members.search.asked import Asked, place_of
from moyeora.network.members.search.documents import KINDS
from moyeora.network.members.search.find import kilometres
from moyeora.network.members.search.query import LONGEST_QUERY
from moyeora.network.members.search.vocabulary import label
from moyeora.network.members.shown import shown_offers

router = Router(tags=["members"])
Value = Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")]
Values = Annotated[list[Value], Field(default_factory=list)]


class AskedIn(Schema):
    """What is looked for: ``q`` in words; of each facet one of the values must hold."""

    q: Annotated[str, Field(max_length=LONGEST_QUERY, pattern=r"^[^\x00]*$")] = ""
    function: Values
    trade: Values
    region: Values
    certificate: Values
    free: Annotated[list[Literal["yes"]], Field(default_factory=list)]
    near: bool = False
    offset: Annotated[int, Field(ge=0, le=10_000)] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 20


class CountOut(Schema):
    """``exact``: counted; otherwise estimated from a sample, right to two digits at the most."""

    number: int
    exact: bool


class ChoiceOut(Schema):
    """A facet's value and how many firms choosing it would leave."""

    value: str
    label: str
    count: CountOut
    chosen: bool


class HitOut(Schema):
    """A firm, the better the earlier; ``kilometres`` from the own firm."""

    id: UUID
    number: str
    name: str
    name_en: str
    trade: str
    region: str
    capabilities: list[str]
    kilometres: int | None


class FoundOut(Schema):
    """``shown``: how many can be paged through; ``meant``: what was searched instead, if what was
    asked finds nothing.
    """

    total: CountOut
    shown: int
    meant: str | None
    firms: list[HitOut]
    facets: dict[str, list[ChoiceOut]]


@router.get("/", response=FoundOut, openapi_extra=problems(400, 401, 403, 422))
def search(request: HttpRequest, given: Query[AskedIn]) -> dict[str, Any]:
    """Find member firms; the nearest first if ``near`` is asked for a firm of one's own."""
    need(request, "members.firm.see")
    chosen = {kind: values for kind in KINDS if (values := getattr(given, kind))}
    place = place_of(request.actor)
    found, meant = Asked(" ".join(given.q.split()), chosen, given.near).answer(place)
    hits = found.hits[given.offset : given.offset + given.limit]
    firms = Firm.objects.in_bulk([hit.firm for hit in hits])
    offers = shown_offers(firms)
    return {
        "total": found.total,
        "shown": len(found.hits),
        "meant": meant.text if meant else None,
        "firms": [
            {
                **{
                    name: getattr(firm, name) for name in HitOut.model_fields if hasattr(firm, name)
                },
                "capabilities": [capability for capability, _free in offers[firm.id]],
                "kilometres": round(kilometres(place, (hit.latitude, hit.longitude)))
                if place
                else None,
            }
            for hit in hits
            if (firm := firms.get(hit.firm))
        ],
        "facets": {
            kind: [
                {
                    "value": one.value,
                    "label": label(kind, one.value),
                    "count": one.count,
                    "chosen": one.chosen,
                }
                for one in choices
            ]
            for kind, choices in found.facets.items()
        },
    }
