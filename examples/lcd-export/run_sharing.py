"""The sharing half of the example: the agreement, four receipts, the statements, the page.

    python -m examples.lcd-export.run_sharing --out out/lcd-export

Another program can import :func:`statements`; ``changes`` replace facts of a receipt, so that the
two sides of a difference are two calls.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

from moyeora.sharing.agreement import Agreement, load_agreement
from moyeora.sharing.command_agreement import statement_text
from moyeora.sharing.compare import compare
from moyeora.sharing.compare_text import comparison_text
from moyeora.sharing.page import comparison_page
from moyeora.sharing.receipt import read_receipt
from moyeora.sharing.scenarios import load_scenarios
from moyeora.sharing.sensitivity import sensitivity
from moyeora.sharing.statement import Statement, replay
from moyeora.sharing.statements_page import statements_page
from moyeora.sharing.tables import read_toml
from moyeora.sharing.text import pdf
from moyeora.sharing.why import why_text

FOLDER = Path(__file__).parent


def agreement() -> Agreement:
    """The agreement of the six firms."""
    return load_agreement(FOLDER / "agreement.toml")


def statements(changes: Mapping[str, Mapping[str, int]] | None = None) -> list[Statement]:
    """The statements of the four receipts, in order.

    ``changes`` gives other facts for a receipt, by its id: ``{"R3": {"bad_panels_made": 0,
    "bad_panels_handled": 1240}}``; facts that are not named stay as they were reported.
    """
    ours = agreement()
    receipts = []
    for path in sorted((FOLDER / "receipts").glob("*.toml")):
        data = read_toml(path)
        if changes and data["id"] in changes:
            data["facts"] = {**data.get("facts", {}), **changes[data["id"]]}
        receipts.append(read_receipt(data, ours, path.name))
    return replay(ours, receipts)


def main() -> None:
    """Print every statement and the comparison; write the page and the agreement as PDF."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("out/lcd-export"))
    parser.add_argument("--lang", choices=["ko", "en"], default="ko")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    ours = agreement()
    scenarios = load_scenarios(FOLDER / "scenarios.toml", ours)
    comparison = compare(ours, scenarios)
    print(comparison_text(comparison, options.lang))
    all_made = statements()
    for made in all_made:
        print("\n" + statement_text(made, options.lang))
        print("\n" + why_text(made, "daeyang", options.lang))
    effects = sensitivity(ours, scenarios.scenarios[1].receipts)
    for lang in ("ko", "en"):
        page = comparison_page(comparison, effects, lang)
        (options.out / f"compare-{lang}.html").write_text(page, encoding="utf-8")
        page = statements_page(all_made, lang)
        (options.out / f"statements-{lang}.html").write_text(page, encoding="utf-8")
        (options.out / f"agreement-{lang}.pdf").write_bytes(pdf(ours, lang))
    print("\nwritten:", *sorted(map(str, options.out.iterdir())), sep="\n  ")


if __name__ == "__main__":
    main()
