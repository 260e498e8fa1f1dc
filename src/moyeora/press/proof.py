"""A few records as they will be printed, as a PDF and as pictures."""

import contextlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from moyeora.press.compose import Composer
from moyeora.press.faults import Fault, PressError
from moyeora.press.job_file import read_job
from moyeora.press.prepare import prepare
from moyeora.press.records.frozen import read
from moyeora.press.volume import Volume

PROOF_DPI = 150


@dataclass(frozen=True)
class Proof:
    """The proof of some records: one PDF with the pieces in the order asked for, a picture of
    each page if asked for, and the faults of these records."""

    pdf: Path
    pictures: tuple[Path, ...]
    faults: tuple[Fault, ...]
    held: tuple[str, ...]


def proof(job_path: Path, out: Path, ids: Sequence[str], *, png: bool = False) -> Proof:
    """Print the records with these ids into ``out/proof.pdf``, byte for byte as in the volumes
    but for object numbers. A record that would be held is not in the proof; ``held`` names it.

    Raises PressError for ids that no record has, and what a run raises.
    """
    job = read_job(job_path)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    work = out / "proof-work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    try:
        ready = prepare(job, work)
        found = _find(ready.frozen.path, job.customers.id, ids)
        composer = Composer(ready.forme)
        volume = Volume(out / "proof.pdf", composer, 0)
        faults: list[Fault] = []
        held: list[str] = []
        names: list[str] = []
        for name in ids:
            record = read(ready.frozen.path, found[name], found[name] + 1)
            contents = composer.compose(record, found[name] + 1)
            before = volume.pages
            volume.add(contents)
            faults += contents.faults
            if contents.held[0]:
                held.append(name)
            piece = found[name] + 1
            names += [f"proof-{piece}-{page}.png" for page in range(1, volume.pages - before + 1)]
        volume.use(composer.take_used())
        volume.finish()
    finally:
        shutil.rmtree(work, ignore_errors=True)
    pictures = tuple(draw_pages(out / "proof.pdf", [out / name for name in names])) if png else ()
    return Proof(out / "proof.pdf", pictures, tuple(faults), tuple(held))


def draw_pages(pdf: Path, pictures: Sequence[Path], dpi: int = PROOF_DPI) -> Sequence[Path]:
    """Draw the pages of a PDF, one file each."""
    import pypdfium2

    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        for page, path in zip(document, pictures, strict=True):
            page.render(scale=dpi / 72).to_pil().save(path, dpi=(dpi, dpi))
    return pictures


def _find(records: Path, id_column: str, ids: Sequence[str]) -> dict[str, int]:
    """The place in the frozen table of the first record with each id."""
    found: dict[str, int] = {}
    wanted = pa.array(list(dict.fromkeys(ids)), pa.string())
    with pa.OSFile(str(records)) as file:
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
    return found
