"""What the worker does with a mailing: proofs, printing, destroying.

Each begins again where a killed worker left it: the plain folder stays until it is sealed again,
and the press itself goes on from what it has finished. Nothing of the press's output but counts and
fingerprints leaves the vault; the press's faults name files, fields and counts, never a customer.
"""

import hashlib
import json
import shutil
import time
from pathlib import Path
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from moyeora.network.frame.actor import CLOCK
from moyeora.network.frame.faults import Refused
from moyeora.network.home import home
from moyeora.network.jobs.kinds import daily
from moyeora.network.jobs.work import Task, job
from moyeora.network.orders.mailings import actions
from moyeora.network.orders.mailings.package_file import extract
from moyeora.network.orders.mailings.upload import INCOMING, JOB
from moyeora.network.orders.mailings.vault import Vault
from moyeora.network.orders.models import Mailing
from moyeora.press.approval import approve as approve_job
from moyeora.press.destruction import destroy as destroy_job
from moyeora.press.faults import PressError, UnfinishedError
from moyeora.press.proof import proof
from moyeora.press.run import run
from moyeora.press.signing import key_id, public_path, read_or_make_key

EXTREMES: Final = 9
SAMPLE: Final = 3
DAY: Final = 86_400


@job(actions.PROOF)
def make_proofs(task: Task, *, mailing: str) -> dict[str, Any] | None:
    """Unpack the upload and draw chosen and extreme pieces of it."""
    row = _row(mailing)
    if row.state != Mailing.State.PROOFING:
        return {}
    vault = Vault(row.id)
    vault.shut()
    try:
        folder = vault.unseal()
        job_folder = _unpacked(folder)
        task.progress(0.2)
        made = proof(job_folder, folder / "proof", extremes=EXTREMES, sample=SAMPLE, png=True)
    except (PressError, Refused) as error:
        vault.shut()
        actions.failed(CLOCK, row, problem=str(error))
        return {"problem": str(error)}
    pictures = [picture for piece in made.pieces for picture in piece.pictures]
    # Names that tell nothing, in the order in which they are shown.
    for number, picture in enumerate(pictures, 1):
        picture.rename(folder / "proof" / f"picture-{number:02}.png")
    vault.seal(["proof"])
    with task.finishing({"pictures": len(pictures)}):
        actions.proofed(CLOCK, row, fingerprint=made.fingerprint, pictures=len(pictures))
    return None


@job(actions.PRINT)
def print_all(task: Task, *, mailing: str) -> dict[str, Any] | None:
    """Print into the vault; the customer's yes must be to this very job."""
    row = _row(mailing)
    if row.state != Mailing.State.PRINTING:
        return {}
    vault = Vault(row.id)
    folder = vault.unseal()
    job_folder = _unpacked(folder)
    try:
        approve_job(
            job_folder,
            folder / "proof",
            by=row.package.consortium.contract.customer,
            note="",
            at=row.approved,
        )
        result = run(
            job_folder,
            folder / "printed",
            require_approval=True,
            progress=lambda done, total: task.progress(0.95 * done / max(1, total)),
        )
    except UnfinishedError:
        raise  # the disk is full, say: the next attempt goes on from here
    except PressError as error:
        vault.shut()
        actions.failed(CLOCK, row, problem=str(error))
        return {"problem": str(error)}
    counts = result.counts
    vault.seal(["proof", "printed"])
    told = {
        "inputs": counts.inputs,
        "printed": counts.printed,
        "held": counts.held,
        "suppressed": counts.suppressed,
        "pages": result.pages,
    }
    with task.finishing(told):
        actions.printed(CLOCK, row, counts=told)
    return None


@job(actions.DESTROY)
def destroy_all(task: Task, *, mailing: str) -> dict[str, Any] | None:
    """Destroy the plain, the sealed and the key; keep the signed statement."""
    row = _row(mailing)
    if row.state != Mailing.State.DESTROYING:
        return {}
    vault = Vault(row.id)
    path = home() / "statements" / f"{row.id}.json"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    key = read_or_make_key(home() / "keys" / "press.pem")
    if row.upload_hash:
        folder = vault.unseal()
        destroy_job(
            _unpacked(folder),
            [folder / name for name in ("printed", "proof") if (folder / name).is_dir()],
            path,
            key=key,
            by=row.package.firm.name,
            at=timezone.now(),
            also=[folder / JOB],
        )
    vault.destroy()
    statement = _statement(path, key) if path.exists() else {"sha256": ""}
    with task.finishing():
        actions.destroyed(CLOCK, row, statement=statement)
    return None


@daily("mailing.leftovers", title=_("Clearing away uploads of mailings that broke off"))
def clear_uploads(task: Task) -> dict[str, int]:
    """Remove what broke off while it came in; it is sealed, and nobody will go on with it."""
    removed = 0
    for mailing in Mailing.objects.exclude(state=Mailing.State.DESTROYED):
        removed += Vault(mailing.id).clear(INCOMING, time.time() - DAY)
    return {"removed": removed}


def _row(mailing: str) -> Mailing:
    return Mailing.objects.select_related("package__consortium", "package__firm").get(id=mailing)


def _unpacked(folder: Path) -> Path:
    """The job's folder, unpacked from the upload; whole or not there."""
    target, part = folder / "job", folder / "job.part"
    if not target.is_dir():
        shutil.rmtree(part, ignore_errors=True)
        extract(folder / JOB, part)
        part.rename(target)
    return target


def _statement(path: Path, key: Any) -> dict[str, Any]:
    signature = path.with_name(path.name + ".sig")
    public = public_path(home() / "keys" / "press.pem")
    return {
        "statement": json.loads(path.read_text(encoding="utf-8")),
        "text": path.read_text(encoding="utf-8"),
        "signature": signature.read_text(encoding="ascii"),
        "public": public.read_text(encoding="ascii"),
        "key": key_id(key.public_key()),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
