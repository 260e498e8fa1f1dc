"""Addresses of the auditor's page, under ``consortia/``."""

from django.urls import path

from moyeora.network.consortia.auditors import pages

urlpatterns = [
    path("<uuid:consortium_id>/auditor/", pages.auditor, name="auditor"),
    path("auditors/<uuid:appointment_id>/invite/", pages.invite, name="auditor_invite"),
    path("auditors/<uuid:appointment_id>/relieve/", pages.relieve, name="auditor_relieve"),
]
