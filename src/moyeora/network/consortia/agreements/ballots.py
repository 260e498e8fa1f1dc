"""Votes: one firm, one vote, counted as the manual's assembly counts."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import rules
from django.utils.translation import gettext as _

from moyeora.network.consortia.agreements.actions import is_the_clock, owns_a_party
from moyeora.network.consortia.changes import ballot_closed
from moyeora.network.consortia.models import Appointment, Ballot, Consortium, Party, Vote
from moyeora.network.frame.actor import Actor, Office
from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import CONSORTIUM
from moyeora.resolution.reading import default_manual

NOTICE_DAYS: Final = 15
"""DESCA 6.2.2, as in the manual's assembly."""


@rules.predicate
def may_vote(actor: Actor, ballot: Ballot | None) -> bool:
    """The owner of a party of the ballot's consortium."""
    return (
        actor.office == Office.OWNER
        and ballot is not None
        and Party.objects.filter(
            consortium=ballot.consortium_id, firm=actor.firm, left=None
        ).exists()
    )


rules.add_perm("consortia.ballot.put", owns_a_party)
rules.add_perm("consortia.ballot.vote", may_vote)
rules.add_perm("consortia.ballot.close", is_the_clock)


@action("consortia.ballot.put")
def put(
    act: Act, consortium: Consortium, *, question: str, barred: frozenset[UUID] = frozenset()
) -> Ballot:
    """Put a question to the vote; ``barred`` are firms with an interest of their own."""
    if not question.strip():
        raise Refused(
            Fault("question", _("The question is missing."), _("Write what is to be decided."))
        )
    parties = set(consortium.parties.filter(left=None).values_list("firm_id", flat=True))
    if not barred < parties:
        raise Refused(
            Fault("barred", _("Somebody must have a vote."), _("Leave at least one firm."))
        )
    return open_ballot(act, consortium, question.strip(), barred)


def open_ballot(
    act: Act,
    consortium: Consortium,
    question: str,
    barred: frozenset[UUID] = frozenset(),
    *,
    matter: str = Ballot.Matter.QUESTION,
    appointment: Appointment | None = None,
) -> Ballot:
    """Put it to the vote of the firms, within an action that may."""
    ballot = Ballot.objects.create(
        consortium=consortium,
        question=question,
        matter=matter,
        appointment=appointment,
        put_by_id=act.actor.firm,
        put=act.at,
        deadline=act.at + timedelta(days=NOTICE_DAYS),
    )
    Vote.objects.bulk_create(
        Vote(ballot=ballot, firm_id=firm, choice=Vote.Choice.BARRED, at=act.at)
        for firm in sorted(barred)
    )
    act.record(
        "ballot.put",
        subject=ballot.id,
        facts={"question": ballot.question, "barred": sorted(map(str, barred))},
        audience=CONSORTIUM,
        chain=consortium.id,
    )
    return ballot


@action("consortia.ballot.vote", signs=True)
def vote(act: Act, ballot: Ballot, *, choice: str) -> Ballot:
    """Cast the firm's one vote; the last one closes the ballot."""
    ballot = Ballot.objects.select_for_update(no_key=True).get(id=ballot.id)
    if ballot.state != Ballot.State.OPEN or ballot.deadline <= act.at:
        raise Refused(_("This vote is closed."))
    if choice not in (Vote.Choice.YES, Vote.Choice.NO, Vote.Choice.ABSTAIN):
        raise Refused(Fault("choice", _("Choose for, against or abstain.")))
    if ballot.votes.filter(firm_id=act.actor.firm).exists():
        raise Refused(_("Your firm has voted, or has an interest and no vote."))
    Vote.objects.create(
        ballot=ballot, firm_id=act.actor.firm, choice=choice, person=act.actor.person, at=act.at
    )
    act.record(
        "ballot.voted",
        subject=ballot.id,
        facts={"choice": choice},
        audience=CONSORTIUM,
        chain=ballot.consortium_id,
    )
    decided = ballot.matter == Ballot.Matter.APPOINT and choice != Vote.Choice.YES
    if decided or ballot.votes.count() == ballot.consortium.parties.filter(left=None).count():
        _close(act, ballot)
    return ballot


@action("consortia.ballot.close")
def close(act: Act, ballot: Ballot) -> None:
    """The deadline has passed."""
    if ballot.state != Ballot.State.OPEN or ballot.deadline > act.at:
        raise Refused(_("This vote is still open."))
    _close(act, ballot)


def _close(act: Act, ballot: Ballot) -> None:
    parties = set(ballot.consortium.parties.filter(left=None).values_list("firm_id", flat=True))
    firms = len(parties)
    barred = ballot.votes.filter(choice=Vote.Choice.BARRED).count()
    counts = {
        name: ballot.votes.filter(choice=choice).count()
        for name, choice in (
            ("for", Vote.Choice.YES),
            ("against", Vote.Choice.NO),
            ("abstain", Vote.Choice.ABSTAIN),
        )
    }
    if ballot.matter == Ballot.Matter.APPOINT:
        agreed = ballot.votes.filter(choice=Vote.Choice.YES).values_list("firm_id", flat=True)
        result = "carried" if parties <= set(agreed) else "lost"
    else:
        assembly = default_manual().states["assembly"].vote
        result = assembly.result(counts, firms - barred, firms)
    ballot.state = Ballot.State.CARRIED if result == "carried" else Ballot.State.LOST
    ballot.closed = act.at
    ballot.save(update_fields=["state", "closed"])
    act.record(
        "ballot.closed",
        subject=ballot.id,
        facts={**counts, "result": result},
        audience=CONSORTIUM,
        chain=ballot.consortium_id,
    )
    ballot_closed.send(Ballot, ballot=ballot, act=act)
