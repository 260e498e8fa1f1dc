"""The output folder of a run: private, held by one run at a time, never another job's.

While a run lasts, all of it is in ``work``. What it finished there outlives its end, so that the
same command goes on. The folder ``work`` goes in one step, after all files have their names.
"""

import contextlib
import errno
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from moyeora.press import durable
from moyeora.press.checkpoints import Checkpoints, Finished, is_sound, sha256_of
from moyeora.press.faults import FolderError, PolicyError, UnfinishedError
from moyeora.press.forme import INGREDIENTS, Forme

STAMP = "moyeora-press.json"  # says which job a folder holds
WORK = "work"
_READY = "ready"  # inside of work: frozen records and forme, made anew by each run
SCRATCH = ".moyeora-press-"  # begins the name of a folder that lasts no longer than a command

# What an operating system says when it cannot write for reasons that pass.
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_BROKEN = {errno.EIO, errno.EROFS}


@dataclass(frozen=True)
class Stamp:
    """Which job a folder holds. ``ingredients`` are the SHA-256 of each thing that the
    fingerprint is of; ``files`` those of what lies in the folder, with the bytes and, of volumes,
    the pages; ``faults`` is how many there are; ``releases`` tells what was released since;
    ``requires_approval``: whether nothing may be printed into it without the client's yes."""

    title: str
    fingerprint: str
    ingredients: Mapping[str, str]
    volume_pieces: int
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    faults: int = 0
    releases: Sequence[Mapping[str, Any]] = ()
    requires_approval: bool = False

    @classmethod
    def of(cls, forme: Forme, volume_pieces: int) -> "Stamp":
        return cls(forme.job.title, forme.fingerprint, dict(forme.ingredients), volume_pieces)

    def write(self, path: Path) -> None:
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"
        durable.write(path, text.encode())

    def differs_in(self, forme: Forme) -> str:
        """In words, what makes the forme that of another job."""
        names = [
            words
            for name, words in INGREDIENTS.items()
            if self.ingredients.get(name) != forme.ingredients[name]
        ]
        return "; ".join(names)


def read_stamp(path: Path) -> Stamp | None:
    """The stamp in a file; None if there is no such file, or none of ours."""
    try:
        held = json.loads(path.read_text("utf-8"))
        return Stamp(**held | {"releases": tuple(held["releases"])})
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


class Claim:
    """An output folder that is held. ``out`` is the folder, ``work`` is for what a run makes,
    ``ready`` for what it prepares."""

    def __init__(self, out: Path) -> None:
        self.out, self.work = out, out / WORK
        self.ready = self.work / _READY
        self.checkpoints = Checkpoints(self.work, out)
        self.stamp = read_stamp(out / STAMP)
        if self.stamp is None and (out / STAMP).exists():
            raise FolderError(
                "says which job it holds in a way that this version does not read",
                place=str(out / STAMP),
                remedy="name a new folder",
            )
        begun = read_stamp(self.work / STAMP)
        kept = begun is not None and (begun.releases or self.checkpoints.numbers())
        self.begun = begun if kept else None
        self.naming = False  # files are given their names: what is in work may be the only copy
        self.done = False  # what is in work is no longer needed

    def check_same_job(self, forme: Forme) -> None:
        """FolderError if the folder holds another job than this one, finished or begun."""
        if self.begun is not None and self.begun.releases:
            raise FolderError(
                "a release into it was not finished",
                place=str(self.out),
                remedy="give the same `press release` again",
            )
        for held, begun in ((self.stamp, ""), (self.begun, " that was not finished")):
            if held is not None and held.fingerprint != forme.fingerprint:
                raise FolderError(
                    f"holds another job{begun} ({held.title}), or this one before it was changed",
                    place=str(self.out),
                    remedy=f"what differs: {held.differs_in(forme)}. "
                    "Name a new folder, or remove this one yourself",
                )

    def check_same_release(self, forme: Forme) -> None:
        """FolderError if another release into the folder was begun and not finished."""
        if self.begun is not None and self.begun.fingerprint != forme.fingerprint:
            raise FolderError(
                "a release with other corrections was not finished",
                place=str(self.out),
                remedy=f"what differs: {self.begun.differs_in(forme)}. Give that release again",
            )

    def begin(self, stamp: Stamp) -> None:
        """Say whose the finished volumes in ``work`` are; those of other volumes are dropped."""
        if self.begun != stamp:
            for path in self.work.glob("volume-*"):
                path.unlink()
            stamp.write(self.work / STAMP)

    def publish(self, volumes: Sequence[Finished], others: Sequence[str], stamp: Stamp) -> None:
        """Give the volumes, and files of ``ready``, their names; the stamp comes last. From here
        on a run that is stopped goes on to the same end."""
        self.naming = True
        files = {v.name: {"bytes": v.bytes, "sha256": v.sha256, "pages": v.pages} for v in volumes}
        for volume in volumes:
            # One that a stopped run had named already is no longer in work.
            if (here := self.work / volume.name).exists():
                here.replace(self.out / volume.name)
        for name in others:
            path = self.ready / name
            files[name] = {"bytes": path.stat().st_size, "sha256": sha256_of(path)}
            durable.sync(path)
        for name in others:
            (self.ready / name).replace(self.out / name)
        durable.sync(self.out)
        replace(stamp, files=dict(stamp.files) | files).write(self.out / STAMP)
        self.done = True

    def damaged(self) -> list[str]:
        """The files that the stamp names and that are not in the folder, unchanged."""
        files = {} if self.stamp is None else self.stamp.files
        return [
            name
            for name, about in files.items()
            if not is_sound(self.out / name, about["bytes"], about["sha256"])
        ]


