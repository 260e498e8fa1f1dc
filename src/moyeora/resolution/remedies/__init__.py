"""Remedies: pure functions that divide money, roles and fault, each with its theorem.

The theorem stands in the docstring and is tried as a property in the tests. Money is whole
units; points are whole numbers; everything else is exact in ``fractions.Fraction``.
"""

from moyeora.resolution.remedies.adjusted_winner import Settlement, adjusted_winner
from moyeora.resolution.remedies.blind_bidding import blind_bidding
from moyeora.resolution.remedies.contested_garment import contested_garment
from moyeora.resolution.remedies.cut_and_choose import Cut, cut_and_choose
from moyeora.resolution.remedies.exit_account import ExitAccount, exit_account
from moyeora.resolution.remedies.fault import by_degree, jointly, to_cause
from moyeora.resolution.remedies.final_offer import final_offer
from moyeora.resolution.remedies.roles import Allocation, leximin, max_nash_welfare
from moyeora.resolution.remedies.swaps import Swap, swaps, trade

__all__ = [
    "Allocation",
    "Cut",
    "ExitAccount",
    "Settlement",
    "Swap",
    "adjusted_winner",
    "blind_bidding",
    "by_degree",
    "contested_garment",
    "cut_and_choose",
    "exit_account",
    "final_offer",
    "jointly",
    "leximin",
    "max_nash_welfare",
    "swaps",
    "to_cause",
    "trade",
]
