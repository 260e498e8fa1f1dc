"""``moyeora network index_members``: write the search index anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from moyeora.network.members.search.index import index_expired, rebuild


class Command(BaseCommand):
    help = "Write the search index of the members anew; searches go on meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--expired",
            action="store_true",
            help="only firms of which a certificate ran out in the last seven days",
        )

    def handle(self, *args: Any, expired: bool, **options: Any) -> None:
        if expired:
            self.stdout.write(f"{index_expired():,} firms indexed")
            return
        done = 0
        for done in rebuild():
            self.stdout.write(f"\r{done:,} firms indexed", ending="")
            self.stdout.flush()
        self.stdout.write("" if done else "There are no firms to index.")
