"""What formation answered, what lies sealed behind the answer, and what firms asked about it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from moyeora.network.consortia.models.consortium import Consortium
from moyeora.network.consortia.models.item import Item
from moyeora.network.frame.ids import new_id
from moyeora.network.members.models import Firm


class Proposal(models.Model):
    """What formation answered once, as the item's owner may read it (:mod:`..views`)."""

    class Kind(models.TextChoices):
        PLAN = "plan", _("proposal")
        REPAIR = "repair", _("repair")

    class State(models.TextChoices):
        OFFERED = "offered", _("waits for the lead")
        TAKEN = "taken", _("taken")  # its firms were invited
        OUTDATED = "outdated", _("outdated")  # the item or the seats have changed since
        IMPOSSIBLE = "impossible", _("impossible")  # nothing fits; the view says why

    id = models.UUIDField(primary_key=True, default=new_id)
    item = models.ForeignKey(Item, models.CASCADE, related_name="proposals")
    consortium = models.ForeignKey(Consortium, models.CASCADE, null=True, related_name="repairs")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PLAN)
    state = models.CharField(max_length=10, choices=State, default=State.OFFERED)
    job = models.UUIDField(null=True, unique=True)
    created = models.DateTimeField()
    proven = models.BooleanField(default=False)
    seconds = models.FloatField(default=0)
    view = models.JSONField(default=dict)

    objects = ScopedManager(firm="item__owner")

    class Meta:
        default_permissions = ()
        ordering = ("-created", "-id")


class Sealed(models.Model):
    """The plan and the members' offers that it rests on, with everybody's prices.

    No scope ever opens it: only an action or a job that has disabled scopes can read it, so no
    page can show it by mistake.
    """

    proposal = models.OneToOneField(
        Proposal, models.CASCADE, primary_key=True, related_name="sealed"
    )
    plan = models.JSONField(null=True)  # formation's plan_to_json
    snapshot = models.BinaryField()  # the members' tables as they were (:mod:`..snapshot`)

    objects = ScopedManager(nobody="proposal")

    class Meta:
        default_permissions = ()


class Question(models.Model):
    """A firm that was not chosen asked what would get it in: one answer for ever."""

    id = models.UUIDField(primary_key=True, default=new_id)
    item = models.ForeignKey(Item, models.CASCADE, related_name="questions")
    firm = models.ForeignKey(Firm, models.CASCADE, related_name="questions")
    times = models.PositiveIntegerField(default=0)
    first = models.DateTimeField()
    last = models.DateTimeField()
    answer = models.JSONField(null=True)  # None until the job has worked it out

    objects = ScopedManager(firm="firm")

    class Meta:
        default_permissions = ()
        ordering = ("-last", "-id")
        constraints = (
            models.UniqueConstraint(fields=["item", "firm"], name="one_answer_a_firm_and_item"),
        )
