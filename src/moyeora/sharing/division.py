"""The rules of ``share``: how a step divides its pot among firms.

A rule is read from the agreement once and becomes weights (integers over one scale, so that a
receipt costs no fraction) or claims. A rule of a game yields weights too, solution / v(N), from
the table that is frozen at signing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from moyeora.sharing import games
from moyeora.sharing.claims import CLAIMS_RULES
from moyeora.sharing.exact import to_integers
from moyeora.sharing.faults import SharingError
from moyeora.sharing.language import percent
from moyeora.sharing.solutions import GAME_RULES
from moyeora.sharing.tables import Table, read_ratio

PROPORTIONS = ("equal", "fixed", "proportional", "points")
GAMES = ("shapley", "nucleolus", "prenucleolus", "per_capita_nucleolus", "tau")
CLAIMS = ("talmud", "equal_awards", "equal_losses", "random_arrival")
RULES = (*PROPORTIONS, *GAMES, *CLAIMS, "weighted")


@dataclass(frozen=True, slots=True)
class ClaimsPart:
    """A part ``weight`` of the pot that is divided by a claims rule, up to what is claimed."""

    weight: Fraction
    rule: str
    claims: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Division:
    """How a pot is divided among ``firms`` (ids): ``weights[i] / scale`` each, plus claims.

    The weights may sum to less than the scale; then the rest of the pot goes on to later steps.
    """

    rule: str
    firms: tuple[str, ...]
    weights: tuple[int, ...]
    scale: int
    claims: tuple[ClaimsPart, ...] = ()

    def due(self, pot: int) -> tuple[list[int], int]:
        """The exact shares of a pot (of all receipts so far) as integers over a scale."""
        if not self.claims:
            return [weight * pot for weight in self.weights], self.scale
        shares = [Fraction(weight * pot, self.scale) for weight in self.weights]
        for part in self.claims:
            estate = min(part.weight * pot, sum(part.claims, Fraction(0)))
            awards = CLAIMS_RULES[part.rule](estate, part.claims)
            shares = [share + award for share, award in zip(shares, awards, strict=True)]
        return to_integers(shares)

    def ratios(self) -> list[Fraction]:
        """The weights as fractions of one (claims left aside)."""
        return [Fraction(weight, self.scale) for weight in self.weights]


@dataclass(frozen=True, slots=True)
class FirmGame:
    """A game whose players are firms."""

    firms: tuple[str, ...]
    game: games.Game


def from_ratios(rule: str, firms: Sequence[str], ratios: Sequence[Fraction]) -> Division:
    """Weights that are fractions of one."""
    whole, scale = to_integers(ratios)
    common = gcd(scale, *whole)
    return Division(rule, tuple(firms), tuple(w // common for w in whole), scale // common)


def by_game(rule: str, of: FirmGame) -> Division:
    """Weights solution / v(N); raises :class:`NoWeights` when they are none."""
    shares = GAME_RULES[rule](of.game)
    total = of.game.total
    if total <= 0:
        raise NoWeights(f"all firms together earn {total}, so there is nothing to be a part of")
    if min(shares) < 0:
        worst = of.firms[shares.index(min(shares))]
        raise NoWeights(f"{worst} would get {min(shares)}, less than nothing")
    return from_ratios(rule, of.firms, [share / total for share in shares])


class NoWeights(SharingError):
    """A game's solution cannot be used as weights; the message says why."""

    code = "no-weights"


def read_division(
    table: Table,
    firms: Sequence[str],
    roles: Mapping[str, list[str]],
    game: FirmGame | None,
) -> Division:
    """Read ``rule`` and what it needs from a step; faults are noted in the table.

    ``roles`` gives the firms of each role (for ``points``).
    """
    among = tuple(table.names("among", firms, firms)) or tuple(firms)
    rule = table.choice("rule", RULES)
    if not among:
        # An agreement without firms; that is noted where they are missing.
        return Division(rule, (), (), 1)
    # What stands in for a rule with faults, so that the reading goes on.
    none = from_ratios(rule or "equal", among, [Fraction(1, len(among))] * len(among))
    if rule == "weighted":
        return _read_mixture(table, among, roles, game) or none
    if rule == "fixed":
        return _read_fixed(table, among) or none
    if rule == "proportional":
        return _by_weights(table, rule, "contributions", among) or none
    if rule == "points":
        return _read_points(table, among, roles) or none
    if rule in CLAIMS:
        return _read_claims(table, rule, among) or none
    if rule in GAMES:
        return _read_game_rule(table, rule, among, game) or none
    return none


def _numbers(table: Table, key: str, known: Sequence[str], what: str) -> dict[str, Fraction]:
    inner = table.table(key)
    numbers: dict[str, Fraction] = {}
    for name, value in inner.data.items():
        inner.has(name)
        if name not in known:
            inner.fault(name, "unknown-" + what, f"there is no {what} {name!r}", " | ".join(known))
            continue
        numbers[name] = read_ratio(value, lambda *f, at=name: inner.fault(at, *f), most=None)
    if key in table.data and not inner.data:
        table.fault(key, "empty", f"{key} is empty", f"one number for each {what}")
    return numbers


