"""Pieces look like what Typst itself draws of the same design, one record at a time.

Typst draws each line in a box of its own, broken by measuring; PDFium draws both PDFs.
"""

import importlib.util
import io
import json
import re
import shutil
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typst
from mailings import EXAMPLES, Mailing, Printed, apart, drawn, ink

from moyeora.press.formats import formatter
from moyeora.press.job import BlockPart, Job, ParagraphPart, PicturePart, TextPart
from moyeora.press.job_file import read_job
from moyeora.press.records.freeze import freeze
from moyeora.press.records.frozen import read

COVER = (0, 255, 0)  # what the reference lays over codes, which Typst does not draw
REFERENCE = Path(__file__).parent / "reference"


# A record as the reference package takes it ---------------------------------------------------

_RUN = re.compile(
    r"\*(?P<strong>[^*]*)\*|\[(?P<words>[^]]*)\]\((?P<style>\w+)\)|(?P<plain>[^*\[]+)"
)


def filled(template: str, record: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name, *formats = match[1].split(":")
        text = record[name]
        for form in formats:
            text = formatter(form)(text) if text else text
        return text

    return re.sub(r"\{([^{}]*)\}", value, template)


def _styled(line: str) -> Iterator[tuple[str, str]]:
    for run in _RUN.finditer(line):
        if run["strong"] is not None:
            yield "strong", run["strong"]
        else:
            yield run["style"] or "", run["plain"] if run["style"] is None else run["words"]


def words(line: str, record: dict[str, str], spans: bool) -> list[dict[str, Any]]:
    """Words with their runs of one style and script, and the style of the space before each."""
    made: list[dict[str, Any]] = []
    begun, space, script = False, "", ""
    for style, body in _styled(line) if spans else [("", line)]:
        for piece in re.split(r"( +)", filled(body, record)):
            if not piece:
                continue
            if piece.isspace():
                begun, space = False, style
                continue
            if not begun:
                made.append({"space": space, "runs": []})
                begun = True
            runs = made[-1]["runs"]
            runs.append([style, "", False])
            for character in piece:
                own = unicodedata.name(character).split()[0] if character.isalpha() else script
                if script and own != script:
                    runs.append([style, "", True])
                script = own
                runs[-1][1] += character
            runs[:] = [run for run in runs if run[1]]
    return made


def told(job: Job, record: dict[str, Any]) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    for name, part in job.parts.items():
        if not record.get(f"when:{name}", True):
            continue
        if isinstance(part, TextPart | ParagraphPart):
            wraps = isinstance(part, ParagraphPart)
            lines = part.text.strip("\n").split("\n") if wraps else part.lines
            if not wraps:
                fields = [re.findall(r"\{([^:}]*)", line) for line in lines]
                lines = [
                    line
                    for line, of in zip(lines, fields, strict=True)
                    if not of or any(record[name] for name in of)
                ]
            parts[name] = {
                "kind": "text",
                "wraps": wraps,
                "lines": [words(line, record, wraps) for line in lines],
                "align": part.align,
                "vertical_align": part.vertical_align,
                "shrinks": bool(getattr(part, "least_size_pt", None)),
            }
        elif isinstance(part, PicturePart):
            data = (job.folder / filled(part.file, record)).read_bytes()
            parts[name] = {"kind": "picture", "data": list(data), "fit": part.fit}
        elif isinstance(part, BlockPart):
            parts[name] = {
                "kind": "block",
                "source": f"{part.source.read_text('utf-8')}\n#{part.function}(values)",
                "values": {column: record[column] for column in part.columns},
            }
        else:
            parts[name] = {"kind": "code"}
    page = job.page
    sizes = {"width_mm": page.width_mm, "height_mm": page.height_mm, "bleed_mm": page.bleed_mm}
    return {"page": sizes, "parts": parts}


@cache
def fonts_of(folder: Path) -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
    )


def by_typst(job: Job, record: dict[str, Any]) -> bytes:
    return typst.compile(
        job.layouts[record["layout"]],
        root=job.folder,
        font_paths=fonts_of(job.fonts.folder),
        package_path=REFERENCE,
        sys_inputs={"reference": json.dumps(told(job, record))},
        format="pdf",
    )


