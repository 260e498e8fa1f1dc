"""``moyeora press``: a thin shell over the library."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from moyeora.press import command_destroy, command_proof, command_report

if TYPE_CHECKING:
    from moyeora.press.plan import Plan
    from moyeora.press.run import Result


def main(arguments: Sequence[str]) -> int:
    """Run ``moyeora press …``; 0 when all went well, 1 when the job did not, 2 for bad usage."""
    from moyeora.press.faults import PressError

    chosen = _parser().parse_args(list(arguments))
    action: Callable[[argparse.Namespace], int] = chosen.action
    try:
        return action(chosen)
    except PressError as error:
        print(f"moyeora press: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="moyeora press", description="Print a mailing, every piece a little different."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    plan = commands.add_parser("plan", help="what a job will cost, and why")
    plan.set_defaults(action=_plan)

    run = commands.add_parser("run", help="print a job into volumes")
    run.add_argument("-o", "--out", type=Path, required=True, help="a new folder for what is made")
    run.add_argument("--workers", type=int, help="processes (default: one a core)")
    run.add_argument(
        "--volume-pieces", type=int, default=25_000, help="pieces in one PDF (default: %(default)s)"
    )
    run.add_argument(
        "--require-approval", action="store_true", help="only what the client has said yes to"
    )
    run.set_defaults(action=_run)

    for command in (plan, run):
        command.add_argument("job", type=Path, metavar="JOB", help="its folder or mailing.toml")
    for more in (command_proof, command_report, command_destroy):
        more.add(commands)
    return parser


def _plan(chosen: argparse.Namespace) -> int:
    from moyeora.press.plan import plan

    show_plan(plan(chosen.job))
    return 0


def _run(chosen: argparse.Namespace) -> int:
    from moyeora.press.run import run

    with progress_bar() as progress:
        result = run(
            chosen.job,
            chosen.out,
            workers=chosen.workers,
            volume_pieces=chosen.volume_pieces,
            require_approval=chosen.require_approval,
            progress=progress,
        )
    show_result(result)
    return 0


class progress_bar:
    """A bar for :func:`moyeora.press.run.run`; silent where standard error is no terminal."""

    def __enter__(self) -> Callable[[int, int], None]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Remaining

        self._bar = Progress(
            TextColumn("printing"), BarColumn(), MofNCompleteColumn(), Remaining(),
            console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty(),
        )  # fmt: skip
        self._bar.start()
        task = self._bar.add_task("printing", total=None)
        return lambda done, total: self._bar.update(task, completed=done, total=total)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def show_result(result: "Result") -> None:
    """Say what a run made, how fast, what was held and why, and where it lies."""
    counts, seconds = result.counts, result.seconds
    for note in result.notes:
        print(note)
    print(
        f"{result.title}: {counts.printed:,} of {counts.inputs:,} pieces printed on "
        f"{result.pages:,} pages in {seconds:.1f} s ({counts.printed / seconds:,.0f} pieces/s), "
        f"{result.bytes / 1e6:,.1f} MB in {len(result.volumes)} "
        f"volume{'s' * (len(result.volumes) != 1)}"
    )
    print(f"held: {counts.held:,}; suppressed: {counts.suppressed:,}")
    for reason, count in counts.reasons.items():
        print(f"  {count:,} {reason}")
    if result.faults:
        print(f"faults.csv names {result.faults:,} faults and what to do about each")
    print(f"all in {result.folder}")


def show_plan(plan: "Plan") -> None:
    """A plan as a table."""
    from rich.console import Console
    from rich.table import Table

    console = Console(markup=False)  # a title or a note may have brackets of its own
    table = Table(title=plan.title, title_justify="left")
    for heading in ("part", "kind", "distinct values", "bytes/piece", "core s"):
        right = heading in {"bytes/piece", "core s"}
        table.add_column(heading, justify="right" if right else "left")
    for part in plan.parts:
        distinct = ", ".join(f"{name} {count:,}" for name, count in part.distinct.items())
        size, seconds = f"{part.bytes_a_piece:,.0f}", f"{part.seconds:.2f}"
        table.add_row(part.name, part.kind, distinct, size, seconds)
    console.print(table)
    for kind, why in dict.fromkeys((part.kind, part.why) for part in plan.parts):
        console.print(f"{kind}: {why}", highlight=False)
    layouts = ", ".join(f"{name} {count:,}" for name, count in plan.layouts.items())
    lines = [
        *plan.notes,
        f"{plan.inputs:,} rows: {plan.records:,} records to print ({layouts}), "
        f"{plan.suppressed:,} suppressed, {plan.unreadable:,} unreadable",
        f"{plan.bytes_a_piece:,.0f} bytes a piece beyond {plan.shared_bytes / 1e6:.1f} MB that "
        f"each volume shares: about {plan.bytes_a_piece * plan.records / 1e6:,.0f} MB",
        f"{plan.preparation_seconds:.1f} s to prepare, then about {plan.seconds:.1f} s of one "
        f"core to compose (a trial of {plan.trial:,} pieces)",
    ]
    for line in lines:
        console.print(line, highlight=False)
