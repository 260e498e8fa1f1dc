"""The client's yes to a proof, bound to the fingerprint of the job that was proved.

It is kept beside the job (``approval.json``). Whatever changes what is printed changes the
fingerprint, and then the yes no longer holds.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from moyeora.press.faults import PressError
from moyeora.press.job import Job
from moyeora.press.job_file import read_job
from moyeora.press.origins import changes, origins
from moyeora.press.outputs import PROOF_STAMP, proof_work
from moyeora.press.prepare import Prepared, prepare
from moyeora.press.proof import PDF

APPROVAL = "approval.json"


class ApprovalError(PressError):
    """The client has not said yes to what would be printed."""

    code = "approval"


@dataclass(frozen=True)
class Approval:
    """Who said yes, when (ISO 8601, with its offset), what they added, to which job, and to which
    proof of it: the SHA-256 of its PDF and the numbers of its pieces. ``origins`` tell what
    has changed when the fingerprint is another."""

    title: str
    fingerprint: str
    by: str
    at: str
    note: str
    proof: str
    pieces: tuple[int, ...]
    origins: Mapping[str, str]


def approve(job_path: Path, proof: Path, *, by: str, at: datetime, note: str = "") -> Approval:
    """Record that ``by`` said yes ``at`` this time to the proof in a folder, in the job's
    ``approval.json``; a yes before it is replaced.

    Raises ApprovalError if the folder has no proof, if its PDF is not the one that was made, or if
    the job would no longer print what the proof shows (and tells what has changed).
    """
    stamp = _read_proof(proof)
    job = read_job(job_path)
    with proof_work(proof) as work:
        ready = prepare(job, work)
        now = origins(ready)
    if stamp["fingerprint"] != ready.forme.fingerprint:
        raise ApprovalError(
            "the job has changed since this proof was made:" + _listed(stamp, now),
            place=str(proof),
            remedy="make the proof anew and show it to the client",
        )
    made = Approval(
        title=job.title,
        fingerprint=ready.forme.fingerprint,
        by=by.strip(),
        at=at.isoformat(timespec="seconds"),
        note=note,
        proof=stamp["pdf"],
        pieces=tuple(stamp["pieces"]),
        origins=now,
    )
    text = json.dumps(asdict(made), ensure_ascii=False, indent=1) + "\n"
    fresh = job.folder / f"{APPROVAL}.new"
    fresh.write_text(text, "utf-8")
    fresh.replace(job.folder / APPROVAL)
    return made


def read_approval(job: Job) -> Approval | None:
    """The yes beside a job, whatever its fingerprint; None if there is none."""
    path = job.folder / APPROVAL
    if not path.exists():
        return None
    try:
        told = json.loads(path.read_text("utf-8"))
        return Approval(**told | {"pieces": tuple(told["pieces"])})
    except (ValueError, KeyError, TypeError):
        raise ApprovalError(
            "is not an approval that the press wrote", place=APPROVAL, remedy=_AGAIN
        ) from None


def check_approved(ready: Prepared) -> Approval:
    """The yes to exactly what would be printed now. Raises ApprovalError if there is none, or if it
    was to something else, and tells what has changed since."""
    made = read_approval(ready.job)
    if made is None:
        raise ApprovalError(
            "the client has not said yes to this job", place=ready.job.title, remedy=_AGAIN
        )
    if made.fingerprint != ready.forme.fingerprint:
        raise ApprovalError(
            f"{made.by} said yes at {made.at}, but since then:"
            + _listed(made.__dict__, origins(ready)),
            place=ready.job.title,
            remedy=_AGAIN,
        )
    return made


_AGAIN = "make a proof, show it to the client, and record the yes with `press approve`"


def _listed(then: Mapping[str, Any], now: Mapping[str, str]) -> str:
    changed = changes(then["origins"], now) or ["something that the design reads has changed"]
    return "".join(f"\n    {change}" for change in changed)


def _read_proof(folder: Path) -> dict[str, Any]:
    remedy = "make one with `press proof`"
    try:
        stamp: dict[str, Any] = json.loads((folder / PROOF_STAMP).read_text("utf-8"))
        pdf = (folder / PDF).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise ApprovalError("has no proof", place=str(folder), remedy=remedy) from None
    except ValueError:
        raise ApprovalError("is damaged", place=PROOF_STAMP, remedy=remedy) from None
    if not stamp["pieces"]:
        raise ApprovalError("shows no piece", place=str(folder), remedy=remedy)
    if hashlib.sha256(pdf).hexdigest() != stamp["pdf"]:
        raise ApprovalError("is not the one that was made", place=str(folder / PDF), remedy=remedy)
    return stamp
