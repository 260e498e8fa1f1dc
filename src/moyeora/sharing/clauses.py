"""What each step says, as a clause of a contract, in Korean and English.

The sentences are made from the same values with which the program computes, so that the paper
and the arithmetic cannot differ.
"""

from collections.abc import Sequence

from moyeora.sharing.agreement import Agreement
from moyeora.sharing.division import ClaimsPart, Division
from moyeora.sharing.language import day, money, percent, with_particle
from moyeora.sharing.steps import (
    Adjust,
    Advance,
    Amount,
    Fee,
    Loss,
    Reimburse,
    Remaining,
    Reserve,
    Share,
    Step,
)
from moyeora.sharing.tables import Words

RULES = {
    "equal": Words("똑같이", "in equal parts"),
    "fixed": Words("정한 비율로", "by agreed weights"),
    "proportional": Words("기여한 금액에 비례하여", "in proportion to contributions"),
    "points": Words("맡은 역할의 점수로", "by the points of the roles"),
    "shapley": Words("섀플리 값으로", "by the Shapley value"),
    "nucleolus": Words("뉴클레올러스로", "by the nucleolus"),
    "prenucleolus": Words("예비 뉴클레올러스로", "by the prenucleolus"),
    "per_capita_nucleolus": Words("1인당 뉴클레올러스로", "by the per-capita nucleolus"),
    "tau": Words("타우 값으로", "by the tau value"),
    "talmud": Words("탈무드 규칙으로", "by the Talmud rule"),
    "equal_awards": Words("받는 돈이 같도록(청구액까지)", "by constrained equal awards"),
    "equal_losses": Words("덜 받는 돈이 같도록", "by constrained equal losses"),
    "random_arrival": Words("무작위 도착 규칙으로", "by random arrival"),
    "weighted": Words("여러 규칙을 섞어", "by a mixture of rules"),
}
KINDS = {
    "tax": Words("세금", "Tax"),
    "advance": Words("선급금 회수", "Recoupment of advances"),
    "reimburse": Words("비용 정산", "Reimbursement of costs"),
    "fee": Words("대금·수수료", "Price or fee"),
    "reserve": Words("유보금", "Reserve"),
    "adjust": Words("가감", "Adjustment"),
    "share": Words("배분", "Division"),
    "loss": Words("손실 부담", "Loss"),
    "remaining": Words("남은 돈", "Remainder"),
}
_ROUNDINGS = {
    "down": Words("버린다", "is dropped"),
    "half_up": Words("반올림한다", "is rounded half up"),
    "up": Words("올린다", "is rounded up"),
}


def kind_of(step: Step) -> str:
    """The kind as the agreement names it."""
    return step.kind if isinstance(step, Fee) else type(step).__name__.lower()


def clause(agreement: Agreement, step: Step, lang: str) -> str:
    """``제3조`` or ``clause 3``."""
    return f"제{step.number}조" if lang == "ko" else f"clause {step.number}"


def name_of(agreement: Agreement, party: str, lang: str) -> str:
    """The name of a party, or of the reserve or step of that id."""
    names = {each.id: each.name for each in agreement.parties}
    names |= {step.id: step.title for step in agreement.all_steps()}
    return names[party][lang]


def sentences(agreement: Agreement, step: Step, lang: str) -> list[str]:
    """The clause of a step, sentence by sentence."""
    return _Clause(agreement, lang).of(step)


