"""What members puts into the menu, and what waits there for a person."""

from collections.abc import Collection, Iterator
from uuid import UUID

import rules
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from moyeora.network.frame.actor import Actor, Office
from moyeora.network.frame.navigation import Entry, Waiting, offer, waits
from moyeora.network.journal.words import names
from moyeora.network.members.actions.accounts import seasoned_owners, waiting_for_a_call
from moyeora.network.members.models import BankAccount, Firm, Upload


def register() -> None:
    """Called once, when the application is ready."""
    offer(Entry(gettext_lazy("Members"), "members", lambda actor: actor.person is not None, 30))
    offer(Entry(gettext_lazy("My firm"), "my_firm", lambda actor: actor.of_a_firm, 20))
    offer(
        Entry(
            gettext_lazy("Association"),
            "association",
            lambda actor: rules.has_perm("members.firm.admit", actor),
            90,
        )
    )
    names(firm_names)
    waits(accounts, account=gettext_lazy("Changes of a bank account"))
    waits(uploads, upload=gettext_lazy("Tables that are being brought in"))


def firm_names(ids: Collection[UUID]) -> dict[UUID, str]:
    """The firms among these ids: every member knows every other by name."""
    return dict(Firm.objects.filter(id__in=ids).values_list("id", "name"))


def accounts(actor: Actor) -> Iterator[Waiting]:
    """Changes that this person must confirm."""
    if actor.office == Office.OWNER:
        for account in BankAccount.objects.filter(firm=actor.firm, state=BankAccount.State.ASKED):
            if seasoned_owners(account).filter(person_id=actor.person).exists():
                yield Waiting("account", _("Confirm the new bank account"), reverse("accounts"))
    elif actor.office == Office.COORDINATOR:
        for account in waiting_for_a_call():
            yield Waiting(
                "account",
                _("Call %(firm)s about its new bank account") % {"firm": account.firm.name},
                reverse("calls"),
            )


def uploads(actor: Actor) -> Iterator[Waiting]:
    """Tables that the coordinator began to bring in."""
    if actor.office == Office.COORDINATOR:
        for upload in Upload.objects.filter(person=actor.person, state=Upload.State.OPEN):
            yield Waiting(
                "upload",
                _("Finish bringing in “%(name)s”") % {"name": upload.name},
                reverse("import", args=[upload.id]),
            )
