"""What might happen: receipts and games of a low, a middle and a high scenario.

A scenario recomputes the game from its own numbers; it never scales the agreement's. Keys that
a scenario's ``[game]`` leaves out are those of the agreement's game.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moyeora.sharing.agreement import Agreement, read_agreement
from moyeora.sharing.clauses import RULES
from moyeora.sharing.faults import Fault, Refused
from moyeora.sharing.receipt import Receipt, read_receipt
from moyeora.sharing.steps import Share
from moyeora.sharing.tables import Table, Words, read_toml

# The keys of a share step that say how it divides.
RULE_KEYS = ("rule", "weights", "contributions", "points", "claims", "mix", "among")
MOST_SCENARIOS, MOST_RULES = 12, 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule to compare: ``data`` are the keys of a share step; None is the agreed rule."""

    name: Words
    data: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One course of events, with the agreement that holds in it (the agreed rule)."""

    id: str
    name: Words
    receipts: tuple[Mapping[str, Any], ...]
    game: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Scenarios:
    """The scenarios and the rules of a comparison; ``share`` is the step whose rule changes."""

    share: str
    candidates: tuple[Candidate, ...]
    scenarios: tuple[Scenario, ...]


def load_scenarios(path: Path, agreement: Agreement) -> Scenarios:
    """Read scenarios from a TOML file; raises ``Refused`` with every fault."""
    return read_scenarios(read_toml(path), agreement, path.name)


def read_scenarios(
    data: Mapping[str, Any], agreement: Agreement, file: str = "scenarios.toml"
) -> Scenarios:
    """Read scenarios from the data of their TOML; raises ``Refused`` with every fault."""
    faults: list[Fault] = []
    top = Table(dict(data), f"{file}: ", faults)
    shares = [step.id for step in agreement.all_steps() if isinstance(step, Share)]
    if not shares:
        raise Refused(
            [
                Fault(
                    "no-share",
                    f"{file}: share",
                    "the agreement has no step that shares",
                    'a step with kind = "share"',
                )
            ]
        )
    share = top.choice("share", shares, shares[0])
    scenarios = []
    for each in top.tables("scenario", least=1)[:MOST_SCENARIOS]:
        name = each.text("id")
        game = dict(each.table("game").data) if each.has("game") else None
        receipts = each.tables("receipt", least=1)
        scenarios.append(
            Scenario(
                name, each.words("name", name), tuple(receipt.data for receipt in receipts), game
            )
        )
        each.finish()
    candidates = [Candidate(Words("합의한 규칙", "as agreed"), None)]
    for each in top.tables("rule")[:MOST_RULES]:
        rule = each.text("rule")
        for key in RULE_KEYS:
            each.has(key)
        usual = RULES.get(rule, Words(rule, rule))
        title = each.words("name") if each.has("name") else usual
        keys = {key: value for key, value in each.data.items() if key != "name"}
        candidates.append(Candidate(title, keys))
        each.finish()
    top.finish()
    found = Scenarios(share, tuple(candidates), tuple(scenarios))
    if not faults:
        faults += _check(found, agreement, file)
    if faults:
        raise Refused(faults)
    return found


def _check(found: Scenarios, agreement: Agreement, file: str) -> list[Fault]:
    """Every rule in every scenario must make an agreement, and every receipt a receipt."""
    faults: list[Fault] = []
    for place, scenario in enumerate(found.scenarios, 1):
        for number, candidate in enumerate(found.candidates):
            where = f"{file}: scenario[{place}]" + (f", rule[{number}]" if number else "")
            try:
                made = agreement_in(agreement, found.share, scenario, candidate)
                if not number:
                    receipts_in(made, scenario.receipts, where)
            except Refused as refused:
                faults += [
                    Fault(f.code, f"{where}, {f.where.split(': ', 1)[-1]}", f.what, f.instead)
                    for f in refused.faults
                ]
    return faults


def receipts_in(
    agreement: Agreement, receipts: Sequence[Mapping[str, Any]], where: str = "scenario"
) -> list[Receipt]:
    """The receipts of a scenario; raises ``Refused``."""
    return [
        read_receipt(data, agreement, f"{where}: receipt[{number}]")
        for number, data in enumerate(receipts, 1)
    ]


def agreement_in(
    agreement: Agreement, share: str, scenario: Scenario, candidate: Candidate
) -> Agreement:
    """The agreement with the candidate's rule and the scenario's game; raises ``Refused``."""
    data = dict(agreement.source)
    if scenario.game is not None:
        data["game"] = {**data.get("game", {}), **scenario.game}
    if candidate.data is not None:
        data["step"] = [_with_rule(step, share, candidate.data) for step in data["step"]]
    return read_agreement(data)


def _with_rule(step: Mapping[str, Any], share: str, rule: Mapping[str, Any]) -> dict[str, Any]:
    if "step" in step:
        return {**step, "step": [_with_rule(inner, share, rule) for inner in step["step"]]}
    if step.get("id") != share:
        return dict(step)
    return {key: value for key, value in step.items() if key not in RULE_KEYS} | dict(rule)
