"""Who may read what an entry tells. That there is an entry, all parties of its chain may know."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Audience:
    """``kind``: public, association, consortium, firms (those in ``firms``: one, a pair, or
    the parties of a case), mediator. ``firms`` are sorted ids.
    """

    kind: str
    firms: tuple[UUID, ...] = ()


PUBLIC = Audience("public")
ASSOCIATION = Audience("association")
CONSORTIUM = Audience("consortium")
MEDIATOR = Audience("mediator")


def firms(*ids: UUID) -> Audience:
    """These firms alone."""
    return Audience("firms", tuple(sorted(ids)))
