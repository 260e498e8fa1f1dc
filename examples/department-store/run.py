"""The whole job, from the retailer's tables to volumes ready for the press.

    python examples/department-store/run.py [--households N] [--out FOLDER]
"""

import argparse
import sys
from pathlib import Path

from prepare import prepare
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from moyeora.press.faults import PressError
from moyeora.press.run import Result, run

HERE = Path(__file__).resolve().parent
SMALL_LIST = 10_000
# Volumes small enough that both cores have work on the 2,469 households too.
VOLUME_PIECES, SMALL_VOLUME_PIECES = 25_000, 1_000
# With a coupon; without one; with a name in Latin letters; who has bought nothing yet.
PROVED = ("00000022", "00000083", "00000511", "00000060")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--households", type=int, metavar="N", help="how many customers to print")
    parser.add_argument("--out", type=Path, default=Path("out/department-store"))
    chosen = parser.parse_args()
    console = Console()
    try:
        with console.status("Laying out purchases, campaigns, names and addresses …"):
            prepare(HERE / "data", chosen.households)
        result = _print(chosen.out, (chosen.households or 0) > SMALL_LIST, console)
    except PressError as error:
        console.print(f"[red]{error}", markup=True, highlight=False)
        return 1
    _tell(result, console)
    return 0


def _print(out: Path, large: bool, console: Console) -> Result:
    columns = TextColumn("Printing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=None)
        return run(
            HERE,
            out,
            volume_pieces=VOLUME_PIECES if large else SMALL_VOLUME_PIECES,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


def _tell(result: Result, console: Console) -> None:
    counts = result.counts
    table = Table.grid(padding=(0, 2))
    table.add_row("printed", f"{counts.printed:,} of {counts.inputs:,} households")
    for reason, pieces in sorted(counts.reasons.items()):
        table.add_row("not printed", f"{pieces:,}: {reason}")
    table.add_row("pages", f"{result.pages:,} in {len(result.volumes)} volumes")
    table.add_row("size", f"{result.bytes / 1e6:,.1f} MB")
    table.add_row("time", f"{result.seconds:.1f} s, {counts.inputs / result.seconds:,.0f} a second")
    table.add_row("where", str(result.folder))
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
