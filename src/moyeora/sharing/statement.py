"""The statement of a receipt: who gets what, from which clause, with which rounding.

``statement(agreement, receipt, state) -> (statement, state)``. The lines of a statement sum to
the receipt's amount exactly. Payment is a second thing: what a party is entitled to over all
receipts less what it was paid; a party that was paid too much (after a credit note) gets nothing
until the difference is set off.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Any

from moyeora.sharing.agreement import Agreement
from moyeora.sharing.exact import plain
from moyeora.sharing.faults import Fault, Refused, refuse
from moyeora.sharing.flow import Line, Memory, Totals, Working
from moyeora.sharing.receipt import Receipt
from moyeora.sharing.rounding import apportion
from moyeora.sharing.state import NOTHING, State, chained, first_state, seal
from moyeora.sharing.steps import Reserve
from moyeora.sharing.waterfall import Plan, plan_of


@dataclass(frozen=True, slots=True)
class Payment:
    """What a party is paid now: its due of this receipt and before, less what it owed."""

    party: str
    due: int
    owed_before: int
    paid: int
    owes_after: int
    waits_after: int


@dataclass(frozen=True, slots=True)
class Statement:
    """The statement of one receipt. ``before`` and ``after`` are the hashes of its states.

    ``returned`` is the part of the money that was set off: it goes back to whoever paid the
    customer the credit note.
    """

    agreement: Agreement
    receipt: Receipt
    number: int
    lines: tuple[Line, ...]
    workings: tuple[Working, ...]
    payments: tuple[Payment, ...]
    returned: int
    before: str
    after: str

    @property
    def amount(self) -> int:
        """What was divided: the receipt's amount, below zero for a credit note."""
        return -self.receipt.amount if self.receipt.credit_of else self.receipt.amount

    def of(self, party: str) -> int:
        """What a party is due of this receipt, over all steps."""
        return sum(line.amount for line in self.lines if line.party == party)


def statement(
    agreement: Agreement, receipt: Receipt, state: State | None = None
) -> tuple[Statement, State]:
    """The statement of a receipt and the state after it.

    Raises ``Refused`` for a state of another agreement, a receipt out of order, one that was
    already divided, or a credit note without its receipt.
    """
    state = first_state(agreement) if state is None else state
    _check(agreement, receipt, state)
    plan = plan_of(agreement)
    if receipt.credit_of:
        return _credit_note(agreement, plan, receipt, state)
    totals = _add(state.totals, receipt)
    flow = plan.run(receipt, totals, state.memory)
    assert flow.left == 0, "an agreement has a home for the last won"
    return _finish(agreement, receipt, state, flow.lines, flow.workings, flow.memory, totals)


def replay(agreement: Agreement, receipts: Sequence[Receipt]) -> list[Statement]:
    """All statements of an item, recomputed from the agreement and what was received."""
    state, statements = first_state(agreement), []
    for receipt in receipts:
        made, state = statement(agreement, receipt, state)
        statements.append(made)
    return statements


def _check(agreement: Agreement, receipt: Receipt, state: State) -> None:
    where, faults = receipt.id or "receipt", []
    if state.agreement != agreement.digest:
        raise refuse(
            "other-agreement",
            "state",
            "the state is of another agreement",
            "the agreement with which the state began",
        )
    for before in state.receipts:
        if before.id == receipt.id:
            faults.append(
                Fault(
                    "twice",
                    f"{where}: id",
                    f"{receipt.id} was already divided",
                    "an id of its own for each receipt",
                )
            )
    last = state.receipts[-1] if state.receipts else None
    if last and receipt.on < last.on:
        faults.append(
            Fault(
                "out-of-order",
                f"{where}: date",
                f"{receipt.on} is before {last.id} of {last.on}",
                f"{last.on} or later, or the state before {last.id}",
            )
        )
    if not receipt.credit_of and any(before.final for before in state.receipts):
        faults.append(
            Fault(
                "closed",
                f"{where}: final",
                "the item was closed by a final receipt",
                "a credit note, or no `final` in the earlier receipt",
            )
        )
    if receipt.credit_of:
        faults += _credit_faults(receipt, state, where)
    plan = plan_of(agreement)
    for place, cost in enumerate(receipt.costs, 1):
        if not any(runner.covers(cost.kind) for runner in plan.reimburse):
            faults.append(
                Fault(
                    "unknown-cost",
                    f"{where}: cost[{place}].kind",
                    f"no step reimburses costs of the kind {cost.kind!r}",
                    "a kind that a reimburse step names",
                )
            )
    if faults:
        raise Refused(faults)


