"""Addresses of the pages of ``consortia``."""

urlpatterns: list = []