def differing(folder: Path, printed: Printed, count: int = 10) -> list[tuple[str, int, int]]:
    """(id, page, pixels apart) of the first printed pieces, after drawing them twice."""
    job = read_job(folder)
    work = folder / "frozen"
    work.mkdir(exist_ok=True)
    frozen = freeze(job, work)
    records = read(frozen.path, 0, frozen.rows).to_pylist()
    found: list[tuple[str, int, int]] = []
    done = 0
    for row in printed.register:
        if row["status"] != "printed" or done == count:
            continue
        done += 1
        record = {
            name: (value or "") if not name.startswith("when:") else value
            for name, value in records[row["piece"] - 1].items()
        } | {"piece": str(row["piece"])}
        wanted = drawn(io.BytesIO(by_typst(job, record)))
        first = row["page"] - 1
        volume = printed.result.volumes[row["volume"] - 1]
        ours = drawn(volume, pages=slice(first, first + len(wanted)))
        for number, (a, b) in enumerate(zip(ours, wanted, strict=True), 1):
            covered = np.pad((b == COVER).all(axis=2), 2)
            covered = np.logical_or.reduce(
                [
                    covered[y : -4 + y or None, x : -4 + x or None]
                    for y in range(5)
                    for x in range(5)
                ]
            )
            a[covered] = b[covered]
            assert ink(b) > 50
            if far := apart(a, b):
                found.append((row["id"], number, far))
    assert done
    return found


# Designs --------------------------------------------------------------------------------------

NAMES = [
    "김민준",
    "이서연",
    "남궁하늘",
    "Prof. AVATAR Tóth",
    "최 유진",
    "박:서-12",
    "WAVE Toy",
    "정",
    "한결같이큰사람",
    "오Ted",
]
PEOPLE = [
    {
        "id": str(number),
        "name": name,
        "product": ["사과", "햅쌀 10kg", "감", "Tee 2벌"][number % 4],
        "date": f"2026-{number + 1:02}-{3 * number + 1:02}",
        "amount": str(1117 * 7**number),
        "street": "서울특별시 종로구 세종대로 172" if number % 3 else "",
    }
    for number, name in enumerate(NAMES)
]
LETTER = (
    "{name} 고객님, {date:YYYY년 M월 D일}에 {product:을/를} 사신 것을 기억합니다. 이번에는 "
    "*{name} 님께만* 드리는 [{amount:,}원](price) 할인을 준비했으니 AVATAR Toyota 매장에서 "
    "{product:과/와} "
    "함께 만나 보세요.\n\n감사합니다, {name} 님."
)
TEXTS = {
    "left": {"kind": "text", "lines": ["{name} 님", "{street}", "{product}"]},
    "center": {
        "kind": "text",
        "lines": ["{name} 님", "VAT {amount:,}원"],
        "align": "center",
        "vertical_align": "middle",
    },
    "right": {
        "kind": "text",
        "lines": ["{date:YYYY. MM. DD.}", "{product:은/는}"],
        "align": "right",
        "vertical_align": "bottom",
    },
}


def place(x: int, y: int, body: str) -> str:
    return f"#place(top + left, dx: {x}mm, dy: {y}mm, {body})\n"


