"""Drafting, offering, signing and refusing an agreement. Nobody signs for another firm."""

import hmac
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import rules
from django.db.models import Max
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from moyeora.network.consortia.agreements import terms as agreed
from moyeora.network.consortia.agreements.paper import text_hash
from moyeora.network.consortia.agreements.program import program
from moyeora.network.consortia.models import (
    Agreement,
    Consortium,
    Draft,
    Party,
    Seat,
    Signature,
)
from moyeora.network.frame.actor import Actor, Office
from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.jobs.models import Job
from moyeora.network.jobs.work import start
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import CONSORTIUM, firms
from moyeora.sharing import SharingError

DEADLINE_DAYS: Final = range(1, 61)


@rules.predicate
def owns_a_party(actor: Actor, consortium: Consortium | None) -> bool:
    """The owner of a firm that takes part in the consortium."""
    return (
        actor.office == Office.OWNER
        and consortium is not None
        and Party.objects.filter(consortium=consortium, firm=actor.firm, left=None).exists()
    )


@rules.predicate
def is_asked_to_sign(actor: Actor, agreement: Agreement | None) -> bool:
    """The owner of a firm whose signature this version needs."""
    return (
        actor.office == Office.OWNER
        and agreement is not None
        and agreement.signatures.filter(firm=actor.firm).exists()
    )


@rules.predicate
def is_the_clock(actor: Actor, _: object) -> bool:
    """A date passed; nobody did it."""
    return actor.office == Office.CLOCK


rules.add_perm("consortia.agreement.draft", owns_a_party)
rules.add_perm("consortia.agreement.compute", owns_a_party)
rules.add_perm("consortia.agreement.offer", owns_a_party)
rules.add_perm("consortia.agreement.sign", is_asked_to_sign)
rules.add_perm("consortia.agreement.refuse", is_asked_to_sign)
rules.add_perm("consortia.agreement.lapse", is_the_clock)


def first_terms(consortium: Consortium) -> agreed.Terms:
    """What a draft begins with: the accepted seats, equal shares, the usual clauses."""
    item = consortium.item
    seats: dict[UUID, list[str]] = {consortium.lead_id: []}
    for seat in consortium.seats.filter(state=Seat.State.ACCEPTED).order_by("begins", "id"):
        seats.setdefault(seat.firm_id, []).append(f"{seat.title}, {seat.quantity:,} {seat.unit}")
    parties = {party.firm_id: party.firm for party in consortium.parties.select_related("firm")}
    order = [firm for firm in seats if firm in parties]
    weights = agreed.whole_weights({str(firm): 1 for firm in order})
    # The budget and the price are the owner's; a past consortium has no item.
    with scopes_disabled():
        price = item.price if item else 0
    return agreed.Terms(
        title=consortium.title,
        customer="",
        price=price,
        currency=item.currency if item else "KRW",
        begins=item.start if item else localtime(consortium.created).date(),
        due=item.due if item else localtime(consortium.created).date(),
        lead=parties[consortium.lead_id].number,
        rule="equal",
        parties=tuple(
            agreed.PartyTerms(
                id=parties[firm].number,
                firm=str(firm),
                name=parties[firm].name,
                name_en=parties[firm].name_en,
                seats=tuple(seats[firm]) or (_("lead"),),
                weight=weights[str(firm)],
                points=weights[str(firm)],
            )
            for firm in order
        ),
    )


@action("consortia.agreement.draft")
def write_draft(act: Act, consortium: Consortium, *, terms: agreed.Terms) -> Draft:
    """Keep what a firm is writing. It may still have faults; nobody else sees it."""
    draft, made = Draft.objects.update_or_create(
        consortium=consortium,
        firm_id=act.actor.firm,
        defaults={"terms": agreed.to_json(terms), "changed": act.at},
    )
    act.record(
        "agreement.drafted",
        subject=draft.id,
        facts={"new": made},
        audience=firms(act.actor.firm),
        chain=consortium.id,
    )
    return draft


