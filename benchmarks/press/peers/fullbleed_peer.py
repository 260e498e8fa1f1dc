"""fullbleed: its fixed lane (a compiled page pair with slots for text of fixed geometry), over
composed templates that carry the background and the three pictures; volumes of 10,000 pieces.

The fixed lane is its fastest by far but knows only text of one line: so the letter's lines are
broken beforehand, the code is text in a font of blocks, and the choice of pictures is the choice
of a template page. Its re-flow lane, which could place pictures itself, is three times slower.
"""

import html
import tempfile
from pathlib import Path

import fullbleed
from reportlab import rl_config
from reportlab.lib.colors import CMYKColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from benchmarks.press import content
from benchmarks.press.content import HEIGHT_MM, PLACES, TYPES, WIDTH_MM
from benchmarks.press.peers import records as given

VOLUME = 10_000
LETTER_LINES = 7
PAGE = f"@page {{ size: {WIDTH_MM}mm {HEIGHT_MM}mm; margin: 0 }} body {{ margin: 0 }} "
SHEET = (
    f".side {{ position: relative; width: {WIDTH_MM}mm; height: {HEIGHT_MM}mm; overflow: hidden }}"
    ".next { break-before: page } .side div { position: absolute; white-space: nowrap }"
)


def engine(job: Path) -> fullbleed.PdfEngine:
    bundle = fullbleed.AssetBundle()
    for font in (
        given.plain_font(job, bold=False),
        given.plain_font(job, bold=True),
        job / "fonts-peers" / given.CODE_FONT,
    ):
        bundle.add_file(str(font), "font")
    made = fullbleed.PdfEngine()
    made.register_bundle(bundle)
    return made


def texts(job: Path) -> str:
    """The page pair with a slot for each line of text that varies."""

    def line(name: str, number: int, body: str) -> str:
        place, kind = PLACES[name], TYPES[name]
        # CSS hangs a line by its box; the job by the capitals' height.
        baseline = place.y + given.ascent_mm(job, kind.size_pt) + number * kind.pitch_pt / 72 * 25.4
        top = baseline - given.css_ascent_mm(job, kind.size_pt, kind.pitch_pt)
        return (
            f'<div style="left:{place.x}mm;top:{top:.4f}mm;font-size:{kind.size_pt}pt;'
            f"line-height:{kind.pitch_pt}pt;font-weight:{'bold' if kind.bold else 'normal'}"
            f'">{body}</div>'
        )

    code = PLACES["coupon"]
    module = code.width / (given.MODULES + 2 * given.QUIET)
    size, height = module * given.BLOCK_COLUMNS, module * given.BLOCK_ROWS
    left, top = code.x + module * given.QUIET, code.y + module * given.QUIET
    front = [
        line("headline", 0, "{{headline}}"),
        line("points", 0, "{{points}}"),
        line("heading", 0, html.escape(content.HEADING)),
    ]
    back = [
        *(line("fixed", number, html.escape(text)) for number, text in enumerate(content.FIXED)),
        *(line("letter", number, f"{{{{letter{number}}}}}") for number in range(LETTER_LINES)),
        *(line("address", number, f"{{{{address{number}}}}}") for number in range(3)),
        *(
            f'<div style="left:{left:.4f}mm;top:{top + number * height:.4f}mm;'
            f"font-family:'{given.CODE_FAMILY}';font-size:{size:.4f}mm;line-height:{height:.4f}mm"
            f'">{{{{code{number}}}}}</div>'
            for number in range(given.BLOCKS_DOWN)
        ),
    ]
    return _document([front, back])


def _document(sides: list[list[str]]) -> str:
    pages = (
        f'<section class="side{" next" if number else ""}">{"".join(side)}</section>'
        for number, side in enumerate(sides)
    )
    return f"<!doctype html><html><body>{''.join(pages)}</body></html>"


def write_fronts(job: Path, choices: list[tuple[str, str, str]], file: str) -> None:
    """A template page for each choice of pictures, with all that lies under the text.

    Drawn by ReportLab, for fullbleed's own HTML takes 0.1 s for each of these pages.
    """
    canvas = Canvas(file, (WIDTH_MM * mm, HEIGHT_MM * mm), pageCompression=1, invariant=1)
    rl_config.useA85 = 0
    background = job / "images" / "background.jpg"

    def box(name: str) -> tuple[float, float, float, float]:
        place = PLACES[name]
        y = HEIGHT_MM - place.y - place.height
        return place.x * mm, y * mm, place.width * mm, place.height * mm

    for choice in choices:
        if background.exists():
            canvas.drawImage(str(background), 0, 0, WIDTH_MM * mm, HEIGHT_MM * mm)
        canvas.setFillColor(CMYKColor(0, 0, 0, 0))
        canvas.rect(*box("panel"), stroke=0, fill=1)
        for slot, key in enumerate(choice, start=1):
            canvas.drawImage(f"{job}/images/{key}.jpg", *box(f"picture_{slot}"))
        canvas.showPage()
    canvas.save()


def main() -> None:
    arguments = given.arguments()
    job, out = arguments.job, arguments.out
    rows = given.read_records(job, arguments.first, arguments.count)
    made = engine(job)
    style = f"{PAGE} {SHEET} body {{ font-family: '{given.PLAIN_FAMILY}'; color: #000 }}"
    compiled = made.compile_pdf(texts(job), style)
    choices = sorted(set(rows.pictures))
    template_page = {choice: page for page, choice in enumerate(choices)}
    with tempfile.TemporaryDirectory(dir=out) as scratch:
        fronts, blank = f"{scratch}/fronts.pdf", f"{scratch}/blank.pdf"
        write_fronts(job, choices, fronts)
        made.render_pdf_to_file(_document([[]]), f"{PAGE} {SHEET}", blank)
        templates = [("front", fronts), ("blank", blank)]
        for start in range(0, len(rows), VOLUME):
            part = slice(start, start + VOLUME)
            overlay = f"{scratch}/texts.pdf"
            compiled.render_pdf_bindings_to_file(_slots(rows, part), overlay)
            plan = []
            for number, choice in enumerate(rows.pictures[part]):
                plan.append(("front", template_page[choice], 2 * number, 0.0, 0.0))
                plan.append(("blank", 0, 2 * number + 1, 0.0, 0.0))
            volume = out / f"{arguments.first + start:08d}.pdf"
            fullbleed.finalize_compose_pdf(templates, plan, overlay, str(volume))


def _slots(rows: given.Records, part: slice) -> dict[str, list[str]]:
    """The columns of texts by slot; lines that a record does not need are empty."""
    letters = rows.letters[part]
    if max(map(len, letters)) > LETTER_LINES:
        raise SystemExit(f"a letter has more than the {LETTER_LINES} lines there are slots for")
    slots = {"headline": rows.headlines[part], "points": rows.points[part]}
    for number in range(LETTER_LINES):
        slots[f"letter{number}"] = [
            lines[number] if number < len(lines) else "" for lines in letters
        ]
    for number, column in enumerate(zip(*rows.addresses[part], strict=True)):
        slots[f"address{number}"] = list(column)
    for number, column in enumerate(zip(*rows.code_lines(part), strict=True)):
        slots[f"code{number}"] = list(column)
    return slots


if __name__ == "__main__":
    main()
