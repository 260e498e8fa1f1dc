"""What may be done to the journal itself: erase personal data, and say that one looked."""

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _

from moyeora.network.frame.actor import Office
from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import CONSORTIUM, Audience, association_and
from moyeora.network.journal.chains import ERASED, NETWORK
from moyeora.network.journal.models import Entry, Payload


@action("journal.erase")
def erase(act: Act, entry: Entry, *, reason: str) -> None:
    """Destroy what an entry tells, with the salt of its seal; that it stood there stays.

    ``reason``: the ground in law, 1 to 200 characters, without personal data: it stays for ever.
    Raises Refused when there is nothing to erase.
    """
    reason = reason.strip()
    faults = []
    if entry.kind == ERASED:
        faults.append(Fault("entry", _("This entry says that another was erased; it stays.")))
    elif not Payload.objects.select_for_update(no_key=True).filter(entry=entry).exists():
        faults.append(Fault("entry", _("This entry has been erased already.")))
    if not 1 <= len(reason) <= 200:
        remedy = _("Write the ground in one sentence, up to 200 characters, without names.")
        faults.append(Fault("reason", _("The reason is missing or too long."), remedy))
    if faults:
        raise Refused(faults)
    act.record(
        ERASED,
        subject=entry.id,
        facts={"number": entry.number, "reason": reason},
        # Whoever could read what is gone reads why.
        audience=Audience(entry.audience, tuple(map(UUID, entry.firms.split()))),
        chain=entry.chain_id,
    )


@action("journal.look")
def look(
    act: Act, subject: UUID, what: str, *, firms: Collection[UUID] = (), chain: UUID = NETWORK
) -> None:
    """Say that somebody of the association, or an auditor, looks at something confidential, before
    it is shown.

    ``what``: in words, without the thing itself; ``firms``: whose it is, who then read it here.
    What an auditor looks at, all parties of ``chain`` read.
    """
    act.record(
        "confidential.seen",
        subject=subject,
        facts={"what": what},
        audience=CONSORTIUM if act.actor.office == Office.AUDITOR else association_and(*firms),
        chain=chain,
    )
