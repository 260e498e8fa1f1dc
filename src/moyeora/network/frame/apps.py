"""The Django application ``frame``."""

from django.apps import AppConfig


class FrameConfig(AppConfig):
    name = "moyeora.network.frame"
    label = "frame"
