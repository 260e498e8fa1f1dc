"""What a job will cost, told before it is printed: from its whole list and a trial of its head."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from moyeora.press.compose import Composer
from moyeora.press.folder import scratch
from moyeora.press.job import BlockPart, CodePart, ParagraphPart, Part, PicturePart
from moyeora.press.job_file import read_job
from moyeora.press.prepare import Prepared, prepare
from moyeora.press.records.frozen import BATCH_ROWS, read
from moyeora.press.survey import PIECE
from moyeora.press.volume import Volume


@dataclass(frozen=True)
class PartPlan:
    """One part: what it draws, how many different values its columns have in the whole list,
    its bytes a piece and core seconds for the list (from the trial), and why."""

    name: str
    kind: str
    distinct: Mapping[str, int]
    bytes_a_piece: float
    seconds: float
    why: str


@dataclass(frozen=True)
class Plan:
    """A job before it is printed. ``trial`` pieces were composed to tell bytes and seconds;
    ``seconds`` are of one core for the whole list, the preparation apart."""

    title: str
    inputs: int
    records: int
    suppressed: int
    unreadable: int
    layouts: Mapping[str, int]
    parts: tuple[PartPlan, ...]
    shared_bytes: int
    bytes_a_piece: float
    preparation_seconds: float
    seconds: float
    trial: int
    notes: tuple[str, ...]


def plan(job_path: Path) -> Plan:
    """Prepare a job in a private folder inside its own, which is removed, and compose its first
    pieces."""
    job = read_job(job_path)
    with scratch(job.folder) as folder:
        began = time.perf_counter()
        ready = prepare(job, folder)
        preparation = time.perf_counter() - began
        frozen = ready.frozen
        trial = min(frozen.rows, BATCH_ROWS)
        composer = Composer(ready.forme)
        volume = Volume(folder / "trial.pdf", composer, 1)
        shared = volume.size
        records = read(frozen.path, 0, trial)
        composer.compose(records, 1)  # a first time, to shape the words that most pieces share
        began = time.perf_counter()
        volume.add(composer.compose(records, 1))
        seconds = time.perf_counter() - began
        bytes_a_piece = (volume.size - shared) / trial if trial else 0.0
        volume.use(composer.take_used())
        volume.finish()
        scale = frozen.rows / trial if trial else 0.0
        distinct, layouts = _distinct(ready)
        costs = composer.cost_of_parts(records)
    used = {name: sorted(ready.forme.words.columns_of(name) - {PIECE}) for name in job.parts}
    return Plan(
        job.title, frozen.inputs, frozen.rows, frozen.suppressed.num_rows,
        frozen.unreadable.num_rows, layouts,
        tuple(
            PartPlan(
                name, _kind(part), {c: distinct[c] for c in used[name]},
                costs[name][0] / trial if trial else 0.0, costs[name][1] * scale,
                _why(part, len(ready.forme.survey.keys.get(name, ()))),
            )
            for name, part in job.parts.items()
        ),
        shared, bytes_a_piece, preparation, seconds * scale, trial, frozen.notes,
    )  # fmt: skip


def _distinct(ready: Prepared) -> tuple[dict[str, int], dict[str, int]]:
    """Distinct values of each column that a part reads, and records by layout."""
    columns = sorted(ready.forme.words.columns() - {PIECE})
    seen: dict[str, set[int]] = {name: set() for name in columns}
    layouts: dict[str, int] = {}
    with pa.OSFile(str(ready.frozen.path)) as file:
        reader = pa.ipc.open_file(file)
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            for name in columns:
                seen[name].update(map(hash, batch[name].unique().to_pylist()))
            for pair in batch["layout"].value_counts().to_pylist():
                key = str(pair["values"])
                layouts[key] = layouts.get(key, 0) + pair["counts"]
    return {name: len(values) for name, values in seen.items()}, layouts


def _kind(part: Part) -> str:
    if isinstance(part, CodePart):
        return {"qr": "QR", "code128": "Code 128"}[part.symbology]
    return type(part).__name__.removesuffix("Part").lower()


def _why(part: Part, kept: int) -> str:
    if isinstance(part, PicturePart):
        return f"{kept} pictures stored once a volume"
    if isinstance(part, BlockPart):
        return f"{kept} blocks compiled together by Typst"
    if isinstance(part, CodePart):
        return "a symbol of its own for each record"
    if isinstance(part, ParagraphPart):
        return "each distinct word is set once; broken into lines for each record"
    return "each distinct word is set once"
