"""What the top of every page offers: each room registers its entries and what waits for a person.

A room's ``apps.ready`` calls :func:`offer` and :func:`waits`; the frame knows no room.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from moyeora.network.frame.actor import Actor


@dataclass(frozen=True)
class Entry:
    """One line of the menu: a lazy ``label``, the ``name`` of its address, who sees it."""

    label: Any
    name: str
    shown: Callable[[Actor], bool]
    order: int = 100


@dataclass(frozen=True)
class Waiting:
    """Something that waits for the reader: what to do, where, until when; ``kind`` can be
    turned off in the digest.
    """

    kind: str
    text: str
    url: str
    due: datetime | None = None


_ENTRIES: list[Entry] = []
_WAITING: list[Callable[[Actor], Iterable[Waiting]]] = []
KINDS: Final[dict[str, Any]] = {}
"""What the kinds of waiting things are called in the settings of notices."""


def offer(entry: Entry) -> None:
    """Put an entry into the menu."""
    _ENTRIES.append(entry)


def waits(source: Callable[[Actor], Iterable[Waiting]], **kinds: Any) -> None:
    """Register a source of waiting things, and what its kinds are called (lazy):

    ``waits(invitations, seat=_("Invitations to a seat"))``.
    """
    _WAITING.append(source)
    KINDS.update(kinds)


def waiting(actor: Actor) -> list[Waiting]:
    """All that waits for this actor, what is due first on top."""
    found = [one for source in _WAITING for one in source(actor)]
    return sorted(found, key=lambda one: (one.due is None, one.due or datetime.max, one.text))


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The context of every template: ``actor``, the menu's ``entries``, the association's name."""
    actor = getattr(request, "actor", Actor())
    shown = [
        {"label": entry.label, "url": reverse(entry.name)}
        for entry in sorted(_ENTRIES, key=lambda entry: entry.order)
        if entry.shown(actor)
    ]
    around = [entry["url"] for entry in shown if request.path.startswith(entry["url"])]
    here = max(around, key=len, default=None)  # /members/map/ lies within /members/ too
    entries = [{**entry, "here": entry["url"] == here} for entry in shown]
    return {"actor": actor, "entries": entries, "association": settings.ASSOCIATION}
