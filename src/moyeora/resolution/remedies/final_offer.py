"""Final offer arbitration: the decider finds, and picks the offer nearer to the finding."""

from collections.abc import Mapping

from moyeora.resolution.errors import RemedyError


def final_offer(offers: Mapping[str, int], finding: int) -> str:
    """The name of the offer that is chosen.

    The offer nearest to ``finding`` wins (Stevens, Industrial Relations 5, 1966); the decider
    cannot invent another. Of two that are equally near the one written first wins, so that the
    order is a rule agreed beforehand, usually the respondent's first.

    Theorem: no offer is nearer to the finding than the chosen one; whoever offers the finding
    itself has it adopted; moving one's offer nearer to the finding never turns a win into a
    loss.

    Raises:
        RemedyError: there is no offer.
    """
    if not offers:
        raise RemedyError("there is no offer to choose from")
    return min(offers, key=lambda name: abs(offers[name] - finding))
