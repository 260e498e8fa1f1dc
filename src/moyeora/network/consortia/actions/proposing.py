"""Asking formation for a proposal, and writing down what it answered."""

from typing import Any

from django.utils.translation import gettext as _

from moyeora.network.consortia.actions.items import locked
from moyeora.network.consortia.forming import Formed
from moyeora.network.consortia.models import Consortium, Item, Proposal, Sealed
from moyeora.network.consortia.snapshot import Snapshot
from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.jobs.models import Job, State
from moyeora.network.jobs.work import start
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import firms

PROPOSE = "consortia.propose"
REPAIR = "consortia.repair"


@action("consortia.propose")
def propose(act: Act, item: Item) -> Job:
    """Put the question to formation, in the background; the running job when it is asked already.

    Refused for an item that is not open or whose firms are invited.
    """
    item = locked(item)
    if item.state != Item.State.OPEN:
        raise Refused(Fault("", _("The item is not open."), _("Open it first."), "state"))
    if hasattr(item, "consortium"):
        raise Refused(
            Fault("", _("Firms are invited."), _("Go on from the consortium's page."), "invited")
        )
    act.record("proposal.asked", subject=item.id, facts={}, audience=firms(item.owner_id))
    return running(PROPOSE, item=str(item.id)) or start(PROPOSE, {"item": str(item.id)}, act.actor)


def running(kind: str, **arguments: str) -> Job | None:
    """The job of that kind and arguments that waits or works, if there is one."""
    jobs = Job.objects.filter(kind=kind, state__in=(State.WAITING, State.RUNNING))
    return jobs.filter(**{f"arguments__{key}": value for key, value in arguments.items()}).first()


@action("consortia.answer.write")
def write_answer(
    act: Act,
    item: Item,
    *,
    job: Job,
    formed: Formed,
    snapshot: Snapshot,
    consortium: Consortium | None = None,
    stale: bool = False,
) -> Proposal:
    """Store an answer, once a job: the view for the owner, plan and snapshot sealed beside it.

    What was offered before becomes outdated; so is the answer itself when it is ``stale``: what
    was asked about has changed since.
    """
    item = locked(item)
    kind = Proposal.Kind.PLAN if consortium is None else Proposal.Kind.REPAIR
    state = Proposal.State.IMPOSSIBLE if formed.plan is None else Proposal.State.OFFERED
    before = Proposal.objects.filter(item=item, kind=kind, state=Proposal.State.OFFERED)
    before.update(state=Proposal.State.OUTDATED)
    proposal = Proposal.objects.create(
        item=item,
        consortium=consortium,
        kind=kind,
        state=Proposal.State.OUTDATED if stale else state,
        job=job.id,
        created=act.at,
        proven=formed.proven,
        seconds=formed.seconds,
        view=formed.view,
    )
    Sealed.objects.create(proposal=proposal, plan=formed.plan, snapshot=snapshot.pack())
    facts: dict[str, Any] = {"state": formed.view["state"], "proven": formed.proven}
    act.record(
        f"{kind.value}.proposed", subject=item.id, facts=facts, audience=firms(item.owner_id)
    )
    return proposal