def _ids(state: State) -> str:
    return " | ".join(receipt.id for receipt in state.receipts if not receipt.credit_of)


def _credit_faults(receipt: Receipt, state: State, where: str) -> list[Fault]:
    named = [r for r in state.receipts if r.id == receipt.credit_of and not r.credit_of]
    if not named:
        return [
            Fault(
                "unknown-receipt",
                f"{where}: credit_of",
                f"there is no receipt {receipt.credit_of!r}",
                _ids(state) or "a receipt of this item",
            )
        ]
    earlier = sum(r.amount for r in state.receipts if r.credit_of == receipt.credit_of)
    left = named[0].amount - earlier
    if receipt.amount > left:
        return [
            Fault(
                "over-credit",
                f"{where}: amount",
                f"{receipt.amount} is more than what is left of {receipt.credit_of}",
                f"at most {left}",
            )
        ]
    return []


def _add(totals: Totals, receipt: Receipt) -> Totals:
    """What was reported so far, with this receipt's news."""
    if not (receipt.facts or receipt.costs or receipt.advances):
        return totals
    facts, costs, advances = dict(totals.facts), dict(totals.costs), dict(totals.advances)
    for name, units in receipt.facts.items():
        facts[name] = facts.get(name, 0) + units
    for cost in receipt.costs:
        if cost.counts:
            key = cost.firm, cost.kind
            costs[key] = costs.get(key, 0) + cost.amount
    for advance in receipt.advances:
        advances[advance.party] = advances.get(advance.party, 0) + advance.amount
    return Totals(facts, costs, advances)


def _credit_note(
    agreement: Agreement, plan: Plan, note: Receipt, state: State
) -> tuple[Statement, State]:
    """The difference of two replays: all receipts as they are now known, less as they were."""
    was, now = _replayed(plan, state.receipts), _replayed(plan, (*state.receipts, note))
    lines = []
    for step, party in dict.fromkeys([*was.given, *now.given]):
        change = now.given.get((step, party), 0) - was.given.get((step, party), 0)
        if change:
            lines.append(Line(step, party, change, change, 1))
    return _finish(agreement, note, state, lines, [], now.memory, state.totals)


@dataclass(slots=True)
class _Replayed:
    memory: dict[str, Memory]
    given: dict[tuple[str, str], int]


def _replayed(plan: Plan, receipts: Sequence[Receipt]) -> _Replayed:
    """What every step gave to every party in all, with credit notes taken off their receipts."""
    taken_back: dict[str, int] = {}
    for receipt in receipts:
        if receipt.credit_of:
            before = taken_back.get(receipt.credit_of, 0)
            taken_back[receipt.credit_of] = before + receipt.amount
    totals, memory = NOTHING, dict[str, Memory]()
    given: dict[tuple[str, str], int] = {}
    for receipt in receipts:
        if receipt.credit_of:
            continue
        totals = _add(totals, receipt)
        known = replace(receipt, amount=receipt.amount - taken_back.get(receipt.id, 0))
        flow = plan.run(known, totals, memory)
        memory = flow.memory
        for line in flow.lines:
            key = line.step, line.party
            given[key] = given.get(key, 0) + line.amount
    return _Replayed(memory, given)


