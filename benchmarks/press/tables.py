"""The bench's two closing tables: every run, and every claim beside its aim and floor."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from benchmarks.press.bench import Measured, Run

COLOURS = {"aim": "green", "floor": "yellow", "short": "red"}
WORDS = {"aim": "aim reached", "floor": "floor reached", "short": "falls short"}


def runs_table(runs: Iterable["Run"]) -> Table:
    table = Table(title="Runs", title_justify="left")
    table.add_column("who")
    table.add_column("flyer")
    for name in (
        "pieces",
        "processes",
        "seconds (all runs)",
        "pieces/s",
        "core µs/piece",
        "peak MB",
        "bytes/piece",
    ):
        table.add_column(name, justify="right")
    for run in runs:
        table.add_row(
            run.who,
            run.flyer,
            f"{run.pieces:,}",
            str(run.processes),
            " ".join(f"{seconds:.2f}" for seconds in run.seconds),
            f"{run.speed:,.0f}",
            f"{run.core_s / run.pieces * 1e6:,.1f}" if run.core_s else "",
            f"{run.peak_mb:,.0f}" if run.peak_mb else "",
            f"{run.bytes / run.pieces:,.0f}",
        )
    return table


def claims_table(measured: Iterable["Measured"]) -> Table:
    table = Table(title="Claims", title_justify="left")
    table.add_column("what")
    for name in ("measured", "aim", "floor"):
        table.add_column(name, justify="right")
    table.add_column("")
    table.add_column("how")
    for one in measured:
        verdict, claim = one.claim.verdict(one.value), one.claim
        table.add_row(
            claim.what,
            f"{_short(one.value)} {claim.unit}",
            _short(claim.aim),
            _short(claim.floor),
            f"[{COLOURS[verdict]}]{WORDS[verdict]}[/]",
            one.how,
        )
    return table


def markdown(table: Table) -> str:
    """The same table for a page of the docs."""
    columns = [
        [str(column.header), *(Text.from_markup(str(cell)).plain for cell in column.cells)]
        for column in table.columns
    ]
    head, *rows = zip(*columns, strict=True)
    rule = ["---:" if column.justify == "right" else "---" for column in table.columns]
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, rule, *rows))


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
