"""Addresses of the agreement's pages, under ``consortia/``."""

from django.urls import path

from moyeora.network.consortia.agreements import pages

urlpatterns = [
    path("<uuid:consortium_id>/", pages.overview, name="consortium"),
    path("<uuid:consortium_id>/agreements/", pages.overview, name="agreements"),
    path("<uuid:consortium_id>/agreements/draft/", pages.draft, name="agreement-draft"),
    path("<uuid:consortium_id>/agreements/compare/", pages.compare, name="agreement-compare"),
    path("<uuid:consortium_id>/agreements/compute/", pages.compute, name="agreement-compute"),
    path("<uuid:consortium_id>/agreements/offer/", pages.offer, name="agreement-offer"),
    path("<uuid:consortium_id>/votes/", pages.put_ballot, name="ballot-put"),
    path("agreements/<uuid:agreement_id>/", pages.read, name="agreement"),
    path("agreements/<uuid:agreement_id>/paper.pdf", pages.paper, name="agreement-paper"),
    path("votes/<uuid:ballot_id>/", pages.cast_vote, name="ballot-vote"),
]
