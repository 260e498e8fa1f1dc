"""Where an uploaded table lies between its upload and its end: one file, readable by us alone."""

import json
import os
import time
from collections.abc import Collection
from pathlib import Path
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.home import home
from moyeora.network.members.imports.reading import Table
from moyeora.network.members.models import Upload

DAY: Final = 86_400


def folder() -> Path:
    """The folder of uploads, mode 0700."""
    path = home() / "uploads"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def keep(upload: Upload, table: Table) -> None:
    """Write the rows as JSON lines, mode 0600; the file that was sent is not kept."""
    descriptor = os.open(_path(upload), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        for row in table.rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def rows(upload: Upload) -> list[tuple[int, list[str]]]:
    """The rows as they were read: number and cells. Refused when they are no longer here."""
    try:
        with _path(upload).open(encoding="utf-8") as file:
            return [tuple(json.loads(line)) for line in file]
    except FileNotFoundError:
        raise Refused(
            Fault("", _("The rows of this table are no longer here."), _("Send the file again."))
        ) from None


def drop(upload: Upload) -> None:
    """Remove the rows."""
    _path(upload).unlink(missing_ok=True)


def clear(waiting: Collection[UUID]) -> int:
    """Remove what lies in the folder for none of these uploads; returns how many files.

    A file is there a moment before its upload's row, so what is younger than a day stays.
    """
    removed = 0
    for path in folder().iterdir():
        kept = path.suffix == ".jsonl" and path.stem in {str(one) for one in waiting}
        if not kept and path.stat().st_mtime < time.time() - DAY:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _path(upload: Upload) -> Path:
    return folder() / f"{upload.id}.jsonl"