DESIGNS: dict[str, tuple[str, dict[str, Any]]] = {
    "text": (
        place(8, 5, 'text(size: 14pt, weight: "semibold", part("left", width: 80mm, height: 24mm))')
        + place(
            8, 30, 'text(fill: cmyk(80%, 10%, 0%, 10%), part("center", width: 50mm, height: 20mm))'
        )
        + place(
            50, 30, 'text(size: 11pt, tracking: .08em, part("right", width: 45mm, height: 26mm))'
        ),
        TEXTS,
    ),
    "shrunk": (
        place(8, 5, 'text(size: 20pt, tracking: .12em, part("left", width: 30mm, height: 20mm))'),
        {"left": {"kind": "text", "lines": ["{name}"], "least_size_pt": 6, "align": "right"}},
    ),
    **{
        f"paragraph-{align}": (
            place(
                5,
                5,
                '{ set par(leading: .9em); part("letter", width: 62mm, height: 50mm, '
                "styles: (price: text.with(fill: cmyk(0%, 90%, 70%, 0%), tracking: .05em))) }",
            ),
            {"letter": {"kind": "paragraph", "text": LETTER, "align": align}},
        )
        for align in ("left", "center", "right", "justify")
    },
    "paragraph-sizes": (
        place(
            5,
            5,
            'text(tracking: -.02em, part("letter", width: 80mm, height: 50mm, '
            'styles: (price: text.with(size: 13pt, weight: "semibold"))))',
        ),
        {"letter": {"kind": "paragraph", "text": LETTER, "vertical_align": "bottom"}},
    ),
    "turned": (
        place(30, 10, 'rotate(30deg, part("left", width: 60mm, height: 20mm))')
        + place(60, 20, 'rotate(-90deg, reflow: true, part("center", width: 45mm, height: 15mm))')
        + place(
            10,
            35,
            'scale(x: 150%, y: 70%, origin: top + left, part("right", width: 40mm, height: 20mm))',
        ),
        TEXTS,
    ),
    "clipped": (
        place(
            10,
            10,
            "box(width: 22mm, height: 7mm, clip: true, radius: 2mm, fill: cmyk(0%, 20%, 60%, 0%), "
            'pad(left: -3mm, text(size: 16pt, part("left", width: 80mm, height: 30mm))))',
        )
        + place(10, 30, 'part("center", width: 60mm, height: 20mm)')
        + place(20, 32, "rect(width: 20mm, height: 8mm, fill: cmyk(50%, 0%, 0%, 0%))"),
        {name: TEXTS[name] for name in ("left", "center")},
    ),
    "grids, columns and pages": (
        '#pad(6mm, grid(columns: (3fr, 4fr), gutter: 4mm, [머리말], part("left", height: 20mm), '
        'part("center", height: 20mm), [꼬리말 #part("right", width: 24mm, height: 12mm)]))\n'
        "#pagebreak()\n#pad(5mm, columns(2, gutter: 6mm)[#lorem(20)\n\n"
        '#part("letter", height: 49mm, styles: (price: strong)) #colbreak() 둘째 '
        '단\n\n#part("left", height: 20mm)])\n',
        TEXTS | {"letter": {"kind": "paragraph", "text": LETTER, "align": "justify"}},
    ),
}


def test_blocks_and_pictures_lie_where_typst_lays_them(everything):
    """The first five: names in other scripts have a test of their own."""
    job, printed = everything
    assert differing(job.folder, printed, 5) == []


@pytest.mark.parametrize("name", DESIGNS)
def test_ten_pieces_look_like_typsts_own(mailing, name):
    design, parts = DESIGNS[name]
    job = mailing(design, parts, PEOPLE)
    printed = job.print()
    assert printed.result.counts.printed == 10, printed.faults
    assert differing(job.folder, printed) == []


def test_the_comparison_sees_what_it_should(mailing):
    """Half a point of place or size, and a shade of colour, are told apart."""
    design, parts = DESIGNS["text"]
    job = mailing(design, parts, PEOPLE)
    printed = job.print()
    for change in (("dx: 8mm", "dx: 8.5mm"), ("14pt", "14.6pt"), ("cmyk(80%", "cmyk(10%")):
        file = job.folder / "card.typ"
        before = file.read_text("utf-8")
        file.write_text(before.replace(*change), "utf-8")
        assert len(differing(job.folder, printed, 3)) == 3, change
        file.write_text(before, "utf-8")


def prepared(example: Path, folder: Path) -> Path:
    """A copy of an example's job with a small list."""
    shutil.copytree(example, folder, ignore=shutil.ignore_patterns("data"))
    spec = importlib.util.spec_from_file_location("prepare", example / "prepare.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.prepare(folder / "data", 24)
    return folder


@pytest.mark.parametrize(
    "example", sorted(EXAMPLES.glob("*/mailing.toml")), ids=lambda path: path.parent.name
)
def test_ten_pieces_of_each_example(example, tmp_path):
    folder = prepared(example.parent, tmp_path / "job")
    printed = Mailing(folder).print()
    assert printed.result.counts.printed == 24
    assert differing(folder, printed) == []
