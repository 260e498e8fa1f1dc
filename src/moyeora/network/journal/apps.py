"""The Django application ``journal``."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "moyeora.network.journal"
    label = "journal"
