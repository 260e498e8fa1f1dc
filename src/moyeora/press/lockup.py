"""Lock up a job: compiled pages, fonts, pictures and blocks into a forme."""

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from moyeora import __version__
from moyeora.press.design.artwork import POINTS_PER_MM, PageArt, Typst, compile_blocks, styles
from moyeora.press.design.holes import UNIT, Hole
from moyeora.press.design.pictures import RASTER, VECTOR, Assets, store
from moyeora.press.faults import JobError, PressError
from moyeora.press.fonts.subset import EM, Face, Font, in_family, load_faces, named
from moyeora.press.forme import INGREDIENTS, Forme, PageForme, stored_key
from moyeora.press.job import BlockPart, Job, ParagraphPart, PicturePart, TextPart
from moyeora.press.objects import Shared
from moyeora.press.parts.drawing import BLACK
from moyeora.press.parts.images import Picture, block_values, drawing
from moyeora.press.parts.words import Look
from moyeora.press.pdf import numbers
from moyeora.press.survey import Survey, Words

BLOCK_LIMIT = 20_000  # blocks of one part: 1.7 s and 844 MB of Typst's time and memory

Layouts = Mapping[str, Sequence[PageArt]]
Stored = dict[str, dict[str, Picture | PressError]]


def lock_up(
    job: Job,
    words: Words,
    survey: Survey,
    compiler: Typst,
    layouts: Layouts,
    folder: Path,
    digest: str,
) -> Forme:
    """Make a job's forme; pictures are written to ``folder/assets``. ``digest`` tells the frozen
    records apart from others.

    Raises JobError with all that is missing: fonts, fallback families, too many blocks.
    """
    faces, looks, problems = _choose_fonts(job, layouts)
    problems += _too_many_blocks(job, survey)
    if problems:
        raise JobError(list({str(problem): problem for problem in problems}.values()))

    shared = Shared()
    characters = survey.characters | _written_characters(job)
    stacks = {look.fonts for made in looks.values() for look in made.values()}
    fonts = tuple(
        Font(face, _characters_for(number, stacks, faces, characters), f"F{number}")
        for number, face in enumerate(faces)
    )
    font_numbers = {font.name: font.write(shared) for font in fonts}
    of_fonts = len(shared.bodies)
    stored: Stored = {}
    for name, part in job.parts.items():
        if isinstance(part, BlockPart):
            _store_blocks(job, name, part, survey, layouts, compiler, shared, stored)
    assets = folder / "assets"
    from_file = _store_pictures(job, survey, compiler, shared, assets, stored)
    shared.device_colours = True
    pages: dict[str, tuple[PageForme, ...]] = {}
    for layout, arts in layouts.items():
        shared.forget()
        pages[layout] = tuple(_page(job, art, stored, font_numbers, shared) for art in arts)
    bodies = tuple(
        None if number in from_file else body for number, body in enumerate(shared.bodies, 1)
    )
    first = next(iter(layouts.values()))[0]
    ingredients = _ingredients(
        job, digest, (pages, looks), shared.bodies[:of_fonts], bodies[of_fonts:], assets
    )
    return Forme(
        job,
        words,
        survey,
        pages,
        (first.width, first.height),
        fonts,
        looks,
        stored,
        bodies,
        assets,
        ingredients,
        _digest(ingredients[name].encode() for name in INGREDIENTS),
    )


def _holes(layouts: Layouts) -> Iterator[tuple[str, Hole]]:
    for name, arts in layouts.items():
        for art in arts:
            for group in art.holes:
                for hole in group:
                    yield name, hole


# --- fonts ----------------------------------------------------------------------------------


def _choose_fonts(
    job: Job, layouts: Layouts
) -> tuple[list[Face], dict[tuple[str, Hole], dict[str, Look]], list[PressError]]:
    """(the faces that text is set in, the looks of each hole with text, what is missing)."""
    known = load_faces(job.fonts.folder)
    faces: list[Face] = []
    looks: dict[tuple[str, Hole], dict[str, Look]] = {}
    problems: list[PressError] = []
    for layout, hole in _holes(layouts):
        part = job.parts[hole.part]
        if not isinstance(part, TextPart | ParagraphPart):
            continue
        made: dict[str, Look] = {}
        for style in sorted(styles(part)):
            specimen = hole.looks[style]
            try:
                face = named(known, specimen.font)
                stack = [face, *(in_family(known, name, face) for name in job.fonts.fallback)]
            except PressError as problem:
                problems.append(problem)
                continue
            faces += [face for face in dict.fromkeys(stack) if face not in faces]
            tracking = round(specimen.tracking * EM) - _kern_of_digits(face)
            made[style] = Look(
                tuple(dict.fromkeys(map(faces.index, stack))),
                round(specimen.size * UNIT),
                tracking if abs(tracking) > EM // 5000 else 0,
                specimen.ink,
            )
        looks[layout, hole] = made
    return faces, looks, problems


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


# --- pages ----------------------------------------------------------------------------------


