"""The demonstration network: every room fills its own part and takes it away again."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from moyeora.network.frame.actor import Office
from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.home import secret
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import ASSOCIATION
from moyeora.network.journal.chains import NETWORK
from moyeora.network.members import demo as members
from moyeora.network.members.models import Firm, Holding

# Rooms above members that fill and empty their own part, what hangs on others first.
_ROOMS = ("ledger", "orders", "consortia")


@action("members.demo.fill")
def fill(act: Act, subject: None) -> None:
    """Make 780 firms, their past consortia, and people to sign in as. Twice changes nothing."""
    with scopes_disabled():  # it writes for all firms at once
        past = members.fill_firms()
        members.fill_people(password())
        for room in _rooms("fill"):
            room.fill(past)
    act.record(
        "demo.filled",
        subject=NETWORK,
        facts={"firms": Firm.objects.filter(made_up=True).count()},
        audience=ASSOCIATION,
    )


@action("members.demo.empty")
def empty(act: Act, subject: None) -> int:
    """Remove all that is made up, and all that was done with it; gives how many firms that were.

    From a page it is refused while nobody real could go on: the made-up coordinator goes too.
    """
    if act.actor.person is not None and not real_coordinators().exists():
        raise Refused(
            Fault(
                "",
                _("The only coordinator is a made-up one, and would be removed too."),
                _("Invite a coordinator of your own first."),
            )
        )
    try:
        # What was posted is never deleted: the database itself says so.
        with transaction.atomic(), scopes_disabled():  # it is of all made-up firms at once
            for room in _rooms("empty"):
                room.empty()
            firms = members.empty()
    except DatabaseError:
        raise Refused(members.not_removable()) from None
    act.record("demo.emptied", subject=NETWORK, facts={"firms": len(firms)}, audience=ASSOCIATION)
    return len(firms)


def filled() -> bool:
    """Whether the made-up network is there."""
    return Firm.objects.filter(made_up=True).exists()


def real_coordinators() -> Any:
    """Coordinators who are not made up."""
    return Holding.objects.filter(
        office=Office.COORDINATOR, ended__isnull=True, person__made_up=False
    )


def password() -> str:
    """One password for all made-up people; no two installations share it."""
    return secret("demo", 9)


def sign_ins() -> str:
    """Who can sign in, as lines for the console."""
    rows = []
    for sign in members.PEOPLE:
        firm = Firm.objects.filter(number=sign.firm).first()
        where = f"{firm.name} ({firm.number})" if firm else ""
        rows.append(f"  {sign.email:<30} {sign.office.value:<12} {where}")
    return "\n".join(
        [
            f"{Firm.objects.filter(made_up=True).count()} made-up firms are in the network. "
            "Sign in with one of",
            *rows,
            f"Password for all of them: {password()}",
            "Remove all of it with: moyeora demo --empty",
        ]
    )


def _rooms(does: str) -> Iterator[Any]:
    """The ``demo`` modules that have the function ``does``."""
    for room in _ROOMS:
        name = f"moyeora.network.{room}.demo"
        if find_spec(name) and hasattr(module := import_module(name), does):
            yield module
