"""The exit account: what a firm that leaves gets and owes."""

from dataclasses import dataclass

from moyeora.resolution.errors import RemedyError


@dataclass(frozen=True, slots=True)
class ExitAccount:
    """``lines`` are (what, amount): what the leaver gets is above zero, what it owes below.

    ``balance`` is their sum: above zero the consortium pays the leaver, below the leaver pays.
    ``later`` is paid when the warranty ends and is not in the balance.
    """

    lines: tuple[tuple[str, int], ...]
    balance: int
    later: int


def exit_account(
    accepted_work: int,
    approved_costs: int = 0,
    already_paid: int = 0,
    open_advances: int = 0,
    cost_to_finish: int = 0,
    price_of_the_rest: int = 0,
    agreed_damages: int = 0,
    retention: int = 0,
) -> ExitAccount:
    """What a leaver gets and owes, all in whole units, 0 or more.

    It gets its price for work that was accepted and the costs that were approved. It owes what
    it has had already, advances not yet recouped, what finishing its part costs others above
    the price that part had left (``cost_to_finish`` - ``price_of_the_rest``, never below zero:
    nobody gains from another's leaving, and the leaver does not pay for a saving), and damages
    agreed in advance. ``retention`` stays until the warranty ends, as for any firm. (Civil Act,
    article 719: the account is by the state of affairs at the time of leaving.)

    Theorem: the balance is the sum of the lines; it never grows with a cost and never falls
    with accepted work; balance and what all others get on the same matters sum to zero.

    Raises:
        RemedyError: an amount is below zero, or the retention is above the accepted work.
    """
    amounts = (
        accepted_work,
        approved_costs,
        already_paid,
        open_advances,
        cost_to_finish,
        price_of_the_rest,
        agreed_damages,
        retention,
    )
    if any(amount < 0 for amount in amounts):
        raise RemedyError("an amount is below zero; write each 0 or more, the sign is in the rule")
    if retention > accepted_work:
        raise RemedyError(f"a retention of {retention} is above the accepted {accepted_work}")
    cover = max(0, cost_to_finish - price_of_the_rest)
    lines = (
        ("accepted_work", accepted_work),
        ("approved_costs", approved_costs),
        ("already_paid", -already_paid),
        ("open_advances", -open_advances),
        ("cover", -cover),
        ("agreed_damages", -agreed_damages),
        ("retention", -retention),
    )
    return ExitAccount(lines, sum(amount for _, amount in lines), retention)
