"""Who may read what an entry tells. That there is an entry, all parties of its chain may know."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q

from moyeora.network.frame.actor import Actor, Office


@dataclass(frozen=True)
class Audience:
    """``kind``: public, association, consortium, firms (those in ``firms``: one, a pair, or
    the parties of a case), mediator. ``firms`` are sorted ids; they may read whatever the kind.
    """

    kind: str
    firms: tuple[UUID, ...] = ()


PUBLIC: Final = Audience("public")
ASSOCIATION: Final = Audience("association")
CONSORTIUM: Final = Audience("consortium")
MEDIATOR: Final = Audience("mediator")
KINDS: Final = ("public", "association", "consortium", "firms", "mediator")


def firms(*ids: UUID) -> Audience:
    """These firms alone."""
    return Audience("firms", tuple(sorted(ids)))


def association_and(*ids: UUID) -> Audience:
    """The association and these firms."""
    return Audience("association", tuple(sorted(ids)))


@dataclass(frozen=True)
class Reader:
    """Who reads a chain: for a firm or for none; whether as one of the association, a party of
    the chain, its mediator, or its auditor, who sees every line.
    """

    firm: UUID | None = None
    association: bool = False
    party: bool = False
    mediator: bool = False
    auditor: bool = False

    def kinds(self) -> tuple[str, ...]:
        """The kinds of audience to which this reader belongs."""
        belongs = {
            "public": True,
            "association": self.association,
            "consortium": self.association or self.party,
            "mediator": self.mediator,
        }
        return tuple(kind for kind, belonging in belongs.items() if belonging)

    def may_read(self, kind: str, firms: tuple[str, ...]) -> bool:
        """Whether an entry with this audience is for this reader."""
        return self.auditor or kind in self.kinds() or str(self.firm) in firms

    def readable(self) -> Q:
        """The entries for this reader: :meth:`may_read` as a condition."""
        if self.auditor:
            return Q()
        mine = Q(audience__in=self.kinds())
        return mine | Q(firms__contains=str(self.firm)) if self.firm else mine


Source = Callable[[Actor, UUID], Reader | None]
_SOURCES: list[Source] = []


def readers(source: Source) -> Source:
    """Register who reads which chains: a room answers for its own, and None for all others."""
    _SOURCES.append(source)
    return source


def reader_of(actor: Actor, chain: UUID) -> Reader | None:
    """As whom the actor reads the chain; None: not at all."""
    return next(filter(None, (source(actor, chain) for source in _SOURCES)), None)


def may_open(actor: Actor) -> bool:
    """Journals are for owners and staff of firms, for the association, and for auditors; an
    accountant reads statements, and an agency certificates.
    """
    return actor.of_the_association or actor.office in (Office.OWNER, Office.STAFF, Office.AUDITOR)
