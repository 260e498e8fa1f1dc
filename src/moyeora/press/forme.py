"""Everything that is the same for all pieces, locked up once: a forme, as printers call it.

Compiled pages, subset fonts, stored pictures and blocks, each as PDF objects with their numbers.
A forme goes to every worker; it holds none of the customers' data but the distinct values of
pictures and blocks.
"""

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from moyeora import __version__
from moyeora.press.artwork import (
    POINTS_PER_MM,
    UNIT,
    Hole,
    PageArt,
    Typst,
    compile_blocks,
)  # fmt: skip
from moyeora.press.drawing import BLACK
from moyeora.press.faults import JobError, PressError
from moyeora.press.fonts import EM, Face, Font, in_family, load_faces, named
from moyeora.press.images import block_values
from moyeora.press.job import BlockPart, Job, PicturePart
from moyeora.press.pdf import Shared, numbers
from moyeora.press.pictures import RASTER, VECTOR, Assets, Picture, store
from moyeora.press.survey import Survey, Words
from moyeora.press.words import Look

BLOCK_LIMIT = 20_000  # blocks of one part: 1.7 s and 844 MB of Typst's time and memory

Size = tuple[int, int]
Stored = Mapping[str, Picture | PressError]


@dataclass(frozen=True)
class PageForme:
    """A page of a layout: its strata's object numbers, the groups of holes between them, its
    boxes and static resources as PDF text (the XObject dictionary apart, it grows)."""

    strata: tuple[int, ...]
    groups: tuple[tuple[Hole, ...], ...]
    boxes: bytes
    resources: bytes
    xobjects: bytes


@dataclass(frozen=True)
class Forme:
    """A job ready to be printed. ``bodies`` are the objects of every volume, from number 1;
    ``count`` numbers are taken in all, the rest by pictures in the file ``assets``."""

    job: Job
    words: Words
    survey: Survey
    layouts: Mapping[str, tuple[PageForme, ...]]
    fonts: tuple[Font, ...]
    looks: Mapping[tuple[str, str], Mapping[str, Look]]
    stored: Mapping[str, Stored]
    bodies: tuple[bytes, ...]
    count: int
    assets: Path
    fingerprint: str

    def looks_of(self, layout: str, hole: Hole) -> Mapping[str, Look]:
        """The looks of a hole's styles."""
        return self.looks[layout, _hole_key(hole)]


def lock_up(
    job: Job, words: Words, survey: Survey, compiler: Typst,
    layouts: Mapping[str, tuple[PageArt, ...]], folder: Path, digest: str,
) -> Forme:  # fmt: skip
    """Make a job's forme; pictures are written to ``folder/assets``.

    Raises JobError with all that is missing: fonts, fallback families, too many blocks.
    """
    problems: list[PressError] = []
    faces = load_faces(job.fonts.folder)
    chosen: list[Face] = []
    stacks: set[tuple[int, ...]] = set()

    def number_of(face: Face) -> int:
        if face not in chosen:
            chosen.append(face)
        return chosen.index(face)

    looks: dict[tuple[str, str], dict[str, Look]] = {}
    for layout, hole in _holes(layouts):
        made: dict[str, Look] = {}
        for style, specimen in hole.looks.items():
            try:
                face = named(faces, specimen.font)
                stack = [face, *(in_family(faces, f, face) for f in job.fonts.fallback)]
            except PressError as problem:
                problems.append(problem)
                continue
            numbers_of_stack = tuple(dict.fromkeys(number_of(f) for f in stack))
            tracking = round(specimen.tracking * EM) - _kern_of_digits(face)
            made[style] = Look(
                numbers_of_stack,
                round(specimen.size * UNIT),
                tracking if abs(tracking) > EM // 5000 else 0,
                specimen.ink,
            )
            stacks.add(numbers_of_stack)
        looks[layout, _hole_key(hole)] = made
    problems += _too_many_blocks(job, survey)
    if problems:
        raise JobError(list({str(problem): problem for problem in problems}.values()))

    shared = Shared()
    pages = {name: tuple(_page(job, art, shared) for art in arts) for name, arts in layouts.items()}
    characters = survey.characters | _written_characters(job)
    fonts = tuple(
        Font(face, _characters_for(number, stacks, chosen, characters), f"F{number}")
        for number, face in enumerate(chosen)
    )
    font_numbers = {font.name: font.write(shared) for font in fonts}
    dictionary = shared.add(
        b"<<%b>>" % b"".join(b"/%b %d 0 R" % (n.encode(), at) for n, at in font_numbers.items())
    )
    for name, made_pages in pages.items():
        shared.forget()
        pages[name] = tuple(
            _with_fonts(page, art, dictionary, font_numbers, shared)
            for page, art in zip(made_pages, layouts[name], strict=True)
        )
    stored: dict[str, dict[str, Picture | PressError]] = {}
    for part_name, part in job.parts.items():
        if isinstance(part, BlockPart):
            _store_blocks(job, part_name, part, survey, layouts, compiler, shared, stored)
    bodies = tuple(shared.bodies)
    with (folder / "assets").open("wb") as file:
        assets = Assets(file, shared)
        files: dict[str, Path] = {}
        for part_name, part in job.parts.items():
            if isinstance(part, PicturePart):
                stored[part_name] = _missing(job, survey.keys[part_name])
                files |= {key: job.folder / key for key in survey.keys[part_name]
                          if key not in stored[part_name]}  # fmt: skip
        pictures = dict(store(files, assets, compiler))
        for part_name, part in job.parts.items():
            if isinstance(part, PicturePart):
                stored[part_name] |= {key: pictures[key] for key in survey.keys[part_name]
                                      if key in pictures}  # fmt: skip
    return Forme(
        job, words, survey, pages, fonts, looks, stored, bodies, len(shared.bodies),
        folder / "assets", _fingerprint(job, digest, bodies, folder / "assets"),
    )  # fmt: skip


