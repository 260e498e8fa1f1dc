"""What became of a mailing: read from its folder alone, and proven from its register."""

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moyeora.press import register
from moyeora.press.faults import RULES, FolderError, Kind, Policy
from moyeora.press.folder import STAMP, read_stamp
from moyeora.press.regions import region_of
from moyeora.press.run import FAULTS, TIMING

SAMPLES = 6
_SAMPLE_DPI = 110
_SAMPLE_QUALITY = 84
_GROUPS = ("layout", "segment", "region")


@dataclass(frozen=True)
class FaultKind:
    """A kind of fault: what the job does with a record that has one, how many records have."""

    kind: Kind
    policy: str
    records: int

    @property
    def remedy(self) -> str:
        rule = RULES[self.kind]
        return f"nothing; the press {rule.fix}" if self.policy == Policy.FIX else rule.remedy


@dataclass(frozen=True)
class VolumeFigures:
    """A volume as it lies in the folder."""

    name: str
    pieces: int
    pages: int
    bytes: int


@dataclass(frozen=True)
class Sample:
    """A printed piece, to be looked at: its pages as JPEG files, trimmed."""

    piece: int
    layout: str
    region: str
    pages: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True)
class Report:
    """The figures of a mailing. ``inputs`` = ``printed`` + ``held`` + ``suppressed``; of them
    ``decoys`` are not of the list. ``held_for`` and ``suppressed_for`` count rows by reason;
    ``layouts``, ``segments`` and ``regions`` printed pieces, most first (a region by its Korean
    name, ``""`` where there is none), so that each adds up to ``printed``; empty where the job
    names no such column. ``seconds`` and ``workers`` are those of the last run, which
    printed ``timed`` pieces; None where it did not leave them. ``made`` is when the report was made
    (ISO 8601)."""

    title: str
    fingerprint: str
    made: str
    inputs: int
    printed: int
    held: int
    suppressed: int
    decoys: int
    held_for: Mapping[str, int]
    suppressed_for: Mapping[str, int]
    faults: tuple[FaultKind, ...]
    layouts: Mapping[str, int]
    segments: Mapping[str, int]
    regions: Mapping[str, int]
    volumes: tuple[VolumeFigures, ...]
    pages: int
    bytes: int
    seconds: float | None
    workers: int | None
    timed: int | None
    samples: tuple[Sample, ...] = ()

    @property
    def pieces_per_second(self) -> float | None:
        return self.timed / self.seconds if self.timed and self.seconds else None

    def figures(self) -> dict[str, Any]:
        """All but the pictures, as JSON holds it."""
        told = asdict(self)
        del told["samples"]
        told["faults"] = [
            {"kind": f.kind.value, "policy": f.policy, "records": f.records, "remedy": f.remedy}
            for f in self.faults
        ]
        return told | {"pieces_per_second": self.pieces_per_second}


def report(folder: Path, *, at: datetime, samples: int = SAMPLES) -> Report:
    """The report of what was printed into a folder, made ``at`` this time, with pictures of at
    most so many pieces.

    Raises FolderError if the folder holds no finished run, or if its register does not have each
    row exactly once and each printed piece on pages that the volumes have.
    """
    stamp = read_stamp(folder / STAMP)
    if stamp is None:
        raise FolderError(
            "holds no mailing that was printed to the end", place=str(folder),
            remedy="print it with `press run`",
        )  # fmt: skip
    tally = _Tally(folder)
    pages = {number: _count_pages(_volume(folder, number)) for number in tally.pieces}
    tally.check(pages)
    volumes = tuple(
        VolumeFigures(
            _volume(folder, number).name,
            len(tally.pieces[number]),
            pages[number],
            _volume(folder, number).stat().st_size,
        )
        for number in sorted(tally.pieces)
    )
    regions: Counter[str] = Counter()
    for digits, count in tally.groups["region"].items():
        regions[region_of(digits) or ""] += count
    timing = _read_timing(folder)
    return Report(
        title=stamp.title,
        fingerprint=stamp.fingerprint,
        made=at.isoformat(timespec="seconds"),
        inputs=tally.rows,
        printed=tally.statuses[register.PRINTED],
        held=tally.statuses[register.HELD],
        suppressed=tally.statuses[register.SUPPRESSED],
        decoys=tally.decoys,
        held_for=_most_first(tally.reasons[register.HELD]),
        suppressed_for=_most_first(tally.reasons[register.SUPPRESSED]),
        faults=_read_faults(folder),
        layouts=_most_first(tally.groups["layout"]),
        segments=_whole(tally.groups["segment"], tally.statuses[register.PRINTED]),
        regions=_whole(regions, tally.statuses[register.PRINTED]),
        volumes=volumes,
        pages=sum(volume.pages for volume in volumes),
        bytes=sum(volume.bytes for volume in volumes),
        seconds=timing.get("seconds"),
        workers=timing.get("workers"),
        timed=timing.get("pieces"),
        samples=tuple(_samples(folder, tally, pages, samples)),
    )


