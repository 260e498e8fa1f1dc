"""The Django application ``consortia``."""

from django.apps import AppConfig


class ConsortiaConfig(AppConfig):
    name = "moyeora.network.consortia"
    label = "consortia"
