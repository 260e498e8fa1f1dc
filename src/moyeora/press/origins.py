"""What a job's print is made of, piece by piece, so that a change can be named.

The fingerprint says whether two jobs print the same; this says in what they differ.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from moyeora import __version__
from moyeora.press.job import Job
from moyeora.press.outputs import is_output
from moyeora.press.prepare import Prepared

# What a design or a part can read. The list itself is told by its frozen records.
_ARTWORK = {".typ", ".ttf", ".otf", ".ttc", ".otc", ".png", ".jpg", ".jpeg", ".svg", ".pdf",
            ".gif", ".webp"}  # fmt: skip
RECORDS = "records"


def origins(ready: Prepared) -> dict[str, str]:
    """What goes into a job, by name, with a hash or a version of each: the keys of
    ``mailing.toml``, the files of its folder, the records as the rules leave them, the programs.
    No value has customers' data in it."""
    job = ready.job
    made = {f"mailing.toml: {key}": _hash(value.encode()) for key, value in _keys(job, job, "")}
    for path in sorted(_files(job.folder)):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        made[path.relative_to(job.folder).as_posix()] = digest[:16]
    made[RECORDS] = f"{ready.frozen.inputs} {ready.frozen.rows} {ready.frozen.digest[:16]}"
    made["moyeora"], made["typst"] = __version__, version("typst")
    return made


def changes(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What differs, each in a few words."""
    told = []
    for name in sorted({*then, *now}, key=lambda name: (name != RECORDS, name)):
        before, after = then.get(name), now.get(name)
        if before == after:
            continue
        if name == RECORDS and before and after:
            told.append(_records(before, after))
        elif before is None:
            told.append(f"{name} is new")
        elif after is None:
            told.append(f"{name} is gone")
        elif name in {"moyeora", "typst"}:
            told.append(f"{name} {before} is now {after}")
        else:
            told.append(f"{name} has changed")
    return told


def _records(before: str, after: str) -> str:
    (inputs, rows, _), (inputs_now, rows_now, _) = before.split(), after.split()
    if (inputs, rows) == (inputs_now, rows_now):
        return "the list, or what the rules make of it, has changed (as many rows as before)"
    return (
        f"the list has {int(inputs_now):,} rows and {int(rows_now):,} records to print, "
        f"not {int(inputs):,} and {int(rows):,}"
    )


def _keys(job: Job, value: Any, key: str) -> Iterator[tuple[str, str]]:
    """The keys of a job and what they say, whatever folder it lies in."""
    if is_dataclass(value):
        for each in fields(value):
            if each.name != "folder" or value is not job:
                name = "from" if key == "customers" and each.name == "source" else each.name
                yield from _keys(job, getattr(value, each.name), f"{key}.{name}".strip("."))
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _keys(job, inner, f"{key}.{name}")
    elif isinstance(value, Path):
        inside = value.is_relative_to(job.folder)
        yield key, value.relative_to(job.folder).as_posix() if inside else value.name
    elif value is not None:
        yield key, repr(value)


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir() and not path.name.startswith(".") and not is_output(path):
            yield from _files(path)
        elif path.suffix.lower() in _ARTWORK and path.is_file():
            yield path


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