def as_json(made: Report) -> str:
    """The figures of a report."""
    return json.dumps(made.figures(), ensure_ascii=False, indent=1) + "\n"


def write(path: Path, text: str) -> None:
    """Write a report that its owner alone may read."""
    path.touch(0o600)
    path.chmod(0o600)
    path.write_text(text, "utf-8")


# --- the register ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """A printed piece that may be shown, and what it is the first of."""

    piece: int
    volume: int
    page: int
    layout: str
    region: str


class _Tally:
    """A register, added up batch by batch."""

    def __init__(self, folder: Path) -> None:
        import pyarrow.parquet as pq

        self.path = folder / register.NAME
        self.rows = self.decoys = 0
        self.statuses: Counter[str] = Counter()
        self.reasons: dict[str, Counter[str]] = {
            status: Counter() for status in (register.HELD, register.SUPPRESSED)
        }
        self.groups: dict[str, Counter[str]] = {name: Counter() for name in _GROUPS}
        self.firsts: dict[tuple[str, str], _Place] = {}
        self.pieces: dict[int, np.ndarray] = {}
        self._rows: list[np.ndarray] = []
        self._numbers: list[np.ndarray] = []
        columns = ["row", "status", "piece", "volume", "page", "reason", "decoy", *_GROUPS]
        try:
            with pq.ParquetFile(self.path) as file:
                for batch in file.iter_batches(columns=columns):
                    self._add(pa.Table.from_batches([batch]))
        except (OSError, pa.ArrowException) as error:
            raise FolderError("cannot be read", place=str(self.path)) from error

    def _add(self, rows: pa.Table) -> None:
        self.rows += rows.num_rows
        self.decoys += pc.sum(rows["decoy"]).as_py() or 0
        self._rows.append(rows["row"].to_numpy())
        self.statuses.update(_counted(rows["status"]))
        for status, reasons in self.reasons.items():
            reasons.update(_counted(rows.filter(pc.equal(rows["status"], status))["reason"]))
        printed = rows.filter(pc.equal(rows["status"], register.PRINTED))
        self._numbers.append(printed["piece"].to_numpy())
        for name, groups in self.groups.items():
            counts = _counted(printed[name])
            groups.update(counts)
            for value in counts:
                if (name, value) not in self.firsts:
                    at = pc.index(printed[name], value).as_py()
                    found = printed.slice(at, 1).to_pylist()[0]
                    self.firsts[name, value] = _Place(
                        found["piece"], found["volume"], found["page"],
                        found["layout"] or "", region_of(found["region"] or "") or "",
                    )  # fmt: skip
        volumes, pages = printed["volume"].to_numpy(), printed["page"].to_numpy()
        for number in np.unique(volumes).tolist():
            before = self.pieces.get(number, np.zeros(0, np.int32))
            self.pieces[number] = np.concatenate((before, pages[volumes == number]))

    def check(self, pages: Mapping[int, int]) -> None:
        """FolderError unless each row and each piece is there once, each with pages of its own."""
        rows = np.sort(np.concatenate([np.zeros(0, np.int64), *self._rows]))
        if not np.array_equal(rows, np.arange(1, len(rows) + 1)):
            raise self._damaged("does not name each row of the list exactly once")
        if self.statuses.total() != self.rows or set(self.statuses) - {
            register.PRINTED, register.HELD, register.SUPPRESSED,
        }:  # fmt: skip
            raise self._damaged("has rows that are neither printed, held nor suppressed")
        numbers = np.concatenate([np.zeros(0, np.int64), *self._numbers])
        if len(np.unique(numbers)) != self.statuses[register.PRINTED]:
            raise self._damaged("has a piece twice")
        for volume, firsts in self.pieces.items():
            firsts = np.sort(firsts)
            self.pieces[volume] = firsts
            if firsts[0] != 1 or (np.diff(firsts) < 1).any() or firsts[-1] > pages[volume]:
                raise self._damaged(f"has pieces that volume {volume} does not have")

    def _damaged(self, what: str) -> FolderError:
        return FolderError(what, place=str(self.path), remedy="print the mailing again")


