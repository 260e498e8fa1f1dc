"""``moyeora network journal``: what who runs the server does with the journal's keys and files."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from moyeora.network.journal.audience import Reader
from moyeora.network.journal.chains import NETWORK
from moyeora.network.journal.checkpoints import BrokenChain, checkpoint_all, rotate
from moyeora.network.journal.export import export
from moyeora.network.journal.models import Chain

READERS = {
    "public": Reader(),
    "association": Reader(association=True),
    "consortium": Reader(party=True),
    "mediator": Reader(mediator=True),
    "auditor": Reader(auditor=True),
}


class Command(BaseCommand):
    help = "Rotate the key of the checkpoints, sign checkpoints now, export a chain."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        commands.add_parser("rotate", help="a new key; the old private half is destroyed")
        commands.add_parser("checkpoint", help="sign every chain that grew, now")
        out = commands.add_parser("export", help="a chain as JSON, as a kind of reader may see it")
        out.add_argument("--chain", type=UUID, default=NETWORK, help="default: the network's")
        out.add_argument("--reader", choices=[*READERS, "firm"], default="public")
        out.add_argument("--firm", type=UUID, help="its id, for --reader firm")

    def handle(self, what: str, **options: Any) -> None:
        try:
            getattr(self, f"_{what}")(**options)
        except BrokenChain as error:
            raise CommandError(str(error)) from None

    def _rotate(self, **options: Any) -> None:
        key = rotate()
        self.stdout.write(f"Checkpoints are signed with the key {key.thumbprint()} from now on.")

    def _checkpoint(self, **options: Any) -> None:
        self.stdout.write(f"{checkpoint_all()} chains signed.")

    def _export(self, chain: UUID, reader: str, firm: UUID | None, **options: Any) -> None:
        if (reader == "firm") != (firm is not None):
            raise CommandError("--reader firm goes with --firm ID, and only with it.")
        who = Reader(firm, party=True) if firm else READERS[reader]
        try:
            for piece in export(chain, who):
                self.stdout.write(piece, ending="")
        except Chain.DoesNotExist:
            raise CommandError(f"There is no chain {chain}.") from None
