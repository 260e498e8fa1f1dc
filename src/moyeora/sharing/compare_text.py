"""A comparison in words and tables, for the terminal and as the sentences of the page."""

from collections.abc import Sequence
from fractions import Fraction

from moyeora.sharing.clauses import name_of
from moyeora.sharing.compare import Cell, Comparison, Kept, Outlook
from moyeora.sharing.currency import write_amount
from moyeora.sharing.language import with_particle
from moyeora.sharing.table_text import table


class Said:
    """The sentences of a comparison in one language."""

    def __init__(self, comparison: Comparison, lang: str) -> None:
        self.comparison, self.lang = comparison, lang
        self.agreement = comparison.agreement

    def say(self, ko: str, en: str) -> str:
        """The words of the page's language."""
        return ko if self.lang == "ko" else en

    def name(self, party: str) -> str:
        """The name of a firm."""
        return name_of(self.agreement, party, self.lang)

    def names(self, parties: Sequence[str]) -> str:
        """Some names with commas."""
        return ", ".join(map(self.name, parties))

    def amount(self, amount: int | Fraction) -> str:
        """An amount without its currency and, unless it is below one, without its cents."""
        text = write_amount(amount.numerator // amount.denominator, self.agreement.currency)
        whole = text.split(".")[0]
        return text if whole in ("0", "−0") and amount else whole

    def change(self, amount: int) -> str:
        """A change, with its sign."""
        return ("+" if amount > 0 else "") + self.amount(amount)

    def leaving(self, kept: Kept | None) -> str:
        """Which group would leave, and what it would gain."""
        if kept is None:
            return self.say("비교할 게임이 없다", "there is no game to judge by")
        if kept.in_core:
            return self.say("떠나서 더 벌 모임이 없다", "no group earns more by leaving")
        if not kept.leavers:
            return self.say("모두 함께 번 돈을 다 나누지 않는다", "it does not divide all")
        who, gain = self.names(kept.leavers), self.amount(kept.gain)
        if kept.gain < 1:
            gain = str(kept.gain)
        return self.say(
            f"{with_particle(who, '이/가')} 따로 하면 {gain} 더 번다",
            f"{who} would earn {gain} more by leaving",
        )

    def elsewhere(self, outlook: Outlook) -> str:
        """The best a firm could do with others."""
        if outlook.elsewhere is None:
            return self.say("비교할 게임이 없다", "there is no game to judge by")
        best, company = self.amount(outlook.elsewhere), self.names(outlook.company)
        if not company:
            return self.say(f"혼자 하면 {best}", f"{best} alone")
        return self.say(
            f"{with_particle(company, '과/와')} 함께 하면 많아야 {best}",
            f"at most {best} with {company}",
        )


def comparison_text(comparison: Comparison, lang: str) -> str:
    """The whole comparison as tables of text."""
    said = Said(comparison, lang)
    agreement, scenarios = comparison.agreement, comparison.scenarios
    parts = [f"{agreement.title[lang]} · {agreement.currency}"]
    for place, scenario in enumerate(scenarios.scenarios):
        cells = [row[place] for row in comparison.cells]
        total = said.amount(comparison.totals[place])
        parts.append(
            said.say(
                f"{scenario.name[lang]}: 들어오는 돈 {total}",
                f"{scenario.name[lang]}: {total} come in",
            )
        )
        parts.append(_amounts(said, cells))
        parts.append(_properties(said, cells))
    parts.append(
        said.say(
            "한 기업이 볼 것 (합의한 규칙, 시나리오별)",
            "What each firm must see (the agreed rule, by scenario)",
        )
    )
    parts.append(_outlooks(said))
    return "\n\n".join(parts)


def _amounts(said: Said, cells: Sequence[Cell]) -> str:
    lang = said.lang
    rows = [
        [
            said.say("기업", "firm"),
            *(candidate.name[lang] for candidate in said.comparison.scenarios.candidates),
        ]
    ]
    for firm in said.agreement.firms:
        rows.append(
            [firm.name[lang], *(said.amount(cell.outlooks[firm.id].amount) for cell in cells)]
        )
    return table(rows)


def _properties(said: Said, cells: Sequence[Cell]) -> str:
    heads = [
        ("규칙", "rule"),
        ("모두 나눔", "efficient"),
        ("같으면 같게", "symmetric"),
        ("혼자보다 나음", "beats alone"),
        ("핵", "core"),
        ("떠날 모임", "who would leave"),
    ]
    rows = [[said.say(*head) for head in heads]]
    for candidate, cell in zip(said.comparison.scenarios.candidates, cells, strict=True):
        marks = [""] * 4
        if cell.kept:
            kept = cell.kept
            held = (kept.efficient, kept.symmetric, kept.individually_rational, kept.in_core)
            marks = [said.say("예", "yes") if each else said.say("아니오", "no") for each in held]
        rows.append([candidate.name[said.lang], *marks, said.leaving(cell.kept)])
    return table(rows, left=6)


def _outlooks(said: Said) -> str:
    comparison = said.comparison
    middle = len(comparison.scenarios.scenarios) // 2
    rows = [
        [
            said.say("기업", "firm"),
            *(scenario.name[said.lang] for scenario in comparison.scenarios.scenarios),
            said.say("비용 10% 초과 때", "costs +10%"),
            said.say("다른 길 (가운데 시나리오)", "elsewhere (middle scenario)"),
        ]
    ]
    for firm in said.agreement.firms:
        seen = [cell.outlooks[firm.id] for cell in comparison.cells[0]]
        rows.append(
            [
                firm.name[said.lang],
                *(said.amount(outlook.net) for outlook in seen),
                said.change(seen[middle].overrun),
                said.elsewhere(seen[middle]),
            ]
        )
    return table(rows)
