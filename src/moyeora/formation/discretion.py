"""What others may see: money in bands of 5 %, so that no explanation gives a price away.

The bands are fixed, not centred on the amount: asking again, or about a little more, gives the
same band and so tells nothing new.
"""

from bisect import bisect_right
from collections.abc import Mapping
from functools import cache
from typing import Any

MONEY_KEYS = frozenset(
    {"cost", "extra_cost", "equality", "earns", "price", "today", "saves", "value", "values"}
)


@cache
def _edges() -> tuple[int, ...]:
    edges = [0, 1]
    while edges[-1] < 10**18:
        edges.append(max(edges[-1] + 1, edges[-1] * 21 // 20))
    return tuple(edges)


def band(amount: int) -> tuple[int, int]:
    """The band (least, most) that an amount of money lies in; most is under 1.05 times least.

    Below 40 units the bands are single numbers: no smaller step exists.
    """
    if amount < 0:
        least, most = band(-amount)
        return -most, -least
    edges = _edges()
    at = bisect_right(edges, amount)
    return edges[at - 1], edges[at] - 1


def for_others(answer: Any, key: str = "") -> Any:
    """A JSON answer with every amount of money replaced by its band ``{"from": .., "to": ..}``."""
    if isinstance(answer, Mapping):
        return {name: for_others(value, name) for name, value in answer.items()}
    if isinstance(answer, list):
        return [for_others(value, key) for value in answer]
    if key in MONEY_KEYS and isinstance(answer, int) and not isinstance(answer, bool):
        least, most = band(answer)
        return {"from": least, "to": most}
    return answer
