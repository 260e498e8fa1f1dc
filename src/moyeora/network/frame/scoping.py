"""Rows that only the parties of a consortium may see, beside django-scopes' rows of one firm."""

from typing import Any

from django.db import models
from django_scopes import get_scope
from django_scopes.manager import DisabledQuerySet

from moyeora.network.frame.actor import EVERY


class PartyManager(models.Manager):
    """Rows whose ``path`` (a look-up that ends in a firm) leads to the scope's party.

    A query without a scope fails, as with django-scopes' own manager.
    """

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def get_queryset(self) -> models.QuerySet[Any]:
        current = get_scope()
        rows = super().get_queryset()
        if not current.get("_enabled", True):
            return rows
        if "party" not in current:
            return DisabledQuerySet(self.model, using=self._db, missing_scopes={"party"})
        return rows if current["party"] is EVERY else rows.filter(**{self.path: current["party"]})

    def deconstruct(self) -> Any:
        return super().deconstruct()
