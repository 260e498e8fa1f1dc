"""What waits for a person of an agreement, what the journal says of it, and what the clock does."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_scopes import scopes_disabled

from moyeora.network.consortia.agreements.actions import due_to_lapse, lapse
from moyeora.network.consortia.agreements.ballots import close
from moyeora.network.consortia.models import Agreement, Ballot, Consortium, Party, Signature, Vote
from moyeora.network.frame.actor import CLOCK, Actor, Office
from moyeora.network.frame.clock import at
from moyeora.network.frame.faults import Refused
from moyeora.network.frame.navigation import Waiting, waits
from moyeora.network.journal.words import describe

KINDS = {
    "agreement.drafted": gettext_lazy("wrote a draft of the agreement"),
    "agreement.compared": gettext_lazy("had the divisions computed"),
    "agreement.offered": gettext_lazy("offered version {version} for signature"),
    "agreement.signed": gettext_lazy("signed version {version}"),
    "agreement.refused": gettext_lazy("refused to sign version {version}: {reason}"),
    "agreement.lapsed": gettext_lazy("let the deadline of version {version} pass"),
    "agreement.in_force": gettext_lazy("put version {version} in force"),
    "ballot.put": gettext_lazy("put to the vote: {question}"),
    "ballot.voted": gettext_lazy("voted: {choice}"),
    "ballot.closed": gettext_lazy("closed the vote: {result}"),
}


def register() -> None:
    """Called once, when the application is ready."""
    for kind, words in KINDS.items():
        describe(kind, words)
    waits(
        signatures,
        sign=gettext_lazy("Agreements to sign"),
        draft=gettext_lazy("Agreements to draft"),
        vote=gettext_lazy("Votes"),
    )


def signatures(actor: Actor) -> Iterator[Waiting]:
    """Versions to sign, agreements that the lead has to draft, and votes to cast."""
    if actor.office != Office.OWNER:
        return
    mine = Signature.objects.filter(
        firm=actor.firm,
        answer=Signature.Answer.WAITING,
        agreement__state=Agreement.State.SIGNING,
    ).select_related("agreement__consortium")
    for signature in mine:
        agreement = signature.agreement
        yield Waiting(
            "sign",
            _("Read and sign the agreement: %(title)s") % {"title": agreement.consortium.title},
            reverse("agreement", args=[agreement.id]),
            agreement.deadline,
        )
    leading = Consortium.objects.filter(lead=actor.firm, state=Consortium.State.AGREEING)
    for consortium in leading.exclude(agreements__state=Agreement.State.SIGNING):
        yield Waiting(
            "draft",
            _("Draft the agreement: %(title)s") % {"title": consortium.title},
            reverse("agreements", args=[consortium.id]),
        )
    voted = Vote.objects.filter(firm=actor.firm).values("ballot_id")
    active = Party.objects.filter(firm=actor.firm, left=None).values("consortium_id")
    open_ = Ballot.objects.filter(state=Ballot.State.OPEN, consortium__in=active)
    for ballot in open_.exclude(id__in=voted):
        yield Waiting(
            "vote",
            _("Vote: %(question)s") % {"question": ballot.question},
            reverse("agreements", args=[ballot.consortium_id]),
            ballot.deadline,
        )


def pass_deadlines(now: datetime) -> int:
    """Let versions lapse and votes close whose time has passed; how many did."""
    passed = 0
    with scopes_disabled(), at(now):  # the clock looks at every consortium
        late = [(lapse, one) for one in due_to_lapse(now)]
        late += [
            (close, one)
            for one in Ballot.objects.filter(state=Ballot.State.OPEN, deadline__lte=now)
        ]
        for act, subject in late:
            try:
                act(CLOCK, subject)
            except Refused:
                continue  # answered between the query and the lock
            passed += 1
    return passed
