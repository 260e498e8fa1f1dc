"""Addresses of the pages of ``jobs``."""

from django.urls import path

from moyeora.network.jobs import pages

urlpatterns = [
    path("<uuid:job_id>/", pages.job, name="job"),
    path("<uuid:job_id>/stop/", pages.stop, name="job-stop"),
    path("<uuid:job_id>/again/", pages.again, name="job-again"),
]
