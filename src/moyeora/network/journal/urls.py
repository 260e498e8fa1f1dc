"""Addresses of the pages of ``journal``."""

from django.urls import path

from moyeora.network.journal import pages

urlpatterns = [
    path("", pages.journal, name="journal"),
    path("keys/", pages.keys, name="journal-keys"),
    path("<uuid:chain>/", pages.journal, name="journal-of"),
    path("<uuid:chain>/export/", pages.download, name="journal-export"),
    path("<uuid:chain>/checkpoints/", pages.checkpoints, name="journal-checkpoints"),
]
