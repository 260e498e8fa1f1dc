"""The Django application ``ledger``."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "moyeora.network.ledger"
    label = "ledger"
