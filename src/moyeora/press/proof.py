"""A few records as they will be printed, as a PDF and as pictures, each with why it is shown."""

import contextlib
import hashlib
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from moyeora.press.compose import Composer
from moyeora.press.extremes import Extremes, Reason, Why, find_extremes, ordered
from moyeora.press.faults import Fault, PressError
from moyeora.press.job_file import read_job
from moyeora.press.origins import origins
from moyeora.press.outputs import PROOF_STAMP, proof_work
from moyeora.press.prepare import Prepared, prepare
from moyeora.press.records.frozen import read
from moyeora.press.slug import Caption, add_slugs
from moyeora.press.volume import Volume

PDF = "proof.pdf"
PROOF_DPI = 150


@dataclass(frozen=True)
class ProofPiece:
    """A piece of a proof: the record's id, the piece's number, its pages as pictures (if they were
    asked for), and why it is shown."""

    id: str
    piece: int
    pages: int
    pictures: tuple[Path, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Proof:
    """The proof of some records: one PDF with the pieces in order, a picture of each page if asked
    for, and the faults of these records. ``held`` are the ids of chosen records that would be held
    and so are not in the proof, ``left_out`` is how many extremes a higher limit would show."""

    pdf: Path
    pictures: tuple[Path, ...]
    faults: tuple[Fault, ...]
    held: tuple[str, ...]
    pieces: tuple[ProofPiece, ...]
    left_out: int
    fingerprint: str


def proof(
    job_path: Path,
    out: Path,
    ids: Sequence[str] = (),
    *,
    extremes: int = 0,
    sample: int = 0,
    seed: int = 0,
    png: bool = False,
    lang: str = "ko",
) -> Proof:
    """Print the records with these ids, at most ``extremes`` that try the design the hardest, and
    a random ``sample`` into ``out/proof.pdf``, with a strip below each page that says in ``lang``
    (``"ko"`` or ``"en"``) why it is shown. The pieces are, byte for byte, as in the volumes but for
    object numbers. ``out/proof.json`` says of which job, by its fingerprint, they are.

    Raises PressError for ids that no record has, and what a run raises.
    """
    if extremes < 0 or sample < 0:
        raise PressError("a proof's extremes and sample are whole numbers from 0")
    job = read_job(job_path)
    with proof_work(out) as work:
        ready = prepare(job, work)
        wanted = {row: [Reason(Why.CHOSEN)] for row in _find(ready, ids)}
        # A composer of its own: the proof holds the pictures of its pieces alone.
        surveyor = Composer(ready.forme)
        found = Extremes({}, 0)
        if extremes:
            found = find_extremes(surveyor, ready.frozen.path, ready.frozen.rows, extremes)
        for row, reasons in found.rows.items():
            wanted.setdefault(row, []).extend(reasons)
        for row in _drawn_by_lot(surveyor, ready, sample, seed):
            wanted.setdefault(row, []).append(Reason(Why.RANDOM, value=seed))
        _forget_earlier(out)
        pieces, faults, held = _print(ready, wanted, out, png=png)
        captions = [
            Caption(piece.piece, piece.id, side, piece.pages, piece.reasons)
            for piece in pieces
            for side in range(1, piece.pages + 1)
        ]
        fingerprint = ready.forme.fingerprint
        told = f"{job.title} · {fingerprint[:16]}"
        add_slugs(out / PDF, captions, told, job.fonts.folder, lang)
        _write_stamp(out, ready, pieces)
    pictures = tuple(picture for piece in pieces for picture in piece.pictures)
    draw_pages(out / PDF, pictures)
    return Proof(
        out / PDF, pictures, tuple(faults), tuple(held), tuple(pieces), found.left_out, fingerprint
    )


def draw_pages(pdf: Path, pictures: Sequence[Path], dpi: int = PROOF_DPI) -> None:
    """Draw the pages of a PDF, one file each; nothing if there are no pictures."""
    import pypdfium2

    if pictures:
        with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
            for page, path in zip(document, pictures, strict=True):
                page.render(scale=dpi / 72).to_pil().save(path, dpi=(dpi, dpi))


def _print(
    ready: Prepared, wanted: Mapping[int, Sequence[Reason]], out: Path, *, png: bool
) -> tuple[list[ProofPiece], list[Fault], list[str]]:
    """Print rows of the frozen table; returns the pieces, the faults, and the ids of what is
    held."""
    composer = Composer(ready.forme)
    volume = Volume(out / PDF, composer, 0)
    pieces: list[ProofPiece] = []
    faults: list[Fault] = []
    held: list[str] = []
    for row, reasons in wanted.items():
        record = read(ready.frozen.path, row, row + 1)
        contents = composer.compose(record, row + 1)
        before = volume.pages
        volume.add(contents)
        faults += contents.faults
        name = record[ready.job.customers.id][0].as_py() or ""
        if contents.held[0]:
            held.append(name)
            continue
        pages = volume.pages - before
        names = [f"proof-{row + 1}-{page}.png" for page in range(1, pages + 1)] if png else []
        pictures = tuple(out / name for name in names)
        pieces.append(ProofPiece(name, row + 1, pages, pictures, ordered(reasons)))
    volume.use(composer.take_used())
    volume.finish()
    return pieces, faults, held


def _drawn_by_lot(surveyor: Composer, ready: Prepared, sample: int, seed: int) -> Iterator[int]:
    """Rows of the frozen table that will be printed, drawn by lot; fewer than asked for where
    next to none will be."""
    rows = ready.frozen.rows
    tries = random.Random(seed).sample(range(rows), min(rows, 200 + 20 * sample))
    for row in tries:
        if sample <= 0:
            return
        held, _ = surveyor.judge(read(ready.frozen.path, row, row + 1), row + 1)
        if not held[0]:
            sample -= 1
            yield row


def _forget_earlier(out: Path) -> None:
    """Remove an earlier proof, of which pictures would stay that no longer belong to it."""
    for path in [out / PROOF_STAMP, *out.glob("proof-*-*.png")]:
        path.unlink(missing_ok=True)


def _write_stamp(out: Path, ready: Prepared, pieces: Sequence[ProofPiece]) -> None:
    stamp = {
        "title": ready.job.title,
        "fingerprint": ready.forme.fingerprint,
        "pdf": hashlib.sha256((out / PDF).read_bytes()).hexdigest(),
        "pieces": [piece.piece for piece in pieces],
        "origins": origins(ready),
    }
    (out / PROOF_STAMP).write_text(json.dumps(stamp, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _find(ready: Prepared, ids: Sequence[str]) -> list[int]:
    """The places in the frozen table of the first records with these ids."""
    id_column = ready.job.customers.id
    found: dict[str, int] = {}
    wanted = pa.array(list(dict.fromkeys(ids)), pa.string())
    with pa.OSFile(str(ready.frozen.path)) as file:
        reader = pa.ipc.open_file(file)
        first = 0
        for number in range(reader.num_record_batches):
            values = reader.get_batch(number)[id_column]
            at = pc.index_in(values, value_set=wanted).is_valid().to_numpy(zero_copy_only=False)
            for place in at.nonzero()[0].tolist():
                found.setdefault(values[place].as_py(), first + place)
            first += len(values)
    missing = [name for name in ids if name not in found]
    if missing:
        raise PressError(
            f"no record has the {id_column} {', '.join(map(repr, missing))}",
            remedy="suppressed records have no piece either; see the job's [customers.suppress]",
        )
    return [found[name] for name in ids]
