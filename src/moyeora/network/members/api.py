"""The API of ``members``: firms as all see them; the own firm's offers with their terms."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from moyeora.network.frame.faults import NotAllowed
from moyeora.network.frame.problems import problems
from moyeora.network.members.actions import offers as actions
from moyeora.network.members.models import Firm, Offer, Terms
from moyeora.network.members.pages.doors import need
from moyeora.network.members.search.api import router as search

router = Router(tags=["members"])
router.add_router("", search)
PAGE_MOST = 200


class OpenOffer(Schema):
    """An offer as every member sees it."""

    id: UUID
    capability: str
    unit: str
    lead_days: int
    free_capacity: bool


class CertificateOut(Schema):
    name: str
    expires: date | None


class FirmOut(Schema):
    """A firm as every member sees it."""

    id: UUID
    number: str
    name: str
    name_en: str
    trade: str
    region: str
    employees: int
    profile: str
    website: str
    standing: Literal["applied", "member", "suspended", "left"]
    offers: list[OpenOffer]
    certificates: list[CertificateOut]


class FirmsOut(Schema):
    """A page of firms in the order of their names; ``count`` is of all pages."""

    count: int
    firms: list[FirmOut]


class OwnOffer(OpenOffer):
    """An offer as its firm sees it; money in the smallest unit of ``currency``."""

    price: int
    currency: str
    price_breaks: str
    own_cost: int | None
    setup_cost: int
    capacity: str
    capacity_from: date | None
    lot: int
    smallest: int
    largest: int
    line: str


class ChangedOffer(Schema):
    """What changes; what is left out stays. ``capacity`` runs week by week: ``300;300;800``,
    ``price_breaks`` is ``10000:110;50000:95``.
    """

    price: Annotated[int, Field(ge=0, le=10**10)] | None = None
    price_breaks: Annotated[str, Field(max_length=400)] | None = None
    own_cost: Annotated[int, Field(ge=0, le=10**10)] | None = None
    setup_cost: Annotated[int, Field(ge=0, le=10**15)] | None = None
    capacity: Annotated[str, Field(max_length=2000)] | None = None
    capacity_from: date | None = None
    lot: Annotated[int, Field(ge=1, le=10**9)] | None = None
    smallest: Annotated[int, Field(ge=0, le=10**9)] | None = None
    largest: Annotated[int, Field(ge=1, le=10**9)] | None = None
    lead_days: Annotated[int, Field(ge=0, le=3650)] | None = None


class Capacity(Schema):
    """Free units a week, from the week that begins with ``capacity_from``."""

    capacity: Annotated[str, Field(max_length=2000)]
    capacity_from: date | None = None


@router.get("/firms", response=FirmsOut, openapi_extra=problems(401, 403, 422))
def list_firms(
    request: HttpRequest,
    offset: Annotated[int, Query(ge=0, le=10**7)] = 0,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = 50,
) -> dict[str, Any]:
    """Member firms, without prices."""
    need(request, "members.firm.see")
    firms = Firm.objects.filter(standing=Firm.Standing.MEMBER)
    page = firms.prefetch_related("offers", "certificates")[offset : offset + limit]
    return {"count": firms.count(), "firms": [_firm(one) for one in page]}


@router.get("/firms/{firm}", response=FirmOut, openapi_extra=problems(401, 403, 404, 422))
def read_firm(request: HttpRequest, firm: UUID) -> dict[str, Any]:
    """One firm, without prices."""
    need(request, "members.firm.see")
    return _firm(get_object_or_404(Firm, id=firm))


@router.get("/offers", response=list[OwnOffer], openapi_extra=problems(401, 403))
def own_offers(request: HttpRequest) -> list[dict[str, Any]]:
    """The own firm's offers with their terms; for its owner."""
    if request.actor.firm is None:
        raise NotAllowed("members.offer.see_terms")
    need(request, "members.offer.see_terms", Firm.objects.get(id=request.actor.firm))
    terms = Terms.objects.filter(offer__active=True).select_related("offer")
    return [_own(one.offer, one) for one in terms.order_by("offer__capability")]


@router.get("/offers/{offer}", response=OwnOffer, openapi_extra=problems(401, 403, 404, 422))
def read_offer(request: HttpRequest, offer: UUID) -> dict[str, Any]:
    """One of the own offers; for its firm's owner."""
    found = get_object_or_404(Offer, id=offer)
    need(request, "members.offer.see_terms", found)
    return _own(found, Terms.objects.get(offer=found))


@router.patch("/offers/{offer}", response=OwnOffer, openapi_extra=problems(400, 401, 403, 404, 422))
def change_offer(request: HttpRequest, offer: UUID, told: ChangedOffer) -> dict[str, Any]:
    """Change price, capacity or quantities; for its firm's owner."""
    found = get_object_or_404(Offer, id=offer)
    given = told.dict(exclude_unset=True)
    written = {name: "" if value is None else str(value) for name, value in given.items()}
    actions.change(request.actor, found, written=written)
    return _own(found, Terms.objects.get(offer=found))


@router.put(
    "/offers/{offer}/capacity",
    response=OpenOffer,
    openapi_extra=problems(400, 401, 403, 404, 422),
)
def set_capacity(request: HttpRequest, offer: UUID, told: Capacity) -> Offer:
    """Say what is free; for its firm's owner and staff. Prices are not answered."""
    found = get_object_or_404(Offer, id=offer)
    day = told.capacity_from
    return actions.set_capacity(
        request.actor,
        found,
        capacity=told.capacity,
        capacity_from=day.isoformat() if day else "",
    )


def _firm(firm: Firm) -> dict[str, Any]:
    plain = ("id", "number", "name", "name_en", "trade", "region", "employees", "profile")
    return {
        **{name: getattr(firm, name) for name in (*plain, "website", "standing")},
        "offers": [_open(one) for one in firm.offers.all() if one.active],
        "certificates": [
            {"name": one.name, "expires": one.expires} for one in firm.certificates.all()
        ],
    }


def _open(offer: Offer) -> dict[str, Any]:
    return {name: getattr(offer, name) for name in OpenOffer.model_fields}


def _own(offer: Offer, terms: Terms) -> dict[str, Any]:
    told = [name for name in OwnOffer.model_fields if name not in OpenOffer.model_fields]
    return {**_open(offer), **{name: getattr(terms, name) for name in told}}
