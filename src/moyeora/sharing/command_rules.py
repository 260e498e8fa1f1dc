"""``moyeora share claims``, ``game`` and ``check``: the rules alone, without an agreement."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from moyeora.sharing import games
from moyeora.sharing.arrival import shapley_shubik
from moyeora.sharing.certificate import (
    certificate,
    check_certificate,
    read_certificate,
    write_certificate,
)
from moyeora.sharing.claims import CLAIMS_RULES, check_claims, divide_claims
from moyeora.sharing.exact import plain, read_decimals, read_number, split_list, write_decimals
from moyeora.sharing.faults import Fault, Refused, refuse
from moyeora.sharing.language import percent
from moyeora.sharing.nucleolus import KINDS, nucleolus
from moyeora.sharing.shapley import Sampled, shapley_airport, shapley_sampled
from moyeora.sharing.solutions import GAME_RULES

TABLES = ("values", "costs")
NUMBERS = "decimals and fractions, with commas between them, or @FILE"


def add_arguments(command: str, parser: ArgumentParser) -> None:
    """The options of one of this module's commands."""
    if command == "check":
        parser.add_argument("certificate", type=Path, help="a file of --certificate")
        return
    parser.add_argument("--rule", required=True, help=", ".join(_rules(command)))
    parser.add_argument("--mix", metavar="RULE=W,...", help="the rules of --rule weighted")
    parser.add_argument("--json", action="store_true", help="print JSON")
    if command == "claims":
        parser.add_argument("--claims", required=True, help=NUMBERS)
        parser.add_argument("--estate", required=True, help="what there is to divide")
        return
    parser.add_argument("--players", type=int, help="how many; else counted from the values")
    form = parser.add_mutually_exclusive_group(required=True)
    form.add_argument("--values", help=f"v(S), singles, pairs, triples ...: {NUMBERS}")
    form.add_argument("--costs", help="the same as costs c(S): the shares are what each pays")
    form.add_argument("--weights", help="votes, with --quota")
    form.add_argument("--airport", help="what runway each needs: the shares are what each pays")
    form.add_argument("--bankruptcy", metavar="CLAIMS", help="claims, with --estate")
    parser.add_argument("--quota", help="the votes that decide")
    parser.add_argument("--estate", help="the estate of --bankruptcy")
    parser.add_argument("--savings", action="store_true", help="of costs: what each saves")
    parser.add_argument("--certificate", type=Path, help="write the proof of a nucleolus here")
    parser.add_argument("--samples", type=int, help="estimate Shapley from N random orders")
    parser.add_argument("--seed", type=int, default=0, help="of the random orders")


def _rules(command: str) -> list[str]:
    first, then = (GAME_RULES, CLAIMS_RULES) if command == "game" else (CLAIMS_RULES, GAME_RULES)
    return [*dict.fromkeys([*first, *then]), "weighted"]


def run_claims(options: Namespace) -> int:
    """Divide an estate by a claims rule, or by a game rule on the bankruptcy game."""
    reading = _Reading()
    claims = reading.numbers("--claims", options.claims)
    estate = reading.number("--estate", options.estate)
    mix = reading.mix(options, "claims")
    reading.faults += [
        fault
        for fault in check_claims(estate, claims, "--claims")
        # What could not be read has no sum.
        if fault.code != "estate-over-claims" or not reading.faults
    ]
    reading.done()

    def divide(rule: str) -> list[Fraction]:
        if rule in CLAIMS_RULES:
            return divide_claims(rule, estate, claims)
        if rule == "equal":
            return [estate / len(claims)] * len(claims)
        return GAME_RULES[rule](games.bankruptcy(estate, claims))

    _print(options, _mixed(mix, divide))
    return 0


@dataclass(frozen=True, slots=True)
class _Problem:
    """A game as it was named on the command line; the table is made only when needed."""

    form: str
    players: int
    numbers: list[Fraction]
    level: Fraction
    scale: int

    @property
    def of_costs(self) -> bool:
        return self.form in ("costs", "airport")

    def game(self) -> games.Game:
        if self.form in TABLES:
            return games.from_values(self.numbers, self.players, self.scale)
        if self.form == "airport":
            return games.airport(self.numbers)
        if self.form == "weights":
            return games.weighted_voting(self.numbers, self.level)
        return games.bankruptcy(self.level, self.numbers)


def run_game(options: Namespace) -> int:
    """Divide what a game is worth (or costs) by a rule."""
    problem, mix = _read_game(options)
    if options.certificate and mix.keys() - set(KINDS):
        raise refuse(
            "no-certificate",
            "--certificate",
            f"{options.rule} has no certificate",
            f"one of {', '.join(KINDS)}",
        )
    if options.samples is not None:
        _print_sampled(options, problem, mix)
        return 0
    shares = _mixed(mix, lambda rule: _divide(options, problem, rule))
    if options.savings:
        alone = [problem.game().value(1 << i) for i in range(problem.players)]
        shares = [cost - paid for cost, paid in zip(alone, shares, strict=True)]
    _print(options, shares)
    return 0


