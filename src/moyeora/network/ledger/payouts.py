"""From what is due to what the bank is told: holds, payouts, and those that come back.

What is due to a firm is the balance of its account. A batch takes all of it but what is held, at
once, so that two batches can never pay the same won: the second finds nothing due.
"""

from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from moyeora.network.consortia.models import Consortium
from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import CONSORTIUM, Audience, firms
from moyeora.network.ledger import permissions  # noqa: F401 - registers who may
from moyeora.network.ledger.books import Kind, Move, account, balance, post
from moyeora.network.ledger.models import Account, Batch, Hold, Payout
from moyeora.network.members.actions.accounts import account_in_use
from moyeora.network.members.models import Firm


@action("ledger.hold")
def hold(act: Act, consortium: Consortium, *, firm: Firm, amount: int, reason: str) -> Hold:
    """Hold a disputed part of what is due to a firm. All else goes on being paid."""
    _lock(consortium.id)
    due = _due(consortium.id, firm.number)
    faults = []
    if not reason.strip():
        faults.append(
            Fault("reason", _("The reason is missing."), _("Say what is disputed, and where."))
        )
    if due is None or not 0 < amount <= -balance(due):
        faults.append(
            Fault(
                "amount",
                _("Only what is due and not yet instructed can be held."),
                # How much is due is for the firm alone to know.
                _("Write less. If nothing has come in yet, wait for the next receipt."),
            )
        )
    if faults:
        raise Refused(faults)
    held = Hold.objects.create(
        consortium=consortium,
        firm=firm,
        amount=amount,
        currency=due.currency,
        reason=reason.strip(),
        held=act.at,
        held_by=act.actor.person,
    )
    to = account(consortium.id, Kind.HELD, firm.number, due.currency)
    post(consortium.id, f"hold/{held.id}", "hold", held.id, act.at, [Move(due, to, amount)])
    act.record(
        "amount.held",
        subject=held.id,
        facts={"firm": str(firm.id), "amount": amount, "reason": held.reason},
        audience=_about(act, firm.id),
        chain=consortium.id,
    )
    return held


@action("ledger.release")
def release(act: Act, held: Hold) -> Hold:
    """End a hold; who put it may end it."""
    _lock(held.consortium_id)
    held = Hold.objects.select_for_update(no_key=True).get(id=held.id)
    if held.released is not None:
        raise Refused(_("This amount has been released."))
    if held.held_by != act.actor.person:
        raise Refused(_("Only who held the amount can release it, or a decision by the manual."))
    held.released = act.at
    held.save(update_fields=["released"])
    due = account(held.consortium_id, Kind.DUE, held.firm.number, held.currency)
    kept = account(held.consortium_id, Kind.HELD, held.firm.number, held.currency)
    post(
        held.consortium_id,
        f"release/{held.id}",
        "release",
        held.id,
        act.at,
        [Move(kept, due, held.amount)],
    )
    act.record(
        "amount.released",
        subject=held.id,
        facts={"firm": str(held.firm_id), "amount": held.amount},
        audience=_about(act, held.firm_id),
        chain=held.consortium_id,
    )
    return held


@action("ledger.payout.instruct", signs=True)
def instruct(act: Act, consortium: Consortium) -> Batch:
    """Make a batch of all that is due, one payment a firm, for the bank's file."""
    _lock(consortium.id)
    accounts = {
        each: -balance(each)
        for each in Account.objects.filter(consortium=consortium, kind=Kind.DUE)
    }
    payable = {each: amount for each, amount in accounts.items() if amount > 0}
    if not payable:
        raise Refused(_("Nothing is due that has not been instructed."))
    parties = {p.firm.number: p.firm for p in consortium.parties.select_related("firm")}
    numbers = [each.party for each in payable if each.party in parties]
    # Each firm's own account number; the file for the bank is the one place where it is written.
    with scopes_disabled():
        in_use = {number: account_in_use(parties[number], act.at) for number in numbers}
    without = [parties[number].name for number, one in in_use.items() if one is None]
    if without:
        raise Refused(
            Fault(
                "",
                _("%(firms)s has no confirmed bank account.") % {"firms": ", ".join(without)},
                _("Its owner enters one and a second person confirms it."),
            )
        )
    batch = Batch.objects.create(
        consortium=consortium,
        number=(consortium.batches.aggregate(last=Max("number"))["last"] or 0) + 1,
        made=act.at,
        made_by=act.actor.person,
    )
    moves = []
    for each, amount in payable.items():
        Payout.objects.create(
            batch=batch,
            party=each.party,
            firm=parties.get(each.party),
            account=in_use.get(each.party),
            amount=amount,
            currency=each.currency,
        )
        transit = account(consortium.id, Kind.TRANSIT, each.party, each.currency)
        moves.append(Move(each, transit, amount))
    post(consortium.id, f"batch/{batch.number}", "instructed", batch.id, act.at, moves)
    act.record(
        "payout.instructed",
        subject=batch.id,
        facts={"number": batch.number, "payments": len(payable), "sum": sum(payable.values())},
        audience=CONSORTIUM,
        chain=consortium.id,
    )
    return batch