@action("consortia.agreement.compute")
def ask_for_worth(act: Act, consortium: Consortium, *, terms: agreed.Terms) -> Job:
    """Have v(S) of the parties computed in the background, for what these terms divide."""
    if consortium.item is None:
        raise Refused(_("A past consortium has no item to compute from."))
    started = start(
        "consortia.worth",
        {
            "consortium": str(consortium.id),
            "parties": [party.id for party in terms.parties],
            "divided": terms.divided,
        },
        act.actor,
    )
    act.record(
        "agreement.compared",
        subject=consortium.id,
        facts={"job": str(started.id)},
        audience=firms(act.actor.firm),
        chain=consortium.id,
    )
    return started


@action("consortia.agreement.offer")
def offer_for_signature(act: Act, consortium: Consortium, *, days: int) -> Agreement:
    """Make the firm's draft a version that all whom it touches are asked to sign."""
    draft = Draft.objects.filter(consortium=consortium, firm_id=act.actor.firm).first()
    if draft is None:
        raise Refused(_("There is no draft of yours. Write one first."))
    faults = []
    if days not in DEADLINE_DAYS:
        faults.append(Fault("days", _("The deadline is out of range."), _("Choose 1 to 60 days.")))
    if consortium.agreements.filter(state=Agreement.State.SIGNING).exists():
        faults.append(
            Fault(
                "",
                _("Another version is being signed."),
                _("Wait until it is signed, refused, or its deadline passes."),
            )
        )
    in_force = consortium.agreements.filter(state=Agreement.State.IN_FORCE).first()
    if in_force is None and consortium.state != Consortium.State.AGREEING:
        faults.append(
            Fault("", _("Not every seat is taken yet."), _("Invite and wait for the answers."))
        )
    if in_force is None and consortium.lead_id != act.actor.firm:
        faults.append(
            Fault("", _("The lead firm offers the first version."), _("Tell it what you want."))
        )
    if faults:
        raise Refused(faults)
    terms = agreed.from_json(draft.terms)
    agreed.check(terms)
    version = (consortium.agreements.aggregate(last=Max("version"))["last"] or 0) + 1
    try:
        program(terms, version)
    except SharingError as error:
        raise Refused(Fault("", str(fault)) for fault in error.faults) from error
    asked = {party.id for party in terms.parties}
    if in_force is not None:
        asked = agreed.touched(agreed.from_json(in_force.terms), terms)
        if not asked:
            raise Refused(_("The draft changes nothing."))
    agreement = Agreement.objects.create(
        consortium=consortium,
        version=version,
        amends=in_force,
        terms=agreed.to_json(terms),
        text_hash=text_hash(terms, version),
        offered_by_id=act.actor.firm,
        offered=act.at,
        deadline=act.at + timedelta(days=days),
    )
    ids = _firm_ids(consortium, asked)
    Signature.objects.bulk_create(
        Signature(agreement=agreement, firm_id=ids[number]) for number in sorted(asked)
    )
    draft.delete()
    act.record(
        "agreement.offered",
        subject=agreement.id,
        facts={
            "version": version,
            "text_hash": agreement.text_hash,
            "deadline": agreement.deadline.isoformat(),
            "asked": sorted(asked),
        },
        audience=CONSORTIUM,
        chain=consortium.id,
    )
    return agreement


@action("consortia.agreement.sign", signs=True)
def sign(act: Act, agreement: Agreement, *, text_hash: str) -> Agreement:
    """Sign exactly the text that was shown; the last signature puts the version in force."""
    agreement = Agreement.objects.select_for_update(no_key=True).get(id=agreement.id)
    signature = _open_signature(act, agreement)
    if not hmac.compare_digest(text_hash.encode(), agreement.text_hash.encode()):
        raise Refused(
            Fault(
                "text_hash",
                _("This is not the text that is to be signed."),
                _("Open the agreement again and read it."),
            )
        )
    signature.answer = Signature.Answer.SIGNED
    signature.person, signature.at = act.actor.person, act.at
    signature.text_hash = agreement.text_hash
    signature.save()
    act.record(
        "agreement.signed",
        subject=agreement.id,
        facts={"version": agreement.version, "text_hash": agreement.text_hash},
        audience=CONSORTIUM,
        chain=agreement.consortium_id,
    )
    if not agreement.signatures.exclude(answer=Signature.Answer.SIGNED).exists():
        _put_in_force(act, agreement)
    return agreement


