"""Naming, inviting and relieving an auditor.

All firms agree to an auditor, since that person reads what they do not read of each other. To
relieve one the manual's majority is enough, so that no single firm keeps a bad auditor in office,
nor takes a good one out of it. The auditor's own ways out are those of every office.
"""

from datetime import date, timedelta
from typing import Any, Final

import rules
from django.db import transaction
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from moyeora.network.consortia.agreements.actions import is_the_clock
from moyeora.network.consortia.agreements.ballots import open_ballot
from moyeora.network.consortia.auditors.letter import send
from moyeora.network.consortia.changes import ballot_closed
from moyeora.network.consortia.models import Appointment, Ballot, Consortium, Party
from moyeora.network.frame.actor import CLOCK, Actor, Office
from moyeora.network.frame.clock import today
from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import CONSORTIUM
from moyeora.network.members.actions import people
from moyeora.network.members.changes import office_ended, office_taken
from moyeora.network.members.models import Holding

LONGEST: Final = timedelta(days=3 * 366)
"""A term of three years at most, as of a company's auditor (Commercial Act, art. 410)."""

State, Ending = Appointment.State, Appointment.Ending


@rules.predicate
def owns_a_party(actor: Actor, thing: Consortium | Appointment | None) -> bool:
    """The owner of a firm that takes part in the consortium."""
    consortium = thing.consortium if isinstance(thing, Appointment) else thing
    return (
        actor.office == Office.OWNER
        and consortium is not None
        and Party.objects.filter(consortium=consortium, firm=actor.firm, left=None).exists()
    )


rules.add_perm("consortia.auditor.name", owns_a_party)
rules.add_perm("consortia.auditor.invite", owns_a_party)
rules.add_perm("consortia.auditor.relieve", owns_a_party)
rules.add_perm("consortia.auditor.close", is_the_clock)


@action("consortia.auditor.name")
def name(act: Act, consortium: Consortium, *, name: str, email: str, until: date) -> Ballot:
    """Name a person as auditor and put it to the vote; every firm must say yes."""
    consortium = Consortium.objects.select_for_update(no_key=True).get(id=consortium.id)
    name, email = name.strip(), email.strip().lower()
    faults = people.wrong_person(email, name)
    if consortium.state not in (Consortium.State.AGREEING, Consortium.State.AGREED):
        faults.append(
            Fault("", _("Not every seat is taken yet."), _("Invite and wait for the answers."))
        )
    live = consortium.appointments.filter(state__in=Appointment.LIVE).first()
    if live is not None and why_over(live) is not None:
        close(CLOCK, live)
    elif live is not None:
        faults.append(
            Fault("", _("There is an auditor, or one is being voted on."), _("Wait for the end."))
        )
    if not today() <= until <= today() + LONGEST:
        faults.append(
            Fault("until", _("This day is out of range."), _("Choose a day within three years."))
        )
    if interested(consortium, person__email=email):
        faults.append(_interested_fault("email"))
    if faults:
        raise Refused(faults)
    made = Appointment.objects.create(
        consortium=consortium,
        name=name,
        email=email,
        until=until,
        named_by_id=act.actor.firm,
        named=act.at,
    )
    _record(act, "auditor.named", made, {"name": name, "until": until.isoformat()})
    question = _("Appoint %(name)s as auditor until %(day)s") % {
        "name": name,
        "day": until.isoformat(),
    }
    return open_ballot(act, consortium, question, matter=Ballot.Matter.APPOINT, appointment=made)


@action("consortia.auditor.invite")
def invite(act: Act, appointment: Appointment) -> None:
    """Send the person a new link: the last one was lost, or its seven days are over."""
    appointment = _locked(appointment)
    if appointment.state != State.AGREED:
        raise Refused(_("This person is not waiting for an invitation."))
    _invite(act, appointment)


@action("consortia.auditor.relieve")
def relieve(act: Act, appointment: Appointment, *, reason: str) -> Ballot:
    """Put to the vote that the auditor is relieved; the manual's majority carries it."""
    appointment = _locked(appointment)
    faults = []
    if appointment.state not in (State.AGREED, State.SERVING):
        faults.append(Fault("", _("This person is not in office.")))
    if appointment.ballots.filter(state=Ballot.State.OPEN).exists():
        faults.append(Fault("", _("A vote on this is open already."), _("Cast your firm's vote.")))
    if not 1 <= len(reason.strip()) <= 200:
        problem = _("A reason is missing, or it is longer than 200 letters.")
        faults.append(Fault("reason", problem, _("Say why in a sentence.")))
    if faults:
        raise Refused(faults)
    question = _("Relieve the auditor %(name)s: %(reason)s") % {
        "name": appointment.name,
        "reason": reason.strip(),
    }
    return open_ballot(
        act,
        appointment.consortium,
        question,
        matter=Ballot.Matter.RELIEVE,
        appointment=appointment,
    )


