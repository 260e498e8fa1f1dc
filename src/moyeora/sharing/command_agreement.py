"""``moyeora share statement``, ``why``, ``replay`` and ``text``: what an agreement does."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from moyeora.sharing.agreement import load_agreement
from moyeora.sharing.clauses import clause, name_of
from moyeora.sharing.currency import write_amount
from moyeora.sharing.faults import refuse
from moyeora.sharing.receipt import load_receipt
from moyeora.sharing.state import first_state, load_state, write_state
from moyeora.sharing.statement import Statement, replay, statement, statement_to_json
from moyeora.sharing.table_text import table
from moyeora.sharing.tables import LANGUAGES
from moyeora.sharing.why import why_text


def add_arguments(command: str, parser: ArgumentParser) -> None:
    """The options of one of this module's commands."""
    parser.add_argument("agreement", type=Path, metavar="AGREEMENT.toml")
    if command in ("statement", "why"):
        parser.add_argument("receipt", type=Path, metavar="RECEIPT.toml")
        parser.add_argument("--state", type=Path, help="the state left by the receipts before")
    if command == "statement":
        parser.add_argument("--state-out", type=Path, help="write the next state here")
    if command == "replay":
        parser.add_argument("state", type=Path, metavar="STATE.json")
    if command in ("statement", "replay"):
        parser.add_argument("--html", type=Path, help="write a page with charts here")
        parser.add_argument("--json", action="store_true", help="print JSON")
    if command == "why":
        parser.add_argument("--firm", required=True, help="the id or name of a firm or account")
    if command == "text":
        parser.add_argument(
            "-o", "--output", type=Path, required=True, help="agreement.pdf, or .txt for plain text"
        )
    parser.add_argument("--lang", choices=LANGUAGES, default="ko")


def run_statement(options: Namespace) -> int:
    """Print the statement of a receipt."""
    made = _statement(options)
    _write_page(options, [made])
    if options.json:
        print(json.dumps(statement_to_json(made), ensure_ascii=False))
    else:
        print(statement_text(made, options.lang))
    return 0


def run_why(options: Namespace) -> int:
    """Print the path of each won to one firm."""
    print(why_text(_statement(options), options.firm, options.lang))
    return 0


def _statement(options: Namespace) -> Statement:
    agreement = load_agreement(options.agreement)
    receipt = load_receipt(options.receipt, agreement)
    state = load_state(options.state, agreement) if options.state else first_state(agreement)
    made, after = statement(agreement, receipt, state)
    if getattr(options, "state_out", None):
        write_state(options.state_out, after)
    return made


def run_replay(options: Namespace) -> int:
    """Recompute every statement of a state; refuse when the last hash is another one."""
    agreement = load_agreement(options.agreement)
    state = load_state(options.state, agreement)
    statements = replay(agreement, state.receipts)
    last = statements[-1].after if statements else first_state(agreement).hash
    if last != state.hash:
        raise refuse(
            "not-replayed",
            options.state.name,
            "the receipts give another state than the one that is stored",
            "the file as --state-out wrote it",
        )
    _write_page(options, statements)
    if options.json:
        print(json.dumps([statement_to_json(made) for made in statements], ensure_ascii=False))
    else:
        print(f"{len(statements)} statements recomputed, every byte the same: {last}")
    return 0


def _write_page(options: Namespace, statements: Sequence[Statement]) -> None:
    if options.html and statements:
        from moyeora.sharing.statements_page import statements_page

        options.html.write_text(statements_page(statements, options.lang), encoding="utf-8")


def run_text(options: Namespace) -> int:
    """Write the agreement as a document."""
    from moyeora.sharing.text import document, pdf, plain_text

    agreement = load_agreement(options.agreement)
    if options.output.suffix == ".pdf":
        options.output.write_bytes(pdf(agreement, options.lang))
    elif options.output.suffix == ".txt":
        text = plain_text(document(agreement, options.lang))
        options.output.write_text(text, encoding="utf-8")
    else:
        raise refuse(
            "unknown-format",
            "-o",
            f"{options.output.name} is neither .pdf nor .txt",
            "-o agreement.pdf",
        )
    print(options.output)
    return 0


def statement_text(made: Statement, lang: str) -> str:
    """A statement as tables: who gets what from which clause, and what is paid."""
    agreement, ko = made.agreement, lang == "ko"

    def amount(number: int) -> str:
        return write_amount(number, agreement.currency)

    rows = [["조", "내용", "받는 이", "금액"] if ko else ["clause", "step", "to", "amount"]]
    for line in made.lines:
        step = agreement.step(line.step)
        rows.append(
            [
                clause(agreement, step, lang),
                step.title[lang],
                name_of(agreement, line.party, lang),
                amount(line.amount),
            ]
        )
    rows.append(["합계" if ko else "sum", "", "", amount(made.amount)])
    head = ["받는 이", "이번 몫", "전에 더 받은 돈", "지급", "아직 더 받은 돈", "기다리는 돈"]
    pays = [head if ko else ["to", "due now", "owed before", "paid", "still owed", "waiting"]]
    for pay in made.payments:
        numbers = (pay.due, pay.owed_before, pay.paid, pay.owes_after, pay.waits_after)
        pays.append([name_of(agreement, pay.party, lang), *map(amount, numbers)])
    receipt = made.receipt
    parts = [
        f"{agreement.title[lang]} · {receipt.id} · {receipt.on} · {agreement.currency} "
        f"{amount(made.amount)}",
        table(rows, left=3),
        table(pays),
    ]
    if made.returned:
        back = amount(made.returned)
        parts.append(f"되돌려 줄 돈으로 {back}" if ko else f"{back} goes back for the credit note")
    parts.append(f"state {made.before[:12]} → {made.after[:12]}")
    return "\n\n".join(parts)
