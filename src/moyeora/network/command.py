"""``moyeora network``: Django's own command line, with what this application adds to it.

``moyeora network journal rotate`` puts a new key in the place of the one that signs checkpoints;
``moyeora network migrate`` brings the database up to date, as ``moyeora serve`` does by itself.
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
