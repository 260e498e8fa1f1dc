"""Addresses of the pages of ``consortia``."""

from moyeora.network.consortia.agreements.urls import urlpatterns as agreements

urlpatterns = [*agreements]
