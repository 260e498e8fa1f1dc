"""The Django application ``jobs``."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "moyeora.network.jobs"
    label = "jobs"
