"""The waterfall: one receipt runs down the steps.

One idea makes it work: **every step knows what it should have given in all since the first
receipt, exactly, and gives the difference now.** So caps, brackets and floors run over the whole
item, roundings never add up, a shortage is caught up when there is money, and ten receipts give
what one receipt of their sum gives.

The steps of an agreement are compiled once into runners that hold integers only; see
:mod:`moyeora.sharing.runners`.
"""

from collections.abc import Mapping
from functools import lru_cache

from moyeora.sharing.agreement import Agreement
from moyeora.sharing.flow import Flow, Memory, Totals
from moyeora.sharing.receipt import Receipt
from moyeora.sharing.runners import (
    AdjustRunner,
    LossRunner,
    ReimburseRunner,
    Runner,
    compile_step,
)
from moyeora.sharing.steps import Adjust, Loss, Reimburse, Share


class Plan:
    """The compiled steps of an agreement, in the order in which they run."""

    def __init__(self, agreement: Agreement) -> None:
        self._ranks = {party.id: party.rank for party in agreement.parties}
        steps = agreement.steps
        named = frozenset(k for s in steps if isinstance(s, Reimburse) for k in s.costs)
        self.reimburse = [
            ReimburseRunner(s, self._ranks, named) for s in steps if isinstance(s, Reimburse)
        ]
        reimburse = {runner.id: runner for runner in self.reimburse}
        shares = {s.id: s for s in agreement.all_steps() if isinstance(s, Share)}
        runners: list[Runner] = []
        # Penalties come out of what a firm is due, losses out of what no receipt covered: both
        # are known only when all else is divided.
        after: list[Runner] = []
        for step in steps:
            if isinstance(step, Reimburse):
                runners.append(reimburse[step.id])
            elif isinstance(step, Adjust):
                adjust = AdjustRunner(step, shares, self._ranks)
                (runners if adjust.of_the_pot else after).append(adjust)
            elif isinstance(step, Loss):
                after.append(LossRunner(step, self._ranks, self.reimburse))
            else:
                runners.append(compile_step(step, self._ranks))
        self.runners = [*runners, *after]

    def run(self, receipt: Receipt, totals: Totals, memory: Mapping[str, Memory]) -> Flow:
        """Run one receipt down the steps."""
        flow = Flow(receipt, totals, memory)
        for runner in self.runners:
            runner.run(flow)
        return flow


@lru_cache(maxsize=256)
def plan_of(agreement: Agreement) -> Plan:
    """The plan of an agreement, compiled once."""
    return Plan(agreement)