def _divide(options: Namespace, problem: _Problem, rule: str) -> list[Fraction]:
    """What each gets; for costs, what each pays."""
    if rule in CLAIMS_RULES and problem.form == "bankruptcy":
        return divide_claims(rule, problem.level, problem.numbers)
    if rule not in GAME_RULES:
        raise refuse(
            "claims-rule",
            "--rule",
            f"{rule} divides an estate among claims",
            "moyeora share claims, or --bankruptcy CLAIMS --estate E",
        )
    if rule == "shapley" and problem.form == "airport":
        return shapley_airport(problem.numbers)
    if rule == "shapley" and problem.form == "weights":
        return shapley_shubik(problem.numbers, problem.level)
    game = problem.game()
    # Shapley, equal and proportional treat costs like gains; the others speak of savings.
    saved = problem.of_costs and rule in (*KINDS, "tau")
    table = game.savings() if saved else game
    if rule in KINDS:
        solution = nucleolus(table, rule)
        if options.certificate:
            proof = certificate(table, solution)
            check_certificate(proof)
            write_certificate(options.certificate, proof)
        shares = solution.shares
    else:
        shares = GAME_RULES[rule](table)
    if saved:
        return [game.value(1 << i) - share for i, share in enumerate(shares)]
    return shares


def _read_game(options: Namespace) -> tuple[_Problem, dict[str, Fraction]]:
    reading = _Reading()
    form = next(
        form
        for form in ("values", "costs", "weights", "airport", "bankruptcy")
        if getattr(options, form) is not None
    )
    mix = reading.mix(options, "game")
    if options.players is not None and form in TABLES:
        # Before the file is read: a table for 40 players would not end.
        try:
            games.check_players(options.players, "--players")
        except Refused as refused:
            raise Refused([*reading.faults, *refused.faults]) from None
    written, scale = getattr(options, form), 1
    if form in TABLES:
        numbers, scale = reading.table(f"--{form}", written)
    else:
        numbers = reading.numbers(f"--{form}", written)
    level = Fraction(0)
    for needed, key in (("weights", "quota"), ("bankruptcy", "estate")):
        text = getattr(options, key)
        if form == needed and text is None:
            reading.fault("missing", f"--{key}", f"--{form} needs --{key}", f"--{key} NUMBER")
        elif form == needed:
            level = reading.number(f"--{key}", text)
        elif text is not None:
            reading.fault(
                "unused",
                f"--{key}",
                f"--{key} means nothing with --{form}",
                f"--{needed} with --{key}, or leave it out",
            )
    if options.savings and form not in ("costs", "airport"):
        reading.fault(
            "unused",
            "--savings",
            "only costs can be saved",
            "--costs or --airport, or leave --savings out",
        )
    if form in TABLES and numbers:
        players = options.players or len(numbers).bit_length()
    else:
        players = len(numbers)
        if options.players not in (None, players) and numbers:
            reading.fault(
                "players",
                "--players",
                f"{options.players} players, but {players} numbers in --{form}",
                f"--players {players}",
            )
    if not reading.faults:
        reading.faults += _faults_of_form(form, numbers, level)
    reading.done()
    return _Problem(form, players, numbers, level, scale), mix


def _faults_of_form(form: str, numbers: list[Fraction], level: Fraction) -> list[Fault]:
    if form == "bankruptcy":
        return check_claims(level, numbers, "--bankruptcy")
    if form not in ("airport", "weights"):
        return []
    faults = [
        Fault("negative", f"--{form}[{place}]", f"{number} is below zero", "0 or more")
        for place, number in enumerate(numbers, 1)
        if number < 0
    ]
    total = sum(numbers, Fraction(0))
    if form == "weights" and not faults and not 0 < level <= total:
        faults.append(
            Fault(
                "quota",
                "--quota",
                f"the quota {level} can never decide among {total} votes",
                f"more than 0 and at most {total}",
            )
        )
    return faults


def _print_sampled(options: Namespace, problem: _Problem, mix: dict[str, Fraction]) -> None:
    forms = ("weights", "airport", "bankruptcy")
    if set(mix) != {"shapley"} or problem.form not in forms or options.savings:
        raise refuse(
            "bad-sampling",
            "--samples",
            "only the Shapley value of a named form is sampled",
            "--rule shapley with --weights, --airport or --bankruptcy",
        )
    numbers, level = problem.numbers, problem.level
    total = sum(numbers, Fraction(0))

    def value(group: frozenset[int]) -> Fraction:
        members = [numbers[player] for player in group]
        if problem.form == "airport":
            return max(members)
        if problem.form == "weights":
            return Fraction(sum(members) >= level)
        return max(Fraction(0), level - (total - sum(members)))

    widest = Fraction(1) if problem.form == "weights" else max(numbers)
    sampled = shapley_sampled(problem.players, value, widest, options.samples, options.seed)
    _print(options, sampled.shares, sampled)


