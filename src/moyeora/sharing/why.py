"""Why a firm gets what it gets: the path of each won from the receipt through each clause.

``why(statement, firm)`` gives reasons in order, each with its clause, the numbers that went in,
the amount and the rounding, in Korean or English.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from moyeora.sharing.clauses import clause, kind_of, name_of
from moyeora.sharing.faults import refuse
from moyeora.sharing.flow import Line, Working
from moyeora.sharing.language import money, percent, units, with_particle
from moyeora.sharing.statement import Payment, Statement
from moyeora.sharing.steps import Adjust, Advance, Fee, Reserve, Share, Step


@dataclass(frozen=True, slots=True)
class Reason:
    """One stop on the way: ``amount`` is what the firm got there (None: nothing, others did)."""

    clause: str
    title: str
    text: str
    amount: int | None
    left: int | None


def why(made: Statement, firm: str, lang: str = "ko", *, exact: bool = True) -> list[Reason]:
    """The path of each won of a statement to one firm, by its id or name.

    Without ``exact`` the fractions of a unit are not written out, only that there are some: as on
    a bill. Raises ``Refused`` when there is no such firm or account.
    """
    return _Why(made, firm, lang, exact=exact).reasons()


def why_text(made: Statement, firm: str, lang: str = "ko") -> str:
    """The same as lines of text, with the sum at the end."""
    return _Why(made, firm, lang).text()


class _Why:
    def __init__(self, made: Statement, firm: str, lang: str, *, exact: bool = True) -> None:
        ids = {
            name: party.id
            for party in made.agreement.parties
            for name in (party.name.ko, party.name.en, party.id)
        }
        if firm not in ids:
            known = " | ".join(party.id for party in made.agreement.parties)
            raise refuse("unknown-firm", "--firm", f"there is no firm or account {firm!r}", known)
        self.made, self.firm, self.lang, self.exact = made, ids[firm], lang, exact
        self.agreement = made.agreement
        self.workings = {working.step: working for working in made.workings}

    def say(self, ko: str, en: str) -> str:
        return ko if self.lang == "ko" else en

    def money(self, amount: Any) -> str:
        return money(int(amount), self.agreement.currency, self.lang)

    def units(self, number: Fraction) -> str:
        return units(number, self.agreement.currency, self.lang)

    def name(self, party: str) -> str:
        return name_of(self.agreement, party, self.lang)

    def reasons(self) -> list[Reason]:
        found = []
        # The order in which the steps ran; a credit note has lines but no workings.
        order = list(self.workings) or list(dict.fromkeys(line.step for line in self.made.lines))
        for step_id in order:
            step = self.agreement.step(step_id)
            lines = [line for line in self.made.lines if line.step == step_id]
            mine = [line for line in lines if line.party == self.firm]
            working = self.workings.get(step_id)
            if mine:
                texts = [self._mine(step, line, working) for line in mine]
                amount: int | None = sum(line.amount for line in mine)
            else:
                others = [line for line in lines if line.amount]
                if not others:
                    continue
                texts, amount = [self._others(others)], None
            where, title = clause(self.agreement, step, self.lang), step.title[self.lang]
            left = working.left if working else None
            found.append(Reason(where, title, " ".join(texts), amount, left))
        return found

    def text(self) -> str:
        receipt, who = self.made.receipt, self.name(self.firm)
        total = self.made.of(self.firm)
        came = self.money(abs(self.made.amount))
        if receipt.credit_of:
            head = self.say(
                f"{receipt.id}: {receipt.credit_of}에서 {with_particle(came, '을/를')} "
                "되돌렸다. 다시 셈한 차이:",
                f"{receipt.id}: {came} of {receipt.credit_of} was taken back. The "
                "difference of the two computations:",
            )
        else:
            head = self.say(
                f"{receipt.id} ({receipt.on}): {with_particle(came, '이/가')} 들어왔다.",
                f"{receipt.id} ({receipt.on}): {came} came in.",
            )
        lines = [head, *self._exchange()]
        for reason in self.reasons():
            mark = "→" if reason.amount is not None else " "
            lines.append(f"{mark} {reason.clause} {reason.title}: {reason.text}")
        terms = [
            f"({self.money(r.amount)})" if r.amount < 0 else self.money(r.amount)
            for r in self.reasons()
            if r.amount is not None
        ]
        result = self.money(total)
        tail = f"{' + '.join(terms)} = {result}" if len(terms) > 1 else result
        lines.append(self.say(f"{who}의 몫: {tail}", f"Due to {who}: {tail}"))
        payment = next((p for p in self.made.payments if p.party == self.firm), None)
        if payment:
            lines += self._payment(payment)
        return "\n".join(lines)

    def _exchange(self) -> list[str]:
        exchange = self.made.receipt.exchange
        if exchange is None:
            return []
        was = money(exchange.amount, exchange.currency, self.lang)
        cost = self.money(exchange.charges)
        return [
            self.say(
                f"  환전: {was} × {exchange.rate} − 은행 비용 {cost}",
                f"  exchange: {was} × {exchange.rate} − bank charges {cost}",
            )
        ]

    def _others(self, lines: list[Line]) -> str:
        shown = lines if len(lines) <= 4 else lines[:3]
        parts = ", ".join(f"{self.name(line.party)} {self.money(line.amount)}" for line in shown)
        more = len(lines) - len(shown)
        if more:
            parts += self.say(f" 외 {more}곳", f" and {more} more")
        left = self.workings[lines[0].step].left if self.workings else None
        if left is None:
            return parts
        return parts + self.say(f" (남은 돈 {self.money(left)})", f" ({self.money(left)} left)")

    def _mine(self, step: Step, line: Line, working: Working | None) -> str:
        if working is None:
            return self.money(line.amount)
        numbers = dict(working.numbers)
        explain: Callable[[Step, Line, dict[str, Any]], str] | None = getattr(
            self, f"_{kind_of(step)}", None
        )
        said = explain(step, line, numbers) if explain else self.money(line.amount)
        return f"{said}{self._rounding(line)}"

    def _rounding(self, line: Line) -> str:
        due = Fraction(line.due, line.scale)
        rest = due - line.amount
        if not rest or rest <= -1:
            return ""
        if rest >= 1:
            short = self.money(rest.numerator // rest.denominator)
            return self.say(
                f" (돈이 모자라 {with_particle(short, '은/는')} 다음에)",
                f" (there was too little: {short} come later)",
            )
        if not self.exact:
            one = self.money(1)
            return self.say(
                f" ({one} 미만은 다음 정산에서 셈합니다)",
                f" (less than {one} is counted with the next receipt)",
            )
        if rest > 0:
            return self.say(
                f" (끝수 {self.units(rest)}은 다음 셈으로 넘긴다)",
                f" ({self.units(rest)} is carried to the next receipt)",
            )
        return self.say(
            f" (나누고 남은 한 단위를 받았다: {self.units(-rest)}을 먼저 받은 셈이라 다음에 뺀다)",
            f" (it got a left-over unit: {self.units(-rest)} too much, which the next "
            "receipt takes into account)",
        )

    def _share(self, step: Share, line: Line, n: dict[str, Any]) -> str:
        division = step.division
        pot, so_far, got = self.money(n["pot"]), n["pot_so_far"], self.money(line.amount)
        if division.claims:
            return self.say(f"남은 돈 {pot} 가운데 {got}", f"{got} of the {pot} that were left")
        ratio = division.ratios()[division.firms.index(self.firm)]
        said = self.say(f"남은 돈 {pot} × {percent(ratio)}", f"{pot} left × {percent(ratio)}")
        if so_far != n["pot"]:
            had = self.units(ratio * so_far - Fraction(line.due, line.scale))
            said = self.say(
                f"지금까지 나눈 돈 {self.money(so_far)} × {percent(ratio)} − 이미 받은 {had}",
                f"{self.money(so_far)} divided so far × {percent(ratio)} − {had} had before",
            )
        if self.exact:
            said += f" = {self.units(Fraction(line.due, line.scale))}"
        return f"{said} → {got}"

    def _fee(self, step: Fee, line: Line, n: dict[str, Any]) -> str:
        got = self.money(line.amount)
        if line.party == step.amount.overflow_to and line.party != step.to:
            return self.say(f"한도를 넘은 돈 {got}", f"{got} over the cap")
        amount = step.amount
        base = self.money(n["base_so_far"])
        if amount.fixed is not None:
            fixed = self.money(amount.fixed)
            return self.say(f"통틀어 {fixed} 가운데 {got}", f"{got} of {fixed} in all")
        rate = percent(amount.brackets[0].rate)
        if len(amount.brackets) > 1:
            rate = self.say("구간 요율", "the rates of the brackets")
        said = self.say(f"누적 {base} × {rate}", f"{base} so far × {rate}")
        if n["given_before"]:
            had = self.money(n["given_before"])
            said += self.say(f" − 이미 준 {had}", f" − {had} given before")
        if amount.cap is not None:
            cap = self.money(amount.cap)
            said += self.say(f", 한도 {cap}", f", at most {cap}")
        return f"{said} → {got}"

    _tax = _fee

    def _reserve(self, step: Reserve, line: Line, n: dict[str, Any]) -> str:
        return self.money(line.amount)

    def _advance(self, step: Advance, line: Line, n: dict[str, Any]) -> str:
        got, owed = self.money(line.amount), self.money(n["open_before"])
        return self.say(
            f"먼저 댄 돈 가운데 {got} (갚기 전 모두 {owed})",
            f"{got} of what was advanced ({owed} were open in all)",
        )

    def _reimburse(self, step: Step, line: Line, n: dict[str, Any]) -> str:
        got, owed = self.money(line.amount), self.money(n["open_before"])
        said = self.say(
            f"승인된 비용 {got} (갚기 전 모두 {owed})",
            f"approved costs {got} ({owed} were open in all)",
        )
        if n["open_after"]:
            rest = self.money(n["open_after"])
            said += self.say(
                f", 돈이 모자라 {with_particle(rest, '은/는')} 다음으로",
                f"; there was too little, {rest} wait",
            )
        return said

    def _adjust(self, step: Adjust, line: Line, n: dict[str, Any]) -> str:
        fact = next(f.name[self.lang] for f in self.agreement.facts if f.id == step.fact)
        each = self.units(Fraction(n["each"]))
        said = f"{fact} {n['units']} × {each}"
        if n["units"] != n["units_so_far"]:
            said += self.say(f" (누적 {n['units_so_far']})", f" ({n['units_so_far']} so far)")
        said += f" → {self.money(line.amount)}"
        if n["open_after"]:
            rest = self.money(n["open_after"])
            said += self.say(
                f", 나머지 {with_particle(rest, '은/는')} 다음에", f"; {rest} are open"
            )
        return said

    def _loss(self, step: Step, line: Line, n: dict[str, Any]) -> str:
        loss, got = self.money(n["loss"]), self.money(line.amount)
        return self.say(f"갚지 못한 비용 {loss} 가운데 {got}", f"{got} of {loss} not covered")

    def _payment(self, payment: Payment) -> list[str]:
        said = []
        if payment.owed_before:
            owed = self.money(payment.owed_before)
            said.append(
                self.say(
                    f"전에 더 받은 {with_particle(owed, '을/를')} 뺀다.",
                    f"{owed} that it was paid too much before is set off.",
                )
            )
        paid = self.money(payment.paid)
        said.append(self.say(f"지급: {paid}", f"Paid now: {paid}"))
        if payment.owes_after:
            owes = self.money(payment.owes_after)
            said.append(
                self.say(
                    f"더 받은 {with_particle(owes, '은/는')} 다음에 뺀다.",
                    f"It was paid {owes} too much; that is set off next time.",
                )
            )
        if payment.waits_after:
            waits = self.money(payment.waits_after)
            said.append(
                self.say(
                    f"{with_particle(waits, '은/는')} 돈이 들어오면 받는다.",
                    f"{waits} wait for money to come in.",
                )
            )
        return said