@action("consortia.agreement.refuse", signs=True)
def refuse_to_sign(act: Act, agreement: Agreement, *, reason: str) -> Agreement:
    """One refusal ends a version; what was in force before stays so."""
    agreement = Agreement.objects.select_for_update(no_key=True).get(id=agreement.id)
    signature = _open_signature(act, agreement)
    if not reason.strip():
        raise Refused(
            Fault("reason", _("The reason is missing."), _("Say what would have to change."))
        )
    signature.answer = Signature.Answer.REFUSED
    signature.person, signature.at, signature.reason = act.actor.person, act.at, reason.strip()
    signature.save()
    agreement.state = Agreement.State.REFUSED
    agreement.save(update_fields=["state"])
    act.record(
        "agreement.refused",
        subject=agreement.id,
        facts={"version": agreement.version, "reason": signature.reason},
        audience=CONSORTIUM,
        chain=agreement.consortium_id,
    )
    return agreement


@action("consortia.agreement.lapse")
def lapse(act: Act, agreement: Agreement) -> None:
    """The deadline has passed without all signatures."""
    if agreement.state != Agreement.State.SIGNING or agreement.deadline > act.at:
        raise Refused(_("The deadline has not passed."))
    agreement.state = Agreement.State.LAPSED
    agreement.save(update_fields=["state"])
    act.record(
        "agreement.lapsed",
        subject=agreement.id,
        facts={"version": agreement.version},
        audience=CONSORTIUM,
        chain=agreement.consortium_id,
    )


def due_to_lapse(moment: datetime) -> list[Agreement]:
    """The versions whose deadline has passed."""
    return list(Agreement.objects.filter(state=Agreement.State.SIGNING, deadline__lte=moment))


def _open_signature(act: Act, agreement: Agreement) -> Signature:
    if agreement.state != Agreement.State.SIGNING:
        raise Refused(_("This version is no longer open for signature."))
    if agreement.deadline <= act.at:
        raise Refused(_("The deadline for signing has passed."))
    signature = agreement.signatures.get(firm_id=act.actor.firm)
    if signature.answer != Signature.Answer.WAITING:
        raise Refused(_("Your firm has already answered."))
    return signature


def _put_in_force(act: Act, agreement: Agreement) -> None:
    Agreement.objects.filter(
        consortium=agreement.consortium_id, state=Agreement.State.IN_FORCE
    ).update(state=Agreement.State.SUPERSEDED)
    agreement.state, agreement.in_force_since = Agreement.State.IN_FORCE, act.at
    agreement.save(update_fields=["state", "in_force_since"])
    consortium = agreement.consortium
    now_in = set(_firm_ids(consortium, {p["id"] for p in agreement.terms["parties"]}).values())
    for party in consortium.parties.filter(left=None).exclude(firm__in=now_in):
        party.left = act.at
        party.save(update_fields=["left"])
    consortium.state = Consortium.State.AGREED
    consortium.save(update_fields=["state"])
    act.record(
        "agreement.in_force",
        subject=agreement.id,
        facts={"version": agreement.version, "text_hash": agreement.text_hash},
        audience=CONSORTIUM,
        chain=agreement.consortium_id,
    )


def _firm_ids(consortium: Consortium, numbers: set[str]) -> dict[str, UUID]:
    """The registry's ids of business numbers; every one must be a party."""
    found = {
        party.firm.number: party.firm_id
        for party in consortium.parties.select_related("firm").filter(firm__number__in=numbers)
    }
    strangers = numbers - set(found)
    if strangers:
        raise Refused(
            _("%(firms)s takes no part in this consortium.") % {"firms": ", ".join(strangers)}
        )
    return found