def _holes(layouts: Mapping[str, Sequence[PageArt]]) -> Iterator[tuple[str, Hole]]:
    for name, arts in layouts.items():
        for art in arts:
            for group in art.holes:
                for hole in group:
                    yield name, hole


def _hole_key(hole: Hole) -> str:
    return repr((hole.part, hole.frame, hole.width, hole.height))


def stored_key(name: str, hole: Hole, job: Job) -> str:
    """Where a hole's pictures are kept: by part, and for blocks by the size they are drawn at."""
    if isinstance(job.parts[name], BlockPart):
        return f"{name} {hole.width:.2f} {hole.height:.2f}"
    return name


def _kern_of_digits(face: Face) -> int:
    """What the font itself adds between the two digits of a specimen, in millionths of an em."""
    text = np.array([0x30, 0x30], np.uint32)
    both = face.shaper.shape(text, "Zyyy", "ltr", "ko").advance
    single = face.shaper.shape(text[:1], "Zyyy", "ltr", "ko").advance
    upem: int = face.hb.upem
    return round(int(both[0] - single[0]) * EM / upem)


def _written_characters(job: Job) -> set[int]:
    """The characters of the templates, and what formats and built-in fields can add."""
    texts = ["0123456789,.-+()"]
    for part in job.parts.values():
        texts += [getattr(part, "text", ""), *getattr(part, "lines", ())]
    return set(map(ord, unicodedata.normalize("NFC", "".join(texts))))


def _characters_for(
    number: int, stacks: set[tuple[int, ...]], faces: Sequence[Face], characters: set[int]
) -> set[int]:
    """What a font may have to print: what those before it in a stack lack, and all marks, which
    stay with the font of their base."""
    wanted: set[int] = set()
    for stack in stacks:
        if number in stack:
            before = stack[: stack.index(number)]
            wanted |= characters.difference(*(faces[n].coverage for n in before))
    return wanted | {c for c in characters if unicodedata.category(chr(c))[0] == "M"}


def _page(job: Job, art: PageArt, shared: Shared) -> PageForme:
    bleed = job.page.bleed_mm * POINTS_PER_MM
    boxes = b"/MediaBox[0 0 %b]" % numbers(art.width, art.height)
    if bleed:
        boxes += b"/BleedBox[0 0 %b]/TrimBox[%b]" % (
            numbers(art.width, art.height),
            numbers(bleed, bleed, art.width - bleed, art.height - bleed),
        )
    # Each group of holes begins in black ink, set at the end of the stratum before it.
    strata = [
        stratum + b"\n" + BLACK if number < len(art.strata) - 1 else stratum
        for number, stratum in enumerate(art.strata)
    ]
    return PageForme(
        tuple(shared.stream(stratum) for stratum in strata), art.holes, boxes, b"", b""
    )


