"""A soak: random statements in chains; the sum exact in every one, no firm below zero, no drift.

    python -m sharing.soak 1000000 --seed 1

A chain has up to 300 receipts. ``soak(count, seed)`` raises at the first broken promise.
"""

import argparse
import time
from fractions import Fraction
from random import Random

from moyeora.sharing.statement import statement
from moyeora.sharing.steps import Adjust, Share
from sharing.made_up import made_up_agreement, made_up_receipts


def soak(count: int, seed: int, progress: bool = False) -> dict[str, float]:
    """Make ``count`` statements; the numbers that were seen."""
    random = Random(seed)
    done, chains, worst = 0, 0, Fraction(0)
    started = time.monotonic()
    while done < count:
        agreement = made_up_agreement(random)
        length = min(random.choice([1, 10, 50, 300]), count - done)
        worst = max(worst, _chain(random, agreement, length))
        done, chains = done + length, chains + 1
        if progress and chains % 500 == 0:
            print(f"{done:>9,} statements, {done / (time.monotonic() - started):,.0f} a second")
    return {"statements": done, "chains": chains, "worst drift": float(worst)}


def _chain(random: Random, agreement, length: int) -> Fraction:
    payers = {step.source for step in agreement.steps if isinstance(step, Adjust)}
    shares = [step for step in agreement.all_steps() if isinstance(step, Share)]
    state, worst = None, Fraction(0)
    for receipt in made_up_receipts(random, agreement, length):
        made, state = statement(agreement, receipt, state)
        assert sum(line.amount for line in made.lines) == receipt.amount, "the sum is exact"
        for payment in made.payments:
            assert min(payment.due, payment.paid) >= 0, "no firm is below zero"
        assert all(
            line.amount >= 0 or line.party in payers or line.party == line.step
            for line in made.lines
        ), "only who is charged, and a reserve that is released, gives"
        assert sum(p.paid for p in made.payments) + made.returned == sum(
            line.amount for line in made.lines if line.party != line.step
        ), "what is paid is what came in"
        for step in shares:
            worst = max(worst, _drift(state, step))
    return worst


def _drift(state, step) -> Fraction:
    """The greatest distance of a firm from its exact share of all that was divided so far."""
    memory = state.memory[step.id]
    exact, scale = step.division.due(memory.base)
    drift = max(abs(e - g * scale) for e, g in zip(exact, memory.given, strict=False))
    if not step.division.claims:
        assert drift < scale, f"a firm drifted by {drift / scale} units"
    return Fraction(drift, scale)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for name, number in soak(options.count, options.seed, progress=True).items():
        print(f"{name}: {number:,.6g}")
