"""A job row: what to do, how far it is, and who holds it until when."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from moyeora.network.frame.ids import new_id


class State(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    STOPPED = "stopped", _("stopped")


class Job(models.Model):
    """``lease_until``: while it lies ahead, the worker named holds the job; afterwards any worker
    may take it over. ``progress`` is 0 .. 1000.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    firm = models.UUIDField(null=True)
    person = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    result = models.JSONField(null=True)
    failure = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)
    created = models.DateTimeField()
    ended = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = (models.Index(fields=["state", "created"]),)
