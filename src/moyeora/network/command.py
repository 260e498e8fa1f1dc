"""``moyeora serve`` and its kin: the application from the command line.

``serve`` brings the database up to date and serves the pages and the background worker;
``work`` runs one more worker; ``demo`` fills or empties the demonstration network; ``manage`` is
Django's own command.
"""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "moyeora.network.settings")


def main(arguments: list[str]) -> int:
    """Run ``moyeora network ...`` as Django's own command line does."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["moyeora network", *arguments])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
