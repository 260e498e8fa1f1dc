"""``moyeora press destroy``: remove a job's personal data, and prove that it was done."""

import argparse
import os
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moyeora.press.destruction import Scope, Statement


def add(commands: Any) -> None:
    """Add this command to the parser of ``moyeora press``."""
    destroy = commands.add_parser(
        "destroy", help="remove a job's personal data, and leave a signed statement"
    )
    destroy.add_argument("job", type=Path, nargs="?", metavar="JOB", help="its folder")
    destroy.add_argument(
        "folder", type=Path, nargs="*", metavar="FOLDER", help="what was printed and proved of it"
    )
    destroy.add_argument(
        "--also", type=Path, action="append", default=[], metavar="FILE",
        help="a file or folder of your own, such as a list outside of the job (may be repeated)",
    )  # fmt: skip
    destroy.add_argument(
        "--keep", type=Path, action="append", default=[], metavar="FILE",
        help="a file that is not personal (may be repeated)",
    )  # fmt: skip
    destroy.add_argument("--by", metavar="NAME", help="who destroys it")
    destroy.add_argument("--note", default="", help="what else the statement says")
    destroy.add_argument("--yes", action="store_true", help="do it; without, only tell")
    destroy.add_argument(
        "--statement", type=Path, metavar="FILE", help="default: JOB-destroyed.json, here"
    )
    destroy.add_argument(
        "--sign-with", type=Path, metavar="KEY",
        help=f"your private key, made if it is not there (default: {_own_key()})",
    )  # fmt: skip
    destroy.add_argument("--verify", type=Path, metavar="STATEMENT", help="check a statement")
    destroy.add_argument(
        "--key", type=Path, metavar="PUBLIC", help="with --verify: the public key of who signed it"
    )
    destroy.set_defaults(action=lambda chosen: _destroy(destroy, chosen))


def _own_key() -> Path:
    settings = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(settings).expanduser() / "moyeora" / "press.pem"


def _destroy(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> int:
    if chosen.verify is not None:
        if chosen.key is None or chosen.job is not None:
            parser.error("--verify STATEMENT needs --key PUBLIC and nothing else")
        return _verify(chosen)
    if chosen.job is None or (chosen.yes and not chosen.by):
        parser.error("name the JOB, and with --yes also who does it (--by NAME)")
    from datetime import datetime

    from moyeora.press.destruction import destroy, find, is_begun, is_ended
    from moyeora.press.faults import FolderError
    from moyeora.press.signing import key_id, public_path, read_or_make_key

    statement = chosen.statement or Path(f"{chosen.job.resolve().name}-destroyed.json")
    key_file = chosen.sign_with or _own_key()
    ended = is_ended(chosen.job, chosen.folder, statement, also=chosen.also)
    if not ended and not is_begun(statement):
        scope = find(chosen.job, chosen.folder, also=chosen.also, keep=chosen.keep)
        for root in (chosen.job.resolve(), *scope.made, *scope.named):
            if key_file.resolve().is_relative_to(root):
                raise FolderError("lies in the job", place=str(key_file), remedy="put it elsewhere")
        _tell(scope)
        if not chosen.yes:
            print("nothing was destroyed; say --yes to do it")
            return 0
    elif not ended and not chosen.yes:
        print(f"{statement} was begun; say --yes to go on")
        return 0
    key = read_or_make_key(key_file)
    made = destroy(
        chosen.job, chosen.folder, statement, key=key, by=chosen.by, note=chosen.note,
        at=datetime.now().astimezone(), also=chosen.also, keep=chosen.keep,
    )  # fmt: skip
    print(f"destroyed {len(made.files)} files, {made.bytes / 1e6:,.1f} MB")
    print(f"{statement} says so, signed with the key {key_id(key.public_key())}")
    print(f"whoever gets it checks it with {public_path(key_file)}")
    return 0


def _tell(scope: "Scope") -> None:
    """Say what would be destroyed, and what would not."""
    files = scope.files()
    print(f"{scope.title}: {len(files)} files")
    for what, count in sorted(Counter(files.values()).items()):
        print(f"  {count} {what}")
    for path in scope.outside:
        print(f"not destroyed, as it lies outside of the job: {path} (name it after --also)")
    for path in scope.suspects:
        print(f"not destroyed, but may be personal: {os.path.relpath(path)}", file=sys.stderr)


def _verify(chosen: argparse.Namespace) -> int:
    from moyeora.press.destruction import verify
    from moyeora.press.signing import read_public_key

    key = read_public_key(chosen.key)
    show_statement(verify(chosen.verify, key))
    return 0


def show_statement(made: "Statement") -> None:
    """A statement in words."""
    print(f"signed, and not changed since: {made.title}")
    print(f"destroyed by {made.by}, {made.begun} to {made.ended}")
    if made.note:
        print(made.note)
    counts = ", ".join(f"{count} {what}" for what, count in made.counts.items())
    print(f"{len(made.files)} files ({counts}), {made.bytes / 1e6:,.1f} MB")
    if made.rows:
        print("rows: " + ", ".join(f"{count:,} {what}" for what, count in made.rows.items()))
    for file in made.files:
        print(f"  {file.sha256[:16]}  {file.path}")
    for promise in made.promise["en"]:
        print(promise)
