"""Claims problems: an estate that is too small for what is claimed of it.

Each rule takes ``estate`` and ``claims`` (0 <= estate <= sum of the claims, no claim below
zero) and gives one exact :class:`~fractions.Fraction` a claimant, in the order given; the sum
is the estate and nobody gets more than was claimed. Every rule here is *resource monotonic*:
when the estate grows nobody loses, which is what lets an agreement pay it out bit by bit.

Sources: W. Thomson, *How to Divide When There Isn't Enough* (2019); R. J. Aumann and
M. Maschler, "Game theoretic analysis of a bankruptcy problem from the Talmud" (1985);
B. O'Neill, "A problem of rights arbitration from the Talmud" (1982) for random arrival.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

from moyeora.sharing.arrival import random_arrival
from moyeora.sharing.faults import Fault, Refused

ClaimsRule = Callable[[Fraction, Sequence[Fraction]], list[Fraction]]


def check_claims(
    estate: Fraction, claims: Sequence[Fraction], where: str = "claims"
) -> list[Fault]:
    """What is wrong with a claims problem; an empty list when nothing is."""
    faults = []
    if not claims:
        faults.append(Fault("no-claims", where, "nobody claims anything", "at least one claim"))
    for place, claim in enumerate(claims, 1):
        if claim < 0:
            faults.append(
                Fault(
                    "negative-claim",
                    f"{where}[{place}]",
                    f"the claim {claim} is below zero",
                    "0 or more",
                )
            )
    if estate < 0:
        faults.append(
            Fault("negative-estate", "estate", f"the estate {estate} is below zero", "0 or more")
        )
    total = sum(claims, Fraction(0))
    if not faults and estate > total:
        faults.append(
            Fault(
                "estate-over-claims",
                "estate",
                f"the estate {estate} is more than all the claims together ({total})",
                f"at most {total}, and say in the agreement who gets what is over",
            )
        )
    return faults


def proportional(estate: Fraction, claims: Sequence[Fraction]) -> list[Fraction]:
    """Each the same part of its claim."""
    total = sum(claims, Fraction(0))
    return [Fraction(estate) * claim / total if total else Fraction(0) for claim in claims]


def equal_awards(estate: Fraction, claims: Sequence[Fraction]) -> list[Fraction]:
    """Constrained equal awards: the same to each, but to nobody more than was claimed."""
    level, left = Fraction(0), Fraction(estate)
    ordered = sorted(claims)
    for place, claim in enumerate(ordered):
        level = left / (len(ordered) - place)
        if level <= claim:
            break
        left -= claim
    return [min(Fraction(claim), level) for claim in claims]


def equal_losses(estate: Fraction, claims: Sequence[Fraction]) -> list[Fraction]:
    """Constrained equal losses: the same loss to each, but nobody gets less than nothing."""
    losses = equal_awards(sum(claims, Fraction(0)) - estate, claims)
    return [claim - loss for claim, loss in zip(claims, losses, strict=True)]


def talmud(estate: Fraction, claims: Sequence[Fraction]) -> list[Fraction]:
    """The rule of the Talmud: equal awards up to half of each claim, equal losses above it.

    It is the nucleolus of the bankruptcy game (Aumann and Maschler 1985).
    """
    halves = [Fraction(claim) / 2 for claim in claims]
    half = sum(halves, Fraction(0))
    if estate <= half:
        return equal_awards(estate, halves)
    losses = equal_losses(estate - half, halves)
    return [claim + more for claim, more in zip(halves, losses, strict=True)]


CLAIMS_RULES: dict[str, ClaimsRule] = {
    "proportional": proportional,
    "equal_awards": equal_awards,
    "equal_losses": equal_losses,
    "talmud": talmud,
    "random_arrival": random_arrival,
}


def divide_claims(rule: str, estate: Fraction, claims: Sequence[Fraction]) -> list[Fraction]:
    """Divide ``estate`` by the rule of that name (a key of ``CLAIMS_RULES``).

    Raises :class:`~moyeora.sharing.faults.Refused` with every fault of the input.
    """
    faults = check_claims(estate, claims)
    if rule not in CLAIMS_RULES:
        faults.insert(
            0,
            Fault(
                "unknown-rule",
                "rule",
                f"there is no claims rule {rule!r}",
                "one of " + ", ".join(CLAIMS_RULES),
            ),
        )
    if faults:
        raise Refused(faults)
    return CLAIMS_RULES[rule](estate, claims)
