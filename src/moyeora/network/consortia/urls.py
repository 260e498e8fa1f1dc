"""Addresses of the pages of ``consortia``."""

from django.urls import path

from moyeora.network.consortia.agreements.urls import urlpatterns as agreements
from moyeora.network.consortia.auditors.urls import urlpatterns as auditors
from moyeora.network.consortia.pages import closed, items, proposals, seats

urlpatterns = [
    path("", items.consortia, name="consortia"),
    path("items/new/", items.item_new, name="item_new"),
    path("items/upload/", items.item_upload, name="item_upload"),
    path("items/<uuid:item_id>/", items.item, name="item"),
    path("items/<uuid:item_id>/edit/", items.item_edit, name="item_edit"),
    path("items/<uuid:item_id>/open/", items.item_open, name="item_open"),
    path("items/<uuid:item_id>/propose/", items.item_propose, name="item_propose"),
    path("items/<uuid:item_id>/close/", items.item_close, name="item_close"),
    path("items/<uuid:item_id>/delete/", items.item_delete, name="item_delete"),
    path("proposals/<uuid:proposal_id>/", proposals.proposal, name="proposal"),
    path("proposals/<uuid:proposal_id>/take/", proposals.proposal_take, name="proposal_take"),
    path("seats/<uuid:seat_id>/", seats.seat, name="seat"),
    path("seats/<uuid:seat_id>/accept/", seats.seat_accept, name="seat_accept"),
    path("seats/<uuid:seat_id>/decline/", seats.seat_decline, name="seat_decline"),
    path("seats/<uuid:seat_id>/withdraw/", seats.seat_withdraw, name="seat_withdraw"),
    path("closed/", closed.closed_items, name="closed_items"),
    path("closed/<uuid:item_id>/", closed.closed_item, name="closed_item"),
    path("questions/", closed.questions, name="questions"),
    path("<uuid:consortium_id>/", seats.consortium, name="consortium"),
    path("<uuid:consortium_id>/repair/", seats.repair_ask, name="repair_ask"),
    path("<uuid:consortium_id>/leave/", seats.leave, name="leave"),
    path("<uuid:consortium_id>/dissolve/", seats.dissolve, name="dissolve"),
    *agreements,
    *auditors,
]