def _counted(column: pa.ChunkedArray) -> dict[str, int]:
    pairs = pc.value_counts(column.drop_null()).to_pylist()
    return {pair["values"]: pair["counts"] for pair in pairs}


def _most_first(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _whole(counts: Counter[str], total: int) -> dict[str, int]:
    """With those that have no value, so that all add up to the total."""
    if counts and (missing := total - counts.total()):
        counts = counts + Counter({"": missing})
    return _most_first(counts)


# --- what lies beside it --------------------------------------------------------------------


def _volume(folder: Path, number: int) -> Path:
    path = folder / f"volume-{number:04}.pdf"
    if not path.is_file():
        raise FolderError(
            "is not there, but the register has pieces in it",
            place=str(path),
            remedy="print the mailing again; the same command makes the same bytes",
        )
    return path


def _count_pages(volume: Path) -> int:
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(volume) as pdf:
            return len(pdf)
    except pypdfium2.PdfiumError:
        raise FolderError("is no whole PDF", place=str(volume)) from None


def _read_faults(folder: Path) -> tuple[FaultKind, ...]:
    """Records by kind of fault, most first."""
    records: dict[tuple[str, str], set[tuple[str, str]]] = {}
    text = (folder / FAULTS).read_text("utf-8-sig")
    for fault in csv.DictReader(io.StringIO(text, newline="")):
        where = fault.get("file", ""), fault["row"]
        records.setdefault((fault["kind"], fault["policy"]), set()).add(where)
    found = [FaultKind(Kind(k), policy, len(rows)) for (k, policy), rows in records.items()]
    return tuple(sorted(found, key=lambda fault: (-fault.records, fault.kind)))


def _read_timing(folder: Path) -> dict[str, Any]:
    try:
        timing: dict[str, Any] = json.loads((folder / TIMING).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return timing


def _samples(folder: Path, tally: _Tally, pages: Mapping[int, int], most: int) -> Sequence[Sample]:
    """The first pieces of each layout, then by turns of the largest segments and regions."""
    names = {name: [(name, v) for v, _ in tally.groups[name].most_common()] for name in _GROUPS}
    regions = {region_of(digits): (name, digits) for name, digits in reversed(names["region"])}
    by_turns = zip_longest(names["segment"], reversed(regions.values()))
    chosen: dict[int, _Place] = {}
    for key in (*names["layout"], *(key for turn in by_turns for key in turn if key)):
        place = tally.firsts[key]
        if len(chosen) < most:
            chosen.setdefault(place.piece, place)
    made = []
    for place in sorted(chosen.values(), key=lambda place: place.piece):
        firsts = tally.pieces[place.volume]
        after = firsts[firsts > place.page]
        end = int(after[0]) if len(after) else pages[place.volume] + 1
        drawn = _draw(_volume(folder, place.volume), range(place.page - 1, end - 1))
        made.append(Sample(place.piece, place.layout, place.region, tuple(drawn)))
    return made


def _draw(volume: Path, numbers: Sequence[int]) -> Sequence[bytes]:
    """Pages of a volume (from 0) as they will be trimmed, as JPEG files."""
    import pypdfium2

    drawn = []
    with pypdfium2.PdfDocument(volume) as pdf:
        for number in numbers:
            page = pdf[number]
            width, height = page.get_size()
            left, bottom, right, top = page.get_trimbox()
            image = page.render(
                scale=_SAMPLE_DPI / 72, crop=(left, bottom, width - right, height - top)
            ).to_pil()
            data = io.BytesIO()
            image.convert("RGB").save(data, "jpeg", quality=_SAMPLE_QUALITY, optimize=True)
            drawn.append(data.getvalue())
    return drawn
