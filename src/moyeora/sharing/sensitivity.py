"""Change one thing: what one clause, cost or weight does to each firm, so that people argue
over facts.

A change is a path of keys and ids with a new value: ``step.fee.rate``, ``step.profit.weights.a``,
``firm.a.rank`` in the agreement, or ``receipt.r1.amount`` in what is received.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from moyeora.sharing.agreement import Agreement, read_agreement
from moyeora.sharing.compare import amounts_of
from moyeora.sharing.exact import read_number
from moyeora.sharing.faults import Refused, refuse
from moyeora.sharing.language import percent
from moyeora.sharing.scenarios import receipts_in

# What is changed when nobody says what: each of these by a tenth of itself.
_AMOUNTS = ("amount", "cap", "each", "floor")
_NUMBERS = ("rate", *_AMOUNTS)
_TABLES = ("weights", "contributions", "points", "claims")


# The value before, of a key that the agreement leaves to its default.
NOT_WRITTEN = "–"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does: ``change`` of each party's due, or why it cannot be made."""

    path: str
    before: str
    after: str
    change: Mapping[str, int]
    refused: str = ""


def sensitivity(
    agreement: Agreement,
    receipts: Sequence[Mapping[str, Any]],
    changes: Sequence[tuple[str, Any]] | None = None,
) -> list[Effect]:
    """The effect of each change alone; without ``changes``, of every number a tenth higher."""
    data = dict(agreement.source)
    base = amounts_of(agreement, receipts_in(agreement, receipts))
    effects = []
    for path, value in changes if changes is not None else _tenths(data):
        effects.append(_effect(data, receipts, path, value, base))
    return effects


def _effect(
    data: Mapping[str, Any],
    receipts: Sequence[Mapping[str, Any]],
    path: str,
    value: Any,
    base: Mapping[str, int],
) -> Effect:
    whole = {**data, "receipt": list(receipts)}
    before = _at(whole, path.split("."), path)
    changed = _replaced(whole, path.split("."), value)
    took = changed.pop("receipt")
    try:
        agreement = read_agreement(changed)
        after = amounts_of(agreement, receipts_in(agreement, took))
    except Refused as refused:
        reasons = "; ".join(fault.what for fault in refused.faults)
        return Effect(path, _written(before), _written(value), {}, reasons)
    change = {party: after[party] - base[party] for party in base}
    return Effect(path, _written(before), _written(value), change)


def _tenths(data: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [
        (path, raised)
        for step in data["step"]
        for path, value in _numbers(step, f"step.{step['id']}")
        if (raised := _raised(path, value)) is not None
    ]


def _numbers(table: Mapping[str, Any], path: str) -> list[tuple[str, Any]]:
    found = [(f"{path}.{key}", table[key]) for key in _NUMBERS if key in table]
    for key in _TABLES:
        found += [(f"{path}.{key}.{who}", value) for who, value in table.get(key, {}).items()]
    for inner in table.get("step", []):
        found += _numbers(inner, f"{path}.step.{inner['id']}")
    return found


def _raised(path: str, value: Any) -> Any:
    """A tenth more, in the form in which it was written; amounts in whole units, rounded up."""
    number = read_number(value) * Fraction(11, 10)
    if isinstance(value, str) and value.strip().endswith("%"):
        return percent(number).replace(" ", "") if number <= 1 else None
    if path.rsplit(".", 1)[1] in _AMOUNTS:
        return -(-number.numerator // number.denominator)
    return str(number)


def _at(data: Any, keys: Sequence[str], path: str) -> Any:
    for number, key in enumerate(keys, 1):
        place = _place(data, key)
        if place is None and number == len(keys) and isinstance(data, Mapping):
            return NOT_WRITTEN
        if place is None:
            raise refuse(
                "unknown-path",
                "--set",
                f"there is no {path} (at {key!r})",
                "keys and ids with dots, such as step.fee.rate=5%",
            )
        data = data[place]
    return data


def _place(data: Any, key: str) -> Any:
    """Where a key is: in a table by name, in an array of tables by id, else by number."""
    if isinstance(data, Mapping):
        return key if key in data else None
    if isinstance(data, list):
        for place, each in enumerate(data):
            if isinstance(each, Mapping) and each.get("id") == key:
                return place
        if key.isdigit() and 1 <= int(key) <= len(data):
            return int(key) - 1
    return None


def _replaced(data: Any, keys: Sequence[str], value: Any) -> Any:
    if not keys:
        return value
    place = _place(data, keys[0])
    if place is None:
        return {**data, keys[0]: value}
    inner = _replaced(data[place], keys[1:], value)
    if isinstance(data, Mapping):
        return {**data, place: inner}
    return [inner if number == place else each for number, each in enumerate(data)]


def _written(value: Any) -> str:
    return str(value)
