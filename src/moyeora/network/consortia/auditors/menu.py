"""What the journal says of auditors, and what the clock does."""

from django.utils.translation import gettext_lazy as _

from moyeora.network.consortia.auditors.actions import close, why_over
from moyeora.network.consortia.models import Appointment
from moyeora.network.frame.actor import CLOCK
from moyeora.network.frame.faults import Refused
from moyeora.network.jobs.kinds import daily
from moyeora.network.jobs.work import Task
from moyeora.network.journal.words import describe

KINDS = {
    "auditor.named": _("named {name} as auditor until {until}"),
    "auditor.agreed": _("agreed on {name} as auditor"),
    "auditor.rejected": _("did not agree on {name} as auditor"),
    "auditor.invited": _("invited the auditor {name}"),
    "auditor.accepted": _("became auditor"),
    "auditor.relieved": _("relieved the auditor {name}"),
    "auditor.resigned": _("resigned as auditor"),
    "auditor.term": _("ended the auditor's term: {name}"),
    "auditor.interested": _("ended the auditor's office: {name} now belongs to one of the firms"),
}


def register() -> None:
    """Called once, when the application is ready."""
    for kind, words in KINDS.items():
        describe(kind, words)


@daily("consortia.auditors", title=_("Terms of auditors"))
def close_what_is_over(task: Task) -> dict[str, int]:
    """End the offices whose term is over, or whose holder has come to belong to a firm."""
    closed = 0
    live = Appointment.objects.filter(state__in=Appointment.LIVE).select_related("consortium")
    for appointment in live:
        try:
            if why_over(appointment) is not None:
                close(CLOCK, appointment)
                closed += 1
        except Refused:
            continue  # ended between the query and the lock
    return {"closed": closed}
