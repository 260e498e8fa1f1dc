"""One mail a day that tells each person what waits for them, in all their offices."""

from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django_scopes import scope

from moyeora.network.frame.clock import now, today
from moyeora.network.frame.navigation import Waiting, waiting
from moyeora.network.jobs.kinds import hourly
from moyeora.network.jobs.work import Task
from moyeora.network.members.acting import actor_of, live
from moyeora.network.members.models import Holding, Person

MORNING: Final = 7  # o'clock in Korea


@hourly("members.digest", title=_("Notices by mail"))
def in_the_morning(task: Task) -> dict[str, Any]:
    """What the worker does by itself; a worker that was away in the morning does it later."""
    if timezone.localtime(now()).hour < MORNING:
        return {}
    return {"sent": send_digests()}


def send_digests() -> int:
    """Write to everybody for whom something waits and who has had no digest today.

    Returns how many mails went. Begun again after it broke off, it goes on where it was.
    """
    sent = 0
    people = Person.objects.filter(is_active=True, made_up=False)
    unwritten = people.exclude(digested=today())
    with get_connection() as connection:
        for person in unwritten.order_by("id").iterator():
            offices = what_waits(person)
            if offices:
                mail = compose(person, offices)
                mail.connection = connection
                mail.send()
                sent += 1
            Person.objects.filter(id=person.id).update(digested=today())
    return sent


def what_waits(person: Person) -> list[tuple[Holding, list[Waiting]]]:
    """Each office of the person in which something waits, without the kinds they muted."""
    found = []
    for holding in person.holdings.filter(live()).select_related("firm"):
        actor = actor_of(holding)
        with translation.override(person.language), scope(**actor.scopes()):
            wanted = [one for one in waiting(actor) if one.kind not in person.muted]
        if wanted:
            found.append((holding, wanted))
    return found


def compose(person: Person, offices: list[tuple[Holding, list[Waiting]]]) -> EmailMessage:
    """The mail, in the person's language; it names what waits and says nothing of its content."""
    count = sum(len(wanted) for _, wanted in offices)
    context = {
        "person": person,
        "offices": offices,
        "count": count,
        "address": settings.ADDRESS,
    }
    with translation.override(person.language):
        subject = render_to_string("frame/digest_subject.txt", context).strip()
        return EmailMessage(
            subject, render_to_string("frame/digest.txt", context), to=[person.email]
        )
