"""The customer's contract, and the order in versions."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from moyeora.network.consortia.models import Agreement, Consortium
from moyeora.network.frame.ids import new_id
from moyeora.network.frame.scoping import PartyManager
from moyeora.network.members.models import Firm


class CustomerContract(models.Model):
    """What the customer and the consortium have concluded, by the agreement's mode."""

    id = models.UUIDField(primary_key=True, default=new_id)
    consortium = models.OneToOneField(Consortium, models.PROTECT, related_name="contract")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    customer = models.CharField(_("customer"), max_length=100)
    email = models.EmailField(_("the customer's e-mail"))
    concluded = models.DateField(_("concluded on"))
    document = models.CharField(_("SHA-256 of the signed contract"), max_length=64, blank=True)
    acceptance_days = models.PositiveSmallIntegerField(_("days to accept a delivery"), default=7)
    payment_days = models.PositiveSmallIntegerField(_("days to pay an invoice"), default=30)
    closed = models.DateTimeField(null=True)

    objects = PartyManager("consortium__parties__firm")

    class Meta:
        default_permissions = ()


class Order(models.Model):
    """One version of what is to be done. ``packages`` is its whole text; see ``WorkPackage``."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waits for consent")
        IN_FORCE = "in_force", _("in force")
        SUPERSEDED = "superseded", _("superseded")
        REFUSED = "refused", _("refused")

    id = models.UUIDField(primary_key=True, default=new_id)
    contract = models.ForeignKey(CustomerContract, models.PROTECT, related_name="orders")
    version = models.PositiveSmallIntegerField()
    price = models.PositiveBigIntegerField(_("the customer pays"))
    currency = models.CharField(max_length=3)
    due = models.DateField(_("due"))
    packages = models.JSONField()
    why = models.CharField(_("why it changes"), max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    proposed = models.DateTimeField()

    objects = PartyManager("contract__consortium__parties__firm")

    class Meta:
        default_permissions = ()
        ordering = ("-version",)
        constraints = (
            models.UniqueConstraint(fields=["contract", "version"], name="one_order_a_version"),
            models.UniqueConstraint(
                fields=["contract"],
                condition=models.Q(state="in_force"),
                name="one_order_in_force",
            ),
            models.UniqueConstraint(
                fields=["contract"], condition=models.Q(state="proposed"), name="one_change_a_time"
            ),
        )


class Consent(models.Model):
    """A firm that a change order touches; nothing changes before all have agreed."""

    class Answer(models.TextChoices):
        WAITING = "waiting", _("not yet answered")
        AGREED = "agreed", pgettext_lazy("consent", "agreed")
        REFUSED = "refused", _("refused")

    id = models.UUIDField(primary_key=True, default=new_id)
    order = models.ForeignKey(Order, models.PROTECT, related_name="consents")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer, default=Answer.WAITING)
    person = models.UUIDField(null=True)
    at = models.DateTimeField(null=True)

    objects = PartyManager("order__contract__consortium__parties__firm")

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=["order", "firm"], name="one_consent_a_firm"),
        )
