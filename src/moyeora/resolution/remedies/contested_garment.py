"""The contested garment: two claims on what is not enough for both."""

from fractions import Fraction

from moyeora.resolution.errors import RemedyError


def contested_garment(
    claims: tuple[Fraction | int, Fraction | int], estate: Fraction | int
) -> tuple[Fraction, Fraction]:
    """Divide ``estate`` between two claimants as the Talmud does.

    Each concedes to the other what it does not claim itself; only what both claim is contested,
    and that is halved. (Mishnah, Bava Metzia 2a; Aumann and Maschler, Journal of Economic
    Theory 36, 1985.)

    Theorem: the shares sum to the estate; each lies between 0 and the claim; both lose or gain
    equally in what is contested; the rule is self-dual, dividing a gain of E as it divides a
    loss of E; no claim above the estate gets more than a claim of the estate.

    Raises:
        RemedyError: a claim is negative, or the estate is not from 0 to the sum of the claims.
    """
    one, other = map(Fraction, claims)
    estate = Fraction(estate)
    if one < 0 or other < 0:
        raise RemedyError("a claim is below zero; write what each claims, 0 or more")
    if not 0 <= estate <= one + other:
        raise RemedyError(f"an estate of {estate} is not from 0 to the claims' sum {one + other}")
    to_one, to_other = max(Fraction(0), estate - other), max(Fraction(0), estate - one)
    half = (estate - to_one - to_other) / 2
    return to_one + half, to_other + half