def _with_fonts(
    page: PageForme, art: PageArt, dictionary: int, fonts: Mapping[str, int], shared: Shared
) -> PageForme:
    """The page with its resources: those of the artwork, and the job's fonts where it has text."""
    categories = dict(art.resources)
    static_fonts: Mapping[str, Any] = categories.pop("/Font", {})
    xobjects: Mapping[str, Any] = categories.pop("/XObject", {})
    made = b"".join(
        b"%b<<%b>>" % (
            category.encode(),
            b"".join(b"%b %b" % (name.encode(), shared.copy(item)) for name, item in names.items()),
        )
        for category, names in sorted(categories.items())
    )  # fmt: skip
    if page.groups and not static_fonts:
        made += b"/Font %d 0 R" % dictionary
    elif page.groups or static_fonts:
        own = b"".join(b"/%b %d 0 R" % (name.encode(), at) for name, at in fonts.items())
        entries = b"".join(
            b"%b %b" % (name.encode(), shared.copy(item)) for name, item in static_fonts.items()
        )
        made += b"/Font %d 0 R" % shared.add(b"<<%b>>" % ((own if page.groups else b"") + entries))
    forms = b"".join(
        b"%b %b" % (name.encode(), shared.copy(item)) for name, item in xobjects.items()
    )
    return PageForme(page.strata, page.groups, page.boxes, made, forms)


def _too_many_blocks(job: Job, survey: Survey) -> Iterator[PressError]:
    for name, part in job.parts.items():
        if isinstance(part, BlockPart) and len(survey.keys[name]) > BLOCK_LIMIT:
            yield PressError(
                f"{len(survey.keys[name])} different blocks, more than {BLOCK_LIMIT}",
                place=f"mailing.toml: parts.{name}",
                remedy="use fewer or coarser columns, or parts of kind text",
            )


def _store_blocks(
    job: Job, name: str, part: BlockPart, survey: Survey,
    layouts: Mapping[str, Sequence[PageArt]], compiler: Typst, shared: Shared,
    stored: dict[str, dict[str, Picture | PressError]],
) -> None:  # fmt: skip
    """Compile a part's blocks together, once for each size of hole, sharing their resources."""
    for _, hole in _holes(layouts):
        key = stored_key(name, hole, job)
        if hole.part != name or key in stored:
            continue
        keys = sorted(survey.keys[name])
        size = (hole.width, hole.height)
        values = [block_values(part, text) for text in keys]
        pdf = compile_blocks(compiler, part, f"mailing.toml: parts.{name}", size, values)
        shared.forget()
        made: dict[str, Picture | PressError] = {}
        for text, page in zip(keys, pdf.pages, strict=True):
            left, bottom, right, top = (float(x) for x in page.mediabox)
            entries = b"/Type/XObject/Subtype/Form/BBox[%b]/Resources %b" % (
                numbers(left, bottom, right, top), shared.copy(page.resources),
            )  # fmt: skip
            number = shared.stream(page.Contents.read_bytes(), entries)
            box = (left, bottom, right - left, top - bottom)
            made[text] = Picture(number, 0, 0, (), box, box[2] / box[3])
        stored[key] = made


def _missing(job: Job, keys: set[str]) -> dict[str, Picture | PressError]:
    """The pictures that cannot be stored: not there, outside of the job, or of another kind."""
    missing: dict[str, Picture | PressError] = {}
    for key in keys:
        path = (job.folder / key).resolve()
        if not path.is_relative_to(job.folder.resolve()):
            missing[key] = PressError("lies outside of the job's folder")
        elif not path.is_file():
            missing[key] = PressError("is not there")
        elif path.suffix.lower() not in RASTER | VECTOR:
            missing[key] = PressError("is neither JPEG, PNG, SVG nor PDF")
    return missing


def _fingerprint(job: Job, digest: str, bodies: Sequence[bytes], assets: Path) -> str:
    """What a run prints depends on this and nothing else: the frozen records, the words of the
    job, and all that was made of its designs, fonts and pictures."""
    made = hashlib.sha256(digest.encode())
    # What a block's file holds is in the bodies; where the job's folder lies is no matter.
    parts = {
        name: (part.function, part.columns, part.when) if isinstance(part, BlockPart) else part
        for name, part in job.parts.items()
    }
    made.update(repr((__version__, parts, job.title, sorted(job.faults.items()))).encode())
    for body in bodies:
        made.update(len(body).to_bytes(8, "big"))
        made.update(body)
    with assets.open("rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            made.update(chunk)
    return made.hexdigest()
