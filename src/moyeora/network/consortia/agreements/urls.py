"""Addresses of the agreement's pages, under ``consortia/``."""

from django.urls import path

from moyeora.network.consortia.agreements import pages

urlpatterns = [
    path("<uuid:consortium_id>/agreements/", pages.overview, name="agreements"),
    path("<uuid:consortium_id>/agreements/draft/", pages.draft, name="agreement_draft"),
    path("<uuid:consortium_id>/agreements/compare/", pages.compare, name="agreement_compare"),
    path("<uuid:consortium_id>/agreements/compute/", pages.compute, name="agreement_compute"),
    path("<uuid:consortium_id>/agreements/offer/", pages.offer, name="agreement_offer"),
    path("<uuid:consortium_id>/votes/", pages.put_ballot, name="ballot_put"),
    path("agreements/<uuid:agreement_id>/", pages.read, name="agreement"),
    path("agreements/<uuid:agreement_id>/paper.pdf", pages.paper, name="agreement_paper"),
    path("votes/<uuid:ballot_id>/", pages.cast_vote, name="ballot_vote"),
]
