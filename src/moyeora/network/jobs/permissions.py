"""A job is for who started it: the same person, or somebody of the same firm."""

import rules
from django.db.models import Q

from moyeora.network.frame.actor import Actor, Office
from moyeora.network.jobs.models import Job


def visible(actor: Actor) -> Q:
    """The jobs that this actor may see."""
    mine = Q(person=actor.person) if actor.person else Q(pk__in=())
    if actor.firm and actor.office != Office.ACCOUNTANT:
        return mine | Q(firm=actor.firm)
    return mine


@rules.predicate
def started_it(actor: Actor, job: Job) -> bool:
    return Job.objects.filter(visible(actor), id=job.id).exists()


rules.add_perm("jobs.stop", started_it)
rules.add_perm("jobs.again", started_it)
