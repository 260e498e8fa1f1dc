"""What an act proposes for the items of a case: offers, motions, decisions.

The data of an act carries ``terms`` (item -> firm -> amount) and ``upheld`` (item -> fraction of
the claim, such as "2/3"). What an act leaves out stays as conceded.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from moyeora.resolution.errors import Refusal
from moyeora.resolution.money import Amounts, Item
from moyeora.resolution.text import text

Terms = dict[str, Amounts]


def read_terms(
    data: Mapping[str, Any], items: tuple[Item, ...], parties: frozenset[str], within: bool
) -> Terms | Refusal:
    """The transfers that ``data`` proposes, checked against the open items.

    ``within``: whoever decides for others stays between what the two sides argue for; those
    who agree may agree on anything among themselves that sums to zero.
    """
    open_items = {item.id: item for item in items if item.open}
    terms: Terms = {}
    stated, upheld = data.get("terms", {}), data.get("upheld", {})
    if not isinstance(stated, Mapping) or not isinstance(upheld, Mapping):
        return Refusal(
            "bad-data",
            text(
                "terms와 upheld는 항목별 표여야 합니다.", "write terms and upheld as tables by item"
            ),
        )
    for item_id in (*stated, *upheld):
        if item_id not in open_items or item_id in terms:
            return Refusal(
                "bad-data",
                text(
                    f"{item_id!r}은(는) 다투는 항목이 아니거나 두 번 적혔습니다. "
                    f"다투는 항목: {', '.join(open_items)}",
                    f"{item_id!r} is no open item or is written twice; open: "
                    f"{', '.join(open_items)}",
                ),
            )
        item = open_items[item_id]
        if item_id in upheld:
            ratio = _ratio(upheld[item_id])
            if ratio is None:
                return Refusal(
                    "bad-data",
                    text(
                        f'upheld.{item_id}은(는) 0에서 1까지의 분수로 적습니다. 예: "2/3"',
                        f'write upheld.{item_id} as a fraction from 0 to 1, such as "2/3"',
                    ),
                )
            terms[item_id] = item.part(ratio)
            continue
        transfer = stated[item_id]
        refusal = _bad_transfer(item, transfer, parties, within)
        if refusal is not None:
            return refusal
        terms[item_id] = dict(transfer)
    return terms


def _ratio(written: Any) -> Fraction | None:
    try:
        ratio = Fraction(written) if isinstance(written, str | int | Fraction) else None
    except (ValueError, ZeroDivisionError):
        return None
    return ratio if ratio is not None and 0 <= ratio <= 1 else None


def _bad_transfer(
    item: Item, transfer: Any, parties: frozenset[str], within: bool
) -> Refusal | None:
    whole = isinstance(transfer, Mapping) and all(
        isinstance(amount, int) and not isinstance(amount, bool) for amount in transfer.values()
    )
    if not whole:
        return Refusal(
            "bad-data",
            text(
                f"terms.{item.id}에는 회사별 금액을 정수로 적습니다.",
                f"write terms.{item.id} as firm = whole amount",
            ),
        )
    strangers = sorted(set(transfer) - parties)
    if strangers:
        return Refusal(
            "unknown-firm",
            text(
                f"{', '.join(strangers)}은(는) 당사자가 아닙니다. 먼저 참가시키십시오.",
                f"{', '.join(strangers)}: no party; join it first",
            ),
        )
    if sum(transfer.values()):
        return Refusal(
            "sum",
            text(
                f"terms.{item.id}의 합이 {sum(transfer.values())}입니다. 주고받는 합은 0이어야 "
                "합니다.",
                f"terms.{item.id} sums to {sum(transfer.values())}; what one gets another gives",
            ),
        )
    if within and not item.allows(transfer):
        return Refusal(
            "range",
            text(
                f"terms.{item.id}이(가) 양쪽이 주장하는 범위를 벗어납니다.",
                f"terms.{item.id} goes beyond what the two sides argue for",
            ),
        )
    return None
