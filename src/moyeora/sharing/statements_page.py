"""The page of an item's statements: what came in, how it flowed, who got what, and why.

One HTML file with its charts and no network, for the owner of a firm.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from moyeora.sharing.clauses import KINDS, clause, kind_of, name_of
from moyeora.sharing.currency import write_amount
from moyeora.sharing.page import template
from moyeora.sharing.statement import Statement
from moyeora.sharing.steps import Adjust
from moyeora.sharing.table_text import width
from moyeora.sharing.why import why_text

_BAR = 430
# A letter of the labels is about this wide; Korean ones take two.
_LETTER = 7.6
COLORS = {
    "share": "#0b5c8e",
    "fee": "#8fb8d0",
    "reimburse": "#c9a15a",
    "advance": "#d9c59b",
    "tax": "#a7adb5",
    "adjust": "#1a7f4b",
    "loss": "#b3261e",
    "remaining": "#5b6675",
}


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar, in pixels."""

    x: float
    width: float
    color: str
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A party's bar, or a step's in the flow of a receipt."""

    name: str
    segments: tuple[Segment, ...]
    text: str
    note: str


def statements_page(statements: Sequence[Statement], lang: str) -> str:
    """The page of some statements of one agreement, in their order."""
    agreement = statements[0].agreement
    parties = [p for p in agreement.parties if any(made.of(p.id) for made in statements)]

    def amount(number: int) -> str:
        return write_amount(number, agreement.currency)

    def say(ko: str, en: str) -> str:
        return ko if lang == "ko" else en

    bars = _party_bars(statements, [party.id for party in parties], lang)
    flows = [_flow(made, lang) for made in statements]
    longest = max(width(bar.name) for group in (bars, *flows) for bar in group)
    kinds = {kind_of(agreement.step(line.step)) for made in statements for line in made.lines}
    return template("statements.html.j2").render(
        agreement=agreement,
        statements=statements,
        parties=parties,
        lang=lang,
        say=say,
        amount=amount,
        bars=bars,
        flows=flows,
        legend=[(KINDS[kind][lang], color) for kind, color in COLORS.items() if kind in kinds],
        why=lambda made, party: why_text(made, party, lang),
        name=lambda party: name_of(agreement, party, lang),
        clause=lambda step: clause(agreement, agreement.step(step), lang),
        title=lambda step: agreement.step(step).title[lang],
        wide=_BAR,
        label=round(longest * _LETTER) + 14,
    )


def _party_bars(statements: Sequence[Statement], parties: Sequence[str], lang: str) -> list[Bar]:
    """What each party is due in all, by kind of clause; what was taken from it is a note."""
    agreement = statements[0].agreement
    sums: dict[str, dict[str, int]] = {party: {} for party in parties}
    taken = dict.fromkeys(parties, 0)
    for made in statements:
        for line in made.lines:
            if line.party not in sums:
                continue
            step = agreement.step(line.step)
            if isinstance(step, Adjust) and line.amount < 0:
                taken[line.party] += line.amount
            kind = kind_of(step)
            sums[line.party][kind] = sums[line.party].get(kind, 0) + line.amount
    most = max(1, *(sum(max(0, part) for part in kinds.values()) for kinds in sums.values()))
    bars = []
    for party, kinds in sums.items():
        segments, x = [], 0.0
        for kind in COLORS:
            part = kinds.get(kind, 0)
            if part > 0:
                wide = round(part * _BAR / most, 1)
                title = f"{KINDS[kind][lang]} {write_amount(part, agreement.currency)}"
                segments.append(Segment(round(x, 1), wide, COLORS[kind], title))
                x += wide
        total = write_amount(sum(kinds.values()), agreement.currency)
        note = write_amount(taken[party], agreement.currency) if taken[party] else ""
        bars.append(Bar(name_of(agreement, party, lang), tuple(segments), total, note))
    return bars


def _flow(made: Statement, lang: str) -> list[Bar]:
    """What is left of a receipt after each step, and what the step took."""
    agreement = made.agreement
    if not made.workings:
        return []
    most = max(1, made.amount, *(working.left for working in made.workings))
    bars, left = [], made.amount
    for working in made.workings:
        step = agreement.step(working.step)
        change = left - working.left
        if not change:
            continue
        rest, part = min(left, working.left) * _BAR / most, abs(change) * _BAR / most
        color = COLORS.get(kind_of(step), "#5b6675") if change > 0 else "#1a7f4b"
        segments = (
            Segment(0, round(rest, 1), "#e8f1f7", ""),
            Segment(round(rest, 1), round(part, 1), color, ""),
        )
        text = write_amount(change, agreement.currency)
        bars.append(Bar(f"{step.number} {step.title[lang]}", segments, text, ""))
        left = working.left
    return bars
