"""The demonstration's past consortia, and how all that made-up firms did here goes again."""

from collections.abc import Sequence
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from django.db.models import Q

from moyeora.formation.sample import PastConsortium
from moyeora.formation.trades import default_trades
from moyeora.network.consortia.models import Consortium, Item, Party, Question
from moyeora.network.frame.clock import now
from moyeora.network.members.models import Firm, Holding, Invitation, Offer

DAYS_APART: Final = 97
_AGREEMENTS = "moyeora.network.consortia.agreements.demo"


def fill(past: Sequence[PastConsortium]) -> None:
    """Past consortia as ended ones, led by their leaders; twice changes nothing. Runs without
    scopes.
    """
    if Consortium.objects.filter(made_up=True, item=None).exists():
        return
    numbers = {number for one in past for number in one.firms}
    firm_of = Firm.objects.in_bulk(numbers, field_name="number")
    offers = Offer.objects.filter(firm__number__in=numbers, active=True).order_by("-id")
    does = {o.firm.number: o.capability for o in offers.select_related("firm")}
    for count, one in enumerate(past, start=1):
        began = now() - timedelta(days=DAYS_APART * count)
        consortium = Consortium.objects.create(
            title=_title([does[number] for number in one.firms if number in does]),
            lead=firm_of[one.firms[0]],
            state=Consortium.State.ENDED,
            made_up=True,
            created=began,
        )
        Party.objects.bulk_create(
            Party(consortium=consortium, firm=firm_of[number], since=began) for number in one.firms
        )


def empty() -> None:
    """Remove what made-up firms did: their items, and the consortia that one of them was in. Runs
    without scopes.
    """
    theirs = Consortium.objects.filter(
        Q(made_up=True)
        | Q(lead__made_up=True)
        | Q(parties__firm__made_up=True)
        | Q(seats__firm__made_up=True)
    ).distinct()
    ids = list(theirs.values_list("id", flat=True))
    agreements = _agreements()
    if agreements is not None:
        agreements.empty(ids)
    Consortium.objects.filter(id__in=ids).delete()
    Holding.objects.filter(consortium__in=ids).delete()
    Invitation.objects.filter(consortium__in=ids).delete()
    Question.objects.filter(firm__made_up=True).delete()
    Item.objects.filter(owner__made_up=True).delete()


def _title(terms: Sequence[str]) -> str:
    """What the leader and the next firm of another function do, as a name."""
    known = default_trades().capabilities
    lead = known[terms[0]]
    other = next((known[t] for t in terms[1:] if known[t].function != lead.function), lead)
    return f"{lead.ko}·{other.ko} 공동 사업"


def _agreements() -> Any:
    try:
        return import_module(_AGREEMENTS) if find_spec(_AGREEMENTS) else None
    except ModuleNotFoundError:  # the folder itself is not there
        return None
