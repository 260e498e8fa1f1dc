"""Blind bidding: sealed offers that settle when they cross, at the middle."""

from fractions import Fraction

from moyeora.resolution.errors import RemedyError


def blind_bidding(asked: int, offered: int) -> Fraction | None:
    """What the respondent pays the claimant, or None when the sealed offers do not cross.

    ``asked`` is the least that the claimant accepts, ``offered`` the most that the respondent
    pays, both 0 or more. Crossed offers settle at the middle (Chatterjee and Samuelson, Operations
    Research 31, 1983, with k = 1/2). None says nothing about either offer; keep them sealed.

    Theorem: it settles if and only if ``offered >= asked``; the price is between both, so nobody
    does worse than its own offer, and both gain the same against it.

    Raises:
        RemedyError: an offer is below zero.
    """
    if asked < 0 or offered < 0:
        raise RemedyError("an offer is below zero; write what is asked and offered, 0 or more")
    return Fraction(asked + offered, 2) if offered >= asked else None
