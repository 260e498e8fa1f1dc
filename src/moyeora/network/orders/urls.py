"""Addresses of the pages of an order."""

from django.urls import path

from moyeora.network.orders.pages import customer, mailing, order

urlpatterns = [
    path("<uuid:consortium_id>/", order.order, name="order"),
    path("<uuid:consortium_id>/conclude/", order.conclude, name="order-conclude"),
    path("<uuid:consortium_id>/change/", order.change, name="order-change"),
    path("<uuid:consortium_id>/close/", order.close, name="order-close"),
    path("<uuid:consortium_id>/invoice/", order.issue_invoice, name="invoice-issue"),
    path("change/<uuid:order_id>/", order.answer_change, name="order-answer"),
    path("packages/<uuid:package_id>/", order.package, name="package"),
    path("packages/<uuid:package_id>/mailing/", mailing.begin, name="mailing-begin"),
    path("invoices/<uuid:invoice_id>/", order.invoice, name="invoice"),
    path("links/<slug:purpose>/<uuid:subject>/", order.make_link, name="link-make"),
    path("mailings/<uuid:mailing_id>/", mailing.mailing, name="mailing"),
    path("mailings/<uuid:mailing_id>/consent/", mailing.consent, name="mailing-consent"),
    path("mailings/<uuid:mailing_id>/upload/", mailing.upload, name="mailing-upload"),
    path("mailings/<uuid:mailing_id>/<int:number>.png", mailing.picture, name="mailing-picture"),
    path("mailings/<uuid:mailing_id>/print/", mailing.print_it, name="mailing-print"),
    path("mailings/<uuid:mailing_id>/destroy/", mailing.destroy, name="mailing-destroy"),
    path("mailings/<uuid:mailing_id>/destroyed.json", mailing.statement, name="mailing-statement"),
    path("c/<slug:secret>/", customer.customer, name="customer"),
    path("c/<slug:secret>/<int:number>.png", customer.customer_picture, name="customer-picture"),
]
