"""Accounts, and postings made of transfers.

A transfer takes an amount above zero from the credit of one account to the debit of another, in
one currency. There is no way to write half of it, so every posting balances, and the sum over all
accounts is always zero. The database itself keeps the currencies equal, and refuses to change or
delete what was posted (migration ``0002``).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from moyeora.network.consortia.models import Consortium
from moyeora.network.frame.ids import new_id
from moyeora.network.frame.scoping import PartyManager


class Account(models.Model):
    """An account of one consortium's books, in one currency."""

    class Kind(models.TextChoices):
        BANK = "bank", _("project's bank account")
        CUSTOMER = "customer", _("the customer")
        CLEARING = "clearing", _("received, not yet divided")
        RESERVE = "reserve", _("held back by the agreement")
        DUE = "due", _("due to be paid")
        HELD = "held", _("held amount, in dispute")
        TRANSIT = "transit", _("instructed, on its way")

    id = models.UUIDField(primary_key=True, default=new_id)
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="accounts")
    kind = models.CharField(max_length=10, choices=Kind)
    # A firm's business number, "tax", "association", or the step of a reserve; "" for the rest.
    party = models.CharField(max_length=60, blank=True)
    currency = models.CharField(max_length=3)

    objects = PartyManager("consortium__parties__firm")

    class Meta:
        default_permissions = ()
        ordering = ("kind", "party", "currency")
        constraints = (
            models.UniqueConstraint(
                fields=["consortium", "kind", "party", "currency"], name="one_account_a_kind"
            ),
        )


class Posting(models.Model):
    """One business event in the books; the same ``key`` is the same event, posted once."""

    id = models.UUIDField(primary_key=True, default=new_id)
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="postings")
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    subject = models.UUIDField()
    at = models.DateTimeField()

    objects = PartyManager("consortium__parties__firm")

    class Meta:
        default_permissions = ()
        ordering = ("at", "id")
        constraints = (
            models.UniqueConstraint(fields=["consortium", "key"], name="one_posting_a_key"),
        )


class Transfer(models.Model):
    """``amount`` whole units from ``credit`` to ``debit``."""

    id = models.UUIDField(primary_key=True, default=new_id)
    posting = models.ForeignKey(Posting, models.PROTECT, related_name="transfers")
    debit = models.ForeignKey(Account, models.PROTECT, related_name="debits")
    credit = models.ForeignKey(Account, models.PROTECT, related_name="credits")
    amount = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)

    objects = PartyManager("posting__consortium__parties__firm")

    class Meta:
        default_permissions = ()
        constraints = (
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="amount_above_zero"),
            models.CheckConstraint(
                condition=~models.Q(debit=models.F("credit")), name="two_accounts"
            ),
        )
