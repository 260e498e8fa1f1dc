"""What the customer sees: links for one purpose each, and invoices."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from moyeora.network.consortia.models import Consortium
from moyeora.network.frame.ids import new_id
from moyeora.network.frame.scoping import PartyManager
from moyeora.network.members.models import Firm


class CustomerLink(models.Model):
    """A link that lets the customer do one thing without an account; only its hash is kept."""

    class Purpose(models.TextChoices):
        PROOF = "proof", _("approve a proof")
        DELIVERY = "delivery", _("accept a delivery")
        INVOICE = "invoice", _("see an invoice")

    id = models.UUIDField(primary_key=True, default=new_id)
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="links")
    purpose = models.CharField(max_length=10, choices=Purpose)
    subject = models.UUIDField()
    digest = models.CharField(max_length=64, unique=True)
    made = models.DateTimeField()
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)

    objects = PartyManager("consortium__parties__firm")

    class Meta:
        default_permissions = ()
        indexes = (models.Index(fields=["subject"]),)


class Invoice(models.Model):
    """An invoice of the firm that contracts with the customer; VAT is never shared."""

    class VatClass(models.TextChoices):
        TAXABLE = "taxable", _("taxable, 10 %")
        ZERO = "zero", _("zero-rated")
        EXEMPT = "exempt", _("exempt")

    id = models.UUIDField(primary_key=True, default=new_id)
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="invoices")
    issuer = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    number = models.CharField(_("number"), max_length=30)
    what = models.CharField(_("what for"), max_length=200)
    net = models.PositiveBigIntegerField(_("net"))
    vat = models.PositiveBigIntegerField(_("VAT"))
    vat_class = models.CharField(max_length=10, choices=VatClass)
    currency = models.CharField(max_length=3)
    issued = models.DateField(_("issued"))
    due = models.DateField(_("due"))
    made = models.DateTimeField()

    objects = PartyManager("consortium__parties__firm")

    class Meta:
        default_permissions = ()
        ordering = ("made", "id")
        constraints = (
            models.UniqueConstraint(fields=["consortium", "number"], name="one_invoice_a_number"),
        )

    @property
    def gross(self) -> int:
        """What the customer pays."""
        return self.net + self.vat
