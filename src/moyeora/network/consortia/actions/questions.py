"""A firm that was not chosen asks what would have got it in."""

from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from moyeora.network.consortia.actions.items import locked
from moyeora.network.consortia.models import Item, Question, Sealed, Seat
from moyeora.network.consortia.seating import LIVE
from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.jobs.work import start
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import ASSOCIATION
from moyeora.network.members.models import Firm

WAYS_IN = "consortia.ways_in"


@action("consortia.ask")
def ask(act: Act, item: Item) -> Question:
    """Ask about a closed item. The first time a job works the answer out, on the members as they
    were when the item was decided; ever after it is the same. Each asking is counted.
    """
    firm = Firm.objects.get(id=act.actor.firm)
    item = locked(item)
    if item.state != Item.State.CLOSED:
        raise Refused(Fault("", _("The item is still open."), _("Ask when it is closed."), "open"))
    if item.owner_id == firm.id:
        raise Refused(Fault("", _("This is your own item."), _("Look at its proposal."), "own"))
    with scopes_disabled():  # whether the firm has a seat, and whether there is anything to ask of
        if Seat.objects.filter(consortium__item=item, firm=firm, state__in=LIVE).exists():
            raise Refused(Fault("", _("Your firm is in."), _("Look at your seats."), "in"))
        if not Sealed.objects.filter(proposal__item=item, proposal__kind="plan").exists():
            raise Refused(
                Fault("", _("Nothing was ever proposed for this item."), "", "no-proposal")
            )
    question, new = Question.objects.get_or_create(
        item=item, firm=firm, defaults={"first": act.at, "last": act.at}
    )
    Question.objects.filter(pk=question.pk).update(times=F("times") + 1, last=act.at)
    if new:
        start(WAYS_IN, {"question": str(question.id)}, act.actor)
    facts = {"firm": str(firm.id), "times": question.times + 1}
    act.record("item.asked", subject=item.id, facts=facts, audience=ASSOCIATION)
    question.refresh_from_db()
    return question


@action("consortia.question.answer")
def write_ways_in(act: Act, question: Question, *, answer: list[dict[str, Any]]) -> Question:
    """Store the answer, once and for ever."""
    question = locked(question)
    if question.answer is None:
        question.answer = answer
        question.save(update_fields=["answer"])
    facts = {"firm": str(question.firm_id)}
    act.record("item.answered", subject=question.item_id, facts=facts, audience=ASSOCIATION)
    return question
