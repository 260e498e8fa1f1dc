"""The Django application ``orders``."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "moyeora.network.orders"
    label = "orders"
