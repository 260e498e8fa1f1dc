"""A consortium around one item: its parties and their seats."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from moyeora.network.consortia.models.item import Item
from moyeora.network.frame.ids import new_id
from moyeora.network.frame.scoping import PartyManager
from moyeora.network.members.models import Firm


class Consortium(models.Model):
    """Firms that do one item together. Its id is also the id of its chain in the journal."""

    class State(models.TextChoices):
        INVITING = "inviting", _("inviting")
        AGREEING = "agreeing", _("agreeing")  # every seat is taken; the agreement is drafted
        AGREED = "agreed", _("agreed")  # signed by every party
        ENDED = "ended", _("ended")

    id = models.UUIDField(primary_key=True, default=new_id)
    item = models.OneToOneField(Item, models.PROTECT, null=True, related_name="consortium")
    title = models.CharField(_("title"), max_length=120)
    lead = models.ForeignKey(Firm, models.PROTECT, related_name="led")
    state = models.CharField(max_length=10, choices=State, default=State.INVITING)
    made_up = models.BooleanField(default=False)
    created = models.DateTimeField()

    objects = PartyManager("parties__firm")

    class Meta:
        default_permissions = ()
        ordering = ("-created", "-id")

    def __str__(self) -> str:
        return self.title


class Party(models.Model):
    """A firm that takes part: from its acceptance (the lead: from the start) until it leaves."""

    id = models.UUIDField(primary_key=True, default=new_id)
    consortium = models.ForeignKey(Consortium, models.CASCADE, related_name="parties")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="parties")
    since = models.DateTimeField()
    left = models.DateTimeField(null=True)

    objects = PartyManager("consortium__parties__firm")

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=["consortium", "firm"], name="one_party_a_firm"),
        )


class Seat(models.Model):
    """A part of a need that a firm is asked to do. Who is invited sees its own (``own``)."""

    class State(models.TextChoices):
        INVITED = "invited", _("invited")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        EXPIRED = "expired", _("deadline passed")
        RELEASED = "released", _("released")  # the plan changed, or the firm left

    id = models.UUIDField(primary_key=True, default=new_id)
    consortium = models.ForeignKey(Consortium, models.CASCADE, related_name="seats")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="seats")
    need = models.CharField(max_length=40)  # the need's key
    title = models.CharField(max_length=80)
    role = models.CharField(max_length=40)
    quantity = models.PositiveBigIntegerField()
    unit = models.CharField(max_length=20)
    begins = models.DateField(null=True)
    ends = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.INVITED)
    deadline = models.DateTimeField()
    answered = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    offered = models.DateTimeField(null=True)
    proposal = models.UUIDField(null=True)  # the plan that the seat stands in
    done = models.PositiveBigIntegerField(default=0)  # delivered before the firm left
    not_again = models.BooleanField(default=False)  # a repair does not ask the firm for it again
    reason = models.CharField(max_length=200, blank=True)  # of a decline; the lead reads it

    objects = PartyManager("consortium__parties__firm")
    own = ScopedManager(firm="firm")

    class Meta:
        default_permissions = ()
        ordering = ("begins", "need", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["consortium", "need", "firm"],
                condition=models.Q(state__in=["invited", "accepted"]),
                name="one_live_seat_a_need",
            ),
        )


class SeatTerms(models.Model):
    """What the firm is paid for its seat by its own offer: for that firm alone."""

    seat = models.OneToOneField(Seat, models.CASCADE, primary_key=True, related_name="terms")
    cost = models.PositiveBigIntegerField()  # offered price of the whole quantity, with set-up
    own_cost = models.PositiveBigIntegerField(null=True)
    currency = models.CharField(max_length=3)

    objects = ScopedManager(firm="seat__firm")

    class Meta:
        default_permissions = ()
