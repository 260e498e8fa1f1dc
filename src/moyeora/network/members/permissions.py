"""Who may do what with firms, offers, people, accounts and uploads.

Each predicate gets an actor and what it is about: a firm, something that belongs to one, or None.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import rules

from moyeora.network.frame.actor import Actor, Office
from moyeora.network.members.models import Firm


def firm_of(subject: Any) -> UUID | None:
    """The firm that ``subject`` is or belongs to."""
    return subject.id if isinstance(subject, Firm) else getattr(subject, "firm_id", None)


def in_own_firm(*offices: Office) -> Callable[..., bool]:
    """Holds one of these offices in the firm that it is about."""

    @rules.predicate(name=f"in_own_firm({', '.join(offices)})")
    def holds(actor: Actor, subject: Any = None) -> bool:
        return actor.office in offices and actor.firm is not None and actor.firm == firm_of(subject)

    return holds


@rules.predicate
def signed_in(actor: Actor, subject: Any = None) -> bool:
    return actor.person is not None


@rules.predicate
def is_coordinator(actor: Actor, subject: Any = None) -> bool:
    return actor.office == Office.COORDINATOR


@rules.predicate
def is_clock(actor: Actor, subject: Any = None) -> bool:
    return actor.office == Office.CLOCK


@rules.predicate
def invites(actor: Actor, subject: Any = None) -> bool:
    """An owner for the own firm; a coordinator for the association or a firm (which of its
    offices, the action says). ``subject`` None is the association.
    """
    if subject is None:
        return actor.office in {Office.COORDINATOR, Office.CLOCK}  # the command for the first one
    return actor.office == Office.COORDINATOR or is_owner(actor, subject)


@rules.predicate
def ends_holding(actor: Actor, subject: Any = None) -> bool:
    """The person; an owner in the own firm; a coordinator in association and agency."""
    if subject is None or actor.person is None:
        return False
    if subject.person_id == actor.person:
        return True
    if subject.firm_id is None:  # an auditor is relieved by the firms alone
        return actor.office == Office.COORDINATOR and subject.consortium is None
    return is_owner(actor, subject)


@rules.predicate
def own_holding(actor: Actor, subject: Any = None) -> bool:
    """What belongs to the acting person's own office (a token, or the holding itself)."""
    holding = getattr(subject, "holding", subject)
    return actor.person is not None and getattr(holding, "person_id", None) == actor.person


@rules.predicate
def invited(actor: Actor, subject: Any = None) -> bool:
    """Whoever has the link; the action compares its secret."""
    return True


is_owner = in_own_firm(Office.OWNER)
keeps_capacity = in_own_firm(Office.OWNER, Office.STAFF)
sees_account = in_own_firm(Office.OWNER, Office.ACCOUNTANT)

PERMISSIONS = {
    "members.firm.admit": is_coordinator,
    "members.firm.change": is_owner,
    "members.firm.suspend": is_coordinator,
    "members.firm.resume": is_coordinator,
    "members.firm.leave": is_owner,
    "members.certificate.add": is_owner,
    "members.certificate.remove": is_owner,
    "members.offer.enter": is_owner,
    "members.offer.change": is_owner,
    "members.offer.retire": is_owner,
    # What is free next week is an everyday fact that binds nobody; a price is the owner's word.
    "members.offer.set_capacity": keeps_capacity,
    "members.person.invite": invites,
    "members.person.withdraw": invites,
    "members.person.accept": invited,
    "members.holding.end": ends_holding,
    "members.token.make": own_holding,
    "members.token.revoke": own_holding,
    "members.account.ask": is_owner,
    "members.account.confirm": is_owner,
    "members.account.confirm_by_call": is_coordinator,
    "members.account.refuse": is_owner,
    "members.account.use": is_clock,
    "members.import.upload": is_coordinator,
    "members.import.map": is_coordinator,
    "members.import.fix": is_coordinator,
    "members.import.start": is_coordinator,
    "members.import.commit": is_coordinator,
    "members.import.drop": is_coordinator | is_clock,
    "members.demo.fill": is_clock,
    "members.demo.empty": is_coordinator | is_clock,
    # Looking, without changing anything.
    "members.firm.see": signed_in,
    "members.firm.export": signed_in,
    "members.offer.see_terms": is_owner,
    "members.offer.see_capacity": keeps_capacity,
    "members.account.see": sees_account,
}


def register() -> None:
    """Teach :mod:`rules` the names above."""
    for name, predicate in PERMISSIONS.items():
        rules.set_perm(name, predicate)
