"""Workers that are killed, paused and told to leave, as one program; prints what came of it."""

# ruff: noqa: E402 (models can be imported only after Django is set up)

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta

import django

django.setup()

import rules
from django.conf import settings

from moyeora.network.frame.actor import CLOCK
from moyeora.network.jobs.models import Job, State
from moyeora.network.jobs.work import Task, job, start, work
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import PUBLIC
from moyeora.network.journal.models import Entry

settings.JOB_LEASE = timedelta(seconds=1)
rules.add_perm("test.toil", rules.always_true)


@action("test.toil")
def toiled(act: Act, task: Task) -> None:
    act.record("test.toiled", subject=task.id, facts={}, audience=PUBLIC)


@job("test.steps")
def steps(task: Task, *, count: int) -> None:
    for step in range(count):
        task.progress(step / count, f"step {step}")
        time.sleep(0.05)
    with task.finishing() as result:
        toiled(CLOCK, task)
        result["pid"] = os.getpid()


@job("test.deaf")
def deaf(task: Task) -> None:
    """Tells no progress, so it does not learn that it has lost the job before its last step."""
    time.sleep(0.6)
    with task.finishing():
        toiled(CLOCK, task)


def killed(jobs: int, kills: int) -> None:
    rng = random.Random(jobs)
    for _ in range(jobs):
        start("test.steps", {"count": 8}, CLOCK)
    workers = [worker(), worker()]
    for _ in range(kills):
        until(lambda: Job.objects.filter(state=State.RUNNING).count())
        time.sleep(rng.random() * 0.4)
        victim = rng.choice(workers)
        victim.kill()
        victim.wait()
        workers.remove(victim)
        workers.append(worker())
    until(lambda: not Job.objects.exclude(state=State.DONE).exists())
    leave(workers)
    tell()


def paused() -> None:
    """A worker stands still until another has done its job, and then wakes."""
    start("test.deaf", {}, CLOCK)
    first = worker()
    until(lambda: Job.objects.filter(state=State.RUNNING).count())
    first.send_signal(signal.SIGSTOP)
    second = worker()
    until(lambda: Job.objects.filter(state=State.DONE).count())
    first.send_signal(signal.SIGCONT)
    time.sleep(1.5)
    leave([first, second])
    tell()


def left() -> None:
    """A worker that is told to end gives its job back at once, and no attempt is counted."""
    start("test.steps", {"count": 400}, CLOCK)
    first = worker()
    until(lambda: Job.objects.filter(progress__gt=0).count())
    leave([first])
    tell()


def tell() -> None:
    told = Counter(Entry.objects.filter(kind="test.toiled").values_list("subject", flat=True))
    rows = Job.objects.filter(kind__startswith="test.").values("id", "state", "attempts")
    print(
        json.dumps(
            [
                {"state": row["state"], "attempts": row["attempts"], "told": told[row["id"]]}
                for row in rows
            ]
        )
    )


def worker() -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "tests.network.toil", "worker"])


def leave(workers: "list[subprocess.Popen[bytes]]") -> None:
    for one in workers:
        one.terminate()
    for one in workers:
        assert one.wait(10) == 0


def until(true: object, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, list(Job.objects.values())
        time.sleep(0.02)


def worker_main() -> None:
    leaving = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: leaving.set())
    work(pause_seconds=0.05, leaving=leaving)


if __name__ == "__main__":
    parts = {"killed": killed, "paused": paused, "left": left, "worker": worker_main}
    parts[sys.argv[1]](*map(int, sys.argv[2:]))
