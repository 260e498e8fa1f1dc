"""``moyeora share compare`` and ``sensitivity``: what to see before signing."""

import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from moyeora.sharing.agreement import load_agreement
from moyeora.sharing.compare import Comparison, compare
from moyeora.sharing.compare_text import Said, comparison_text
from moyeora.sharing.exact import plain
from moyeora.sharing.faults import refuse
from moyeora.sharing.scenarios import Scenarios, load_scenarios
from moyeora.sharing.sensitivity import sensitivity
from moyeora.sharing.table_text import table
from moyeora.sharing.tables import LANGUAGES


def add_arguments(command: str, parser: ArgumentParser) -> None:
    """The options of one of this module's commands."""
    parser.add_argument("agreement", type=Path, metavar="AGREEMENT.toml")
    parser.add_argument("--scenarios", type=Path, required=True, metavar="S.toml")
    parser.add_argument("--lang", choices=LANGUAGES, default="ko")
    parser.add_argument("--json", action="store_true", help="print JSON")
    if command == "compare":
        parser.add_argument("--html", type=Path, help="write the page with charts here")
    else:
        parser.add_argument(
            "--set",
            action="append",
            metavar="PATH=VALUE",
            dest="changes",
            help="one change, such as step.fee.rate=5%% (may be repeated); "
            "without it every number a tenth higher",
        )


def run_compare(options: Namespace) -> int:
    """Print rules side by side; write the page."""
    agreement = load_agreement(options.agreement)
    scenarios = load_scenarios(options.scenarios, agreement)
    comparison = compare(agreement, scenarios)
    if options.html:
        from moyeora.sharing.page import comparison_page

        effects = sensitivity(agreement, _middle(scenarios))
        page = comparison_page(comparison, effects, options.lang)
        options.html.write_text(page, encoding="utf-8")
    if options.json:
        print(json.dumps(_json(comparison), ensure_ascii=False))
    else:
        print(comparison_text(comparison, options.lang))
    return 0


def run_sensitivity(options: Namespace) -> int:
    """Print what each change alone does to each firm, in the middle scenario."""
    agreement = load_agreement(options.agreement)
    scenarios = load_scenarios(options.scenarios, agreement)
    changes = None
    if options.changes is not None:
        changes = [_change(text) for text in options.changes]
    effects = sensitivity(agreement, _middle(scenarios), changes)
    if options.json:
        print(json.dumps([asdict(effect) for effect in effects], ensure_ascii=False))
        return 0
    said = Said(compare(agreement, scenarios), options.lang)
    firms = agreement.firms
    rows = [
        [
            said.say("바꾼 것", "changed"),
            said.say("값", "value"),
            *(firm.name[options.lang] for firm in firms),
        ]
    ]
    for effect in effects:
        cells = [effect.refused[:60]] + [""] * (len(firms) - 1)
        if not effect.refused:
            cells = [said.change(effect.change[firm.id]) for firm in firms]
        rows.append([effect.path, f"{effect.before} → {effect.after}", *cells])
    print(table(rows, left=2))
    return 0


def _middle(scenarios: Scenarios) -> Any:
    return scenarios.scenarios[len(scenarios.scenarios) // 2].receipts


def _change(text: str) -> tuple[str, Any]:
    path, sign, value = text.partition("=")
    if not sign:
        raise refuse("no-value", "--set", f"{text!r} has no value", "--set step.fee.rate=5%")
    value = value.strip()
    if value in ("true", "false"):
        return path.strip(), value == "true"
    return path.strip(), int(value) if value.lstrip("-").isdigit() else value


def _json(comparison: Comparison) -> dict[str, Any]:
    scenarios = comparison.scenarios
    result: dict[str, Any] = plain(
        {
            "agreement": comparison.agreement.digest,
            "currency": comparison.agreement.currency,
            "scenarios": [
                {"id": scenario.id, "receipts": total, "superadditive": sup, "convex": convex}
                for scenario, total, sup, convex in zip(
                    scenarios.scenarios,
                    comparison.totals,
                    comparison.superadditive,
                    comparison.convex,
                    strict=True,
                )
            ],
            "rules": [
                {"name": asdict(candidate.name), "scenarios": [_cell(cell) for cell in row]}
                for candidate, row in zip(scenarios.candidates, comparison.cells, strict=True)
            ],
        }
    )
    return result


def _cell(cell: Any) -> dict[str, Any]:
    found = asdict(cell)
    for outlook in found["outlooks"].values():
        outlook["payments"] = [[when.isoformat(), paid] for when, paid in outlook["payments"]]
    return found
