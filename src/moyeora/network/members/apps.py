"""The Django application ``members``."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "moyeora.network.members"
    label = "members"

    def ready(self) -> None:
        from moyeora.network.members import daily, digest, menu, permissions  # noqa: F401  jobs
        from moyeora.network.members.actions import imports  # noqa: F401  its background job

        permissions.register()
        menu.register()
