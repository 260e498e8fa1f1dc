"""The API of ``consortia``: items, proposals, consortia and seats, by the actions of the pages.

An item goes in and out as formation's item table (the keys of ``item.toml``). Amounts in answers
are in smallest units; other firms' are bands, as on the pages. A token never accepts a seat.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import rules
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from pydantic import AwareDatetime

from moyeora.network.consortia import actions
from moyeora.network.consortia.item_table import table_of
from moyeora.network.consortia.models import Consortium, Item, Proposal, Seat
from moyeora.network.consortia.seating import companions
from moyeora.network.consortia.views import shown
from moyeora.network.frame.faults import NotAllowed
from moyeora.network.members.models import Firm
from moyeora.network.members.once import Key, once

router = Router(tags=["consortia"])


class ItemIn(Schema):
    """The tables ``[item]``, ``[[need]]`` and ``[wishes]`` of an item.toml, and a description."""

    item: dict[str, Any]
    need: list[dict[str, Any]] = Field(max_length=40)
    wishes: dict[str, Any] = Field(default_factory=dict)
    description: str = Field("", max_length=4000)


class ItemOut(Schema):
    id: UUID
    state: str
    table: dict[str, Any]


class JobOut(Schema):
    id: UUID
    state: str
    progress: int


class ProposalOut(Schema):
    """``view``: who does how much, when; why; what each demand costs; money in bands of 5 %."""

    id: UUID
    item: UUID
    kind: str
    state: str
    proven: bool
    created: datetime
    view: dict[str, Any]


class DeadlineIn(Schema):
    deadline: AwareDatetime


class ReasonIn(Schema):
    reason: str = Field(max_length=200)


class SeatOut(Schema):
    """``cost`` and ``currency`` are there for one's own seat alone."""

    id: UUID
    consortium: UUID
    firm: str
    need: str
    title: str
    role: str
    quantity: int
    unit: str
    begins: str | None
    ends: str | None
    state: str
    deadline: datetime
    cost: int | None = None
    currency: str | None = None
    others: list[dict[str, str]] = Field(default_factory=list)


class ConsortiumOut(Schema):
    id: UUID
    title: str
    lead: str
    state: str
    seats: list[SeatOut]


def need_permission(request: HttpRequest, permission: str) -> None:
    """Refuse an office that may not even look."""
    if not rules.has_perm(permission, request.actor):
        raise NotAllowed(permission)


@router.get("/items", response=list[ItemOut])
def list_items(request: HttpRequest) -> Any:
    """The firm's own items, newest first."""
    need_permission(request, "consortia.item.see")
    return [_item(item) for item in Item.objects.all()[:200]]


@router.post("/items", response={201: ItemOut})
def create_item(request: HttpRequest, body: ItemIn, key: Key) -> Any:
    """Save a draft."""
    need_permission(request, "consortia.item.see")
    firm = Firm.objects.get(id=request.actor.firm)
    made = once(
        request,
        key,
        Item.objects,
        lambda: actions.create_item(request.actor, firm, table=_table(body)),
    )
    return Status(201, _item(made))


@router.get("/items/{item_id}", response=ItemOut)
def read_item(request: HttpRequest, item_id: UUID) -> Any:
    """One item."""
    return _item(_own_item(request, item_id))


@router.put("/items/{item_id}", response=ItemOut)
def change_item(request: HttpRequest, item_id: UUID, body: ItemIn) -> Any:
    """Replace what an item says, as long as nobody is invited."""
    item = _own_item(request, item_id)
    return _item(actions.change_item(request.actor, item, table=_table(body)))


@router.delete("/items/{item_id}", response={204: None})
def delete_draft(request: HttpRequest, item_id: UUID) -> Any:
    """Throw a draft away."""
    actions.delete_draft(request.actor, _own_item(request, item_id))
    return Status(204, None)


@router.post("/items/{item_id}/open", response=ItemOut)
def open_item(request: HttpRequest, item_id: UUID) -> Any:
    """Open a draft."""
    return _item(actions.open_item(request.actor, _own_item(request, item_id)))


@router.post("/items/{item_id}/close", response=ItemOut)
def close_item(request: HttpRequest, item_id: UUID) -> Any:
    """Give an open item up."""
    return _item(actions.close_item(request.actor, _own_item(request, item_id)))


@router.post("/items/{item_id}/propose", response={202: JobOut})
def propose(request: HttpRequest, item_id: UUID) -> Any:
    """Have a consortium proposed in the background."""
    return Status(202, actions.propose(request.actor, _own_item(request, item_id)))


