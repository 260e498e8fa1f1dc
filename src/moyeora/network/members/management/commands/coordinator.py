"""``moyeora network coordinator EMAIL NAME``: a link by which the first coordinator begins."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.urls import reverse

from moyeora.network.frame.actor import CLOCK, Office
from moyeora.network.frame.faults import Refused
from moyeora.network.members.actions.people import invite


class Command(BaseCommand):
    help = "Print a link by which somebody becomes a coordinator of the association."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            invitation, secret = invite(
                CLOCK,
                None,
                email=options["email"],
                name=options["name"],
                office=Office.COORDINATOR,
            )
        except Refused as refused:
            self.stderr.write(str(refused))
            raise SystemExit(1) from None
        self.stdout.write(
            f"Open this link until {invitation.expires:%Y-%m-%d} and choose a password:\n"
            f"  {settings.ADDRESS}{reverse('accept', args=[secret])}"
        )
