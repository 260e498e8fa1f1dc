"""The whole example: six firms, four receipts, a difference, its settlement, the final statements.

    python -m examples.lcd-export.run [--out out/lcd-export] [--lang ko|en]

prints all of it and writes one page for an owner, ``lcd-export-ko.html`` and ``-en.html``, with
its charts in it and no network, and the agreement as a PDF.
"""

import argparse
import re
import sys
from html import escape
from importlib import import_module
from pathlib import Path

from moyeora.sharing.command_agreement import statement_text
from moyeora.sharing.compare import compare
from moyeora.sharing.compare_text import comparison_text
from moyeora.sharing.currency import write_amount
from moyeora.sharing.page import comparison_page
from moyeora.sharing.scenarios import load_scenarios
from moyeora.sharing.sensitivity import sensitivity
from moyeora.sharing.statement import Statement
from moyeora.sharing.statements_page import statements_page
from moyeora.sharing.text import pdf

# The folder's name has a hyphen, so its modules are imported by name.
dispute = import_module("examples.lcd-export.run_dispute")
proceeds = import_module("examples.lcd-export.run_sharing")

WORDS = {
    "title": ("여섯 기업의 LCD 모니터 수출", "Six firms export LCD monitors"),
    "compare": ("서명하기 전에 견주다", "Compared before signing"),
    "receipts": ("네 번의 영수를 나누다", "Four receipts divided"),
    "difference": ("차이가 나고, 끝나다", "A difference, and how it ended"),
    "final": ("마지막 정산", "The final statements"),
    "said": (
        "늦은 선적과 불량 패널을 누가 부담하는지를 두고 난 차이는 매뉴얼을 따라 이렇게 끝났습니다.",
        "Who bears a late shipment and a bad lot of panels: the manual's way to the end.",
    ),
    "firm": ("기업", "Firm"),
    "stated": ("네 번의 정산서", "Four statements"),
    "moved": ("합의로 옮겨진 돈", "Moved by the settlement"),
    "ends": ("끝내 받은 돈", "In the end"),
    "sum": ("합계", "Sum"),
    "by_day": ("날짜마다 무엇이 있었나", "What happened, day by day"),
}


def final_rows(statements: list[Statement]) -> list[tuple[str, int, int]]:
    """(firm, what the statements give it in all, what the settlement moves), in US cents."""
    firms = [firm.id for firm in statements[0].agreement.firms]
    moved = dispute.settled()
    due = dict.fromkeys(firms, 0)
    for made in statements:
        for payment in made.payments:
            if payment.party in due:
                due[payment.party] += payment.due
    assert sum(moved.values()) == 0
    return [(firm, due[firm], moved[firm]) for firm in firms]


def page(statements: list[Statement], lang: str) -> str:
    """One page of the whole story."""

    def say(key: str) -> str:
        return escape(WORDS[key][lang == "en"])

    agreement = statements[0].agreement
    scenarios = load_scenarios(proceeds.FOLDER / "scenarios.toml", agreement)
    effects = sensitivity(agreement, scenarios.scenarios[1].receipts)
    compared = comparison_page(compare(agreement, scenarios), effects, lang)
    divided = statements_page(statements, lang)
    chapters = [
        ("compare", _main(compared)),
        ("receipts", _main(divided)),
        (
            "difference",
            f'<p class="soft">{say("said")}</p><div class="sheet">{dispute.picture(lang)}</div>'
            f'<div class="sheet"><details><summary>{say("by_day")}</summary>'
            f"<pre>{escape(dispute.story(lang))}</pre></details></div>",
        ),
        ("final", _final_table(statements, lang)),
    ]
    style = re.search(r"<style>.*?</style>", divided, re.DOTALL)
    assert style is not None
    links = " · ".join(f'<a href="#{key}">{say(key)}</a>' for key, _ in chapters)
    body = "".join(
        f'<section id="{key}"><h1 style="margin-top:72px">{number}. {say(key)}</h1>'
        f"{content}</section>"
        for number, (key, content) in enumerate(chapters, 1)
    )
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{say('title')}</title>{style[0]}</head><body><main>"
        f"<h1>{say('title')}</h1><p>{links}</p>{body}</main></body></html>\n"
    )


def _main(document: str) -> str:
    """What a page says, without its own title."""
    inside = document.partition("<main>")[2].partition("</main>")[0]
    return re.sub(r"<h1>.*?</h1>", "", inside, flags=re.DOTALL)


def _final_table(statements: list[Statement], lang: str) -> str:
    agreement = statements[0].agreement
    names = {firm.id: firm.name[lang] for firm in agreement.firms}
    rows = final_rows(statements)
    totals = (sum(due for _, due, _ in rows), sum(moved for _, _, moved in rows))

    def cells(name: str, due: int, moved: int) -> str:
        amounts = (due, moved, due + moved)
        written = "".join(f"<td>{write_amount(a, agreement.currency)}</td>" for a in amounts)
        return f"<tr><td>{escape(name)}</td>{written}</tr>"

    heads = "".join(
        f"<th>{escape(WORDS[key][lang == 'en'])}</th>"
        for key in ("firm", "stated", "moved", "ends")
    )
    body = "".join(cells(names[firm], due, moved) for firm, due, moved in rows)
    return (
        f'<div class="sheet"><table><thead><tr>{heads}</tr></thead><tbody>{body}'
        f"{cells(WORDS['sum'][lang == 'en'], *totals)}</tbody></table></div>"
    )


def main() -> int:
    """Print the story and write the pages and the agreement."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("out/lcd-export"))
    parser.add_argument("--lang", choices=["ko", "en"], default="ko")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    statements = proceeds.statements()
    agreement = statements[0].agreement
    scenarios = load_scenarios(proceeds.FOLDER / "scenarios.toml", agreement)
    print(comparison_text(compare(agreement, scenarios), chosen.lang))
    for made in statements:
        print("\n" + statement_text(made, chosen.lang))
    print("\n" + dispute.story(chosen.lang))
    say = {key: words[chosen.lang == "en"] for key, words in WORDS.items()}
    print(
        f"\n{say['final']} ({agreement.currency}): {say['stated']}, {say['moved']}, {say['ends']}"
    )
    for firm, due, moved in final_rows(statements):
        amounts = [write_amount(a, agreement.currency) for a in (due, moved, due + moved)]
        print(f"  {firm:<8}", *(f"{amount:>20}" for amount in amounts))
    for lang in ("ko", "en"):
        (chosen.out / f"lcd-export-{lang}.html").write_text(page(statements, lang), "utf-8")
        (chosen.out / f"agreement-{lang}.pdf").write_bytes(pdf(agreement, lang))
    print("\nwritten:", *sorted(map(str, chosen.out.iterdir())), sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
