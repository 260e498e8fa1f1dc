"""The command ``moyeora``: a thin shell over the rooms.

Each room keeps its own sub-commands in ``<room>/command.py`` with one function
``main(arguments) -> exit code``. A room is imported only when it is called, so that
``moyeora share`` works where only ``moyeora[sharing]`` is installed.
"""

import sys
from collections.abc import Sequence
from importlib import import_module

from moyeora import __version__

# sub-command -> (module, the extra that installs what it needs, what it does)
ROOMS = {
    "press": ("moyeora.press.command", "press", "print a mailing, every piece a little different"),
    "share": ("moyeora.sharing.command", "sharing", "who gets what, exact to the last won"),
    "manual": ("moyeora.resolution.command", "resolution", "settle a difference by the manual"),
    "form": ("moyeora.formation.command", "formation", "find the proven best consortium"),
    "serve": ("moyeora.network.serve", "network", "the web application and its worker"),
    "work": ("moyeora.network.work", "network", "one more worker for its background jobs"),
    "demo": ("moyeora.network.demo", "network", "fill the application with a made-up network"),
    "journal": ("moyeora.network.journal.command", "network", "verify a journal, offline"),
    "network": ("moyeora.network.command", "network", "manage the application (migrate, ...)"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``moyeora ROOM ...`` and return the exit code (2: the command line is wrong)."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["--version"]:
        print(f"moyeora {__version__}")
        return 0
    if not words or words[0] in {"-h", "--help"}:
        print(_usage())
        return 0
    if words[0] not in ROOMS:
        print(f"moyeora: there is no command {words[0]!r}\n\n{_usage()}", file=sys.stderr)
        return 2
    module, extra, _ = ROOMS[words[0]]
    try:
        command = import_module(module)
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.startswith("moyeora"):
            raise
        print(
            f"moyeora {words[0]}: the package {missing.name!r} is not installed.\n"
            f"Install what this command needs with: pip install 'moyeora[{extra}]'",
            file=sys.stderr,
        )
        return 1
    return int(command.main(words[1:]))


def _usage() -> str:
    width = max(map(len, ROOMS))
    rows = [f"  {name:<{width}}  {what}" for name, (_, _, what) in ROOMS.items()]
    return (
        "usage: moyeora COMMAND ...\n\ncommands:\n"
        + "\n".join(rows)
        + ("\n\nEach command tells more with --help.")
    )


if __name__ == "__main__":
    sys.exit(main())
