"""What who started a job may do with it: stop it, or begin it again."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from moyeora.network.frame.faults import Refused
from moyeora.network.jobs.models import Job, State
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import ASSOCIATION, firms
from moyeora.network.journal.words import describe

describe("job.stopped", gettext_lazy("stopped a task"))
describe("job.begun_again", gettext_lazy("began a task again"))


@action("jobs.stop")
def stop(act: Act, job: Job) -> None:
    """Stop a job that waits or runs; its worker notices at its next progress."""
    going = Job.objects.filter(id=job.id, state__in=(State.WAITING, State.RUNNING))
    if not going.update(state=State.STOPPED, ended=timezone.now(), lease_until=None):
        raise Refused(_("This task is over; there is nothing to stop."))
    _record(act, "job.stopped", job)


@action("jobs.again")
def again(act: Act, job: Job) -> None:
    """Put a failed or stopped job back into the queue."""
    over = Job.objects.filter(id=job.id, state__in=(State.FAILED, State.STOPPED))
    if not over.update(
        state=State.WAITING,
        attempts=0,
        progress=0,
        note="",
        failure="",
        ended=None,
        created=timezone.now(),
    ):
        raise Refused(_("This task is waiting, running or done; it cannot be begun again."))
    _record(act, "job.begun_again", job)


def _record(act: Act, kind: str, job: Job) -> None:
    audience = firms(job.firm) if job.firm else ASSOCIATION
    act.record(kind, subject=job.id, facts={"kind": job.kind}, audience=audience)
