"""Addresses of the pages of an order."""

from django.urls import path

from moyeora.network.orders.pages import customer, mailing, order

urlpatterns = [
    path("<uuid:consortium_id>/", order.order, name="order"),
    path("<uuid:consortium_id>/conclude/", order.conclude, name="order_conclude"),
    path("<uuid:consortium_id>/change/", order.change, name="order_change"),
    path("<uuid:consortium_id>/close/", order.close, name="order_close"),
    path("<uuid:consortium_id>/invoice/", order.issue_invoice, name="invoice_issue"),
    path("change/<uuid:order_id>/", order.answer_change, name="order_answer"),
    path("packages/<uuid:package_id>/", order.package, name="package"),
    path("packages/<uuid:package_id>/mailing/", mailing.begin, name="mailing_begin"),
    path("invoices/<uuid:invoice_id>/", order.invoice, name="invoice"),
    path("links/<slug:purpose>/<uuid:subject>/", order.make_link, name="link_make"),
    path("mailings/<uuid:mailing_id>/", mailing.mailing, name="mailing"),
    path("mailings/<uuid:mailing_id>/consent/", mailing.consent, name="mailing_consent"),
    path("mailings/<uuid:mailing_id>/upload/", mailing.upload, name="mailing_upload"),
    path("mailings/<uuid:mailing_id>/<int:number>.png", mailing.picture, name="mailing_picture"),
    path("mailings/<uuid:mailing_id>/print/", mailing.print_it, name="mailing_print"),
    path("mailings/<uuid:mailing_id>/destroy/", mailing.destroy, name="mailing_destroy"),
    path("mailings/<uuid:mailing_id>/destroyed.json", mailing.statement, name="mailing_statement"),
    path("c/<slug:secret>/", customer.customer, name="customer"),
    path("c/<slug:secret>/<int:number>.png", customer.customer_picture, name="customer_picture"),
]
