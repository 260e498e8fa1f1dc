"""The mail that invites an auditor."""

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from moyeora.network.members.models import Invitation
from moyeora.sharing.language import day


def send(invitation: Invitation, secret: str) -> None:
    """Write to the person, in the language of the pages."""
    with override(settings.LANGUAGE_CODE):
        text = _(
            "%(name)s, the firms of “%(title)s” ask you to be their auditor until %(day)s.\n\n"
            "You would see every line of this consortium's journal, statements and books, and "
            "change none. To accept, open this link within seven days:\n%(link)s\n\n"
            "If you do not want to, do nothing.\n"
        ) % {
            "name": invitation.name,
            "title": invitation.place,
            "day": day(invitation.until, settings.LANGUAGE_CODE),
            "link": settings.ADDRESS + reverse("accept", args=[secret]),
        }
        send_mail(_("Will you be our auditor?"), text, None, [invitation.email])
