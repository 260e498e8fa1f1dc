"""What the worker does by itself for the rooms below it: a day's checkpoint of every chain."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from moyeora.network.jobs.kinds import daily
from moyeora.network.jobs.work import Task
from moyeora.network.journal.checkpoints import checkpoint_all


@daily("journal.checkpoints", title=_("Signing the journal's checkpoints"))
def checkpoints(task: Task) -> dict[str, Any]:
    """Sign what grew; fails, naming the chain, when one is not the one signed before."""
    return {"signed": checkpoint_all()}