def _finish(
    agreement: Agreement,
    receipt: Receipt,
    state: State,
    lines: list[Line],
    workings: list[Working],
    memory: dict[str, Memory],
    totals: Totals,
) -> tuple[Statement, State]:
    credit = receipt.amount if receipt.credit_of else 0
    entitled, paid = dict(state.entitled), dict(state.paid)
    due: dict[str, int] = {}
    for line in lines:
        # A reserve is held, not paid; it is a party only of its own step.
        if line.party != line.step:
            due[line.party] = due.get(line.party, 0) + line.amount
    for party, amount in due.items():
        entitled[party] = entitled.get(party, 0) + amount
    # A credit note brings no money, but what a reserve gave back is there and is returned.
    cash = sum(due.values()) + credit
    pays = {} if credit else _pay(agreement, entitled, paid, cash)
    payments = []
    for name in [party.id for party in agreement.parties]:
        before = state.entitled.get(name, 0) - state.paid.get(name, 0)
        now, got = due.get(name, 0), pays.get(name, 0)
        if got:
            paid[name] = paid.get(name, 0) + got
        after = before + now - got
        if now or got or before:
            payments.append(Payment(name, now, max(0, -before), got, max(0, -after), max(0, after)))
    returned = cash - sum(pays.values())
    then = seal(
        State(
            state.agreement,
            (*state.receipts, receipt),
            memory,
            totals,
            entitled,
            paid,
            state.credited + credit,
            state.returned + returned,
            chained(state.chain, receipt),
            state.hash,
            "",
        )
    )
    made = Statement(
        agreement,
        receipt,
        len(then.receipts),
        tuple(lines),
        tuple(workings),
        tuple(payments),
        returned,
        state.hash,
        then.hash,
    )
    return made, then


def _pay(
    agreement: Agreement, entitled: dict[str, int], paid: dict[str, int], cash: int
) -> dict[str, int]:
    """Everybody what is open; when the money waits on others' debts, each the same part."""
    if cash <= 0:
        return {}
    open_now = {
        party: amount - paid.get(party, 0)
        for party, amount in entitled.items()
        if amount > paid.get(party, 0)
    }
    total = sum(open_now.values())
    if total <= cash:
        return open_now
    ranks = {party.id: party.rank for party in agreement.parties}
    shares = apportion(
        cash, [each * cash for each in open_now.values()], total, [ranks[p] for p in open_now]
    )
    return dict(zip(open_now, shares, strict=True))


def statement_to_json(made: Statement) -> dict[str, Any]:
    """A statement as a value for JSON; every line with its clause, its numbers, its rounding."""
    agreement, exchange = made.agreement, made.receipt.exchange
    reserves = [step.id for step in agreement.all_steps() if isinstance(step, Reserve)]
    result: dict[str, Any] = plain(
        {
            "agreement": agreement.digest,
            "receipt": made.receipt.id,
            "date": made.receipt.on.isoformat(),
            "currency": agreement.currency,
            "amount": made.amount,
            "exchange": asdict(exchange) if exchange else None,
            "number": made.number,
            "lines": [
                {
                    "step": line.step,
                    "clause": agreement.step(line.step).number,
                    "firm": line.party,
                    "amount": line.amount,
                    "due": Fraction(line.due, line.scale),
                    "carried": Fraction(line.due, line.scale) - line.amount,
                }
                for line in made.lines
            ],
            "sum": sum(line.amount for line in made.lines),
            "steps": [
                {"step": working.step, **dict(working.numbers), "left": working.left}
                for working in made.workings
            ],
            "held": {name: made.of(name) for name in reserves if made.of(name)},
            "payments": [
                {
                    "firm": payment.party,
                    "due": payment.due,
                    "owed_before": payment.owed_before,
                    "paid": payment.paid,
                    "owes_after": payment.owes_after,
                    "waits_after": payment.waits_after,
                }
                for payment in made.payments
            ],
            "returned": made.returned,
            "state_before": made.before,
            "state_after": made.after,
        }
    )
    return result
