"""Rows that only the parties of a consortium may see, beside django-scopes' rows of one firm."""

from typing import Any

from django.db import models
from django_scopes import get_scope
from django_scopes.manager import DisabledQuerySet

from moyeora.network.frame.actor import EVERY, Audited


def PartyManager(path: str) -> models.Manager[Any]:
    """A manager of the rows whose ``path`` (a look-up from a consortium's ``parties__firm``) leads
    to the scope's party. A query without a scope fails, as with django-scopes' own manager.
    """
    consortium = path.removesuffix("parties__firm") + "id"

    class Manager(models.Manager):
        # Django subclasses it for related objects, so the path must not be an argument.
        def get_queryset(self) -> models.QuerySet[Any]:
            current = get_scope()
            rows = super().get_queryset()
            if not current.get("_enabled", True):
                return rows
            if "party" not in current:
                return DisabledQuerySet(self.model, using=self._db, missing_scopes={"party"})
            party = current["party"]
            if isinstance(party, Audited):
                return rows.filter(**{consortium: party.consortium})
            return rows if party is EVERY else rows.filter(**{path: party})

    return Manager()