def run_check(options: Namespace) -> int:
    """Check a certificate with code that shares nothing with the solver."""
    proof = read_certificate(options.certificate)
    check_certificate(proof)
    print(
        f"proven: {', '.join(proof['shares'])} is the {proof['kind']}"
        f" ({len(proof['levels'])} levels, {2 ** proof['players'] - 1} groups)"
    )
    return 0


def _mixed(mix: dict[str, Fraction], divide: Any) -> list[Fraction]:
    total = sum(mix.values(), Fraction(0))
    parts = [[weight / total * share for share in divide(rule)] for rule, weight in mix.items()]
    return [sum(shares, Fraction(0)) for shares in zip(*parts, strict=True)]


def _print(options: Namespace, shares: Sequence[Fraction], sampled: Sampled | None = None) -> None:
    result: dict[str, Any] = {"shares": list(shares)}
    if sampled:
        result |= {
            "exact": False,
            "error": sampled.error,
            "confidence": sampled.confidence,
            "samples": sampled.samples,
            "seed": sampled.seed,
        }
    if options.json:
        print(json.dumps(plain(result)))
        return
    for place, share in enumerate(shares, 1):
        print(f"{place:>4}  {share!s:<24} {write_decimals(share, 4)}")
    if sampled:
        print(
            f"an estimate: each within {write_decimals(sampled.error, 6)} with a probability of "
            f"{percent(sampled.confidence)} ({sampled.samples} random orders)"
        )


class _Reading:
    """Reads the command line's numbers and keeps every fault until the end."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, code: str, where: str, what: str, instead: str) -> None:
        self.faults.append(Fault(code, where, what, instead))

    def done(self) -> None:
        if self.faults:
            raise Refused(self.faults)

    def number(self, where: str, text: str) -> Fraction:
        try:
            return read_number(text)
        except ValueError as problem:
            self.fault("not-a-number", where, str(problem), "12, 0.5, 2/3 or 10%")
            return Fraction(0)

    def numbers(self, where: str, text: str) -> list[Fraction]:
        words = self._words(where, text)
        return [self.number(f"{where}[{i}]", word) for i, word in enumerate(words, 1)]

    def table(self, where: str, text: str) -> tuple[list[Fraction], int]:
        """The numbers of a table, which may be a million, over a common scale."""
        words = self._words(where, text)
        try:
            whole, scale = read_decimals(words)
        except ValueError:
            return [self.number(f"{where}[{i}]", word) for i, word in enumerate(words, 1)], 1
        # Whole numbers serve as fractions everywhere and cost a tenth of the memory.
        return whole, scale  # type: ignore[return-value]

    def _words(self, where: str, text: str) -> list[str]:
        if text.startswith("@"):
            try:
                text = Path(text[1:]).read_text(encoding="utf-8-sig")
            except (OSError, UnicodeDecodeError) as problem:
                self.fault("unreadable", where, str(problem), "@FILE with numbers as text")
                return []
        words = split_list(text)
        if not words:
            self.fault("empty", where, "there is no number", "12, 0.5, 2/3")
        return words

    def mix(self, options: Namespace, command: str) -> dict[str, Fraction]:
        """The rules to apply with their weights; one rule is a mixture of one."""
        known = _rules(command)
        if options.rule != "weighted":
            if options.rule not in known:
                self.fault(
                    "unknown-rule",
                    "--rule",
                    f"there is no rule {options.rule!r}",
                    "one of " + ", ".join(known),
                )
            if options.mix:
                self.fault(
                    "unused",
                    "--mix",
                    f"--mix means nothing with --rule {options.rule}",
                    "--rule weighted",
                )
            return {options.rule: Fraction(1)}
        mix: dict[str, Fraction] = {}
        for word in split_list(options.mix or ""):
            rule, _, weight = word.partition("=")
            mix[rule] = self.number(f"--mix {rule}", weight)
            if rule not in known or rule == "weighted":
                self.fault(
                    "unknown-rule",
                    "--mix",
                    f"there is no rule {rule!r}",
                    "one of " + ", ".join(known[:-1]),
                )
            if mix[rule] < 0:
                self.fault("negative", f"--mix {rule}", f"{weight} is below zero", "0 or more")
        if not sum(mix.values()):
            self.fault(
                "missing",
                "--mix",
                "weighted needs rules and their weights",
                "--mix shapley=1/2,equal=1/2",
            )
        return mix
