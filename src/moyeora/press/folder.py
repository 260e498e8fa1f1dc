"""The output folder of a run: private, held by one run at a time, never another job's."""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from moyeora.press.faults import FolderError

STAMP = "moyeora-press.json"  # says which job a folder holds
PROOF_STAMP = "proof.json"  # says which job a folder has the proof of
_PROOF_WORK = "proof-work"  # while a proof is made
_WORK = "work"  # while a run lasts: frozen records, forme, volumes not yet judged


@contextlib.contextmanager
def claimed(out: Path) -> Iterator[Path]:
    """A private folder for the work inside ``out``, held by this run alone and removed at the
    end; FolderError if ``out`` holds anything but an earlier run of a job."""
    if out.exists() and not out.is_dir():
        raise FolderError("is not a folder", place=str(out))
    fresh = not out.exists() or not any(out.iterdir())
    if not fresh and not (out / STAMP).exists() and not (out / _WORK).exists():
        raise FolderError(
            "holds something that is not a print job", place=str(out), remedy="name a new folder"
        )
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    out.chmod(0o700)
    work = out / _WORK
    with locked(out):
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(mode=0o700)
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)
            if fresh and not any(out.iterdir()):
                out.rmdir()


@contextlib.contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold an output folder; FolderError if a run does."""
    lock = os.open(out, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderError(
                "another run is printing into it", place=str(out), remedy="wait until it has ended"
            ) from None
        yield
    finally:
        os.close(lock)


@contextlib.contextmanager
def proof_work(out: Path) -> Iterator[Path]:
    """A private folder for the work on a proof inside ``out``, which is made if need be; removed at
    the end."""
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    out.chmod(0o700)
    work = out / _PROOF_WORK
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def is_output(folder: Path) -> bool:
    """Whether a folder holds what the press made, or was making, of a job: a run or a proof."""
    return any((folder / name).exists() for name in (STAMP, PROOF_STAMP, _WORK, _PROOF_WORK))


def check_same_job(out: Path, fingerprint: str) -> None:
    """FolderError if ``out`` holds another job than the one with this fingerprint."""
    stamp = out / STAMP
    if not stamp.exists():
        return
    held = json.loads(stamp.read_text("utf-8"))
    if held.get("fingerprint") != fingerprint:
        raise FolderError(
            f"holds another job ({held.get('title')}), or this one before it was changed",
            place=str(out),
            remedy="name a new folder, or remove this one yourself",
        )
