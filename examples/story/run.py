"""The whole story, played through the same actions as the pages: from 780 firms to the last won.

    MOYEORA_HOME=FOLDER python examples/story/run.py [--households N]

It needs nothing but the installed package: SQLite in FOLDER (out/network), or the PostgreSQL that
DATABASE_URL names. The story takes place in the last weeks, day by day, and ends today; each step
says what came out of it and how long it took.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--households", type=int, metavar="N", help="how many customers to print")
    chosen = parser.parse_args()
    home = Path(os.environ.setdefault("MOYEORA_HOME", "out/network"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "moyeora.network.settings")
    sys.path.insert(0, str(HERE))
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    # Nobody here has a mail server: what would be sent lies in a folder.
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = home.absolute() / "mails"
    call_command("migrate", verbosity=0)
    from django.utils import translation
    from telling import Story

    from moyeora.network.demo import filling

    with translation.override("ko"):
        story = Story(chosen.households)
        if story.told():
            print("The story has been played here already; remove the folder to play it again.")
        else:
            story.play(_Teller())
        print()
        print(filling.sign_ins())
    return 0


class _Teller:
    """Prints one line a step: the name, what came out, and the seconds."""

    def __init__(self) -> None:
        self.began = time.perf_counter()

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[Any], None]]:
        """Time a step; what the step tells stands on its line."""
        told: list[str] = []
        began = time.perf_counter()
        live = sys.stdout.isatty()
        if live:
            print(f"   …    {name}", end="\r", flush=True)
        yield lambda text: told.append(str(text))
        print(f"{time.perf_counter() - began:6.1f} s  {name}: {'; '.join(told)}", flush=True)

    def end(self) -> None:
        print(f"{time.perf_counter() - self.began:6.1f} s  in all", flush=True)


if __name__ == "__main__":
    sys.exit(main())
