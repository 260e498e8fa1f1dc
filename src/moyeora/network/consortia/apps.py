"""The Django application ``consortia``."""

from django.apps import AppConfig


class ConsortiaConfig(AppConfig):
    name = "moyeora.network.consortia"
    label = "consortia"

    def ready(self) -> None:
        from moyeora.network.consortia import journal, menu, permissions, work  # noqa: F401
        from moyeora.network.consortia.agreements import jobs  # noqa: F401
        from moyeora.network.consortia.agreements import menu as agreements
        from moyeora.network.consortia.auditors import actions as auditors
        from moyeora.network.consortia.auditors import menu as auditors_menu

        permissions.register()
        menu.register()
        journal.register()
        agreements.register()
        auditors.register()
        auditors_menu.register()
