"""``moyeora press proof`` and ``approve``: look at a few pieces, and say yes to them."""

import argparse
import sys
from pathlib import Path
from typing import Any

EXTREMES, SAMPLE = 12, 3  # what a proof shows when nothing is asked for


def add(commands: Any) -> None:
    """Add these commands to the parser of ``moyeora press``."""
    proof = commands.add_parser("proof", help="print a few records, to be looked at")
    proof.add_argument("job", type=Path, metavar="JOB", help="its folder or mailing.toml")
    proof.add_argument("--record", nargs="+", default=(), metavar="ID", help="these records")
    proof.add_argument(
        "--extremes", nargs="?", type=int, const=EXTREMES, default=0, metavar="N",
        help="at most N (%(const)s) that try the design: longest values, most lines, least room",
    )  # fmt: skip
    proof.add_argument(
        "--random", type=int, default=0, metavar="N", help="N drawn by lot, always the same by seed"
    )
    proof.add_argument("--seed", type=int, default=0, help="another lot (default: %(default)s)")
    proof.add_argument("--png", action="store_true", help="also draw each page as a picture")
    proof.add_argument("--lang", choices=("ko", "en"), default="ko", help="of the captions")
    proof.add_argument("-o", "--out", type=Path, default=Path("proof"), help="default: %(default)s")
    proof.set_defaults(action=_proof)

    approve = commands.add_parser("approve", help="record that the client said yes to a proof")
    approve.add_argument("job", type=Path, metavar="JOB", help="its folder or mailing.toml")
    approve.add_argument("--by", required=True, metavar="NAME", help="who said yes")
    approve.add_argument("--note", default="", help="what they added to it")
    approve.add_argument(
        "--proof", type=Path, default=Path("proof"), metavar="FOLDER",
        help="the proof that they saw (default: %(default)s)",
    )  # fmt: skip
    approve.set_defaults(action=_approve)


def _proof(chosen: argparse.Namespace) -> int:
    from moyeora.press.proof import proof

    asked = bool(chosen.record or chosen.extremes or chosen.random)
    made = proof(
        chosen.job,
        chosen.out,
        chosen.record,
        extremes=chosen.extremes if asked else EXTREMES,
        sample=chosen.random if asked else SAMPLE,
        seed=chosen.seed,
        png=chosen.png,
        lang=chosen.lang,
    )
    for fault in made.faults:
        print(f"row {fault.row}, {fault.place}: {fault.what}; {fault.remedy}", file=sys.stderr)
    for name in made.held:
        print(f"{name} would be held, so it is not in the proof", file=sys.stderr)
    if made.left_out:
        print(f"{made.left_out} more extremes: a larger number after --extremes shows them")
    if made.pieces:
        print(made.pdf, *made.pictures, sep="\n")
    return 1 if made.held else 0


def _approve(chosen: argparse.Namespace) -> int:
    from datetime import datetime

    from moyeora.press.approval import approve

    now = datetime.now().astimezone()
    made = approve(chosen.job, chosen.proof, by=chosen.by, note=chosen.note, at=now)
    print(f"{made.by} said yes to {len(made.pieces)} pieces of {made.title}")
    print(f"fingerprint {made.fingerprint}")
    return 0
