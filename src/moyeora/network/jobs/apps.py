"""The Django application ``jobs``."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "moyeora.network.jobs"
    label = "jobs"

    def ready(self) -> None:
        from moyeora.network.jobs import actions, daily, permissions  # noqa: F401
