"""A mailing: what is known of it without opening its folder."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from moyeora.network.frame.ids import new_id
from moyeora.network.frame.scoping import PartyManager
from moyeora.network.orders.models.work import WorkPackage


class Mailing(models.Model):
    """The press job of a work package. No customer's datum stands here: those are in the vault."""

    class State(models.TextChoices):
        CONSENT = "consent", _("waits for the customer's consent")
        UPLOAD = "upload", _("waits for the job and its list")
        PROOFING = "proofing", _("proofs are being made")
        PROOFED = "proofed", _("waits for the customer's yes")
        APPROVED = "approved", _("approved, ready to print")
        PRINTING = "printing", _("is being printed")
        PRINTED = "printed", _("printed")
        DESTROYING = "destroying", _("is being destroyed")
        DESTROYED = "destroyed", _("destroyed")

    id = models.UUIDField(primary_key=True, default=new_id)
    package = models.OneToOneField(WorkPackage, models.PROTECT, related_name="press_job")
    state = models.CharField(max_length=12, choices=State, default=State.CONSENT)
    # By firm that will hold the list: the day of the customer's consent, and its document.
    consents = models.JSONField(default=dict)
    upload_hash = models.CharField(max_length=64, blank=True)
    upload_bytes = models.PositiveBigIntegerField(default=0)
    fingerprint = models.CharField(max_length=64, blank=True)  # of the proofs
    proofs = models.PositiveSmallIntegerField(default=0)  # pictures
    problem = models.TextField(blank=True)  # what the press says is wrong with the job
    approved = models.DateTimeField(null=True)
    job = models.UUIDField(null=True)  # the background job that works on it now or did last
    counts = models.JSONField(default=dict)  # inputs, printed, held, suppressed, from the register
    statement = models.JSONField(null=True)  # of destruction, signed
    destroyed = models.DateTimeField(null=True)

    objects = PartyManager("package__consortium__parties__firm")

    class Meta:
        default_permissions = ()
