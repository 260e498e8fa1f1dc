"""A statement as one firm may see it: its own lines, one total a step, and why for each won.

It is recomputed from the agreement and the receipts, and must end with the state that the books
kept: whoever changed a stored statement is found here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from moyeora.network.consortia.agreements.program import program
from moyeora.network.consortia.agreements.terms import from_json
from moyeora.network.frame.faults import NetworkError
from moyeora.network.ledger.models import CostClaim, Receipt, Statement
from moyeora.network.ledger.receipts import read
from moyeora.sharing import Statement as Made
from moyeora.sharing import replay, why
from moyeora.sharing.language import day, money
from moyeora.sharing.text import Block, pdf_of


class NotReproduced(NetworkError):
    """A stored statement is not what the receipts give: it was changed."""

    code = "not-reproduced"


@dataclass(frozen=True)
class Line:
    """What one clause gave to one party, by its name, and why."""

    name: str
    amount: int
    why: str


@dataclass(frozen=True)
class Step:
    """One clause of a statement: what it gave to the reader's firm, and to all. ``lines`` are
    everybody's, and there for the auditor alone.
    """

    clause: str
    title: str
    why: str
    mine: int | None
    total: int
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class View:
    """A statement for one firm. ``due`` is the sum of its lines."""

    receipt: Receipt
    number: int
    currency: str
    amount: int
    steps: tuple[Step, ...]
    due: int
    state: str


def view(statement: Statement, party: str, lang: str) -> View:
    """The statement for a party (a business number); raises NotReproduced."""
    made = recompute(statement)
    reasons = {}
    if party in {each.id for each in made.agreement.parties}:
        told = why(made, party, lang, exact=False)
        reasons = {(r.clause, r.title): r for r in told if r.amount is not None}
    steps = []
    for step_id in dict.fromkeys(line.step for line in made.lines):
        step = made.agreement.step(step_id)
        lines = [line for line in made.lines if line.step == step_id]
        mine = [line.amount for line in lines if line.party == party]
        clause = f"제{step.number}조" if lang == "ko" else f"clause {step.number}"
        reason = reasons.get((clause, step.title[lang]))
        steps.append(
            Step(
                clause,
                step.title[lang],
                reason.text if reason else "",
                sum(mine) if mine else None,
                sum(line.amount for line in lines),
            )
        )
    return View(
        statement.receipt,
        statement.number,
        made.agreement.currency,
        made.amount,
        tuple(steps),
        made.of(party),
        made.after,
    )


def whole(statement: Statement, lang: str) -> View:
    """The statement as the auditor sees it, with every party's lines; raises NotReproduced."""
    seen, made = view(statement, "", lang), recompute(statement)
    names = {party.id: party.name[lang] for party in made.agreement.parties}
    reasons = {
        (party, r.clause, r.title): r.text
        for party in names
        for r in why(made, party, lang)
        if r.amount is not None
    }
    by_step: dict[str, list[Any]] = {}
    for line in made.lines:
        by_step.setdefault(line.step, []).append(line)
    steps = [
        replace(
            step,
            lines=tuple(
                Line(
                    names.get(line.party, step.title),
                    line.amount,
                    reasons.get((line.party, step.clause, step.title), ""),
                )
                for line in lines
            ),
        )
        for step, lines in zip(seen.steps, by_step.values(), strict=True)
    ]
    return replace(seen, steps=tuple(steps))


def recompute(statement: Statement) -> Made:
    """The statement from the agreement and all receipts up to it."""
    receipt = statement.receipt
    made = _replayed(receipt.agreement_id, receipt.number, statement.after)
    if made.after != statement.after:
        raise NotReproduced(f"statement {statement.number}")
    return made


