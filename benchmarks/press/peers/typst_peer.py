"""Typst: one document per volume, a loop over records; the compiler shares fonts and images.

What is fixed is compiled to a PDF of its own and placed as an image, which Typst stores once: a
quarter faster and smaller than letting it lay the fixed text out on every page. The texts are
formatted in Python and handed over as JSON, which is quicker than Typst's own csv() and string
work; volumes of 10,000 pieces keep its memory in bounds.
"""

import json
from pathlib import Path

import typst

from benchmarks.press import content
from benchmarks.press.content import HEIGHT_MM, PLACES, TYPES, WIDTH_MM
from benchmarks.press.peers import records as given

VOLUME = 10_000


def _box(name: str) -> str:
    return f"#place(dx: {PLACES[name].x}mm, dy: {PLACES[name].y}mm, "


def _styled(job: Path, name: str, body: str) -> str:
    kind = TYPES[name]
    ascent_pt = given.ascent_mm(job, kind.size_pt) / 25.4 * 72
    weight = "bold" if kind.bold else "regular"
    return (
        f"{_box(name)}block(width: {PLACES[name].width}mm, text(size: {kind.size_pt}pt, "
        f'weight: "{weight}", {{ set par(leading: {kind.pitch_pt - ascent_pt:.4f}pt); '
        f"{body} }})))"
    )


def _document(*body: str) -> str:
    return "\n".join(
        [
            f"#set page(width: {WIDTH_MM}mm, height: {HEIGHT_MM}mm, margin: 0mm)",
            f'#set text(font: "{given.PLAIN_FAMILY}", size: 9pt, lang: "ko", '
            "fill: cmyk(0%, 0%, 0%, 100%))",
            *body,
        ]
    )


def fixed(job: Path) -> str:
    """The two sides without what varies."""
    panel, background = PLACES["panel"], "images/background.jpg"
    sheet = f"width: {WIDTH_MM}mm, height: {HEIGHT_MM}mm"
    return _document(
        f'#place(image("{background}", {sheet}))' if (job / background).exists() else "",
        f"{_box('panel')}rect(width: {panel.width}mm, height: {panel.height}mm, "
        "fill: cmyk(0%, 0%, 0%, 0%)))",
        _styled(job, "heading", f"[{content.HEADING}]"),
        "#pagebreak()",
        _styled(job, "fixed", "[" + " \\ ".join(content.FIXED) + "]"),
    )


def varying(job: Path, fixed_pdf: str) -> str:
    """The document over all rows, which come in by ``sys.inputs``."""
    code, picture = PLACES["coupon"], PLACES["picture_1"]
    module = code.width / (given.MODULES + 2 * given.QUIET)
    quiet = module * given.QUIET

    def under(page: int) -> str:
        size = f"width: {WIDTH_MM}mm, height: {HEIGHT_MM}mm"
        return f'#place(image("{fixed_pdf}", page: {page}, {size}))'

    return _document(
        "#for row in json(bytes(sys.inputs.rows)) [",
        under(1),
        _styled(job, "headline", "row.at(0)"),
        _styled(job, "points", "row.at(1)"),
        *(
            f'{_box(f"picture_{slot}")}image("images/" + row.at({slot + 1}) + ".jpg", '
            f"width: {picture.width}mm, height: {picture.height}mm))"
            for slot in (1, 2, 3)
        ),
        "#pagebreak()",
        under(2),
        _styled(job, "letter", "row.at(5)"),
        _styled(job, "address", "row.at(6)"),
        f"#place(dx: {code.x + quiet}mm, dy: {code.y + quiet}mm, "
        f'text(font: "{given.CODE_FAMILY}", size: {module * given.BLOCK_COLUMNS}mm, '
        "top-edge: .75em, bottom-edge: 0em, { set par(leading: 0em); row.at(7) }))",
        "#pagebreak(weak: true)",
        "]",
    )


def fonts(job: Path) -> typst.Fonts:
    """The job's fonts and the code's, and no others."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(job / "fonts"), str(job / "fonts-peers")],
    )


def rows_json(rows: given.Records, part: slice) -> str:
    """What the design reads from ``sys.inputs.rows``."""
    columns = zip(
        rows.headlines[part],
        rows.points[part],
        *zip(*rows.pictures[part], strict=True),
        ("\n".join(lines) for lines in rows.letters[part]),
        ("\n".join(lines) for lines in rows.addresses[part]),
        ("\n".join(lines) for lines in rows.code_lines(part)),
        strict=True,
    )
    return json.dumps(list(columns), ensure_ascii=False)


def main() -> None:
    arguments = given.arguments()
    job, out = arguments.job, arguments.out
    rows = given.read_records(job, arguments.first, arguments.count)
    # Files, for a compiler given the source itself compiles it only once.
    name = f"typst-{arguments.first}"
    typ, fixed_pdf = job / f"{name}.typ", job / f"{name}.pdf"
    typ.write_text(fixed(job), "utf-8")
    typst.Compiler(str(typ), root=str(job), font_paths=fonts(job)).compile(
        output=str(fixed_pdf), pdf_tags=False
    )
    typ.write_text(varying(job, fixed_pdf.name), "utf-8")
    compiler = typst.Compiler(str(typ), root=str(job), font_paths=fonts(job))
    for start in range(0, len(rows), VOLUME):
        compiler.compile(
            output=str(out / f"{arguments.first + start:08d}.pdf"),
            sys_inputs={"rows": rows_json(rows, slice(start, start + VOLUME))},
            pdf_tags=False,
        )


if __name__ == "__main__":
    main()
