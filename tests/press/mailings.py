"""Small jobs to print, what came out of them, and pictures of it by other programs."""

import csv
import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pikepdf
import pyarrow.parquet as pq
import pymupdf
import pypdfium2

from moyeora.press.run import Result, run

EXAMPLES = Path(__file__).parents[2] / "examples"

SHEET = (
    '#import "@local/moyeora:0.1.0": part, sheet\n#show: sheet\n#set text(font: '
    '"Pretendard", size: 9pt)\n'
)


@dataclass(frozen=True)
class Printed:
    """A finished run, with its register and faults as they lie in its folder."""

    result: Result

    @property
    def folder(self) -> Path:
        return self.result.folder

    @property
    def register(self) -> list[dict[str, Any]]:
        return pq.read_table(self.folder / "pieces.parquet").to_pylist()

    @property
    def faults(self) -> list[dict[str, str]]:
        with (self.folder / "faults.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def status(self) -> dict[int, tuple[str, str | None]]:
        """What became of each input row: (status, reason)."""
        return {row["row"]: (row["status"], row["reason"]) for row in self.register}

    def pages(self) -> list[pymupdf.Page]:
        return [page for path in self.result.volumes for page in pymupdf.open(path)]

    def texts(self) -> list[str]:
        """The text of each page."""
        return [page.get_text() for page in self.pages()]


@dataclass(frozen=True)
class Mailing:
    """A job's folder."""

    folder: Path

    def print(self, out: Path | str = "out", *, workers: int = 1, **more: Any) -> Printed:
        return Printed(run(self.folder, self.folder.parent / out, workers=workers, **more))


def toml(tables: Mapping[str, Any], inside: str = "") -> Iterable[str]:
    """The lines of a TOML file; JSON's texts, lists, numbers and truths are TOML too."""
    for key, value in tables.items():
        if not isinstance(value, Mapping):
            yield f"{json.dumps(key, ensure_ascii=False)} = {json.dumps(value, ensure_ascii=False)}"
    for key, value in tables.items():
        if isinstance(value, Mapping):
            name = f"{inside}.{json.dumps(key, ensure_ascii=False)}".strip(".")
            yield f"[{name}]"
            yield from toml(value, name)


def write_csv(path: Path, records: Iterable[Mapping[str, str]]) -> Path:
    records = list(records)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(records[0]))
        table.writeheader()
        table.writerows(records)
    return path


def write_job(
    folder: Path,
    font_folder: Path,
    /,
    design: str | Mapping[str, str],
    parts: Mapping[str, Mapping[str, Any]],
    customers: Iterable[Mapping[str, str]] | str | bytes = ({"id": "1"},),
    *,
    page: tuple[float, float, float] = (100, 60, 0),
    files: Mapping[str, bytes | str] = {},
    **tables: Any,
) -> Mailing:
    """A job's folder: the design of each layout, parts, customers (records, or a CSV file's text
    or bytes), page (width, height, bleed in mm), other files, and further tables of the job, with
    ``source`` for that of the customers."""
    folder.mkdir()
    designs = {"card": design} if isinstance(design, str) else design
    for layout, body in designs.items():
        (folder / f"{layout}.typ").write_text(SHEET + body, "utf-8")
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    source = folder / "customers.csv"
    if isinstance(customers, bytes | str):
        source.write_bytes(customers if isinstance(customers, bytes) else customers.encode())
    else:
        write_csv(source, customers)
    job = {
        "title": "시험",
        "page": dict(zip(("width_mm", "height_mm", "bleed_mm"), page, strict=True)),
        "customers": {"from": "customers.csv", "id": "id"} | tables.pop("source", {}),
        "layouts": {layout: f"{layout}.typ" for layout in designs},
        "parts": parts,
        "fonts": {"folder": str(font_folder)} | tables.pop("fonts", {}),
    }
    (folder / "mailing.toml").write_text("\n".join(toml(job | tables)) + "\n", "utf-8")
    return Mailing(folder)


def called(*command: str | Path) -> str:
    """The output of a program that must end well."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def drawn(pdf: Path | BinaryIO, dpi: int = 150, pages: slice = slice(None)) -> list[np.ndarray]:
    """The pages of a PDF as PDFium draws them, (height, width, 3) bytes."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [
            np.array(document[n].render(scale=dpi / 72, rev_byteorder=True).to_pil().convert("RGB"))
            for n in range(len(document))[pages]
        ]
    finally:
        document.close()


def apart(a: np.ndarray, b: np.ndarray, *, pixels: int = 1, shade: int = 64) -> int:
    """How many pixels of each picture have no like within ``pixels`` of them in the other.

    Like is what lies between the darkest and the lightest there, give or take a ``shade``.
    """
    assert a.shape == b.shape
    return _strangers(a, b, pixels, shade) + _strangers(b, a, pixels, shade)


def _strangers(a: np.ndarray, b: np.ndarray, pixels: int, shade: int) -> int:
    padded = np.pad(b.astype(np.int16), [(pixels, pixels), (pixels, pixels), (0, 0)], "edge")
    steps = range(2 * pixels + 1)
    near = [padded[y : y + b.shape[0], x : x + b.shape[1]] for y in steps for x in steps]
    least, most = np.minimum.reduce(near) - shade, np.maximum.reduce(near) + shade
    return int(np.any((a < least) | (a > most), axis=2).sum())


def ink(picture: np.ndarray) -> int:
    """How many pixels are not paper."""
    return int((picture.min(axis=2) < 128).sum())


def without_slugs(proof: Path) -> Path:
    """A proof without the strips below its pages."""
    bare = proof.with_name("bare.pdf")
    with pikepdf.open(proof) as pdf:
        for page in pdf.pages:
            left, _, right, top = page.mediabox
            page.mediabox = pikepdf.Array([left, 0, right, top])
        pdf.save(bare)
    return bare


def without_space(text: str) -> str:
    return "".join(text.split())
