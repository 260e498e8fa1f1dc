"""v(S) of the parties of a consortium, computed in the background from all members' figures."""

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from moyeora.formation.program import Limits
from moyeora.formation.value import value_game
from moyeora.network.consortia.item_table import read, table_of
from moyeora.network.consortia.models import Consortium, Worth
from moyeora.network.consortia.snapshot import Snapshot
from moyeora.network.consortia.work import basis
from moyeora.network.frame.clock import now, today
from moyeora.network.frame.faults import Refused
from moyeora.network.jobs.work import Task, job

SECONDS_A_GROUP = 10.0


@job("consortia.worth")
def compute_worth(
    task: Task, *, consortium: str, parties: list[str], divided: int
) -> dict[str, Any]:
    """The value of every group of the parties; begins again from nothing if interrupted."""
    found = Consortium.objects.select_related("item", "lead").get(id=consortium)
    sealed = basis(found.item)
    if sealed is None:
        raise Refused(_("Formation has proposed nothing for this item, so there are no figures."))
    task.progress(0.05)
    # The same members as the proposal's, every price at the top of its band: v(S) too tells no
    # more than a band.
    members = Snapshot.unpack(sealed.snapshot).members()
    item = read(table_of(found.item), min(today(), found.item.due))
    # What the firms can earn is what they divide: of tax and fee nobody keeps anything.
    earned = replace(item, owner=found.lead.number, price=divided)
    game = value_game(earned, members, parties, Limits(seconds=SECONDS_A_GROUP))
    with transaction.atomic():
        Worth.objects.update_or_create(
            consortium=found,
            defaults={
                "parties": parties,
                "divided": divided,
                "values": list(game.values),
                "made": now(),
                "job": task.job.id,
            },
        )
    return {"superadditive": game.superadditive}
