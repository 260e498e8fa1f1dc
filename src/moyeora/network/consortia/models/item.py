"""A business item, its needs, and what formation proposed for it. The owner's alone."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from moyeora.network.frame.ids import new_id
from moyeora.network.members.models import Firm


class Item(models.Model):
    """What a firm wants to do together with others, for a customer, at a price."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        OPEN = "open", _("open")  # formation may propose, seats may be offered
        CLOSED = "closed", _("closed")  # a consortium stands, or the item was given up

    id = models.UUIDField(primary_key=True, default=new_id)
    owner = models.ForeignKey(Firm, models.PROTECT, related_name="items")
    title = models.CharField(_("title"), max_length=120)
    description = models.TextField(_("description"), max_length=4000, blank=True)
    start = models.DateField(_("begins"))
    due = models.DateField(_("due"))
    period_days = models.PositiveSmallIntegerField(default=7)
    currency = models.CharField(_("currency"), max_length=3, default="KRW")
    budget = models.PositiveBigIntegerField(_("budget"))  # smallest units of the currency
    price = models.PositiveBigIntegerField(_("the customer pays"))
    offer_currency = models.CharField(max_length=3, default="KRW")  # of the members' prices
    exchange_rate = models.CharField(max_length=20, blank=True)  # offers' currency for one unit
    place = models.CharField(_("place"), max_length=50)
    latitude = models.DecimalField(max_digits=8, decimal_places=5)
    longitude = models.DecimalField(max_digits=8, decimal_places=5)
    wishes = models.JSONField(default=dict)  # the table [wishes] of formation's item
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    created = models.DateTimeField()
    created_by = models.UUIDField()
    closed = models.DateTimeField(null=True)

    objects = ScopedManager(firm="owner")

    class Meta:
        default_permissions = ()
        ordering = ("-created", "-id")
        indexes = (models.Index(fields=["state", "closed"]),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(due__gte=models.F("start")), name="item_due_after_start"
            ),
        )

    def __str__(self) -> str:
        return self.title


class Need(models.Model):
    """One thing that the item needs, as formation reads it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    item = models.ForeignKey(Item, models.CASCADE, related_name="needs")
    key = models.SlugField(max_length=40)
    order = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(_("title"), max_length=80)
    role = models.CharField(_("role"), max_length=40)
    capability = models.JSONField(default=list)  # terms of the trade list
    quantity = models.PositiveBigIntegerField(_("quantity"))
    unit = models.CharField(_("unit"), max_length=20)
    due = models.DateField(_("due"), null=True, blank=True)
    must = models.JSONField(default=dict)
    split = models.BooleanField(_("may be split among firms"), default=True)
    firms_max = models.PositiveSmallIntegerField(null=True)  # among how many, when it may be
    after = models.JSONField(default=list)  # keys of the needs that come before

    objects = ScopedManager(firm="item__owner")

    class Meta:
        default_permissions = ()
        ordering = ("order", "id")
        constraints = (models.UniqueConstraint(fields=["item", "key"], name="one_need_a_key"),)