def _by_weights(table: Table, rule: str, key: str, among: Sequence[str]) -> Division | None:
    numbers = _numbers(table, key, among, "firm")
    total = sum(numbers.values(), Fraction(0))
    if not total:
        if numbers:
            table.fault(key, "no-weights", f"{key} are all 0", "at least one above 0")
        return None
    return from_ratios(rule, among, [numbers.get(firm, Fraction(0)) / total for firm in among])


def _read_fixed(table: Table, among: Sequence[str]) -> Division | None:
    """Percentages are of the whole pot and may leave a rest; other numbers are relative."""
    written = table.data.get("weights")
    values = list(written.values()) if isinstance(written, dict) else []
    are_percent = [isinstance(value, str) and value.strip().endswith("%") for value in values]
    if not any(are_percent):
        return _by_weights(table, "fixed", "weights", among)
    numbers = _numbers(table, "weights", among, "firm")
    if not all(are_percent):
        table.fault(
            "weights", "mixed", "percentages and relative weights are mixed", 'all "40%" or all 40'
        )
        return None
    total = sum(numbers.values(), Fraction(0))
    if total > 1:
        table.fault(
            "weights",
            "over-100",
            f"the shares sum to {percent(total)}",
            "at most 100 % together",
        )
        return None
    return from_ratios("fixed", among, [numbers.get(firm, Fraction(0)) for firm in among])


def _read_points(
    table: Table, among: Sequence[str], roles: Mapping[str, list[str]]
) -> Division | None:
    """Points by role; several firms of one role halve, third ... its points."""
    points = _numbers(table, "points", sorted(roles), "role")
    sums = dict.fromkeys(among, Fraction(0))
    for role, number in points.items():
        holders = [firm for firm in roles[role] if firm in sums]
        for firm in holders:
            sums[firm] += number / len(holders)
    total = sum(sums.values(), Fraction(0))
    if not total:
        if points:
            table.fault("points", "no-weights", "no firm gets a point", "a role that a firm has")
        return None
    return from_ratios("points", among, [number / total for number in sums.values()])


def _read_claims(table: Table, rule: str, among: Sequence[str]) -> Division | None:
    numbers = _numbers(table, "claims", among, "firm")
    if not sum(numbers.values(), Fraction(0)):
        if numbers:
            table.fault("claims", "no-weights", "nobody claims anything", "at least one above 0")
        return None
    part = ClaimsPart(Fraction(1), rule, tuple(numbers.get(f, Fraction(0)) for f in among))
    return Division(rule, tuple(among), (0,) * len(among), 1, (part,))


def _read_game_rule(
    table: Table, rule: str, among: Sequence[str], game: FirmGame | None
) -> Division | None:
    if game is None:
        table.fault(
            "rule",
            "no-game",
            f"the rule {rule} divides a game, and there is none",
            "[game] with what each group of firms could earn, or another rule",
        )
        return None
    try:
        found = by_game(rule, game)
    except SharingError as refused:
        reasons = [fault.what for fault in refused.faults] or [str(refused)]
        table.fault(
            "rule",
            refused.faults[0].code if refused.faults else refused.code,
            f"{rule}: {'; '.join(reasons)}",
            "another rule, or a game that has one",
        )
        return None
    left_out = [firm for firm in game.firms if firm not in among]
    if left_out:
        table.fault(
            "among",
            "left-out",
            f"{', '.join(left_out)} play in the game but are not among those who share",
            "every firm of the game, or no `among`",
        )
        return None
    return found


def _read_mixture(
    table: Table,
    among: Sequence[str],
    roles: Mapping[str, list[str]],
    game: FirmGame | None,
) -> Division | None:
    parts = []
    for each in table.tables("mix", least=1):
        weight = each.ratio("weight", most=None)
        if each.data.get("rule") == "weighted":
            each.fault("rule", "nested", "a mixture cannot be mixed again", "the rules it mixes")
            continue
        each.has("among")
        parts.append((weight, read_division(each, among, roles, game)))
        each.finish()
    total = sum((weight for weight, _ in parts), Fraction(0))
    if not total:
        if parts:
            table.fault("mix", "no-weights", "the weights are all 0", "at least one above 0")
        return None
    sums = dict.fromkeys(among, Fraction(0))
    claims = []
    for weight, part in parts:
        for firm, ratio in zip(part.firms, part.ratios(), strict=True):
            sums[firm] += weight / total * ratio
        claims += [ClaimsPart(weight / total, p.rule, p.claims) for p in part.claims]
    mixed = from_ratios("weighted", among, list(sums.values()))
    return Division("weighted", mixed.firms, mixed.weights, mixed.scale, tuple(claims))