@action("ledger.payout.send")
def send(act: Act, batch: Batch) -> Batch:
    """The bank has taken the file."""
    _lock(batch.consortium_id)
    batch = Batch.objects.select_for_update(no_key=True).get(id=batch.id)
    if batch.sent is not None:
        raise Refused(_("This file has been sent."))
    batch.sent = act.at
    batch.save(update_fields=["sent"])
    batch.payouts.filter(state=Payout.State.INSTRUCTED).update(state=Payout.State.SENT)
    act.record(
        "payout.sent",
        subject=batch.id,
        facts={"number": batch.number},
        audience=CONSORTIUM,
        chain=batch.consortium_id,
    )
    return batch


@action("ledger.payout.confirm")
def confirm(act: Act, payout: Payout) -> Payout:
    """The bank has paid."""
    chain = payout.batch.consortium_id
    _lock(chain)
    payout = Payout.objects.select_for_update(no_key=True).get(id=payout.id)
    if payout.state != Payout.State.SENT:
        raise Refused(_("Only a payment that was sent can be confirmed."))
    payout.state, payout.ended = Payout.State.CONFIRMED, act.at
    payout.save(update_fields=["state", "ended"])
    transit = account(chain, Kind.TRANSIT, payout.party, payout.currency)
    bank = account(chain, Kind.BANK, "", payout.currency)
    post(
        chain, f"paid/{payout.id}", "paid", payout.id, act.at, [Move(transit, bank, payout.amount)]
    )
    _record(act, "payout.confirmed", payout)
    return payout


@action("ledger.payout.bounce")
def bounce(act: Act, payout: Payout, *, reason: str) -> Payout:
    """The payment came back: it is due again, and the firm has to mend its account."""
    chain = payout.batch.consortium_id
    _lock(chain)
    payout = Payout.objects.select_for_update(no_key=True).get(id=payout.id)
    if payout.state not in (Payout.State.SENT, Payout.State.CONFIRMED):
        raise Refused(_("Only a payment that was sent can come back."))
    if not reason.strip():
        raise Refused(
            Fault("reason", _("The bank's reason is missing."), _("Write what the bank says."))
        )
    source = account(
        chain,
        Kind.TRANSIT if payout.state == Payout.State.SENT else Kind.BANK,
        payout.party if payout.state == Payout.State.SENT else "",
        payout.currency,
    )
    due = account(chain, Kind.DUE, payout.party, payout.currency)
    payout.state, payout.reason, payout.ended = Payout.State.BOUNCED, reason.strip(), act.at
    payout.save(update_fields=["state", "reason", "ended"])
    post(
        chain,
        f"back/{payout.id}",
        "came back",
        payout.id,
        act.at,
        [Move(source, due, payout.amount)],
    )
    _record(act, "payout.bounced", payout)
    return payout


def _lock(consortium: UUID) -> None:
    """Whatever moves what is due in one consortium comes one after the other."""
    Consortium.objects.select_for_update(no_key=True).get(id=consortium)


def _due(consortium: UUID, party: str) -> Account | None:
    return Account.objects.filter(consortium=consortium, kind=Kind.DUE, party=party).first()


def _about(act: Act, firm: UUID) -> Audience:
    return firms(*{one for one in (firm, act.actor.firm) if one is not None})


def _record(act: Act, kind: str, payout: Payout) -> None:
    act.record(
        kind,
        subject=payout.id,
        facts={"amount": payout.amount, "currency": payout.currency, "reason": payout.reason},
        audience=_about(act, payout.firm_id) if payout.firm_id else CONSORTIUM,
        chain=payout.batch.consortium_id,
    )
