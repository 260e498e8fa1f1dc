"""The slug of a proof: a strip below each page that says which piece it is, and why it is shown.

The page above it stays as it will be printed; the strip lies outside of its bleed.
"""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import typst

from moyeora.press.extremes import Reason
from moyeora.press.fonts.subset import load_faces
from moyeora.press.pdf import numbers

_DESIGN = Path(__file__).parent / "design" / "slug.typ"
_SIDE = {"ko": "{side}/{sides}면", "en": "side {side} of {sides}"}


@dataclass(frozen=True)
class Caption:
    """What stands below one page: the piece's number and the record's id, which side of how many
    it is, and why it is shown."""

    piece: int
    id: str
    side: int
    sides: int
    reasons: tuple[Reason, ...]


def add_slugs(pdf: Path, captions: Sequence[Caption], job: str, fonts: Path, lang: str) -> None:
    """Put its caption below each page of a PDF, set in the fonts of the folder ``fonts``; in
    English where these have no Hangul. ``job`` is told on each."""
    if not captions:
        return
    with pikepdf.open(pdf, allow_overwriting_input=True) as proof:
        left, _, right, _ = (float(edge) for edge in proof.pages[0].mediabox)
        strips = _set(captions, job, fonts, lang, width=right - left)
        with pikepdf.open(io.BytesIO(strips)) as slugs:
            for page, slug in zip(proof.pages, slugs.pages, strict=True):
                x0, y0, x1, y1 = (float(edge) for edge in page.mediabox)
                below = y0 - float(slug.mediabox[3])
                page.mediabox = pikepdf.Array([x0, below, x1, y1])
                strip = proof.copy_foreign(slug.as_form_xobject())
                page.add_resource(strip, pikepdf.Name.XObject, pikepdf.Name.Slug)
                page.contents_add(b"q\n", prepend=True)
                page.contents_add(b"\nQ q 1 0 0 1 %b cm /Slug Do Q" % numbers(x0, below))
        # The pieces' own streams stay as they are, byte for byte.
        proof.save(pdf, compress_streams=False, deterministic_id=True)


def _set(captions: Sequence[Caption], job: str, fonts: Path, lang: str, *, width: float) -> bytes:
    """A PDF with a strip of ``width`` points for each caption, as tall as it needs."""
    faces = load_faces(fonts)
    if ord("가") not in set().union(*(face.coverage for face in faces)):
        lang = "en"
    told = [
        {
            "piece": f"No. {caption.piece}",
            "id": caption.id,
            "side": _SIDE[lang].format(side=caption.side, sides=caption.sides),
            "reasons": [reason.told(lang) for reason in caption.reasons],
        }
        for caption in captions
    ]
    letters = set(map(ord, json.dumps(told, ensure_ascii=False) + job))
    lacking = {face.family: len(letters - face.coverage) for face in faces}
    inputs = {
        "width": width,
        "lang": lang,
        "job": job,
        # The families that have the most of the captions' letters first.
        "fonts": sorted(lacking, key=lambda family: (lacking[family], family)),
        "captions": told,
    }
    made = typst.Compiler(
        str(_DESIGN),
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[fonts]),
        sys_inputs={"proof": json.dumps(inputs, ensure_ascii=False)},
    ).compile(format="pdf", pdf_tags=False)
    assert isinstance(made, bytes)  # a PDF is one file
    return made
