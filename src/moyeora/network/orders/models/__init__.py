"""What is stored of a contract and what is done for it."""

from moyeora.network.orders.models.contract import Consent, CustomerContract, Order
from moyeora.network.orders.models.customer import CustomerLink, Invoice
from moyeora.network.orders.models.mailing import Mailing
from moyeora.network.orders.models.work import Delivery, WorkPackage

__all__ = [
    "Consent",
    "CustomerContract",
    "CustomerLink",
    "Delivery",
    "Invoice",
    "Mailing",
    "Order",
    "WorkPackage",
]
