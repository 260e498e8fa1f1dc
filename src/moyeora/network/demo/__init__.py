"""``moyeora demo``: fills an empty application with a made-up network, and takes it away again."""

import argparse
import os
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Run ``moyeora demo [--empty]``; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="moyeora demo",
        description="Fill the database with a made-up network of 780 firms and 27 consortia, with "
        "people to sign in as. Doing it twice changes nothing.",
    )
    parser.add_argument("--empty", action="store_true", help="remove exactly what was made up")
    chosen = parser.parse_args(list(arguments))

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "moyeora.network.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from moyeora.network.demo import filling
    from moyeora.network.frame.actor import CLOCK

    if chosen.empty:
        firms = filling.empty(CLOCK, None)
        print(f"Removed {firms} made-up firms and all that belonged to them.")
        print("Make your own coordinator with: moyeora network coordinator EMAIL NAME")
        return 0
    if not filling.filled():
        filling.fill(CLOCK, None)
    print(filling.sign_ins())
    return 0
