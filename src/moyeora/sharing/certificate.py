"""The proof that a division is the nucleolus, and a checker that trusts nothing of the solver.

By Kohlberg's criterion (E. Kohlberg, "On the nucleolus of a characteristic function game",
1971; the shortened form of Nguyen and Thomas 2016) a division x is the prenucleolus when, for
each level, the groups that are at least so unhappy are *balanced*: positive weights exist
with which every player is covered exactly once. For the nucleolus players who get just what
they have alone may join with weights of zero or more; per capita the excess is divided by the
number of members, and the criterion stays the same.

A collection is balanced as soon as a balanced part of it spans the rest; once it spans
everything, all lower levels are balanced too. So a proof names, for the levels at which the
span grows, some groups and their weights. The checker recomputes all 2**n excesses in exact
integers and imports nothing of the solver.
"""

import json
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations
from math import lcm
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moyeora.sharing.faults import SharingError, refuse

if TYPE_CHECKING:
    from moyeora.sharing.games import Game
    from moyeora.sharing.nucleolus import Solution


class NotProven(SharingError):
    """The certificate does not prove what it says; the message names the first gap."""

    code = "not-proven"


def certificate(game: "Game", solution: "Solution") -> dict[str, Any]:
    """The proof as a value for JSON; players count from 1, numbers are exact text."""
    return {
        "kind": solution.kind,
        "players": game.players,
        "values": [str(game.value(_mask(group))) for group in _groups(game.players)],
        "shares": [str(share) for share in solution.shares],
        "levels": [
            {
                "excess": str(level.excess),
                "groups": [
                    {"members": _members(group), "weight": str(weight)}
                    for group, weight in sorted(level.weights.items())
                ],
                "alone": [
                    {"members": _members(group), "weight": str(weight)}
                    for group, weight in sorted(level.alone.items())
                ],
            }
            for level in solution.levels
        ],
    }


def write_certificate(path: Path, proof: dict[str, Any]) -> None:
    """Write a proof as JSON, the same bytes for the same proof."""
    path.write_text(json.dumps(proof, indent=1) + "\n", encoding="utf-8")


def read_certificate(path: Path) -> dict[str, Any]:
    """Read a proof; raises :class:`~moyeora.sharing.faults.Refused` when it is not JSON."""
    try:
        proof = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise refuse("unreadable", str(path), str(problem), "a file of --certificate") from None
    if not isinstance(proof, dict):
        raise refuse("unreadable", str(path), "not a certificate", "a file of --certificate")
    return proof


def check_certificate(proof: dict[str, Any]) -> None:
    """Check a proof from its own table of values; raises :class:`NotProven` at the first gap."""
    try:
        _check(proof)
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError) as problem:
        raise NotProven(f"the certificate is malformed: {problem!r}") from None


def _check(proof: dict[str, Any]) -> None:
    n, kind = int(proof["players"]), proof["kind"]
    _hold(kind in ("nucleolus", "prenucleolus", "per_capita_nucleolus"), f"unknown kind {kind!r}")
    shares = [Fraction(share) for share in proof["shares"]]
    values = [Fraction(value) for value in proof["values"]]
    _hold(len(shares) == n and len(values) == 2**n - 1, "shares or values are missing")
    _hold(sum(shares) == values[-1], "the shares do not sum to what everyone has together")
    only_rational = kind != "prenucleolus"
    if only_rational:
        _hold(
            all(x >= v for x, v in zip(shares, values, strict=False)),
            "a firm gets less than it has alone",
        )
    excess = _excesses(n, values, shares, per_capita=kind == "per_capita_nucleolus")
    span = _Span(n)
    last: Fraction | None = None
    for level in proof["levels"]:
        height = Fraction(level["excess"])
        _hold(last is None or height < last, "the levels do not fall")
        last = height
        _check_level(level, height, excess, span, only_rational)
    _hold(len(span.rows) == n, "the levels do not determine every share")


def _check_level(
    level: dict[str, Any],
    height: Fraction,
    excess: dict[int, Fraction],
    span: "_Span",
    only_rational: bool,
) -> None:
    n = span.n
    covered = [Fraction(0)] * n
    for entry in [*level["groups"], *level["alone"]]:
        weight = Fraction(entry["weight"])
        _hold(weight > 0, f"the weight of {entry['members']} is not positive")
        for member in entry["members"]:
            covered[member - 1] += weight
    _hold(covered == [1] * n, f"the groups at level {height} are not balanced")
    for entry in level["groups"]:
        group = _mask(member - 1 for member in entry["members"])
        _hold(excess[group] >= height, f"{entry['members']} is not as unhappy as {height}")
        span.add(group)
    for entry in level["alone"]:
        _hold(only_rational and len(entry["members"]) == 1, "only a player alone may be kept")
        group = _mask(member - 1 for member in entry["members"])
        _hold(excess[group] == 0, f"{entry['members']} has more than it has alone")
        span.add(group)
    for group, unhappy in excess.items():
        if unhappy >= height:
            _hold(group in span, f"{_members(group)} at level {height} is not in the span")


def _excesses(
    n: int, values: Sequence[Fraction], shares: Sequence[Fraction], per_capita: bool
) -> dict[int, Fraction]:
    """The excess of every group but everyone, from one integer scale."""
    scale = lcm(*(number.denominator for number in [*values, *shares]))
    whole = [int(share * scale) for share in shares]
    excess = {}
    for group, value in zip(_groups(n), values, strict=True):
        gap = int(value * scale) - sum(whole[player] for player in group)
        excess[_mask(group)] = Fraction(gap, scale * (len(group) if per_capita else 1))
    del excess[2**n - 1]
    return excess


class _Span:
    """A space of groups, as reduced rows of fractions; everyone is always in it."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.rows: dict[int, list[Fraction]] = {}
        self.add(2**n - 1)

    def add(self, group: int) -> None:
        rest = self._reduce(group)
        pivot = next((place for place, number in enumerate(rest) if number), None)
        if pivot is not None:
            self.rows[pivot] = [number / rest[pivot] for number in rest]

    def __contains__(self, group: int) -> bool:
        return len(self.rows) == self.n or not any(self._reduce(group))

    def _reduce(self, group: int) -> list[Fraction]:
        rest = [Fraction(group >> player & 1) for player in range(self.n)]
        for pivot in sorted(self.rows):
            if rest[pivot]:
                factor, row = rest[pivot], self.rows[pivot]
                rest = [a - factor * b for a, b in zip(rest, row, strict=True)]
        return rest


def _groups(n: int) -> Iterable[tuple[int, ...]]:
    for size in range(1, n + 1):
        yield from combinations(range(n), size)


def _mask(members: Iterable[int]) -> int:
    return sum(1 << member for member in members)


def _members(group: int) -> list[int]:
    return [player + 1 for player in range(group.bit_length()) if group >> player & 1]


def _hold(true: bool, gap: str) -> None:
    if not true:
        raise NotProven(gap)
