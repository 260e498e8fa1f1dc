"""The Django application ``members``."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "moyeora.network.members"
    label = "members"
