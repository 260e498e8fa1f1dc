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
    may take it over. ``progress`` is 0 .. 1000. ``failure``: what to tell, or a code of
    :mod:`.failures`. ``language``: of who started it, for all that the job says.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    firm = models.UUIDField(null=True)
    person = models.UUIDField(null=True)
    language = models.CharField(max_length=10, default="ko")
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

    @property
    def over(self) -> bool:
        return self.state in (State.DONE, State.FAILED, State.STOPPED)


class Round(models.Model):
    """Which round of a periodic job was started last; whoever moves it on starts the next."""

    kind = models.CharField(primary_key=True, max_length=60)
    number = models.BigIntegerField(default=-1)

    class Meta:
        default_permissions = ()
