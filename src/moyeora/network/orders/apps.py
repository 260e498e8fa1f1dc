"""The Django application ``orders``."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "moyeora.network.orders"
    label = "orders"

    def ready(self) -> None:
        from moyeora.network.orders import menu
        from moyeora.network.orders.mailings import work  # noqa: F401

        menu.register()
