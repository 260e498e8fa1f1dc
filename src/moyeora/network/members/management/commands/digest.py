"""``moyeora network digest``: write to everybody what waits for them; once a day, from cron."""

from typing import Any

from django.core.management import BaseCommand

from moyeora.network.members.digest import send_digests


class Command(BaseCommand):
    help = "Send each person one mail with what waits for them, at most one a day."

    def handle(self, *arguments: Any, **options: Any) -> None:
        self.stdout.write(f"{send_digests():,} mails sent")
