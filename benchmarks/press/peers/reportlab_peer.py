"""ReportLab with rl_accel: what is fixed as form XObjects, JPEGs as they are, the code as an inline
image mask, and the texts by text objects on its canvas; volumes of 10,000 pieces."""

from pathlib import Path

from reportlab import rl_config
from reportlab.lib import rl_accel
from reportlab.lib.colors import CMYKColor
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from benchmarks.press import content
from benchmarks.press.content import HEIGHT_MM, PLACES, TYPES, WIDTH_MM
from benchmarks.press.peers import records as given

VOLUME = 10_000
BLACK, PAPER = CMYKColor(0, 0, 0, 1), CMYKColor(0, 0, 0, 0)


class Card:
    """The flyer on one canvas; the places are known, so drawing is only writing operators."""

    def __init__(self, job: Path, canvas: Canvas) -> None:
        self.job, self.canvas = job, canvas
        self.ascents = {name: given.ascent_mm(job, kind.size_pt) for name, kind in TYPES.items()}
        self.pictures: dict[str, str] = {}
        self._fixed()

    def text(self, name: str, lines: list[str] | tuple[str, ...]) -> None:
        place, kind = PLACES[name], TYPES[name]
        text = self.canvas.beginText(place.x * mm, (HEIGHT_MM - place.y - self.ascents[name]) * mm)
        text.setFont("Bold" if kind.bold else "Regular", kind.size_pt, kind.pitch_pt)
        for line in lines:
            text.textLine(line)
        self.canvas.drawText(text)

    def image(self, file: str, name: str) -> None:
        place = PLACES[name]
        self.canvas.drawImage(
            file,
            place.x * mm,
            (HEIGHT_MM - place.y - place.height) * mm,
            place.width * mm,
            place.height * mm,
        )

    def _fixed(self) -> None:
        canvas, panel = self.canvas, PLACES["panel"]
        background = self.job / "images" / "background.jpg"
        canvas.beginForm("front")
        if background.exists():
            canvas.drawImage(str(background), 0, 0, WIDTH_MM * mm, HEIGHT_MM * mm)
        canvas.setFillColor(PAPER)
        canvas.rect(
            panel.x * mm,
            (HEIGHT_MM - panel.y - panel.height) * mm,
            panel.width * mm,
            panel.height * mm,
            stroke=0,
            fill=1,
        )
        canvas.setFillColor(BLACK)
        self.text("heading", [content.HEADING])
        canvas.endForm()
        canvas.beginForm("back")
        canvas.setFillColor(BLACK)
        self.text("fixed", content.FIXED)
        canvas.endForm()

    def code(self, matrix: bytes) -> None:
        """An inline image mask of 29 by 29: the smallest and quickest way that PDF has."""
        place = PLACES["coupon"]
        module = place.width / (given.MODULES + 2 * given.QUIET)
        side = module * given.MODULES * mm
        x = (place.x + module * given.QUIET) * mm
        y = (HEIGHT_MM - place.y - place.height + module * given.QUIET) * mm
        self.canvas._code.append(
            f"q {side:.3f} 0 0 {side:.3f} {x:.3f} {y:.3f} cm BI /W 29 /H 29 /IM true /D [1 0] "
            f"/F /AHx ID {matrix.hex()}> EI Q"
        )


def main() -> None:
    if rl_accel._c_funcs == {}:
        raise SystemExit("rl_accel is not installed; ReportLab would be slower than it can be")
    arguments = given.arguments()
    job, out = arguments.job, arguments.out
    rows = given.read_records(job, arguments.first, arguments.count)
    rl_config.useA85 = 0
    for start in range(0, len(rows), VOLUME):
        _volume(job, out / f"{arguments.first + start:08d}.pdf", rows, start)


def _volume(job: Path, file: Path, rows: given.Records, start: int) -> None:
    for bold in (False, True):
        name = "Bold" if bold else "Regular"
        pdfmetrics.registerFont(TTFont(name, str(given.plain_font(job, bold=bold))))
    canvas = Canvas(str(file), (WIDTH_MM * mm, HEIGHT_MM * mm), pageCompression=1, invariant=1)
    card = Card(job, canvas)
    images = f"{job}/images"
    for row in range(start, min(start + VOLUME, len(rows))):
        canvas.doForm("front")
        canvas.setFillColor(BLACK)
        card.text("headline", [rows.headlines[row]])
        card.text("points", [rows.points[row]])
        for slot, key in enumerate(rows.pictures[row], start=1):
            card.image(f"{images}/{key}.jpg", f"picture_{slot}")
        canvas.showPage()
        canvas.doForm("back")
        canvas.setFillColor(BLACK)
        card.text("letter", rows.letters[row])
        card.text("address", rows.addresses[row])
        card.code(rows.packed[row].tobytes())
        canvas.showPage()
    canvas.save()


if __name__ == "__main__":
    main()
