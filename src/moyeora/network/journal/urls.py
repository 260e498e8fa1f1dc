"""Addresses of the pages of ``journal``."""

urlpatterns: list = []
