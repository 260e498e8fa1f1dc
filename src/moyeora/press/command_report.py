"""``moyeora press report``: what became of a mailing."""

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Add this command to the parser of ``moyeora press``."""
    report = commands.add_parser("report", help="what became of every row, as a page")
    report.add_argument("folder", type=Path, metavar="FOLDER", help="what a run printed into")
    report.add_argument("--lang", choices=("ko", "en"), default="ko")
    report.add_argument("--json", action="store_true", help="also write the figures as JSON")
    report.add_argument(
        "--pieces", type=int, default=6, metavar="N",
        help="pictures of so many pieces (default: %(default)s; 0: a page without personal data)",
    )  # fmt: skip
    report.add_argument(
        "-o", "--out", type=Path, metavar="FILE", help="default: FOLDER/report.html"
    )
    report.set_defaults(action=_report)


def _report(chosen: argparse.Namespace) -> int:
    from datetime import datetime

    from moyeora.press.report import as_json, report, write
    from moyeora.press.report_page import report_page

    made = report(chosen.folder, at=datetime.now().astimezone(), samples=chosen.pieces)
    page = chosen.out or chosen.folder / "report.html"
    write(page, report_page(made, chosen.lang))
    print(
        f"{made.title}: {made.inputs:,} rows = {made.printed:,} printed + {made.held:,} held "
        f"+ {made.suppressed:,} suppressed"
    )
    print(page)
    if chosen.json:
        write(page.with_suffix(".json"), as_json(made))
        print(page.with_suffix(".json"))
    return 0
