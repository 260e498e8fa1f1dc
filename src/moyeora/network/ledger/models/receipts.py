"""Receipts, what they were divided into, cost claims and held amounts."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from moyeora.network.consortia.models import Agreement, Consortium
from moyeora.network.frame.ids import new_id
from moyeora.network.frame.scoping import PartyManager
from moyeora.network.members.models import Firm


class Book(models.Model):
    """The state of :mod:`moyeora.sharing` between the receipts of one agreement's version.

    Its row is what a division locks: two at once come one after the other.
    """

    agreement = models.OneToOneField(Agreement, models.PROTECT, primary_key=True)
    state = models.JSONField(null=True)  # as state_to_json writes it; nothing before the first
    hash = models.CharField(max_length=64, blank=True)
    statements = models.PositiveIntegerField(default=0)

    objects = PartyManager("agreement__consortium__parties__firm")

    class Meta:
        default_permissions = ()


class Receipt(models.Model):
    """Money that came in (or, with ``credit_of``, a credit note that takes it back)."""

    class State(models.TextChoices):
        RECORDED = "recorded", _("recorded")
        DIVIDED = "divided", _("divided")

    id = models.UUIDField(primary_key=True, default=new_id)
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="receipts")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="receipts")
    number = models.PositiveIntegerField()
    on = models.DateField(_("received on"))
    amount = models.PositiveBigIntegerField(_("amount"))  # what arrived, in ``currency``
    currency = models.CharField(max_length=3)
    bank_reference = models.CharField(_("the bank's reference"), max_length=60)
    evidence = models.CharField(_("SHA-256 of the bank's document"), max_length=64, blank=True)
    invoice = models.UUIDField(null=True)
    source = models.JSONField(default=dict)  # facts and exchange, as sharing's receipt takes them
    credit_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="credit_notes")
    final = models.BooleanField(_("last receipt"), default=False)
    state = models.CharField(max_length=10, choices=State, default=State.RECORDED)
    recorded = models.DateTimeField()
    recorded_by = models.UUIDField(null=True)

    objects = PartyManager("consortium__parties__firm")

    class Meta:
        default_permissions = ()
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["consortium", "number"], name="one_receipt_a_number"),
            models.UniqueConstraint(
                fields=["consortium", "bank_reference"], name="one_receipt_a_reference"
            ),
        )


class Statement(models.Model):
    """What one receipt was divided into; its lines are in the books too.

    ``made`` tells every firm's lines: actions and the firm's own page read it, never others.
    """

    receipt = models.OneToOneField(Receipt, models.PROTECT, primary_key=True)
    number = models.PositiveIntegerField()
    made = models.JSONField()
    before = models.CharField(max_length=64)
    after = models.CharField(max_length=64)
    at = models.DateTimeField()

    objects = PartyManager("receipt__consortium__parties__firm")

    class Meta:
        default_permissions = ()
        ordering = ("number",)


class CostClaim(models.Model):
    """A cost that a firm paid for the item. Another firm's owner approves it with its document."""

    class State(models.TextChoices):
        CLAIMED = "claimed", _("waits for approval")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        COUNTED = "counted", _("in a statement")

    id = models.UUIDField(primary_key=True, default=new_id)
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="cost_claims")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="cost_claims")
    what = models.CharField(_("what for"), max_length=120)
    amount = models.PositiveBigIntegerField(_("amount"))
    currency = models.CharField(max_length=3)
    document = models.CharField(_("document"), max_length=120)
    state = models.CharField(max_length=10, choices=State, default=State.CLAIMED)
    claimed = models.DateTimeField()
    answered_by = models.UUIDField(null=True)
    receipt = models.ForeignKey(Receipt, models.PROTECT, null=True, related_name="cost_claims")

    objects = PartyManager("consortium__parties__firm")
    own = ScopedManager(firm="firm")

    class Meta:
        default_permissions = ()
        ordering = ("claimed", "id")


class Hold(models.Model):
    """A part of what is due to a firm that is not paid while it is disputed; all else is."""

    id = models.UUIDField(primary_key=True, default=new_id)
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="holds")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="holds")
    amount = models.PositiveBigIntegerField(_("held amount"))
    currency = models.CharField(max_length=3)
    reason = models.CharField(_("reason"), max_length=300)
    held = models.DateTimeField()
    held_by = models.UUIDField(null=True)
    released = models.DateTimeField(null=True)

    objects = PartyManager("consortium__parties__firm")
    own = ScopedManager(firm="firm")

    class Meta:
        default_permissions = ()
        ordering = ("held", "id")
        constraints = (
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="something_is_held"),
        )