def _page(
    job: Job, art: PageArt, stored: Stored, fonts: Mapping[str, int], shared: Shared
) -> PageForme:
    """A page's strata and resources as objects; what is drawn the same for all goes into the
    strata, so that only a picture's name differs from piece to piece."""
    strata, groups = [art.strata[0]], []
    settled: list[Hole] = []
    for group, after in zip(art.holes, art.strata[1:], strict=True):
        holes = list(group)
        while holes and (alike := _drawn_alike(job, holes[0], stored)) is not None:
            strata[-1] += b" " + alike
            settled.append(holes.pop(0))
        if holes:
            # Each group of holes begins in black ink.
            strata[-1] += b" " + BLACK
            groups.append(tuple(holes))
            strata.append(after)
        else:
            strata[-1] += b"\n" + after
    bleed = job.page.bleed_mm * POINTS_PER_MM
    boxes = b""
    if bleed:
        boxes = b"/BleedBox[0 0 %b]/TrimBox[%b]" % (
            numbers(art.width, art.height),
            numbers(bleed, bleed, art.width - bleed, art.height - bleed),
        )
    categories = {name: dict(entries) for name, entries in art.resources.items()}
    font_entries = _entries(categories.pop("/Font", {}), shared)
    forms = _entries(categories.pop("/XObject", {}), shared)
    if any(isinstance(job.parts[h.part], TextPart | ParagraphPart) for g in groups for h in g):
        font_entries += b"".join(b"/%b %d 0 R" % (n.encode(), at) for n, at in fonts.items())
    made = b"".join(
        b"%b<<%b>>" % (category.encode(), _entries(entries, shared))
        for category, entries in sorted(categories.items())
    )
    if font_entries:  # one dictionary for all pages alike
        made += b"/Font %d 0 R" % shared.add(b"<<%b>>" % font_entries)
    return PageForme(
        tuple(shared.stream(stratum) for stratum in strata),
        tuple(groups),
        boxes,
        made,
        forms,
        tuple(settled),
    )


def _drawn_alike(job: Job, hole: Hole, stored: Stored) -> bytes | None:
    """What a hole draws, if it is the same whichever picture a record has."""
    part = job.parts[hole.part]
    if not isinstance(part, PicturePart | BlockPart) or part.when is not None:
        return None
    fit = part.fit if isinstance(part, PicturePart) else "stretch"
    pictures = stored[stored_key(job, hole)].values()
    drawn = {drawing(hole, fit, p) for p in pictures if isinstance(p, Picture)}
    return drawn.pop() if len(drawn) == 1 else None


def _entries(entries: Mapping[str, Any], shared: Shared) -> bytes:
    return b"".join(b"%b %b" % (name.encode(), shared.copy(entries[name])) for name in entries)


# --- pictures and blocks --------------------------------------------------------------------


def _store_pictures(
    job: Job, survey: Survey, compiler: Typst, shared: Shared, assets: Path, stored: Stored
) -> set[int]:
    """Store each picture that a part shows, once; returns the object numbers that they take."""
    files: dict[str, Path] = {}
    shown = [name for name, part in job.parts.items() if isinstance(part, PicturePart)]
    for name in shown:
        stored[name] = _missing(job, survey.keys[name])
        files |= {key: job.folder / key for key in survey.keys[name] if key not in stored[name]}
    before = len(shared.bodies)
    with assets.open("wb") as file:
        pictures = dict(store(files, Assets(file, shared), compiler))
    for name in shown:
        stored[name] |= {key: pictures[key] for key in survey.keys[name] if key in pictures}
    return set(range(before + 1, len(shared.bodies) + 1))


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
    stored: Stored,
) -> None:  # fmt: skip
    """Compile a part's blocks together, once for each size of hole, sharing their resources."""
    for _, hole in _holes(layouts):
        key = stored_key(job, hole)
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


def _ingredients(
    job: Job, digest: str, laid: object, fonts: Sequence[bytes], artwork: Sequence[bytes | None],
    assets: Path,
) -> dict[str, str]:  # fmt: skip
    """What a run prints depends on these and nothing else."""
    # What a block's file holds is in the artwork; where the job's folder lies is no matter.
    parts = {
        name: (part.function, part.columns, part.when) if isinstance(part, BlockPart) else part
        for name, part in job.parts.items()
    }
    customers = job.customers
    columns = (customers.id, customers.postcode, customers.segment)
    with assets.open("rb") as file:
        pictures = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "version": _digest([__version__.encode()]),
        "title": _digest([job.title.encode()]),
        "records": digest,
        "columns": _digest([repr(columns).encode()]),
        "parts": _digest([repr(parts).encode()]),
        "policies": _digest([repr(sorted(job.faults.items())).encode()]),
        "design": _digest([repr(laid).encode()]),
        "fonts": _digest(fonts),
        "artwork": _digest(artwork),
        "pictures": pictures,
    }


def _digest(bodies: Iterable[bytes | None]) -> str:
    made = hashlib.sha256()
    for body in filter(None, bodies):
        made.update(len(body).to_bytes(8, "big"))
        made.update(body)
    return made.hexdigest()