@contextlib.contextmanager
def claimed(out: Path) -> Iterator[Claim]:
    """Hold the folder ``out`` for one run. What is finished in its ``work`` is kept when the run
    ends before its end, unless nothing is.

    Raises FolderError if ``out`` holds anything but a run of a job, or is held by another run,
    and UnfinishedError in place of an OSError: most often the disk is full.
    """
    if out.exists() and not out.is_dir():
        raise FolderError("is not a folder", place=str(out))
    fresh = not out.exists() or not any(out.iterdir())
    if not fresh and not any((out / name).exists() for name in (STAMP, WORK, durable.going(WORK))):
        raise FolderError(
            "holds something that is not a print job", place=str(out), remedy="name a new folder"
        )
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        out.chmod(0o700)
    except OSError as error:
        raise FolderError(f"cannot be written: {error.strerror}", place=str(out)) from None
    with locked(out):
        yield from _held(out, fresh)


@contextlib.contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold an output folder for this process alone; FolderError if another does."""
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(_locked(out))
        except BlockingIOError:
            raise FolderError(
                "another run is printing into it", place=str(out), remedy="wait until it has ended"
            ) from None
        yield


@contextlib.contextmanager
def scratch(job: Path) -> Iterator[Path]:
    """A private folder inside a job's own, for what lasts no longer than a command: customers'
    data lie nowhere else. What commands that were killed left there is removed."""
    try:
        for left in job.glob(SCRATCH + "*"):
            with contextlib.suppress(FileNotFoundError, BlockingIOError), _locked(left):
                shutil.rmtree(left)
        folder = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=job))
    except OSError as error:
        raise FolderError(
            f"cannot be written: {error.strerror}",
            place=str(job),
            remedy="let the job's folder be yours to write; it is left as it was",
        ) from None
    try:
        with _locked(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a folder for this process alone; BlockingIOError if another does."""
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(lock)


def _held(out: Path, fresh: bool) -> Iterator[Claim]:
    claim = Claim(out)
    try:
        claim.work.mkdir(mode=0o700, exist_ok=True)
        # What a run that was killed did not finish.
        shutil.rmtree(claim.ready, ignore_errors=True)
        for part in (*claim.work.glob("*" + durable.PART), *out.glob("*" + durable.PART)):
            part.unlink()
        claim.ready.mkdir(mode=0o700)
        yield claim
    except PolicyError:
        claim.done = True
        raise
    except OSError as error:
        if error.errno not in _FULL | _BROKEN:
            raise
        raise _unfinished(error, claim) from error
    finally:
        needed = claim.naming or claim.begun is not None or claim.checkpoints.numbers()
        if claim.done or not needed:
            durable.remove_tree(claim.work)
        else:
            shutil.rmtree(claim.ready, ignore_errors=True)
        if fresh and not any(out.iterdir()):
            out.rmdir()


def _unfinished(error: OSError, claim: Claim) -> UnfinishedError:
    finished = len(claim.checkpoints.numbers())
    return UnfinishedError(
        f"cannot be written: {error.strerror}; "
        f"{finished} finished volume{'s are' if finished != 1 else ' is'} kept",
        place=str(claim.out),
        remedy=("make room on the disk" if error.errno in _FULL else "see to the disk")
        + ", then give the same command again: it goes on from there",
    )
