"""``moyeora press``: a thin shell over the library."""

import argparse
import datetime
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from moyeora.press import command_destroy, command_proof, command_report

if TYPE_CHECKING:
    from moyeora.press.check import Judgement
    from moyeora.press.plan import Plan
    from moyeora.press.register import Counts
    from moyeora.press.run import Result

_SHOWN = 20  # faults of a list in the terminal


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
    run.set_defaults(action=_run)

    check = commands.add_parser("check", help="judge the whole list and print nothing")
    check.add_argument("--csv", type=Path, metavar="FILE", help="write every fault into a table")
    check.add_argument("--html", type=Path, metavar="FILE", help="write a page to look at")
    check.add_argument("--lang", choices=("ko", "en"), default="ko", help="of the page")
    check.add_argument("--workers", type=int, help="processes (default: one a core)")
    check.set_defaults(action=_check)

    release = commands.add_parser("release", help="print held records after correction")
    release.add_argument("-o", "--out", type=Path, required=True, help="the folder of the run")
    how = release.add_argument_group("the correction, if it is not in the job itself")
    how.add_argument("--corrections", type=Path, metavar="FILE", help="new values by record id")
    how.add_argument("--list", type=Path, metavar="FILE", help="the whole list, corrected")
    release.add_argument("--workers", type=int, help="processes (default: one a core)")
    release.set_defaults(action=_release)

    again = commands.add_parser("reprint", help="print damaged pieces again, as they were")
    again.add_argument("folder", type=Path, metavar="FOLDER", help="the folder of the run")
    again.add_argument("--pieces", type=_piece_numbers, required=True, metavar="N,N", help="which")
    again.add_argument("--why", default="", help="to be noted, as in --why 'torn in the folder'")
    again.set_defaults(action=_reprint)

    for command in (run, release):
        command.add_argument(
            "--require-approval", action="store_true", help="only what the client has said yes to"
        )
    for command in (plan, run, check, release):
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


def _check(chosen: argparse.Namespace) -> int:
    from moyeora.press.check import check
    from moyeora.press.check_page import page
    from moyeora.press.fault_table import write_csv

    with progress_bar("judging") as progress:
        judgement = check(chosen.job, workers=chosen.workers, progress=progress)
    if chosen.csv:
        write_csv(chosen.csv, judgement.faults)
    if chosen.html:
        chosen.html.write_text(page(judgement, chosen.lang), "utf-8")
    show_judgement(judgement)
    return 1 if judgement.stops else 0


def _release(chosen: argparse.Namespace) -> int:
    from moyeora.press.release import release

    with progress_bar() as progress:
        made = release(
            chosen.job, chosen.out, corrections=chosen.corrections, corrected_list=chosen.list,
            workers=chosen.workers, require_approval=chosen.require_approval, progress=progress,
        )  # fmt: skip
    for note in made.notes:
        print(note)
    if made.differs:
        print(f"since the others were printed, this has changed: {made.differs}")
    names = ", ".join(volume.name for volume in made.volumes)
    print(f"{made.title}: {made.printed:,} held records printed" + f", in {names}" * bool(names))
    show_counts(made.counts)
    return 0


def _reprint(chosen: argparse.Namespace) -> int:
    from moyeora.press.reprint import NAME, reprint

    now = datetime.datetime.now(datetime.UTC)
    made = reprint(chosen.folder, chosen.pieces, at=now, why=chosen.why)
    print(f"{made.path}: {len(made.pieces):,} pieces on {made.pages:,} pages, as in their volumes")
    print(f"noted in {NAME} as reprint {made.number}")
    return 0


def _piece_numbers(text: str) -> list[int]:
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError("write numbers with commas, as in 12,345") from None


class progress_bar:
    """A bar for :func:`moyeora.press.run.run`; silent where standard error is no terminal."""

    def __init__(self, doing: str = "printing") -> None:
        self._doing = doing

    def __enter__(self) -> Callable[[int, int], None]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Remaining

        self._bar = Progress(
            TextColumn(self._doing), BarColumn(), MofNCompleteColumn(), Remaining(),
            console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty(),
        )  # fmt: skip
        self._bar.start()
        task = self._bar.add_task(self._doing, total=None)
        return lambda done, total: self._bar.update(task, completed=done, total=total)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def show_result(result: "Result") -> None:
    """Say what a run made, how fast, what was held and why, and where it lies."""
    counts, seconds = result.counts, result.seconds
    for note in result.notes:
        print(note)
    before = len(result.volumes) and result.kept == len(result.volumes)
    if result.kept:
        print(f"{result.kept} volumes were finished by a run before this one, and are unchanged")
    speed = f" in {seconds:.1f} s ({counts.printed / seconds:,.0f} pieces/s)" * (not before)
    print(
        f"{result.title}: {counts.printed:,} of {counts.inputs:,} pieces printed on "
        f"{result.pages:,} pages{speed}, "
        f"{result.bytes / 1e6:,.1f} MB in {len(result.volumes)} "
        f"volume{'s' * (len(result.volumes) != 1)}"
    )
    show_counts(counts)
    if result.faults:
        print(f"faults.csv names {result.faults:,} faults and what to do about each")
    print(f"all in {result.folder}")


def show_counts(counts: "Counts") -> None:
    """Say how many were not printed, and why."""
    print(f"held: {counts.held:,}; suppressed: {counts.suppressed:,}")
    for reason, count in counts.reasons.items():
        print(f"  {count:,} {reason}")


def show_judgement(judgement: "Judgement") -> None:
    """What is wrong with a list as a table, and what would become of its rows."""
    from rich.console import Console
    from rich.table import Table

    console = Console(markup=False, highlight=False)
    table = Table(title=judgement.title, title_justify="left")
    for heading in ("fault", "policy", "records", "mended", "what to do"):
        right = heading in {"records", "mended"}
        table.add_column(heading, justify="right" if right else "left", no_wrap=right)
    for found in judgement.kinds:
        numbers = f"{found.records:,}", f"{found.mended:,}" if found.mended else ""
        table.add_row(found.kind, found.policy, *numbers, found.remedy)
    if judgement.kinds:
        console.print(table)
    faults = judgement.unmended()
    for fault in faults.slice(0, _SHOWN).to_pylist():
        where = f"{fault['file']}, row {fault['row']}, {fault['place']}"
        console.print(f"{where}: {fault['what']} ({fault['kind']})", soft_wrap=True)
    if (more := faults.num_rows - _SHOWN) > 0:
        console.print(f"and {more:,} more: --csv FILE writes all of them")
    counts = judgement.counts
    lines = [
        *judgement.notes,
        f"{counts.inputs:,} rows: {counts.printed:,} to print, {counts.held:,} held, "
        f"{counts.suppressed:,} suppressed"
        + f"; {counts.decoys:,} are decoys"
        * (counts.decoys > 0),
    ]
    if judgement.stops:
        lines.append("there are faults that the job says must stop it: nothing would be printed")
    for line in lines:
        console.print(line, soft_wrap=True)


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
