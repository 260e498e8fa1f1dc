"""The Django application ``ledger``."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "moyeora.network.ledger"
    label = "ledger"

    def ready(self) -> None:
        from moyeora.network.ledger import menu, payouts, receipts  # noqa: F401

        menu.register()