class _Clause:
    def __init__(self, agreement: Agreement, lang: str) -> None:
        self.agreement, self.lang = agreement, lang

    def say(self, ko: str, en: str) -> str:
        return ko if self.lang == "ko" else en

    def money(self, amount: int) -> str:
        return money(amount, self.agreement.currency, self.lang)

    def name(self, party: str) -> str:
        return name_of(self.agreement, party, self.lang)

    def names(self, parties: Sequence[str]) -> str:
        return ", ".join(self.name(party) for party in parties)

    def of(self, step: Step) -> list[str]:
        said: list[str] = getattr(self, f"_{kind_of(step)}")(step)
        return [*map(_capital, said), *([step.note[self.lang]] if step.note[self.lang] else [])]

    def base(self, of: str) -> str:
        if of == "receipt":
            return self.say("받은 돈", "the receipt")
        if of == "left":
            return self.say("이때까지 남은 돈", "what is left at this point")
        step = self.agreement.step(of)
        where = clause(self.agreement, step, self.lang)
        return self.say(f"{where}의 금액", f"the amount of {where}")

    def amount(self, amount: Amount) -> str:
        base = self.base(amount.of)
        if amount.fixed is not None:
            whole = self.money(amount.fixed)
            return self.say(f"이 건을 통틀어 {whole}", f"{whole} over the whole item")
        if len(amount.brackets) == 1 and amount.brackets[0].up_to is None:
            rate = percent(amount.brackets[0].rate)
            return self.say(f"{base}의 {rate}", f"{rate} of {base}")
        parts = [
            self.say(
                f"{self.money(b.up_to)}까지 {percent(b.rate)}",
                f"{percent(b.rate)} up to {self.money(b.up_to)}",
            )
            if b.up_to is not None
            else self.say(f"그 위는 {percent(b.rate)}", f"{percent(b.rate)} above")
            for b in amount.brackets
        ]
        steps = ", ".join(parts)
        return self.say(f"{base}의 누적액에 따라 {steps}", f"of {base}, in total so far: {steps}")

    def limits(self, amount: Amount) -> list[str]:
        said = []
        if amount.floor:
            least = self.money(amount.floor)
            said.append(
                self.say(
                    f"이 건을 통틀어 적어도 {with_particle(least, '이다/다')}.",
                    f"Over the whole item it is at least {least}.",
                )
            )
        if amount.cap is not None:
            cap = self.money(amount.cap)
            to = self.say("뒤의 조로 내려간다", "flows on to the later clauses")
            if amount.overflow_to != "left":
                who = self.name(amount.overflow_to)
                to = self.say(f"{who}에게 간다", f"goes to {who}")
            said.append(
                self.say(
                    f"이 건을 통틀어 {with_particle(cap, '을/를')} 넘지 않으며, 넘는 돈은 {to}.",
                    f"Over the whole item it is at most {cap}; what is over {to}.",
                )
            )
        grain, how = self.money(amount.unit), _ROUNDINGS[amount.rounding][self.lang]
        when = {
            "item": self.say("누적액에서", "of the total so far"),
            "receipt": self.say("받을 때마다", "of each receipt"),
        }[amount.per]
        said.append(
            self.say(f"{when} {grain} 미만은 {how}.", f"What is below {grain} {when} {how}.")
        )
        return said

    def _tax(self, step: Fee) -> list[str]:
        much, to = self.amount(step.amount), self.name(step.to)
        return [
            self.say(
                f"{with_particle(much, '을/를')} 세금으로 떼어 {to}에 낸다. 세금은 나누지 않는다.",
                f"{much} is set aside as tax and paid to {to}; it is never shared.",
            ),
            *self.limits(step.amount),
        ]

    def _fee(self, step: Fee) -> list[str]:
        much = self.amount(step.amount)
        if step.steps:
            first = self.say(
                f"{with_particle(much, '을/를')} 떼어 아래 항의 순서로 나눈다.",
                f"{much} is divided by the clauses below this one.",
            )
        else:
            to = self.name(step.to)
            first = self.say(
                f"{to}에게 {with_particle(much, '을/를')} 준다.", f"{to} receives {much}."
            )
        return [first, *self.limits(step.amount)]

    def _advance(self, step: Advance) -> list[str]:
        who = self.names(step.parties)
        if step.rate is None:
            much = self.say("남은 돈으로", "out of what is left")
        else:
            rate, base = percent(step.rate), self.base(step.of)
            much = self.say(f"{base}의 {rate}까지", f"up to {rate} of {base}")
        return [
            self.say(
                f"먼저 댄 돈이 있으면 다 갚을 때까지 {much} 갚는다. 받는 이: {who}.",
                f"Money that was advanced is paid back {much}, until nothing is open. To: {who}.",
            ),
            self.say(
                "모자라면 댄 금액에 비례하여 갚고 나머지는 다음으로 넘긴다.",
                "If there is too little it is paid in proportion, and the rest is carried.",
            ),
        ]

    def _reimburse(self, step: Reimburse) -> list[str]:
        kinds = ", ".join(step.costs) or self.say("모든 종류", "all kinds")
        rule = RULES[step.rule][self.lang]
        if step.rule == "proportional":
            rule = self.say("비용에 비례하여", "in proportion to the costs")
        return [
            self.say(
                f"승인되고 증빙이 있는 비용({kinds})을 낸 이에게 갚는다.",
                f"Approved and documented costs ({kinds}) are paid back to who paid them.",
            ),
            self.say(
                f"모자라면 {rule} 나누어 갚고 나머지는 다음으로 넘긴다.",
                f"If there is too little it is divided {rule}, and the rest is carried.",
            ),
        ]

    def _reserve(self, step: Reserve) -> list[str]:
        much = self.amount(step.amount)
        ends = []
        if step.release_on:
            on = day(step.release_on, self.lang)
            ends.append(self.say(f"{on}부터", f"from {on}"))
        if step.release_fact:
            fact = self._fact(step.release_fact)
            ends.append(self.say(f"'{fact}' 사실이 보고되면", f"when “{fact}” is reported"))
        ends.append(self.say("마지막 돈을 받으면", "with the final receipt"))
        when = self.say(" 또는 ", " or ").join(ends)
        return [
            self.say(f"{with_particle(much, '을/를')} 유보한다.", f"{much} is held back."),
            *self.limits(step.amount),
            self.say(
                f"유보금은 {when} 풀려 그때 남은 돈에 더해진다.",
                f"It is released {when} and then added to what is left.",
            ),
        ]

    def _adjust(self, step: Adjust) -> list[str]:
        fact = self._fact(step.fact)
        each = self.money(step.each) if step.each is not None else ""
        if step.rate is not None:
            rate, base = percent(step.rate), self.base(step.of)
            each = self.say(f"{base}의 {rate}", f"{rate} of {base}")
        source = (
            self.say("남은 돈", "what is left") if step.source == "left" else self.name(step.source)
        )
        to = self.name(step.to)
        if step.to in {each.id for each in self.agreement.all_steps()}:
            where = clause(self.agreement, self.agreement.step(step.to), self.lang)
            to = self.say(f"{where}의 비율로 다른 기업들", f"the other firms by {where}")
        said = [
            self.say(
                f"'{fact}' 1단위마다 {with_particle(each, '을/를')} {source}에서 {to}에게 준다.",
                f"For each unit of “{fact}”, {each} goes from {source} to {to}.",
            )
        ]
        if step.free:
            said.append(
                self.say(
                    f"처음 {step.free}단위는 셈하지 않는다.",
                    f"The first {step.free} are not counted.",
                )
            )
        if step.cap is not None:
            cap = self.money(step.cap)
            said.append(
                self.say(
                    f"이 건을 통틀어 {with_particle(cap, '을/를')} 넘지 않는다.",
                    f"Over the whole item it is at most {cap}.",
                )
            )
        if step.source != "left":
            said.append(
                self.say(
                    "이번에 받을 돈보다 많으면 나머지는 다음에 뺀다.",
                    "What is more than the firm is due now is taken later.",
                )
            )
        return said

    def _fact(self, name: str) -> str:
        return next(fact.name[self.lang] for fact in self.agreement.facts if fact.id == name)

    def _share(self, step: Share) -> list[str]:
        rule = RULES[step.division.rule][self.lang]
        return [
            self.say(f"남은 돈을 {rule} 나눈다.", f"What is left is divided {rule}."),
            *self.shares(step.division),
            self.say(
                "1단위 미만은 누적하여 다음에 셈하고, 남는 단위는 끝수가 큰 기업부터, 같으면 "
                "순위가 앞선 기업부터 받는다.",
                "Fractions of a unit are carried to the next receipt; left-over units go to "
                "the largest fraction, ties to the lower rank.",
            ),
        ]

    def shares(self, division: Division) -> list[str]:
        """Who has which part."""
        said = []
        if any(division.weights):
            parts = ", ".join(
                f"{self.name(firm)} {percent(ratio)}"
                for firm, ratio in zip(division.firms, division.ratios(), strict=True)
            )
            said.append(self.say(f"몫: {parts}.", f"Shares: {parts}."))
        for part in division.claims:
            said.append(self._claims(part, division.firms))
        return said

    def _claims(self, part: ClaimsPart, firms: Sequence[str]) -> str:
        claims = ", ".join(
            f"{self.name(firm)} {self.money(claim.numerator // claim.denominator)}"
            for firm, claim in zip(firms, part.claims, strict=True)
        )
        rule, weight = RULES[part.rule][self.lang], percent(part.weight)
        return self.say(
            f"{weight}는 청구액까지 {rule}: {claims}.",
            f"{weight} {rule}, up to the claims: {claims}.",
        )

    def _loss(self, step: Loss) -> list[str]:
        rule = RULES[step.division.rule][self.lang]
        return [
            self.say(
                f"마지막 돈을 받고도 갚지 못한 비용은 손실이며, {rule} 부담한다.",
                f"Costs that no receipt covered in the end are a loss, borne {rule}.",
            ),
            *self.shares(step.division),
        ]

    def _remaining(self, step: Remaining) -> list[str]:
        to = self.name(step.to)
        return [self.say(f"그래도 남는 돈은 {to}에게 간다.", f"What is still left goes to {to}.")]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
