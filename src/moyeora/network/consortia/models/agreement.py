"""The agreement of a consortium: drafts, versions, signatures; and the votes of its firms."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from moyeora.network.consortia.models.auditor import Appointment
from moyeora.network.consortia.models.consortium import Consortium
from moyeora.network.frame.ids import new_id
from moyeora.network.frame.scoping import PartyManager
from moyeora.network.members.models import Firm


class Worth(models.Model):
    """v(S) of every group of the parties, from everybody's confidential figures.

    No scope ever opens it: only an action or a job that has disabled scopes reads it, and what
    leaves is a division in whole percent.
    """

    consortium = models.OneToOneField(Consortium, models.CASCADE, primary_key=True)
    parties = models.JSONField()  # business numbers, in the order of the players
    divided = models.PositiveBigIntegerField()  # of the price; what v of all together earns from
    values = models.JSONField()  # as moyeora.formation.value gives them
    made = models.DateTimeField()
    job = models.UUIDField(null=True)

    objects = ScopedManager(nobody="consortium")

    class Meta:
        default_permissions = ()


class Draft(models.Model):
    """What one firm is writing; nobody else sees it until it is offered for signature."""

    id = models.UUIDField(primary_key=True, default=new_id)
    consortium = models.ForeignKey(Consortium, models.CASCADE, related_name="drafts")
    firm = models.ForeignKey(Firm, models.CASCADE, related_name="+")
    terms = models.JSONField()
    changed = models.DateTimeField()

    objects = ScopedManager(firm="firm")

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=["consortium", "firm"], name="one_draft_a_firm"),
        )


class Agreement(models.Model):
    """One version. What it says (``terms``) never changes; only its state does."""

    class State(models.TextChoices):
        SIGNING = "signing", _("being signed")
        IN_FORCE = "in_force", _("in force")
        SUPERSEDED = "superseded", _("superseded")
        REFUSED = "refused", _("refused")
        LAPSED = "lapsed", _("deadline passed")

    id = models.UUIDField(primary_key=True, default=new_id)
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="agreements")
    version = models.PositiveSmallIntegerField()
    amends = models.ForeignKey("self", models.PROTECT, null=True, related_name="amendments")
    state = models.CharField(max_length=10, choices=State, default=State.SIGNING)
    terms = models.JSONField()
    text_hash = models.CharField(max_length=64)  # SHA-256 of the exact text in both languages
    offered_by = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    offered = models.DateTimeField()
    deadline = models.DateTimeField()
    in_force_since = models.DateTimeField(null=True)

    objects = PartyManager("consortium__parties__firm")

    class Meta:
        default_permissions = ()
        ordering = ("-version",)
        constraints = (
            models.UniqueConstraint(
                fields=["consortium", "version"], name="one_agreement_a_version"
            ),
            models.UniqueConstraint(
                fields=["consortium"],
                condition=models.Q(state="in_force"),
                name="one_agreement_in_force",
            ),
            models.UniqueConstraint(
                fields=["consortium"],
                condition=models.Q(state="signing"),
                name="one_agreement_being_signed",
            ),
        )


class Signature(models.Model):
    """A firm whose signature a version needs; ``at`` is empty until its owner has signed."""

    class Answer(models.TextChoices):
        WAITING = "waiting", _("not yet signed")
        SIGNED = "signed", _("signed")
        REFUSED = "refused", _("refused")

    id = models.UUIDField(primary_key=True, default=new_id)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="signatures")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="signatures")
    answer = models.CharField(max_length=10, choices=Answer, default=Answer.WAITING)
    person = models.UUIDField(null=True)
    at = models.DateTimeField(null=True)
    text_hash = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    objects = PartyManager("agreement__consortium__parties__firm")

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=["agreement", "firm"], name="one_signature_a_firm"),
            models.CheckConstraint(
                condition=models.Q(answer="waiting", at__isnull=True)
                | (~models.Q(answer="waiting") & models.Q(at__isnull=False)),
                name="answered_at_a_time",
            ),
        )


class Ballot(models.Model):
    """A question put to the firms of a consortium: one firm, one vote. ``appointment`` is the
    auditor's that is voted on: to appoint wants every firm's yes, to relieve the manual's majority.
    """

    class Matter(models.TextChoices):
        QUESTION = "question", _("a question")
        APPOINT = "appoint", _("appoint an auditor")
        RELIEVE = "relieve", _("relieve an auditor")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CARRIED = "carried", _("carried")
        LOST = "lost", _("lost")

    id = models.UUIDField(primary_key=True, default=new_id)
    consortium = models.ForeignKey(Consortium, models.CASCADE, related_name="ballots")
    question = models.CharField(_("question"), max_length=300)
    matter = models.CharField(max_length=10, choices=Matter, default=Matter.QUESTION)
    appointment = models.ForeignKey(Appointment, models.CASCADE, null=True, related_name="ballots")
    put_by = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    put = models.DateTimeField()
    deadline = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    closed = models.DateTimeField(null=True)

    objects = PartyManager("consortium__parties__firm")

    class Meta:
        default_permissions = ()
        ordering = ("-put", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["appointment"],
                condition=models.Q(state="open"),
                name="one_ballot_an_appointment",
            ),
            models.CheckConstraint(
                condition=models.Q(matter="question", appointment=None)
                | (~models.Q(matter="question") & models.Q(appointment__isnull=False)),
                name="a_ballot_about_its_matter",
            ),
        )


class Vote(models.Model):
    """How a firm voted; an interested firm is there with no vote."""

    class Choice(models.TextChoices):
        YES = "yes", _("for")
        NO = "no", _("against")
        ABSTAIN = "abstain", _("abstains")
        BARRED = "barred", _("has an interest, no vote")

    id = models.UUIDField(primary_key=True, default=new_id)
    ballot = models.ForeignKey(Ballot, models.CASCADE, related_name="votes")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    choice = models.CharField(max_length=10, choices=Choice)
    person = models.UUIDField(null=True)
    at = models.DateTimeField()

    objects = PartyManager("ballot__consortium__parties__firm")

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=["ballot", "firm"], name="one_firm_one_vote"),
        )
