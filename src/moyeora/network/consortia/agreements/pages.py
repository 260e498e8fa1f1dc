"""The pages of the agreement: overview, draft, comparison, signing, paper; and of the votes."""

import difflib
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from moyeora.network.consortia.agreements import actions, ballots, comparison
from moyeora.network.consortia.agreements import terms as agreed
from moyeora.network.consortia.agreements.divisions import (
    divisions,
    own_bands,
    own_cost,
    worth_of,
)
from moyeora.network.consortia.agreements.forms import RULE_HINTS, RULE_LABELS, DraftForm
from moyeora.network.consortia.agreements.paper import Signed, pdf, seat_text, text
from moyeora.network.consortia.models import Agreement, Ballot, Consortium, Draft, Signature, Vote
from moyeora.network.consortia.pages import may
from moyeora.network.frame.charts import Bar
from moyeora.network.frame.faults import NotAllowed, Refused
from moyeora.network.frame.templatetags.moyeora import money
from moyeora.network.members.models import Person
from moyeora.sharing.text import plain_text


@may("consortia.see")
@require_GET
def overview(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """All versions, who has signed, my draft, the votes."""
    consortium = _consortium(consortium_id)
    versions = list(consortium.agreements.prefetch_related("signatures__firm"))
    return render(
        request,
        "consortia/agreements/overview.html",
        {
            "consortium": consortium,
            "versions": versions,
            "draft": Draft.objects.filter(consortium=consortium).first(),
            "may_draft": actions.owns_a_party(request.actor, consortium),
            "mine": next(
                (
                    version
                    for version in versions
                    if version.state == Agreement.State.SIGNING
                    and any(
                        s.firm_id == request.actor.firm and s.answer == Signature.Answer.WAITING
                        for s in version.signatures.all()
                    )
                ),
                None,
            ),
            "ballots": consortium.ballots.select_related("appointment").prefetch_related(
                "votes__firm"
            ),
            "voted": set(
                Vote.objects.filter(
                    ballot__consortium=consortium, firm=request.actor.firm
                ).values_list("ballot_id", flat=True)
            ),
            "parties": consortium.parties.filter(left=None).select_related("firm"),
            "consortium_url": _url(consortium),
        },
    )


@may("consortia.see")
def draft(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """Write the draft; it is kept even while it has faults."""
    consortium = _consortium(consortium_id)
    _must_own(request, consortium)
    terms = _terms(request, consortium)
    form = DraftForm(
        request.POST if request.method == "POST" else None,
        terms=terms,
        initial=DraftForm.initial_of(terms),
    )
    if request.method == "POST" and form.is_valid():
        made = form.made()
        if made.rule != "negotiated":
            weights = divisions(consortium.id, made).get(made.rule)
            if weights is None:
                form.add_error(
                    "rule", _("This division cannot be computed yet. Compare the divisions first.")
                )
            else:
                made = made.with_weights(made.rule, weights)
        if form.is_valid():
            actions.write_draft(request.actor, consortium, terms=made)
            try:
                agreed.check(made)
            except Refused as refused:
                for fault in refused.faults:
                    form.add_error(fault.field if fault.field in form.fields else None, str(fault))
            else:
                messages.success(request, _("Your draft is kept. Only your firm sees it."))
                return redirect("agreement_compare", consortium.id)
    status = 422 if form.errors else 200
    return render(
        request,
        "consortia/agreements/draft.html",
        {
            "consortium": consortium,
            "consortium_url": _url(consortium),
            "form": form,
            "shares": [
                (*fields, party, [seat_text(seat, request.LANGUAGE_CODE) for seat in party.seats])
                for *fields, party in form.shares()
            ],
        },
        status=status,
    )


@may("consortia.see")
@require_GET
def compare(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """What my firm would get under each division, in three courses of events."""
    consortium = _consortium(consortium_id)
    _must_own(request, consortium)
    terms = _terms(request, consortium)
    number = request.holding.firm.number
    found = divisions(consortium.id, terms)
    rows = []
    problem = ""
    if terms.price > 0 and number in {party.id for party in terms.parties}:
        rows = comparison.outlooks(
            terms,
            found,
            number,
            own_cost(consortium.id, request.actor.firm),
            worth_of(consortium.id, terms),
            own_bands(consortium.id, terms),
        )
    else:
        problem = _("Write the price that the customer pays in a draft first.")
    most = max((row.amounts[1] for row in rows), default=0)
    same_for_all = all(row.amounts[1] == most for row in rows)
    said = [
        {
            "row": row,
            "words": RULE_LABELS[row.rule],
            "hint": RULE_HINTS[row.rule],
            "share": Fraction(row.weight, agreed.PERMILLE),
            "most": row.amounts[1] == most and not same_for_all,
        }
        for row in rows
    ]
    return render(
        request,
        "consortia/agreements/compare.html",
        {
            "consortium": consortium,
            "consortium_url": _url(consortium),
            "terms": terms,
            "problem": problem,
            "rows": said,
            "chosen": said[0] if said else None,
            "bars": [
                Bar(
                    str(each["words"]),
                    max(0, each["row"].amounts[1]),
                    money(each["row"].amounts[1], terms.currency),
                    "" if each["row"].chosen else "soft",
                )
                for each in said
            ],
            "worth_known": "shapley" in found or worth_of(consortium.id, terms) is not None,
            "draft": Draft.objects.filter(consortium=consortium).first(),
        },
    )


@may("consortia.see")
@require_POST
def compute(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """Ask for v(S), on which two of the divisions rest."""
    consortium = _consortium(consortium_id)
    started = actions.ask_for_worth(request.actor, consortium, terms=_terms(request, consortium))
    return redirect("job", started.id)


@may("consortia.see")
@require_POST
def offer(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """Offer my draft for signature."""
    consortium = _consortium(consortium_id)
    days = request.POST.get("days", "14")
    made = actions.offer_for_signature(
        request.actor, consortium, days=int(days) if days.isdecimal() else 0
    )
    return redirect("agreement", made.id)


@may("consortia.see")
def read(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """The exact text, who has signed, what changed; sign or refuse."""
    agreement = _agreement(agreement_id)
    if request.method == "POST":
        if request.POST.get("answer") == "refuse":
            actions.refuse_to_sign(request.actor, agreement, reason=request.POST.get("reason", ""))
            messages.info(request, _("You have refused to sign. The others are told why."))
        else:
            actions.sign(request.actor, agreement, text_hash=request.POST.get("text_hash", ""))
            messages.success(request, _("Your firm has signed."))
        return redirect("agreement", agreement.id)
    terms = agreed.from_json(agreement.terms)
    signatures = list(agreement.signatures.select_related("firm").order_by("firm__name"))
    mine = next((s for s in signatures if s.firm_id == request.actor.firm), None)
    return render(
        request,
        "consortia/agreements/read.html",
        {
            "agreement": agreement,
            "consortium": agreement.consortium,
            "consortium_url": _url(agreement.consortium),
            "terms": terms,
            "blocks": text(terms, agreement.version, request.LANGUAGE_CODE),
            "signatures": [(s, _names(signatures).get(s.person)) for s in signatures],
            "may_answer": mine is not None
            and mine.answer == Signature.Answer.WAITING
            and agreement.state == Agreement.State.SIGNING
            and actions.is_asked_to_sign(request.actor, agreement),
            "changes": _changes(agreement, request.LANGUAGE_CODE),
        },
    )


@may("consortia.see")
@require_GET
def paper(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """The agreement with its signatures as a PDF."""
    agreement = _agreement(agreement_id)
    signatures = list(agreement.signatures.select_related("firm").order_by("firm__name"))
    names = _names(signatures)
    signed = [
        Signed(
            s.firm.name,
            names.get(s.person, "") if s.answer == Signature.Answer.SIGNED else "",
            timezone.localtime(s.at) if s.answer == Signature.Answer.SIGNED else None,
        )
        for s in signatures
    ]
    lang = "en" if request.LANGUAGE_CODE == "en" else "ko"
    terms = agreed.from_json(agreement.terms)
    response = HttpResponse(
        pdf(terms, agreement.version, signed, lang), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'inline; filename="agreement-{agreement.version}-{lang}.pdf"'
    return response


@may("consortia.see")
@require_POST
def put_ballot(request: HttpRequest, consortium_id: UUID) -> HttpResponse:
    """Put a question to the vote."""
    consortium = _consortium(consortium_id)
    barred = {str(p.firm_id): p.firm_id for p in consortium.parties.filter(left=None)}
    chosen = frozenset(barred[x] for x in request.POST.getlist("barred") if x in barred)
    ballots.put(
        request.actor, consortium, question=request.POST.get("question", "")[:300], barred=chosen
    )
    messages.success(request, _("The vote is open; every firm is told."))
    return redirect("agreements", consortium.id)


@may("consortia.see")
@require_POST
def cast_vote(request: HttpRequest, ballot_id: UUID) -> HttpResponse:
    """Cast my firm's vote."""
    ballot = get_object_or_404(Ballot.objects, id=ballot_id)
    ballots.vote(request.actor, ballot, choice=request.POST.get("choice", ""))
    messages.success(request, _("Your firm has voted."))
    return redirect("agreements", ballot.consortium_id)


def _url(consortium: Consortium) -> str:
    return reverse("consortium", args=[consortium.id])


def _consortium(consortium_id: UUID) -> Consortium:
    return get_object_or_404(Consortium.objects.select_related("item", "lead"), id=consortium_id)


def _agreement(agreement_id: UUID) -> Agreement:
    return get_object_or_404(
        Agreement.objects.select_related("consortium", "amends"), id=agreement_id
    )


def _must_own(request: HttpRequest, consortium: Consortium) -> None:
    if not actions.owns_a_party(request.actor, consortium):
        raise NotAllowed("consortia.agreement.draft")


def _terms(request: HttpRequest, consortium: Consortium) -> agreed.Terms:
    """My draft, else what is in force or being signed, else what a draft begins with."""
    own = Draft.objects.filter(consortium=consortium).first()
    if own is not None:
        return agreed.from_json(own.terms)
    last = consortium.agreements.exclude(state=Agreement.State.SUPERSEDED).first()
    return agreed.from_json(last.terms) if last else actions.first_terms(consortium)


def _names(signatures: list[Signature]) -> dict[Any, str]:
    people = [signature.person for signature in signatures if signature.person]
    return dict(Person.objects.filter(id__in=people).values_list("id", "name"))


def _changes(agreement: Agreement, lang: str) -> list[tuple[str, str]]:
    """The lines that an amendment takes out and puts in, as (``-`` or ``+``, line)."""
    if agreement.amends is None:
        return []
    old, new = (
        plain_text(text(agreed.from_json(one.terms), agreement.version, lang)).splitlines()
        for one in (agreement.amends, agreement)
    )
    lines = difflib.unified_diff(old, new, lineterm="", n=0)
    return [(line[0], line[1:]) for line in lines if line[:2] not in ("--", "++", "@@")]
