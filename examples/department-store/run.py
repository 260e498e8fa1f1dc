"""The whole job, from the retailer's tables to volumes ready for the press.

python examples/department-store/run.py [--households N] [--out FOLDER]
"""

import argparse
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pypdfium2
from PIL import Image
from prepare import prepare
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from moyeora.press.faults import PressError
from moyeora.press.run import Result, run

HERE = Path(__file__).resolve().parent
# Volumes small enough that two cores have work on the 2,469 households too.
VOLUME_PIECES, SMALL_VOLUME_PIECES, SMALL_LIST = 25_000, 1_000, 10_000
# With a coupon; without one; with a name in Latin letters; a customer who has bought nothing yet.
PROVED = ("00000022", "00000083", "00000511", "00000060")
DPI, BLEED_MM, SIDES = 150, 3, 2


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--households", type=int, metavar="N", help="how many customers to print")
    parser.add_argument("--out", type=Path, default=Path("out/department-store"))
    chosen = parser.parse_args()
    console = Console(highlight=False)
    began = time.perf_counter()
    try:
        with console.status("Laying out purchases, campaigns, names and addresses"):
            prepare(HERE / "data", chosen.households)
        prepared = time.perf_counter()
        result = _print(chosen.out, (chosen.households or 0) > SMALL_LIST, console)
        with console.status("Drawing proofs"):
            proofs = _prove(result.folder)
    except PressError as error:
        console.print(str(error), style="red", markup=False)
        return 1
    _tell(result, prepared - began, proofs, console)
    return 0


def _print(out: Path, large: bool, console: Console) -> Result:
    columns = TextColumn("Printing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        return run(
            HERE,
            out,
            volume_pieces=VOLUME_PIECES if large else SMALL_VOLUME_PIECES,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


def _prove(out: Path) -> Path | None:
    """Draw the chosen pieces from the volumes, where the register says that they are: a picture
    of each side as it will be trimmed, and one of all; returns that one."""
    folder = out / "proofs"
    folder.mkdir(mode=0o700, exist_ok=True)
    register = pq.read_table(
        out / "pieces.parquet",
        filters=[("id", "in", PROVED), ("status", "==", "printed")],
        columns=["id", "volume", "page"],
    )
    places = {piece["id"]: piece for piece in register.to_pylist()}
    pieces = []
    for name in filter(places.get, PROVED):
        place = places[name]
        with pypdfium2.PdfDocument(out / f"volume-{place['volume']:04}.pdf") as volume:
            sides = [_trimmed(volume[place["page"] - 1 + side]) for side in range(SIDES)]
        for number, side in enumerate(sides, 1):
            side.save(folder / f"{name}-{number}.png", dpi=(DPI, DPI))
        pieces.append(sides)
    if not pieces:
        return None
    width, height = pieces[0][0].size
    gap = width // 20
    together = Image.new(
        "RGB",
        (len(pieces) * (width + gap) + gap, SIDES * (height + gap) + gap),
        (226, 224, 220),
    )
    for column, sides in enumerate(pieces):
        for row, side in enumerate(sides):
            together.paste(side, (gap + column * (width + gap), gap + row * (height + gap)))
    together.save(folder / "pieces.png", dpi=(DPI, DPI))
    return folder / "pieces.png"


def _trimmed(page: pypdfium2.PdfPage) -> Image.Image:
    bleed = BLEED_MM / 25.4 * 72
    return page.render(scale=DPI / 72, crop=(bleed,) * 4).to_pil().convert("RGB")


def _tell(result: Result, preparation: float, proofs: Path | None, console: Console) -> None:
    counts = result.counts
    table = Table.grid(padding=(0, 2))
    table.add_row("printed", f"{counts.printed:,} of {counts.inputs:,} households")
    table.add_row("held", f"{counts.held:,}")
    table.add_row("suppressed", f"{counts.suppressed:,}")
    for reason, pieces in counts.reasons.items():
        table.add_row("", f"{pieces:,} {reason}")
    volumes = f"{len(result.volumes)} volume{'s' * (len(result.volumes) > 1)}"
    table.add_row("pages", f"{result.pages:,} in {volumes}, {result.bytes / 1e6:,.1f} MB")
    speed = counts.inputs / result.seconds
    table.add_row(
        "time",
        f"{preparation:.1f} s to lay out the data, {result.seconds:.1f} s to print "
        f"({speed:,.0f} pieces a second)",
    )
    table.add_row("where", str(result.folder))
    if proofs:
        table.add_row("proofs", str(proofs))
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
