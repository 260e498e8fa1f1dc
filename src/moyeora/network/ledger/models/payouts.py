"""Payouts: what the bank is told to pay, and what became of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from moyeora.network.consortia.models import Consortium
from moyeora.network.frame.ids import new_id
from moyeora.network.frame.scoping import PartyManager
from moyeora.network.members.models import BankAccount, Firm


class Batch(models.Model):
    """One file for the bank."""

    id = models.UUIDField(primary_key=True, default=new_id)
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="batches")
    number = models.PositiveIntegerField()
    made = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    sent = models.DateTimeField(null=True)

    objects = PartyManager("consortium__parties__firm")

    class Meta:
        default_permissions = ()
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["consortium", "number"], name="one_batch_a_number"),
        )


class Payout(models.Model):
    """One payment to a firm; ``account`` is the one in use when it was instructed.

    ``party`` is a business number, "tax" or "association"; ``firm`` is empty for the latter two.
    """

    class State(models.TextChoices):
        INSTRUCTED = "instructed", _("instructed")
        SENT = "sent", _("sent to the bank")
        CONFIRMED = "confirmed", _("paid")
        BOUNCED = "bounced", _("came back")

    id = models.UUIDField(primary_key=True, default=new_id)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="payouts")
    party = models.CharField(max_length=60)
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, related_name="payouts")
    account = models.ForeignKey(BankAccount, models.PROTECT, null=True, related_name="payouts")
    amount = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=State, default=State.INSTRUCTED)
    reason = models.CharField(_("why it came back"), max_length=200, blank=True)
    ended = models.DateTimeField(null=True)

    objects = PartyManager("batch__consortium__parties__firm")
    own = ScopedManager(firm="firm")

    class Meta:
        default_permissions = ()
        constraints = (
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payout_above_zero"),
            models.UniqueConstraint(fields=["batch", "party"], name="one_payout_a_batch"),
        )
