"""Addresses of the pages of ``jobs``."""

urlpatterns: list = []
