"""The auditor whom the firms of a consortium agree on."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from moyeora.network.consortia.models.consortium import Consortium
from moyeora.network.frame.ids import new_id
from moyeora.network.frame.scoping import PartyManager
from moyeora.network.members.models import Firm, Holding


class Appointment(models.Model):
    """A person named as auditor, from the vote of all firms to the end of the term."""

    class State(models.TextChoices):
        NAMED = "named", _("waits for the vote of all firms")
        AGREED = "agreed", _("invited, has not accepted yet")
        SERVING = "serving", _("in office")
        REJECTED = "rejected", _("not all firms agreed")
        ENDED = "ended", _("ended")

    class Ending(models.TextChoices):
        RELIEVED = "relieved", _("relieved by the firms")
        RESIGNED = "resigned", _("resigned")
        TERM = "term", _("the term was over")
        INTERESTED = "interested", _("took an office in one of the firms")

    LIVE = (State.NAMED, State.AGREED, State.SERVING)

    id = models.UUIDField(primary_key=True, default=new_id)
    consortium = models.ForeignKey(Consortium, models.CASCADE, related_name="appointments")
    name = models.CharField(_("name"), max_length=60)
    email = models.EmailField(_("e-mail"))
    until = models.DateField(_("last day in office"))
    named_by = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    named = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.NAMED)
    holding = models.ForeignKey(Holding, models.SET_NULL, null=True, related_name="+")
    accepted = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    ending = models.CharField(max_length=10, choices=Ending, blank=True)

    objects = PartyManager("consortium__parties__firm")

    class Meta:
        default_permissions = ()
        ordering = ("-named", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["consortium"],
                condition=models.Q(state__in=["named", "agreed", "serving"]),
                name="one_appointment_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return self.name
