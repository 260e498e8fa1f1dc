"""The state of an item between receipts: what must be remembered, and the chain it hangs on.

A state names the agreement's version and the hash of the state before it, so that a state of
another agreement, a changed one or one out of order is noticed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from pathlib import Path
from typing import Any

from moyeora.sharing.agreement import Agreement
from moyeora.sharing.exact import plain, write_number
from moyeora.sharing.faults import Fault, Refused, refuse
from moyeora.sharing.flow import Memory, Totals
from moyeora.sharing.receipt import Receipt, read_receipt

FORMAT = 1


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered after a receipt.

    ``memory`` is by step; ``entitled`` and ``paid`` are by party, over all receipts. A party
    that was paid more than it is entitled to owes the difference. ``returned`` is what was set
    off against such debts so far, ``credited`` what credit notes took back. Rounding remainders
    need no place of their own: what a step should have given in all follows exactly from its
    base, and the remainder is that less what it gave. ``chain`` is the hash over all receipts.
    """

    agreement: str
    receipts: tuple[Receipt, ...]
    memory: Mapping[str, Memory]
    totals: Totals
    entitled: Mapping[str, int]
    paid: Mapping[str, int]
    credited: int
    returned: int
    chain: str
    previous: str
    hash: str

    def receivables(self) -> dict[str, int]:
        """What parties owe because they were paid too much, by id."""
        return {
            party: paid - self.entitled.get(party, 0)
            for party, paid in self.paid.items()
            if paid > self.entitled.get(party, 0)
        }


NOTHING = Totals({}, {}, {})


def first_state(agreement: Agreement) -> State:
    """The state before the first receipt."""
    return State(agreement.digest, (), {}, NOTHING, {}, {}, 0, 0, "", "", agreement.digest)


def seal(state: State) -> State:
    """The same state with its hash, over everything in it."""
    body = [
        state.agreement,
        state.previous,
        state.chain,
        {step: [m.base, m.given, str(m.owed)] for step, m in state.memory.items()},
        dict(state.totals.facts),
        sorted([party, kind, amount] for (party, kind), amount in state.totals.costs.items()),
        dict(state.totals.advances),
        dict(state.entitled),
        dict(state.paid),
        state.credited,
        state.returned,
    ]
    return replace(state, hash=_hash(body))


def chained(chain: str, receipt: Receipt) -> str:
    """The chain with one receipt more."""
    return _hash([chain, receipt.source])


def _hash(value: Any) -> str:
    # Dates and fractions, which JSON does not have, are written as text.
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def state_to_json(state: State) -> dict[str, Any]:
    """A state as a value for JSON."""
    return {
        "format": FORMAT,
        "agreement": state.agreement,
        "previous": state.previous,
        "chain": state.chain,
        "hash": state.hash,
        "receipts": [_dated(receipt.source) for receipt in state.receipts],
        "steps": {
            step: {"base": m.base, "given": list(m.given), "owed": write_number(m.owed)}
            for step, m in state.memory.items()
        },
        "facts": dict(state.totals.facts),
        "costs": [
            {"firm": party, "kind": kind, "amount": amount}
            for (party, kind), amount in state.totals.costs.items()
        ],
        "advances": dict(state.totals.advances),
        "entitled": dict(state.entitled),
        "paid": dict(state.paid),
        "receivables": state.receivables(),
        "credited": state.credited,
        "returned": state.returned,
    }


def _dated(source: Any) -> Any:
    if isinstance(source, dict):
        return {key: _dated(value) for key, value in source.items()}
    if isinstance(source, list):
        return [_dated(value) for value in source]
    return source.isoformat() if hasattr(source, "isoformat") else plain(source)


def state_from_json(data: Any, agreement: Agreement, file: str = "state.json") -> State:
    """Read a state; raises ``Refused`` when it is none, was changed, or is of another agreement."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise refuse("not-a-state", file, "this is not a state", "a file of --state-out")
    if data.get("agreement") != agreement.digest:
        raise refuse(
            "other-agreement",
            f"{file}: agreement",
            "the state is of another agreement, or of another version of this one",
            "the agreement with which the state began",
        )
    try:
        state = _state(data, agreement, file)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise refuse(
            "not-a-state", file, f"the state is malformed: {problem!r}", "a file of --state-out"
        ) from None
    sealed = seal(state) if state.receipts else first_state(agreement)
    if sealed.hash != state.hash:
        raise refuse(
            "changed-state",
            f"{file}: hash",
            "the state was changed after it was written",
            "the file as --state-out wrote it",
        )
    return state


def _state(data: Mapping[str, Any], agreement: Agreement, file: str) -> State:
    faults: list[Fault] = []
    receipts = []
    for number, source in enumerate(data["receipts"], 1):
        try:
            receipts.append(read_receipt(source, agreement, f"{file}: receipts[{number}]"))
        except Refused as refused:
            faults += refused.faults
    if faults:
        raise Refused(faults)
    memory = {
        step: Memory(int(m["base"]), tuple(map(int, m["given"])), Fraction(m["owed"]))
        for step, m in data["steps"].items()
    }
    totals = Totals(
        dict(data["facts"]),
        {(cost["firm"], cost["kind"]): cost["amount"] for cost in data["costs"]},
        dict(data["advances"]),
    )
    return State(
        data["agreement"],
        tuple(receipts),
        memory,
        totals,
        dict(data["entitled"]),
        dict(data["paid"]),
        data["credited"],
        data["returned"],
        reduce(chained, receipts, ""),
        data["previous"],
        data["hash"],
    )


def load_state(path: Path, agreement: Agreement) -> State:
    """Read a state from a JSON file; raises ``Refused``."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise refuse("unreadable", path.name, str(problem), "a file of --state-out") from None
    return state_from_json(data, agreement, path.name)


def write_state(path: Path, state: State) -> None:
    """Write a state as JSON, the same bytes for the same state."""
    text = json.dumps(state_to_json(state), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
