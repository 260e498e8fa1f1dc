"""v(S) of the parties of a consortium, computed in the background from all members' figures."""

from typing import Any

from django.db import transaction

from moyeora.formation.program import Limits
from moyeora.formation.value import value_game
from moyeora.network.consortia.formation import item_of, members_of
from moyeora.network.consortia.models import Consortium, Worth
from moyeora.network.frame.clock import now
from moyeora.network.jobs.work import Task, job

SECONDS_A_GROUP = 10.0


@job("consortia.worth")
def compute_worth(task: Task, *, consortium: str, parties: list[str]) -> dict[str, Any]:
    """The value of every group of the parties; begins again from nothing if interrupted."""
    found = Consortium.objects.select_related("item").get(id=consortium)
    task.progress(0.05)
    game = value_game(
        item_of(found.item), members_of(found.item), parties, Limits(seconds=SECONDS_A_GROUP)
    )
    with transaction.atomic():
        Worth.objects.update_or_create(
            consortium=found,
            defaults={
                "parties": parties,
                "values": list(game.values),
                "made": now(),
                "job": task.job.id,
            },
        )
    return {"superadditive": game.superadditive}
