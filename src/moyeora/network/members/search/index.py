"""Keeping the index right."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch

from moyeora.network.frame.clock import today
from moyeora.network.members.models import Certificate, Firm, Offer
from moyeora.network.members.search import store
from moyeora.network.members.search.documents import document

BATCH: Final = 500  # SQLite allows 999 values a statement at the least


def index(firm_ids: Iterable[UUID]) -> int:
    """Make the index right for these firms, whatever was done to them; returns how many are in it.

    Actions that change a firm's name, number, trade, region, place, profile, standing, offers or
    certificates call this last, in their transaction.
    """
    ids = iter(dict.fromkeys(firm_ids))
    day = today()
    indexed = 0
    while batch := list(islice(ids, BATCH)):
        firms = Firm.objects.filter(id__in=batch, standing=store.FINDABLE).prefetch_related(
            Prefetch("offers", Offer.objects.filter(active=True)), "certificates"
        )
        documents = [document(firm, day) for firm in firms]
        with transaction.atomic():
            store.remove(batch)
            store.put(documents)
        indexed += len(documents)
    return indexed


def rebuild() -> Iterator[int]:
    """Index every firm again, giving how many are done. Searches go on meanwhile, and an
    interrupted run leaves nothing wrong: each batch is whole.
    """
    done = 0
    ids = iter(list(Firm.objects.order_by("id").values_list("id", flat=True)))
    while batch := list(islice(ids, BATCH)):
        index(batch)
        done += len(batch)
        yield done
    store.remove_the_unfindable()
    store.tidy()


def index_expired(days: int = 7) -> int:
    """Index the firms of which a certificate ran out in the last days: to be called every day."""
    day = today()
    gone = Certificate.objects.filter(expires__lt=day, expires__gte=day - timedelta(days=days))
    return index(gone.values_list("firm_id", flat=True).distinct())
