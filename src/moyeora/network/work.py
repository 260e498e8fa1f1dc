"""``moyeora work``: one more worker for the background jobs of ``moyeora serve``."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence

ORPHAN_ENDS = "MOYEORA_END_WITH_STDIN"
"""Set for a child of ``moyeora serve``: it ends when its standard input does, so that nothing is
left over even when the parent was killed.
"""


def main(arguments: Sequence[str]) -> int:
    """Do jobs until a signal asks to end; a job that is going on then goes back into the queue."""
    argparse.ArgumentParser(prog="moyeora work", description=__doc__).parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "moyeora.network.settings")
    import django

    django.setup()
    from moyeora.network.jobs.work import work

    leaving = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: leaving.set())
    end_with_parent()
    work(leaving=leaving)
    return 0


def end_with_parent() -> None:
    """Ask this process to end when its parent is gone, if the parent set :data:`ORPHAN_ENDS`."""
    if os.environ.get(ORPHAN_ENDS) != "1":
        return

    def wait() -> None:
        os.read(0, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
