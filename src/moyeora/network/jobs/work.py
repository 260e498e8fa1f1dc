"""Starting jobs, and the worker that does them.

A worker claims the oldest job that waits or whose lease has run out, renews the lease from a
thread of its own while it works, and writes the result only if it still holds the lease. So a
killed worker's job is taken over, and two workers never both finish one job. All times of leases
are the database's, so that the workers' clocks need not agree.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import (
    DatabaseError,
    InterfaceError,
    close_old_connections,
    connection,
    transaction,
)
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Now
from django.utils import timezone, translation
from django_scopes import scopes_disabled

from moyeora.network.frame.actor import CLOCK, Actor
from moyeora.network.frame.clock import now
from moyeora.network.frame.faults import NetworkError
from moyeora.network.jobs.failures import BROKEN, GIVEN_UP
from moyeora.network.jobs.kinds import KINDS, job
from moyeora.network.jobs.models import Job, Round, State

__all__ = ["Stopped", "Task", "ahead", "job", "start", "work"]

ATTEMPTS: Final = 5
"""How often a job is begun before it is given up."""

_log = logging.getLogger(__name__)


class Stopped(NetworkError):
    """The job is no longer this worker's: a person stopped it, another worker has taken it over,
    or this worker is to end.
    """

    code = "stopped"


class Task:
    """A running job as its function sees it; ``id`` names folders and rows that it makes."""

    def __init__(self, job: Job, leaving: threading.Event | None = None) -> None:
        self.job = job
        self.id = job.id
        self.finished = False
        self._leaving = leaving or threading.Event()
        self._told = 0.0

    def progress(self, share: float, note: str = "") -> None:
        """Say how far the work is (0 .. 1); raises Stopped when it is no longer ours.

        Call it often: at most five times a second it costs anything.
        """
        if self._leaving.is_set():
            raise Stopped
        if time.monotonic() - self._told < 0.2 and share < 1:
            return
        self._told = time.monotonic()
        if not _held(self.job).update(progress=round(1000 * share), note=note[:200]):
            raise Stopped

    @contextmanager
    def finishing(self, result: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """The job's last step: what is written inside, and that the job is done, are one
        transaction, so it happens once whatever dies when. What is put into the dictionary that
        it gives is the job's result. Raises Stopped when the job is no longer ours.
        """
        told = dict(result or {})
        with transaction.atomic():
            # This locks the row to the end: nobody takes the job over meanwhile.
            if not _held(self.job).update(lease_until=_lease()):
                raise Stopped
            yield told
            _end(self.job, state=State.DONE, progress=1000, result=told)
        self.finished = True


def start(kind: str, arguments: Mapping[str, Any], actor: Actor) -> Job:
    """Put a job into the queue; in a transaction it waits for the commit like all else."""
    assert kind in KINDS, kind
    return Job.objects.create(
        kind=kind,
        arguments=dict(arguments),
        firm=actor.firm,
        person=actor.person,
        language=translation.get_language() or settings.LANGUAGE_CODE,
        created=timezone.now(),
    )


def work(
    *,
    until_idle: bool = False,
    pause_seconds: float = 0.5,
    leaving: threading.Event | None = None,
) -> None:
    """Do jobs, one after the other, until ``leaving`` is set or, if so asked, none waits."""
    name = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
    leaving = leaving or threading.Event()
    looks_every = settings.JOB_ROUNDS.total_seconds()
    looked = -looks_every
    while not leaving.is_set():
        try:
            if time.monotonic() - looked >= looks_every and not until_idle:
                looked = time.monotonic()
                start_rounds(now())
            claimed = claim(name)
            if claimed is not None:
                run(claimed, leaving)
                continue
        except (DatabaseError, InterfaceError):
            # The database is away or busy for a moment; the lease keeps what was claimed.
            _log.exception("the worker cannot reach the database and tries again")
            connection.close()
        if until_idle:
            return
        close_old_connections()
        leaving.wait(pause_seconds)


def claim(worker: str) -> Job | None:
    """Take the oldest job that nobody holds."""
    free = Q(state=State.WAITING) | Q(state=State.RUNNING, lease_until__lt=Now())
    with transaction.atomic():
        found = (
            Job.objects.filter(free)
            .order_by("created", "id")
            .select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
            .first()
        )
        if found is None:
            return None
        Job.objects.filter(id=found.id).update(
            state=State.RUNNING,
            worker=worker,
            lease_until=_lease(),
            attempts=F("attempts") + 1,
        )
        found.refresh_from_db()
    return found


def run(claimed: Job, leaving: threading.Event | None = None) -> None:
    """Do one claimed job and write how it ended."""
    leaving = leaving or threading.Event()
    done = threading.Event()
    renewing = threading.Thread(target=_renew, args=(claimed, done), daemon=True)
    renewing.start()
    task = Task(claimed, leaving)
    try:
        end = _outcome(task, KINDS[claimed.kind].do if claimed.kind in KINDS else None)
    except Stopped:
        end = None
    finally:
        done.set()
        renewing.join()
    if end is not None:
        _end(claimed, **end)
    elif leaving.is_set():
        # Back into the queue at once, and the attempt does not count: nothing was wrong with it.
        _held(claimed).update(state=State.WAITING, lease_until=None, attempts=F("attempts") - 1)


def _outcome(task: Task, do: Callable[..., Any] | None) -> dict[str, Any] | None:
    """How the job ends; None when that is written already. Raises Stopped."""
    if task.job.attempts > ATTEMPTS:
        return {"state": State.FAILED, "failure": GIVEN_UP}
    try:
        if do is None:
            raise LookupError(f"no room of this version does jobs of the kind {task.job.kind}")
        with scopes_disabled(), translation.override(task.job.language):
            try:
                result = do(task, **task.job.arguments)
            except Stopped:
                raise
            except NetworkError as error:
                return {"state": State.FAILED, "failure": str(error)}
    except (Stopped, InterfaceError):
        raise
    except Exception:
        _log.exception("job %s (%s) failed", task.job.id, task.job.kind)
        return {"state": State.FAILED, "failure": BROKEN}
    if task.finished:
        return None
    return {"state": State.DONE, "progress": 1000, "result": result or {}}


def start_rounds(at: datetime) -> None:
    """Start each periodic job whose round has not been started, by this worker or another."""
    local = timezone.localtime(at)
    since = local.replace(tzinfo=None) - datetime(2000, 1, 1)
    for kind, described in KINDS.items():
        if described.every is None:
            continue
        number = since // described.every
        with transaction.atomic():
            Round.objects.get_or_create(kind=kind)
            if Round.objects.filter(kind=kind, number__lt=number).update(number=number):
                start(kind, {}, CLOCK)


def _lease() -> ExpressionWrapper:
    lease = Value(settings.JOB_LEASE, output_field=DurationField())
    return ExpressionWrapper(Now() + lease, output_field=DateTimeField())


def _held(job: Job) -> QuerySet[Job]:
    """The job's row as long as this worker, in this attempt, holds it."""
    return Job.objects.filter(
        id=job.id, state=State.RUNNING, worker=job.worker, attempts=job.attempts
    )


def _end(job: Job, **end: Any) -> None:
    _held(job).update(ended=timezone.now(), lease_until=None, **end)


def _renew(job: Job, done: threading.Event) -> None:
    while not done.wait(settings.JOB_LEASE.total_seconds() / 3):
        try:
            _held(job).update(lease_until=_lease())
        except (DatabaseError, InterfaceError):
            connection.close()  # and once more in a moment
    connection.close()


def ahead(job_id: UUID) -> int:
    """How many jobs wait before this one."""
    mine = Job.objects.get(id=job_id)
    return Job.objects.filter(state=State.WAITING, created__lt=mine.created).count()
