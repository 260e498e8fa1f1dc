"""Addresses of the pages of money."""

from django.urls import path, re_path

from moyeora.network.ledger import pages

urlpatterns = [
    path("<uuid:consortium_id>/", pages.money, name="money"),
    path("<uuid:consortium_id>/receipt/", pages.record, name="receipt_record"),
    path("<uuid:consortium_id>/books/", pages.books, name="books"),
    path("<uuid:consortium_id>/cost/", pages.claim, name="cost_claim"),
    path("<uuid:consortium_id>/hold/", pages.hold, name="hold"),
    path("<uuid:consortium_id>/payout/", pages.instruct, name="payout_instruct"),
    re_path(
        r"^(?P<consortium_id>[0-9a-f-]{36})/statements\.(?P<form>csv|xlsx)$",
        pages.export,
        name="statements_export",
    ),
    path("receipts/<uuid:receipt_id>/divide/", pages.divide, name="receipt_divide"),
    path("statements/<uuid:receipt_id>/", pages.statement, name="statement"),
    path("statements/<uuid:receipt_id>/statement.pdf", pages.statement_pdf, name="statement_pdf"),
    path("costs/<uuid:claim_id>/", pages.answer_claim, name="cost_answer"),
    path("holds/<uuid:hold_id>/release/", pages.release, name="hold_release"),
    path("batches/<uuid:batch_id>/", pages.batch, name="batch"),
    path("batches/<uuid:batch_id>/send/", pages.send, name="batch_send"),
    path("batches/<uuid:batch_id>/paid/", pages.paid, name="batch_paid"),
    re_path(
        r"^batches/(?P<batch_id>[0-9a-f-]{36})/payout\.(?P<form>csv|xml)$",
        pages.batch_file,
        name="batch_file",
    ),
    path("payouts/<uuid:payout_id>/", pages.end, name="payout_end"),
]
