"""Starting jobs, and the worker that does them.

A worker claims the oldest job that waits or whose lease has run out, renews the lease from a
thread of its own while it works, and writes the result only if it still holds the lease. So a
killed worker's job is taken over, and two workers never both finish one job. The function of a
job must be able to begin again: what it has written is either not seen before its end (one
transaction), or found again by it (a folder of its own).
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import close_old_connections, transaction
from django.db.models import F, Q
from django.utils import timezone
from django_scopes import scopes_disabled

from moyeora.network.frame.actor import Actor
from moyeora.network.frame.faults import NetworkError
from moyeora.network.jobs.models import Job, State

LEASE: Final = timedelta(seconds=30)
ATTEMPTS: Final = 5
_KINDS: dict[str, Callable[..., dict[str, Any] | None]] = {}
_log = logging.getLogger(__name__)


class Stopped(NetworkError):
    """The job was stopped by a person, or another worker has taken it over."""

    code = "stopped"


class Task:
    """A running job as its function sees it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._told = 0.0

    def progress(self, share: float, note: str = "") -> None:
        """Say how far the work is (0 .. 1); raises Stopped when it is no longer ours."""
        if time.monotonic() - self._told < 0.2 and share < 1:
            return
        self._told = time.monotonic()
        held = _held(self.job).update(progress=round(1000 * share), note=note[:200])
        if not held:
            raise Stopped


def job(kind: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the function that does jobs of a kind."""

    def register(do: Callable[..., Any]) -> Callable[..., Any]:
        assert kind not in _KINDS, f"two functions do jobs of the kind {kind}"
        _KINDS[kind] = do
        return do

    return register


def start(kind: str, arguments: Mapping[str, Any], actor: Actor) -> Job:
    """Put a job into the queue; in a transaction it waits for the commit like all else."""
    assert kind in _KINDS, kind
    return Job.objects.create(
        kind=kind,
        arguments=dict(arguments),
        firm=actor.firm,
        person=actor.person,
        created=timezone.now(),
    )


def work(*, until_idle: bool = False, pause_seconds: float = 0.5) -> None:
    """Do jobs, one after the other, for ever or until none waits."""
    name = f"{socket.gethostname()}:{os.getpid()}"
    while True:
        claimed = claim(name)
        if claimed is not None:
            run(claimed)
        elif until_idle:
            return
        else:
            close_old_connections()
            time.sleep(pause_seconds)


def claim(worker: str) -> Job | None:
    """Take the oldest job that nobody holds."""
    now = timezone.now()
    free = Q(state=State.WAITING) | Q(state=State.RUNNING, lease_until__lt=now)
    with transaction.atomic():
        found = Job.objects.filter(free).order_by("created").first()
        if found is None:
            return None
        # The same condition again: whoever comes second updates nothing.
        taken = Job.objects.filter(free, id=found.id, attempts=found.attempts).update(
            state=State.RUNNING,
            worker=worker,
            lease_until=now + LEASE,
            attempts=F("attempts") + 1,
        )
    if not taken:
        return None
    found.refresh_from_db()
    return found


def run(claimed: Job) -> None:
    """Do one claimed job and write how it ended."""
    done = threading.Event()
    renewing = threading.Thread(target=_renew, args=(claimed, done), daemon=True)
    renewing.start()
    end: dict[str, Any]
    try:
        if claimed.attempts > ATTEMPTS:
            raise NetworkError(f"given up after {ATTEMPTS} attempts")
        with scopes_disabled():
            result = _KINDS[claimed.kind](Task(claimed), **claimed.arguments)
        end = {"state": State.DONE, "progress": 1000, "result": result or {}}
    except Stopped:
        return
    except NetworkError as error:
        end = {"state": State.FAILED, "failure": str(error)}
    except Exception:
        # No text of an unknown error goes to people: it can hold anybody's data.
        _log.exception("job %s (%s) failed", claimed.id, claimed.kind)
        end = {"state": State.FAILED, "failure": "broken"}
    finally:
        done.set()
        renewing.join()
    _held(claimed).update(ended=timezone.now(), lease_until=None, **end)


def _held(job: Job) -> Any:
    """The job's row as long as this worker, in this attempt, holds it."""
    return Job.objects.filter(
        id=job.id, state=State.RUNNING, worker=job.worker, attempts=job.attempts
    )


def _renew(job: Job, done: threading.Event) -> None:
    while not done.wait(LEASE.total_seconds() / 3):
        _held(job).update(lease_until=timezone.now() + LEASE)
    close_old_connections()


def ahead(job_id: UUID) -> int:
    """How many jobs wait before this one."""
    mine = Job.objects.get(id=job_id)
    return Job.objects.filter(state=State.WAITING, created__lt=mine.created).count()
