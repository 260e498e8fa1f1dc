"""Everything that is the same for all pieces, locked up once: a forme, as printers call it.

A forme goes to every worker. It holds none of the customers' data but the distinct values of
pictures and blocks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from moyeora.press.design.holes import Hole
from moyeora.press.faults import PressError
from moyeora.press.fonts.subset import Font
from moyeora.press.job import BlockPart, Job
from moyeora.press.parts.images import Picture
from moyeora.press.parts.words import Look
from moyeora.press.survey import Survey, Words

Stored = Mapping[str, Picture | PressError]

# What a fingerprint is of, in the order in which one follows from the other, and as people say it.
INGREDIENTS = {
    "version": "the version of the press",
    "title": "the title",
    "records": "the list, or the rules over it",
    "columns": "which columns are the id, the postcode and the segment",
    "parts": "the words of the parts in mailing.toml",
    "policies": "the policies under [faults]",
    "design": "where the design lays its parts, or how they look",
    "fonts": "the fonts, or the characters taken from them",
    "artwork": "the artwork or the blocks",
    "pictures": "the pictures",
}


@dataclass(frozen=True)
class PageForme:
    """A page of a layout: the object numbers of its strata, the groups of holes between them,
    and as PDF text its boxes, its static resources, and the entries of its XObject dictionary.
    The holes called ``settled`` are drawn by the strata themselves."""

    strata: tuple[int, ...]
    groups: tuple[tuple[Hole, ...], ...]
    boxes: bytes
    resources: bytes
    xobjects: bytes
    settled: tuple[Hole, ...]


@dataclass(frozen=True)
class Forme:
    """A job ready to be printed. ``bodies[n - 1]`` is object n of every volume, or None for one
    of a picture, which lies in the file ``assets``. All pages have the size ``media`` (points).
    ``ingredients`` are the SHA-256 of each of :data:`INGREDIENTS`, ``fingerprint`` that of all."""

    job: Job
    words: Words
    survey: Survey
    layouts: Mapping[str, tuple[PageForme, ...]]
    media: tuple[float, float]
    fonts: tuple[Font, ...]
    looks: Mapping[tuple[str, Hole], Mapping[str, Look]]
    stored: Mapping[str, Stored]
    bodies: tuple[bytes | None, ...]
    assets: Path
    ingredients: Mapping[str, str]
    fingerprint: str


def stored_key(job: Job, hole: Hole) -> str:
    """Where a hole's pictures are kept: by part, and for blocks by the size they are drawn at."""
    if isinstance(job.parts[hole.part], BlockPart):
        return f"{hole.part} {hole.width:.2f} {hole.height:.2f}"
    return hole.part
