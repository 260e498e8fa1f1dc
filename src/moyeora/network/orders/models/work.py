"""Work packages and what was delivered of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from moyeora.network.consortia.models import Consortium
from moyeora.network.frame.ids import new_id
from moyeora.network.frame.scoping import PartyManager
from moyeora.network.members.models import Firm


class WorkPackage(models.Model):
    """A part of the order in force that one firm does. ``after`` are keys of earlier packages."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        RUNNING = "running", _("under way")
        ACCEPTED = "accepted", pgettext_lazy("delivery", "accepted")
        DROPPED = "dropped", _("dropped")  # a change order took it out

    id = models.UUIDField(primary_key=True, default=new_id)
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="packages")
    key = models.SlugField(max_length=60)
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="packages")
    title = models.CharField(_("title"), max_length=80)
    quantity = models.PositiveBigIntegerField(_("quantity"))
    unit = models.CharField(_("unit"), max_length=20)
    begins = models.DateField(_("begins"))
    ends = models.DateField(_("ends"))
    after = models.JSONField(default=list)
    mailing = models.BooleanField(_("is a mailing"), default=False)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)

    objects = PartyManager("consortium__parties__firm")

    class Meta:
        default_permissions = ()
        ordering = ("begins", "key")
        constraints = (
            models.UniqueConstraint(fields=["consortium", "key"], name="one_package_a_key"),
            models.CheckConstraint(
                condition=models.Q(ends__gte=models.F("begins")), name="package_ends_later"
            ),
        )

    def __str__(self) -> str:
        return self.title


class Delivery(models.Model):
    """A part, or all, of a package that was handed over. Silence accepts it at its deadline, as
    the notice to the customer says.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for acceptance")
        ACCEPTED = "accepted", pgettext_lazy("delivery", "accepted")
        SILENT = "silent", _("accepted by silence")
        REJECTED = "rejected", _("rejected")

    id = models.UUIDField(primary_key=True, default=new_id)
    package = models.ForeignKey(WorkPackage, models.PROTECT, related_name="deliveries")
    number = models.PositiveSmallIntegerField()
    quantity = models.PositiveBigIntegerField(_("quantity"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    deadline = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    answered = models.DateTimeField(null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = PartyManager("package__consortium__parties__firm")

    class Meta:
        default_permissions = ()
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["package", "number"], name="one_delivery_a_number"),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0), name="something_is_delivered"
            ),
        )
