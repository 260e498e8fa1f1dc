"""The folders that the press makes of a job, and how they are known again."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from moyeora.press import durable
from moyeora.press.faults import FolderError
from moyeora.press.folder import SCRATCH, STAMP, WORK, locked

PROOF_STAMP = "proof.json"  # says which job a folder has the proof of
_PROOF_WORK = "proof-work"  # while a proof is made


def is_output(folder: Path) -> bool:
    """Whether a folder holds what the press made, or was making, of a job: a run or a proof."""
    if folder.name.startswith(SCRATCH):
        return True
    names = (STAMP, PROOF_STAMP, WORK, _PROOF_WORK, durable.going(WORK))
    return any((folder / name).exists() for name in names)


@contextlib.contextmanager
def proof_work(out: Path) -> Iterator[Path]:
    """A private folder for the work on a proof inside ``out``, which is made if need be and held
    meanwhile; removed at the end. FolderError if ``out`` has anything but a proof, which would be
    destroyed with it one day, or if another process holds it."""
    if out.exists() and not out.is_dir():
        raise FolderError("is not a folder", place=str(out))
    proved = any((out / name).exists() for name in (PROOF_STAMP, _PROOF_WORK))
    if out.exists() and not proved and any(out.iterdir()):
        raise FolderError(
            "holds something that is not a proof", place=str(out), remedy="name a new folder"
        )
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    out.chmod(0o700)
    work = out / _PROOF_WORK
    with locked(out):
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(mode=0o700)
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)
