"""The Django application ``consortia``."""

from django.apps import AppConfig


class ConsortiaConfig(AppConfig):
    name = "moyeora.network.consortia"
    label = "consortia"

    def ready(self) -> None:
        from moyeora.network.consortia import menu, permissions, work  # noqa: F401

        permissions.register()
        menu.register()
