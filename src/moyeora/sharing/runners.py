"""The steps of a waterfall as they run, one class a kind, holding integers only.

Each takes from what is left of a receipt and gives to its outlets: the difference between what
it should have given in all since the first receipt and what it gave before.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm

from moyeora.sharing.claims import CLAIMS_RULES
from moyeora.sharing.exact import to_integers
from moyeora.sharing.flow import Flow, Memory, Totals
from moyeora.sharing.rounding import apportion
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

_NONE = Fraction(0)


class Runner:
    """A compiled step."""

    def __init__(self, step: Step, outlets: int) -> None:
        self.id = step.id
        self.nothing = Memory(0, (0,) * outlets, _NONE)

    def run(self, flow: Flow) -> None:
        """Take from ``flow.left`` and give."""
        raise AssertionError("every kind of step runs in its own way")


class _Take:
    """How much an :class:`Amount` asks for in all, from its base in all: exact and rounded."""

    def __init__(self, amount: Amount) -> None:
        self.amount = amount
        scale = lcm(*(bracket.rate.denominator for bracket in amount.brackets))
        lowest, parts = 0, []
        for bracket in amount.brackets:
            rate = bracket.rate.numerator * (scale // bracket.rate.denominator)
            parts.append((lowest, bracket.up_to, rate))
            lowest = bracket.up_to or 0
        self.parts, self.scale = parts, scale

    def exact(self, base: int) -> int:
        """The exact amount of a base, over ``scale``."""
        if self.amount.fixed is not None:
            return self.amount.fixed
        total = 0
        for lowest, up_to, rate in self.parts:
            if base > lowest:
                total += rate * ((base if up_to is None or base < up_to else up_to) - lowest)
        return total

    def rounded(self, exact: int) -> int:
        """Whole units (or tens of them) by the agreed rounding."""
        grain = self.scale * self.amount.unit
        if self.amount.rounding == "up":
            return -(-exact // grain) * self.amount.unit
        if self.amount.rounding == "half_up":
            return (2 * exact + grain) // (2 * grain) * self.amount.unit
        return exact // grain * self.amount.unit


class AmountRunner(Runner):
    """Takes an amount into one place, with its overflow into another."""

    def __init__(self, step: Fee | Reserve, outlets: int) -> None:
        super().__init__(step, outlets)
        self.amount, self.take = step.amount, _Take(step.amount)

    def measure(self, flow: Flow, memory: Memory) -> tuple[Memory, int, int, int]:
        """The new base and what is owed; what to take now, the overflow now, the exact due."""
        amount, scale, had = self.amount, self.take.scale, memory.given[0]
        base = flow.base(amount.of)
        total = memory.base + base
        if amount.per == "receipt":
            # What was asked before is a whole number; only this receipt is rounded anew.
            before = int(memory.owed)
            exact = self.take.exact(base) + before * scale
            asked = before + self.take.rounded(exact - before * scale)
        else:
            exact = self.take.exact(total)
            asked = self.take.rounded(exact)
        owed = max(asked, amount.floor)
        inside = owed if amount.cap is None else min(owed, amount.cap)
        now = max(0, min(inside - had, flow.left))
        over = 0
        if amount.overflow_to != "left":
            over = max(0, min(owed - inside - memory.given[1], flow.left - now))
        given = (had + now, memory.given[1] + over, *memory.given[2:])
        # At a floor or a cap that amount is the exact one.
        due = exact if inside == asked else inside * scale
        return Memory(total, given, Fraction(asked)), now, over, due - had * scale

    def overflow(self, flow: Flow, over: int) -> None:
        """Give what was over the cap to where the agreement sends it."""
        if over:
            flow.give(self.id, self.amount.overflow_to, over, over)


class FeeRunner(AmountRunner):
    def __init__(self, step: Fee, ranks: Mapping[str, int]) -> None:
        super().__init__(step, 2)
        self.to = step.to
        self.steps = [compile_step(each, ranks) for each in step.steps]

    def run(self, flow: Flow) -> None:
        old = flow.old.get(self.id, self.nothing)
        memory, now, over, exact = self.measure(flow, old)
        base = memory.base - old.base
        flow.left -= now + over
        flow.taken[self.id] = now + over
        if not self.steps:
            flow.give(self.id, self.to, now, exact, self.take.scale)
        self.overflow(flow, over)
        flow.note(
            self.id,
            memory,
            base=base,
            base_so_far=memory.base,
            taken=now,
            over=over,
            given_before=old.given[0],
        )
        if self.steps:
            rest, flow.left = flow.left, now
            for step in self.steps:
                step.run(flow)
            flow.left += rest


class ReserveRunner(AmountRunner):
    def __init__(self, step: Reserve) -> None:
        super().__init__(step, 3)
        self.fact, self.on = step.release_fact, step.release_on

    def run(self, flow: Flow) -> None:
        old = flow.old.get(self.id, self.nothing)
        if self.released(flow):
            back = old.given[0] - old.given[2]
            flow.left += back
            flow.taken[self.id] = -back
            if back:
                flow.give(self.id, self.id, -back, -back)
            memory = Memory(old.base, (old.given[0], old.given[1], old.given[0]), old.owed)
            flow.note(self.id, memory, released=back, held=0)
            return
        memory, now, over, exact = self.measure(flow, old)
        flow.left -= now + over
        flow.taken[self.id] = now + over
        flow.give(self.id, self.id, now, exact, self.take.scale)
        self.overflow(flow, over)
        flow.note(
            self.id,
            memory,
            base=memory.base - old.base,
            base_so_far=memory.base,
            taken=now,
            over=over,
            held=memory.given[0],
        )

    def released(self, flow: Flow) -> bool:
        """A reserve is released by its fact, on its day, and with the last receipt."""
        return (
            flow.receipt.final
            or (bool(self.fact) and flow.totals.facts.get(self.fact, 0) > 0)
            or (self.on is not None and flow.receipt.on >= self.on)
        )


class AdvanceRunner(Runner):
    def __init__(self, step: Advance, ranks: Mapping[str, int]) -> None:
        super().__init__(step, len(step.parties))
        self.step = step
        self.ranks = [ranks[party] for party in step.parties]

    def run(self, flow: Flow) -> None:
        old = flow.old.get(self.id, self.nothing)
        open_now = [
            flow.totals.advances.get(party, 0) - given
            for party, given in zip(self.step.parties, old.given, strict=True)
        ]
        owed, base, total = sum(open_now), 0, old.base
        take = min(owed, flow.left)
        if owed and self.step.rate is not None:
            base = flow.base(self.step.of)
            total += base
            rate = self.step.rate
            most = total * rate.numerator // rate.denominator - sum(old.given)
            take = min(take, max(0, most))
        shares = [0] * len(open_now)
        if take:
            shares = apportion(take, [each * take for each in open_now], owed, self.ranks)
        for party, share, each in zip(self.step.parties, shares, open_now, strict=True):
            if each:
                flow.give(self.id, party, share, each * take, owed)
        flow.left -= take
        flow.taken[self.id] = take
        given = tuple(a + b for a, b in zip(old.given, shares, strict=True))
        flow.note(self.id, Memory(total, given, _NONE), base=base, open_before=owed, taken=take)


class ReimburseRunner(Runner):
    def __init__(
        self, step: Reimburse, ranks: Mapping[str, int], elsewhere: frozenset[str]
    ) -> None:
        super().__init__(step, len(ranks))
        self.step, self.parties, self.elsewhere = step, list(ranks), elsewhere
        self.rule = CLAIMS_RULES[step.rule]
        self.ranks = list(ranks.values())

    def covers(self, kind: str) -> bool:
        """Whether costs of this kind are paid back here."""
        return kind in self.step.costs if self.step.costs else kind not in self.elsewhere

    def claims(self, totals: Totals) -> list[int]:
        """What each party may ask for in all."""
        sums = dict.fromkeys(self.parties, 0)
        for (party, kind), amount in totals.costs.items():
            if self.covers(kind):
                sums[party] += amount
        return list(sums.values())

    def run(self, flow: Flow) -> None:
        old = flow.old.get(self.id, self.nothing)
        claims = self.claims(flow.totals)
        open_now = [claim - given for claim, given in zip(claims, old.given, strict=True)]
        owed = sum(open_now)
        take = min(owed, flow.left)
        due, scale, shares = open_now, 1, open_now
        if take < owed:
            due, scale = self.part(take, claims, old.given)
            shares = apportion(take, due, scale, self.ranks)
        for party, share, exact, each in zip(self.parties, shares, due, open_now, strict=True):
            if each:
                flow.give(self.id, party, share, exact, scale)
        flow.left -= take
        flow.taken[self.id] = take
        given = tuple(a + b for a, b in zip(old.given, shares, strict=True))
        flow.note(
            self.id,
            Memory(0, given, _NONE),
            open_before=owed,
            taken=take,
            open_after=owed - take,
            rule=self.step.rule,
        )

    def part(self, take: int, claims: list[int], given: tuple[int, ...]) -> tuple[list[int], int]:
        """What each is due when there is too little: by the rule, over all that was ever paid."""
        if not take:
            return [0] * len(claims), 1
        awards = self.rule(Fraction(sum(given) + take), [Fraction(claim) for claim in claims])
        # A new claim can lower what an old one should have had; nobody pays back, others wait.
        gaps = [max(_NONE, award - had) for award, had in zip(awards, given, strict=True)]
        whole = sum(gaps, _NONE)
        return to_integers([gap * take / whole for gap in gaps])


class AdjustRunner(Runner):
    def __init__(self, step: Adjust, shares: Mapping[str, Share], ranks: Mapping[str, int]) -> None:
        self.step = step
        if step.to in shares:
            division = shares[step.to].division
            pairs = zip(division.firms, division.weights, strict=True)
            others = [(firm, weight) for firm, weight in pairs if firm != step.source]
            self.firms = [firm for firm, _ in others]
            self.weights = [weight for _, weight in others]
        else:
            self.firms, self.weights = [step.to], [1]
        self.scale = sum(self.weights)
        self.ranks = [ranks[firm] for firm in self.firms]
        super().__init__(step, len(self.firms))

    @property
    def of_the_pot(self) -> bool:
        """A bonus is paid out of what is left; a penalty when all dues are known."""
        return self.step.source == "left"

    def run(self, flow: Flow) -> None:
        step, old = self.step, flow.old.get(self.id, self.nothing)
        units = max(0, flow.totals.facts.get(step.fact, 0) - step.free)
        new = units - old.base
        base = flow.base(step.of)
        cost = Fraction(step.each) if step.each is not None else (step.rate or _NONE) * base
        owed = old.owed + cost * new
        want = owed.numerator // owed.denominator
        want = want if step.cap is None else min(want, step.cap)
        open_now = max(0, want - sum(old.given))
        purse = flow.left if self.of_the_pot else max(0, flow.due.get(step.source, 0))
        take = min(open_now, purse)
        shares = [0] * len(self.firms)
        if take:
            total = sum(old.given) + take
            due = [w * total - self.scale * g for w, g in zip(self.weights, old.given, strict=True)]
            shares = apportion(take, due, self.scale, self.ranks, self.weights)
            for firm, share, exact in zip(self.firms, shares, due, strict=True):
                flow.give(self.id, firm, share, exact, self.scale)
        if self.of_the_pot:
            flow.left -= take
        elif take:
            flow.give(self.id, step.source, -take, -take)
        flow.taken[self.id] = take
        given = tuple(a + b for a, b in zip(old.given, shares, strict=True))
        flow.note(
            self.id,
            Memory(units, given, owed),
            units=new,
            units_so_far=units,
            each=cost,
            base=base,
            open_before=open_now,
            taken=take,
            open_after=open_now - take,
        )


class ShareRunner(Runner):
    def __init__(self, step: Share, ranks: Mapping[str, int]) -> None:
        self.division = division = step.division
        # What the shares leave goes on; it takes part as one more, who always comes last.
        self.rest = bool(division.claims) or sum(division.weights) < division.scale
        self.ranks = [ranks[firm] for firm in division.firms]
        self.weights: list[int] | None = None
        if self.rest:
            self.ranks.append(max(self.ranks) + 1)
        if not division.claims:
            self.weights = list(division.weights)
            if self.rest:
                self.weights.append(division.scale - sum(division.weights))
        super().__init__(step, len(self.ranks))

    def run(self, flow: Flow) -> None:
        old, pot = flow.old.get(self.id, self.nothing), flow.left
        total = old.base + pot
        exact, scale = self.division.due(total)
        if self.rest:
            exact.append(total * scale - sum(exact))
        due = [e - g * scale for e, g in zip(exact, old.given, strict=True)]
        shares = apportion(pot, due, scale, self.ranks, self.weights)
        for firm, share, each in zip(self.division.firms, shares, due, strict=False):
            flow.give(self.id, firm, share, each, scale)
        flow.left = shares[-1] if self.rest else 0
        flow.taken[self.id] = pot - flow.left
        given = tuple([a + b for a, b in zip(old.given, shares, strict=True)])
        flow.note(self.id, Memory(total, given, _NONE), pot=pot, pot_so_far=total)


class LossRunner(Runner):
    def __init__(
        self, step: Loss, ranks: Mapping[str, int], reimburse: Sequence[ReimburseRunner]
    ) -> None:
        super().__init__(step, 1)
        self.division, self.reimburse = step.division, reimburse
        self.ranks = [ranks[firm] for firm in step.division.firms]

    def run(self, flow: Flow) -> None:
        """At the end, what no receipt covered is borne by all and owed to those who paid it."""
        old = flow.old.get(self.id, self.nothing)
        uncovered: dict[str, int] = {}
        if flow.receipt.final:
            for runner in self.reimburse:
                claims = runner.claims(flow.totals)
                given = flow.memory[runner.id].given
                for party, claim, had in zip(runner.parties, claims, given, strict=True):
                    if claim > had:
                        uncovered[party] = uncovered.get(party, 0) + claim - had
        loss = sum(uncovered.values())
        due = [weight * loss for weight in self.division.weights]
        shares = apportion(loss, due, self.division.scale, self.ranks) if loss else []
        for party, amount in uncovered.items():
            flow.give(self.id, party, amount, amount)
        for firm, share, exact in zip(self.division.firms, shares, due, strict=False):
            flow.give(self.id, firm, -share, -exact, self.division.scale)
        flow.note(self.id, Memory(0, (old.given[0] + loss,), _NONE), loss=loss)


class RemainingRunner(Runner):
    def __init__(self, step: Remaining) -> None:
        super().__init__(step, 1)
        self.to = step.to

    def run(self, flow: Flow) -> None:
        old, pot = flow.old.get(self.id, self.nothing), flow.left
        flow.left = 0
        flow.taken[self.id] = pot
        if pot:
            flow.give(self.id, self.to, pot, pot)
        flow.note(self.id, Memory(0, (old.given[0] + pot,), _NONE), taken=pot)


def compile_step(step: Step, ranks: Mapping[str, int]) -> Runner:
    """The runner of a step that needs nothing of the others; these may be nested."""
    if isinstance(step, Fee):
        return FeeRunner(step, ranks)
    if isinstance(step, Reserve):
        return ReserveRunner(step)
    if isinstance(step, Advance):
        return AdvanceRunner(step, ranks)
    if isinstance(step, Share):
        return ShareRunner(step, ranks)
    assert isinstance(step, Remaining), f"{step} has no runner"
    return RemainingRunner(step)
