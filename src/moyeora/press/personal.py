"""Where a job's personal data lie: its list, what was printed and proved of it, what is named."""

import json
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from moyeora.press.faults import FolderError
from moyeora.press.folder import STAMP
from moyeora.press.outputs import PROOF_STAMP, is_output
from moyeora.press.run import TIMING

_WHAT = (
    ("volume-", "volume"),
    ("pieces.parquet", "register"),
    ("faults", "faults"),
    ("report", "report"),
    ("reprint", "reprint"),
    ("proof", "proof"),
    (STAMP, "stamp"),
    (TIMING, "stamp"),
)
_TABLES = {".csv", ".tsv", ".xlsx", ".xls", ".parquet", ".arrow", ".bak", ".orig"}


@dataclass(frozen=True)
class Scope:
    """What is to be destroyed of a job: its ``lists`` (what each is, by path), all in the folders
    that the press ``made``, and the files and folders ``named``; but not what is to be ``kept``.
    All paths are absolute. ``outside`` are lists that do not lie in the job's folder and were not
    named; ``suspects`` are other files and folders that look personal."""

    title: str
    base: Path
    lists: Mapping[Path, str]
    made: tuple[Path, ...]
    named: tuple[Path, ...]
    kept: tuple[Path, ...]
    outside: tuple[Path, ...] = ()
    suspects: tuple[Path, ...] = ()

    def files(self) -> dict[Path, str]:
        """The files that are there now, and what each is."""
        found = {path: what for path, what in self.lists.items() if is_there(path)}
        for root in self.made:
            found |= {path: _what(path) for path in _files(root)}
        for root in self.named:
            found |= {path: found.get(path, "named") for path in _files(root)}
        return {path: what for path, what in found.items() if path not in self.kept}

    def folders(self) -> list[Path]:
        """The folders to be removed once they are empty, the innermost first."""
        found = {folder for root in (*self.made, *self.named) for folder in _folders(root)}
        return sorted(found, key=lambda path: (-len(path.parts), path))


def find(
    job_path: Path,
    folders: Sequence[Path] = (),
    *,
    also: Sequence[Path] = (),
    keep: Sequence[Path] = (),
) -> Scope:
    """What :func:`destroy` would destroy: the job's list and tables where they lie in its folder,
    all in the ``folders`` (runs and proofs of it; those in the job's folder are found), and the
    files and folders ``also``; but not the files to ``keep``.

    Raises FolderError for folders that the press did not make, and for what is not there.
    """
    absent = [path for path in (*folders, *also, *keep) if not is_there(path)]
    if absent:
        raise FolderError("is not there", place=", ".join(map(str, absent)))
    strange = [path for path in folders if not (path.is_dir() and is_output(path))]
    if strange:
        raise FolderError(
            "is no folder that the press made of a job",
            place=", ".join(map(str, strange)),
            remedy="name files and folders of your own after --also",
        )
    job = (job_path if job_path.is_dir() else job_path.parent).resolve()
    title, lists = _read_lists(job)
    inner = [path for path in sorted(job.iterdir()) if path.is_dir() and is_output(path)]
    made = tuple(dict.fromkeys([*(path.resolve() for path in folders), *inner]))
    # Of a link that is named, both the link and what it leads to.
    named = tuple(dict.fromkeys(each for path in also for each in (path.resolve(), _lies(path))))
    kept = tuple(map(_lies, keep))
    scope = Scope(
        title=title,
        base=Path(os.path.commonpath([job.parent, *(root.parent for root in (*made, *named))])),
        lists={path: what for path, what in lists.items() if path.is_relative_to(job)},
        made=made,
        named=named,
        kept=kept,
    )
    known = {*scope.files(), *scope.folders(), *kept}
    # Of a list that is a link, the link is destroyed and what it leads to is not.
    far = [path.resolve() if path.is_symlink() else path for path in lists]
    outside = tuple(path for path in far if is_there(path) and path not in known)
    suspects = tuple(path for path in _suspects(job, title) if path not in known)
    return replace(scope, outside=outside, suspects=suspects)


def is_there(path: Path) -> bool:
    return os.path.lexists(path)


def _lies(path: Path) -> Path:
    """Where a file or a link lies, whichever way it was named."""
    plain = Path(os.path.abspath(path))  # noqa: PTH100
    return plain.parent.resolve() / plain.name


def _what(path: Path) -> str:
    return next((what for begins, what in _WHAT if path.name.startswith(begins)), "work")


def _files(root: Path) -> Iterator[Path]:
    """The files below a folder, or the file itself; links are not followed."""
    if root.is_dir() and not root.is_symlink():
        for path in sorted(root.iterdir()):
            yield from _files(path)
    elif is_there(root):
        yield root


def _folders(root: Path) -> Iterator[Path]:
    if root.is_dir() and not root.is_symlink():
        yield root
        for path in sorted(root.iterdir()):
            yield from _folders(path)


def _read_lists(job: Path) -> tuple[str, dict[Path, str]]:
    """A job's title and its lists, of which some may be gone: no more of the job is read, so that
    it can be destroyed when it can no longer be printed."""
    file = job / "mailing.toml"
    try:
        told = tomllib.loads(file.read_text("utf-8-sig"))
        customers = told["customers"]
        tables: Mapping[str, str] = customers.get("tables", {})
        names = [(customers["from"], "list"), *((name, "table") for name in tables.values())]
        if "decoys" in customers:
            names.append((customers["decoys"], "decoys"))
        lists = {_lies(job / name): what for name, what in names}
        title = str(told["title"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise FolderError("is no job that can be read", place=str(file)) from None
    # A query is not personal; its tables are.
    return title, {path: what for path, what in lists.items() if path.suffix.lower() != ".sql"}


def _suspects(job: Path, title: str) -> Iterator[Path]:
    """Tables in a job's folder, and what was made of it beside the folder."""
    for path in sorted(job.rglob("*")):
        if path.suffix.lower() in _TABLES and path.is_file():
            yield path
    for path in sorted(job.parent.iterdir()):
        if path.is_dir() and path != job and _titles(path) == {title}:
            yield path


def _titles(folder: Path) -> set[str]:
    return {str(stamp.get("title")) for stamp in stamps_of(folder)}


def stamps_of(folder: Path) -> list[dict[str, Any]]:
    found = []
    for name in (STAMP, PROOF_STAMP):
        with suppress(OSError, ValueError):
            found.append(json.loads((folder / name).read_text("utf-8")))
    return found
