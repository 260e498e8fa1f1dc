"""``moyeora share``: divide by a rule, by a game or by an agreement, from the command line."""

import argparse
import re
import sys
from importlib import import_module

from moyeora.sharing.faults import SharingError

# sub-command -> (module with add_arguments and run, what it does)
COMMANDS = {
    "statement": ("command_agreement", "the statement of one receipt, and the next state"),
    "why": ("command_agreement", "the path of each won from the receipt to one firm"),
    "replay": ("command_agreement", "recompute every statement of a state and compare the bytes"),
    "compare": ("command_compare", "rules side by side over scenarios, and who would leave"),
    "sensitivity": ("command_compare", "what changing one thing does to each firm"),
    "text": ("command_agreement", "the agreement as a document, in PDF"),
    "claims": ("command_rules", "divide an estate among claims"),
    "game": ("command_rules", "divide what a game is worth"),
    "check": ("command_rules", "check a certificate of the nucleolus"),
}


def main(arguments: list[str]) -> int:
    """Run ``moyeora share ...``: 0 done, 1 the input is refused, 2 the command line is wrong."""
    # Only the module that is called is imported: `claims` needs no PDF, `text` no numpy.
    name = arguments[0] if arguments else ""
    parser = argparse.ArgumentParser(prog="moyeora share", description=__doc__.split(": ")[1])
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for each, (module, what) in COMMANDS.items():
        sub = commands.add_parser(each, help=what, description=what)
        if each == name:
            part = import_module(f"moyeora.sharing.{module}")
            part.add_arguments(each, sub)
            sub.set_defaults(run=getattr(part, f"run_{each}"))
    try:
        options = parser.parse_args(_joined(arguments))
        return int(options.run(options))
    except SystemExit as stop:
        return int(stop.code or 0)
    except SharingError as refused:
        print(f"moyeora share {name}: {refused}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever reads our output has enough of it.
        sys.stdout = None
        return 0
    except OSError as problem:
        print(f"moyeora share {name}: {problem.filename}: {problem.strerror}", file=sys.stderr)
        return 1


def _joined(arguments: list[str]) -> list[str]:
    """``--claims -1,2`` as ``--claims=-1,2``: argparse would take -1,2 for an option."""
    joined: list[str] = []
    for word in arguments:
        if re.match(r"-[\d.]", word) and joined and re.fullmatch(r"--[\w-]+", joined[-1]):
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined
