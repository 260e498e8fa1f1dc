"""The API of ``journal``: what a reader may read of a chain, and the files that prove it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from moyeora.network.journal import pages, reading

router = Router(tags=["journal"])


class Sought(Schema):
    """``before``: the number before which to begin; ``older`` of the answer goes there."""

    before: Annotated[int, Field(ge=1, lt=2**53)] | None = None
    kind: Annotated[str, Field(max_length=60)] = ""
    subject: UUID | None = None


class Read(Schema):
    """One entry; ``what`` is the sentence of the page, in the language of the request."""

    number: int
    at: datetime
    office: str
    person: UUID | None
    firm: UUID | None
    kind: str
    subject: UUID
    what: str
    hash: str


class Answer(Schema):
    """Fifty entries at most, the newest first; ``length`` counts all, readable or not."""

    chain: UUID
    length: int
    entries: list[Read]
    older: int | None


@router.get("/{uuid:chain}", response=Answer)
def entries(request: HttpRequest, chain: UUID, sought: Query[Sought]) -> dict[str, Any]:
    """The entries of a chain that you may read."""
    reader = reading.opened(request.actor, chain)
    lines, older = reading.lines(chain, reader, reading.Asked(**sought.dict()))
    return {
        "chain": chain,
        "length": reading.length(chain),
        "older": older,
        "entries": [
            {
                "number": line.entry.number,
                "at": line.entry.at,
                "office": line.entry.office,
                "person": line.entry.person if line.person else None,
                "firm": line.entry.firm,
                "kind": line.entry.kind,
                "subject": line.entry.subject,
                "what": line.what,
                "hash": bytes(line.entry.hash).hex(),
            }
            for line in lines
        ],
    }


@router.get("/{uuid:chain}/export", response={200: dict})
def export(request: HttpRequest, chain: UUID) -> HttpResponse:
    """The chain as a file for ``moyeora journal verify``, as you may see it."""
    return pages.answer_export(request, chain)


_TEXT = {"application/jose": {"schema": {"type": "string"}}}


@router.get(
    "/{uuid:chain}/checkpoints",
    openapi_extra={"responses": {200: {"description": "OK", "content": _TEXT}}},
)
def checkpoints(request: HttpRequest, chain: UUID) -> HttpResponse:
    """All signed checkpoints of the chain, one JWS a line, the newest first."""
    return pages.answer_checkpoints(request, chain)
