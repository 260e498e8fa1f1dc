"""The entries of a chain as one reader may read them, in words: for the page and the API."""

import json
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from moyeora.network.frame.actor import Actor, Office
from moyeora.network.frame.faults import NotAllowed
from moyeora.network.journal.audience import Reader, may_open, reader_of
from moyeora.network.journal.models import Chain, Entry
from moyeora.network.journal.words import named, told

PAGE: Final = 50


@dataclass(frozen=True)
class Line:
    """One entry in words. ``person`` is None where the reader is not to know the name."""

    entry: Entry
    office: str
    person: str | None
    firm: str
    what: str
    subject: str


@dataclass(frozen=True)
class Asked:
    """What a reader looks for: entries before a number, of a kind, about a subject."""

    before: int | None = None
    kind: str = ""
    subject: UUID | None = None

    def condition(self) -> Q:
        wanted = Q()
        if self.before is not None:
            wanted &= Q(number__lt=self.before)
        if self.kind:
            wanted &= Q(kind=self.kind)
        if self.subject:
            wanted &= Q(subject=self.subject)
        return wanted


def opened(actor: Actor, chain_id: UUID) -> Reader:
    """As whom the actor reads this chain; raises NotAllowed for who reads no journal at all, and
    Http404 for a chain that does not exist or is not the actor's: nobody learns which.
    """
    if not may_open(actor):
        raise NotAllowed("journal.read")
    reader = reader_of(actor, chain_id)
    if reader is None:
        raise Http404
    return reader


def lines(chain_id: UUID, reader: Reader, asked: Asked) -> tuple[list[Line], int | None]:
    """The newest entries for the reader, and the number before which the next page begins."""
    found = list(
        Entry.objects.filter(reader.readable(), asked.condition(), chain_id=chain_id)
        .select_related("payload")
        .order_by("-number")[: PAGE + 1]
    )
    shown = found[:PAGE]
    ids = {one for entry in shown for one in (entry.firm, entry.subject) if one}
    names = named(ids)
    people = get_user_model().objects.in_bulk({one.person for one in shown if one.person})
    whole = reader.association or reader.auditor
    told_lines = [
        Line(
            entry=entry,
            office=_office(entry),
            person=(
                people[entry.person].get_full_name()
                if entry.person in people and (whole or entry.firm == reader.firm)
                else None
            ),
            firm=names.get(entry.firm, ""),
            what=_what(entry),
            subject=names.get(entry.subject, ""),
        )
        for entry in shown
    ]
    return told_lines, shown[-1].number if len(found) > PAGE else None


def length(chain_id: UUID) -> int:
    """How many entries the chain has, readable or not."""
    return Chain.objects.filter(id=chain_id).values_list("length", flat=True).first() or 0


def _office(entry: Entry) -> str:
    return _("the system") if entry.office == Office.CLOCK else Office(entry.office).label


def _what(entry: Entry) -> str:
    payload = getattr(entry, "payload", None)
    return told(entry.kind, json.loads(payload.facts) if payload else {})
