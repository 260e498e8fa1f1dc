"""``moyeora journal verify``: the journal checked by whoever holds its files, without a server."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from moyeora.network.journal.verify import verify


def main(arguments: Sequence[str]) -> int:
    """Exit code 0: the journal holds; 1: something was found; 2: a file cannot be read."""
    parser = argparse.ArgumentParser(prog="moyeora journal")
    commands = parser.add_subparsers(required=True, metavar="verify")
    one = commands.add_parser("verify", help="find any change, gap, reordering or cut, offline")
    one.add_argument("export", type=Path, help="the journal, downloaded as JSON")
    one.add_argument(
        "--checkpoint",
        type=Path,
        nargs="+",
        required=True,
        metavar="FILE",
        help="signed checkpoints; the older ones that you kept yourself prove the most",
    )
    one.add_argument(
        "--key", type=Path, nargs="+", required=True, metavar="FILE", help="the public keys"
    )
    asked = parser.parse_args(arguments)
    try:
        export = asked.export.read_text(encoding="utf-8")
        checkpoints = [path.read_text(encoding="ascii") for path in asked.checkpoint]
        keys = [path.read_text(encoding="ascii") for path in asked.key]
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    except UnicodeDecodeError:
        print("A file is not text: give the files as they were downloaded.", file=sys.stderr)
        return 2
    verdict = verify(export, checkpoints, keys)
    for finding in verdict.findings:
        print(f"{finding.code}: {finding}")
    if not verdict.holds:
        print(f"\nThe journal does not hold: {len(verdict.findings)} findings.")
        return 1
    print(f"The journal holds: {verdict.length} entries of the chain {verdict.chain}.")
    print(f"  {verdict.covered} stand under a checkpoint signed on {verdict.covered_at}.")
    newer = verdict.length - verdict.covered
    if newer:
        print(f"  {newer} are newer: only a later checkpoint proves that they stay as they are.")
    if verdict.hidden:
        print(f"  {verdict.hidden} are not for you to read; they are in their place, unchanged.")
    if verdict.erased:
        print(f"  {verdict.erased} were erased by the association, as a later entry says.")
    return 0