@lru_cache(maxsize=256)
def _replayed(agreement_id: UUID, number: int, _after: str) -> Made:
    """Receipts and what they were divided by never change, so the answer can be kept."""
    receipts = list(
        Receipt.objects.filter(
            agreement=agreement_id, state=Receipt.State.DIVIDED, number__lte=number
        )
        .select_related("agreement", "credit_of")
        .order_by("number")
    )
    claims: dict[UUID, list[CostClaim]] = {}
    for claim in (
        CostClaim.objects.filter(receipt__in=receipts)
        .select_related("firm")
        .order_by("claimed", "id")
    ):
        claims.setdefault(claim.receipt_id, []).append(claim)
    agreement = receipts[-1].agreement
    agreed = program(from_json(agreement.terms), agreement.version)
    return replay(agreed, [read(one, claims.get(one.id, [])) for one in receipts])[-1]


def pdf(seen: View, firm: str, title: str, lang: str) -> bytes:
    """The same as a PDF for the firm's files."""
    ko = lang == "ko"

    def amount(number: int | None) -> str:
        return "–" if number is None else money(number, seen.currency, lang)

    rows = _of_all(seen, amount, ko) if any(s.lines for s in seen.steps) else None
    if rows is None:
        rows = [
            ("조항", "내용", "우리 기업", "전체") if ko else ("Clause", "Step", "My firm", "All")
        ]
        rows += [(s.clause, s.title, amount(s.mine), amount(s.total)) for s in seen.steps]
        rows.append(("", "합계" if ko else "Sum", amount(seen.due), amount(seen.amount)))
    blocks = [
        Block("title", f"정산서 제{seen.number}호" if ko else f"Statement {seen.number}"),
        Block(
            "rows",
            rows=(
                ("사업" if ko else "Item", title),
                ("기업" if ko else "Firm", firm),
                ("입금일" if ko else "Received", day(seen.receipt.on, lang)),
                ("입금액" if ko else "Received amount", amount(seen.amount)),
            ),
        ),
        Block("heading", "배분 내역" if ko else "What goes where"),
        Block("rows", rows=tuple(rows)),
        Block("heading", "계산 근거" if ko else "Why"),
    ]
    for step in seen.steps:
        if step.why:
            blocks.append(Block("clause", f"{step.clause} {step.title}"))
            blocks.append(Block("text", step.why))
        for line in step.lines:
            if line.why:
                blocks.append(Block("clause", f"{step.clause} {step.title}: {line.name}"))
                blocks.append(Block("text", line.why))
    label = "배분 상태의 SHA-256" if ko else "SHA-256 of the state"
    blocks.append(Block("rows", rows=((label, seen.state),)))
    return pdf_of(blocks, lang)


def _of_all(seen: View, amount: Callable[[int], str], ko: bool) -> list[tuple[str, ...]]:
    rows = [("조항", "내용", "누구", "금액") if ko else ("Clause", "Step", "Who", "Amount")]
    for step in seen.steps:
        rows += [(step.clause, step.title, line.name, amount(line.amount)) for line in step.lines]
    return [*rows, ("", "합계" if ko else "Sum", "", amount(seen.amount))]


def whole_lines_of(statements: Any, lang: str) -> list[tuple[Any, ...]]:
    """Everybody's lines over several statements, the party's name last; for the auditor."""
    return [
        (
            seen.number,
            seen.receipt.on,
            step.clause,
            step.title,
            line.amount,
            seen.currency,
            line.name,
        )
        for seen in (whole(statement, lang) for statement in statements)
        for step in seen.steps
        for line in step.lines
        if line.amount
    ]


def lines_of(statements: Any, party: str, lang: str) -> list[tuple[Any, ...]]:
    """A firm's own lines over several statements, for its accountant."""
    found = []
    for statement in statements:
        seen = view(statement, party, lang)
        for step in seen.steps:
            if step.mine:
                found.append(
                    (
                        seen.number,
                        seen.receipt.on,
                        step.clause,
                        step.title,
                        step.mine,
                        seen.currency,
                    )
                )
    return found
