"""The Django application ``journal``."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class JournalConfig(AppConfig):
    name = "moyeora.network.journal"
    label = "journal"

    def ready(self) -> None:
        from moyeora.network.journal import kinds, permissions  # noqa: F401

        post_migrate.connect(_hold, sender=self)


def _hold(sender, using, **_):
    """Once more after every migration, which on SQLite may have made a table anew."""
    from django.db import connections

    from moyeora.network.journal import append_only

    if "journal_checkpoint" in connections[using].introspection.table_names():
        append_only.install(connections[using])
