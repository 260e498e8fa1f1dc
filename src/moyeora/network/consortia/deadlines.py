"""What happens by the clock alone."""

from datetime import datetime

from django_scopes import scopes_disabled

from moyeora.network.consortia.actions.seats import expire
from moyeora.network.consortia.models import Seat
from moyeora.network.frame.actor import CLOCK
from moyeora.network.frame.clock import at
from moyeora.network.frame.faults import Refused


def pass_deadlines(now: datetime) -> int:
    """Let every invitation expire whose deadline has passed at ``now``; how many did.

    Each is an action of its own, so one that somebody answers meanwhile stops no other.
    """
    passed = 0
    with scopes_disabled(), at(now):  # the clock looks at every firm's seats
        late = Seat.objects.filter(state=Seat.State.INVITED, deadline__lte=now)
        for seat in late.order_by("deadline", "id"):
            try:
                expire(CLOCK, seat)
            except Refused:
                continue  # answered between the query and the lock
            passed += 1
    return passed
