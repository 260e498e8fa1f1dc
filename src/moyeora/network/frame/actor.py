"""Who acts: a person in an office, for a firm or for none.

Permissions are predicates over an actor, not over a person: the same person may own one firm and
keep the books of another, and acts in one office at a time.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Office(TextChoices):
    """The offices of network.md's table of people; the last three are never given to a person."""

    OWNER = "owner", _("owner")
    STAFF = "staff", _("staff")
    ACCOUNTANT = "accountant", _("accountant")
    COORDINATOR = "coordinator", _("coordinator")
    BOARD = "board", _("board member")
    REVIEWER = "reviewer", _("agency reviewer")
    AUDITOR = "auditor", _("auditor")
    CUSTOMER = "customer", _("customer")
    CLOCK = "clock", _("passing of a date")
    ANYONE = "anyone", _("anyone")


OF_A_FIRM = (Office.OWNER, Office.STAFF, Office.ACCOUNTANT)
OF_THE_ASSOCIATION = (Office.COORDINATOR, Office.BOARD)
NOBODY: Final = UUID(int=0)
EVERY: Final = object()
OFFICE_KEY: Final = "holding"  # of the session: the office in which the person acts now


@dataclass(frozen=True)
class Audited:
    """The scope of an auditor: one consortium, of which no firm is the own."""

    consortium: UUID


@dataclass(frozen=True)
class Actor:
    """``firm`` is set for the offices of a firm alone, ``consortium`` for its auditor alone.
    ``by_token``: acts through the API with a token, which never signs. ``fresh``: gave the password
    (or second factor) a moment ago.
    """

    office: Office = Office.ANYONE
    person: UUID | None = None
    firm: UUID | None = None
    consortium: UUID | None = None
    by_token: bool = False
    fresh: bool = False

    @property
    def of_a_firm(self) -> bool:
        return self.office in OF_A_FIRM

    @property
    def of_the_association(self) -> bool:
        return self.office in OF_THE_ASSOCIATION

    def scopes(self) -> dict[str, Any]:
        """What this actor's queries may see, for :func:`django_scopes.scope`.

        ``firm``: rows that one firm alone may see. ``party``: rows of consortia to which a firm
        is party, of the one that is audited (:class:`Audited`), or of all of them
        (:data:`EVERY`), as the association must.
        """
        if self.of_a_firm:
            return {"firm": self.firm, "party": self.firm}
        if self.consortium is not None:
            return {"firm": NOBODY, "party": Audited(self.consortium)}
        return {"firm": NOBODY, "party": EVERY if self.of_the_association else NOBODY}


ANYONE = Actor()
CLOCK = Actor(office=Office.CLOCK)