@router.get("/items/{item_id}/proposals", response=list[ProposalOut])
def list_proposals(request: HttpRequest, item_id: UUID) -> Any:
    """Proposals and repairs of an item, newest first."""
    item = _own_item(request, item_id)
    return [_proposal(proposal) for proposal in item.proposals.all()[:200]]


@router.get("/proposals/{proposal_id}", response=ProposalOut)
def read_proposal(request: HttpRequest, proposal_id: UUID) -> Any:
    """One proposal."""
    return _proposal(_own_proposal(request, proposal_id))


@router.post("/proposals/{proposal_id}/take", response=ConsortiumOut)
def take_proposal(request: HttpRequest, proposal_id: UUID, body: DeadlineIn) -> Any:
    """Invite the firms of a proposal, or do as a repair says."""
    proposal = _own_proposal(request, proposal_id)
    take = actions.invite if proposal.kind == Proposal.Kind.PLAN else actions.take_repair
    return _consortium(take(request.actor, proposal, deadline=body.deadline))


@router.get("", response=list[ConsortiumOut])
def list_consortia(request: HttpRequest) -> Any:
    """The consortia that one may see, newest first."""
    need_permission(request, "consortia.see")
    found = Consortium.objects.select_related("lead").prefetch_related("seats__firm")
    return [_consortium(one) for one in found[:200]]


@router.get("/seats", response=list[SeatOut])
def list_seats(request: HttpRequest) -> Any:
    """The firm's own seats and invitations."""
    need_permission(request, "consortia.seat.see")
    return [_own_seat(seat) for seat in Seat.own.select_related("firm", "consortium")[:200]]


@router.post("/seats/{seat_id}/accept", response=SeatOut)
def accept(request: HttpRequest, seat_id: UUID) -> Any:
    """Take a seat. This binds the firm: not by token, and with the password given just now."""
    return _own_seat(actions.accept(request.actor, _seat(request, seat_id)))


@router.post("/seats/{seat_id}/decline", response=SeatOut)
def decline(request: HttpRequest, seat_id: UUID, body: ReasonIn) -> Any:
    """Do not take a seat, and say why."""
    seat = _seat(request, seat_id)
    return _own_seat(actions.decline(request.actor, seat, reason=body.reason))


@router.get("/{uuid:consortium_id}", response=ConsortiumOut)
def read_consortium(request: HttpRequest, consortium_id: UUID) -> Any:
    """One consortium with its seats."""
    need_permission(request, "consortia.see")
    found = get_object_or_404(Consortium.objects.select_related("lead"), id=consortium_id)
    return _consortium(found)


def _own_item(request: HttpRequest, item_id: UUID) -> Item:
    need_permission(request, "consortia.item.see")
    return get_object_or_404(Item, id=item_id)


def _own_proposal(request: HttpRequest, proposal_id: UUID) -> Proposal:
    need_permission(request, "consortia.item.see")
    return get_object_or_404(Proposal.objects.select_related("item"), id=proposal_id)


def _seat(request: HttpRequest, seat_id: UUID) -> Seat:
    need_permission(request, "consortia.seat.see")
    return get_object_or_404(Seat.own.select_related("firm", "consortium"), id=seat_id)


def _table(body: ItemIn) -> dict[str, Any]:
    return {
        "item": body.item,
        "need": body.need,
        "wishes": body.wishes,
        "description": body.description,
    }


def _item(item: Item) -> dict[str, Any]:
    return {"id": item.id, "state": item.state, "table": table_of(item)}


def _proposal(proposal: Proposal) -> dict[str, Any]:
    return {
        **{key: getattr(proposal, key) for key in ("id", "kind", "state", "proven", "created")},
        "item": proposal.item_id,
        "view": shown(proposal),
    }


def _consortium(consortium: Consortium) -> dict[str, Any]:
    return {
        **{key: getattr(consortium, key) for key in ("id", "title", "state")},
        "lead": consortium.lead.number,
        "seats": [_of(seat) for seat in consortium.seats.select_related("firm")],
    }


def _of(seat: Seat) -> dict[str, Any]:
    same = ("id", "need", "title", "role", "quantity", "unit", "state", "deadline")
    return {
        **{key: getattr(seat, key) for key in same},
        "consortium": seat.consortium_id,
        "firm": seat.firm.number,
        "begins": seat.begins and seat.begins.isoformat(),
        "ends": seat.ends and seat.ends.isoformat(),
    }


def _own_seat(seat: Seat) -> dict[str, Any]:
    terms = getattr(seat, "terms", None)
    own = {"cost": terms.cost, "currency": terms.currency} if terms else {}
    return _of(seat) | own | {"others": companions(seat)}