@action("consortia.auditor.close")
def close(act: Act, appointment: Appointment) -> None:
    """The term is over, or the auditor has come to hold an office in one of the firms."""
    appointment = _locked(appointment)
    ending = why_over(appointment)
    if ending is None:
        raise Refused(_("Nothing ends this office."))
    _end(act, appointment, ending)


def why_over(appointment: Appointment) -> Ending | None:
    """Why somebody who is agreed on or in office can be so no longer."""
    if appointment.state not in (State.AGREED, State.SERVING):
        return None
    if appointment.until < today():
        return Ending.TERM
    barred = interested(appointment.consortium, person__email=appointment.email)
    return Ending.INTERESTED if barred else None


def interested(consortium: Consortium, **whose: Any) -> bool:
    """Whether a person (``person`` or ``person__email``) holds an office in one of the firms."""
    with scopes_disabled():  # the parties' ids, whoever asks; yes or no leaves here
        parties = Party.objects.filter(consortium=consortium, left=None).values("firm_id")
        return Holding.objects.filter(firm__in=parties, ended=None, **whose).exists()


def _voted(sender: Any, *, ballot: Ballot, act: Act, **_more: Any) -> None:
    """What follows from a vote about an auditor."""
    if ballot.appointment_id is None:
        return
    appointment = _locked(ballot.appointment)
    carried = ballot.state == Ballot.State.CARRIED
    if ballot.matter == Ballot.Matter.APPOINT:
        appointment.state = State.AGREED if carried else State.REJECTED
        appointment.save(update_fields=["state"])
        _record(act, "auditor.agreed" if carried else "auditor.rejected", appointment)
        if carried:
            _invite(act, appointment)
    elif carried and appointment.state in (State.AGREED, State.SERVING):
        _end(act, appointment, Ending.RELIEVED)


def _accepted(sender: Any, *, holding: Holding, act: Act, **_more: Any) -> None:
    """The person has taken the office."""
    if holding.consortium is None:
        return
    with scopes_disabled():  # who accepts has no office yet, and so no scope
        appointment = _locked(
            Appointment.objects.get(consortium=holding.consortium, state=State.AGREED)
        )
    if interested(appointment.consortium, person=holding.person_id):
        raise Refused(_interested_fault(""))
    appointment.state, appointment.holding = State.SERVING, holding
    appointment.accepted = act.at
    appointment.save(update_fields=["state", "holding", "accepted"])
    _record(act, "auditor.accepted", appointment)


def _office_ended(sender: Any, *, holding: Holding, act: Act, **_more: Any) -> None:
    """The person resigned; for all other reasons the appointment has ended before."""
    if holding.consortium is None:
        return
    with scopes_disabled():  # it may be another of the person's offices that acts
        appointment = Appointment.objects.filter(holding=holding, state=State.SERVING).first()
    if appointment is not None:
        _end(act, _locked(appointment), Ending.RESIGNED)


def register() -> None:
    """Called once, when the application is ready."""
    ballot_closed.connect(_voted)
    office_taken.connect(_accepted)
    office_ended.connect(_office_ended)


def _locked(appointment: Appointment) -> Appointment:
    with scopes_disabled():  # found before, by who may
        rows = Appointment.objects.select_for_update(of=("self",), no_key=True)
        return rows.select_related("consortium", "holding").get(id=appointment.id)


def _invite(act: Act, appointment: Appointment) -> None:
    invitation, secret = people.invite_auditor(
        act,
        email=appointment.email,
        name=appointment.name,
        consortium=appointment.consortium_id,
        place=appointment.consortium.title,
        until=appointment.until,
    )
    # By mail alone: whoever is shown the link of a new account could take the office.
    transaction.on_commit(lambda: send(invitation, secret), robust=True)
    _record(act, "auditor.invited", appointment)


def _end(act: Act, appointment: Appointment, ending: str) -> None:
    appointment.state, appointment.ending, appointment.ended = State.ENDED, ending, act.at
    appointment.save(update_fields=["state", "ending", "ended"])
    people.withdraw_auditor(act, appointment.consortium_id)
    if appointment.holding is not None and ending != Ending.RESIGNED:
        people.end_holding(act, appointment.holding)
    _record(act, f"auditor.{ending}", appointment)


def _record(
    act: Act, kind: str, appointment: Appointment, facts: dict[str, Any] | None = None
) -> None:
    act.record(
        kind,
        subject=appointment.id,
        facts=facts or {"name": appointment.name},
        audience=CONSORTIUM,
        chain=appointment.consortium_id,
    )


def _interested_fault(field: str) -> Fault:
    return Fault(
        field,
        _("This person holds an office in one of the firms."),
        _("An auditor belongs to none of them. Name somebody else."),
    )
