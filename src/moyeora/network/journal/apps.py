"""The Django application ``journal``."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class JournalConfig(AppConfig):
    name = "moyeora.network.journal"
    label = "journal"

    def ready(self) -> None:
        from moyeora.network.frame.navigation import Entry, offer
        from moyeora.network.journal import actions, kinds, permissions  # noqa: F401

        offer(Entry(_("Journal"), "journal", kinds.reads_the_network, order=900))

        post_migrate.connect(_hold, sender=self)


def _hold(sender, using, **named):
    """Once more after every migration, which on SQLite may have made a table anew."""
    from django.db import connections

    from moyeora.network.journal import append_only

    if "journal_checkpoint" in connections[using].introspection.table_names():
        append_only.install(connections[using])
