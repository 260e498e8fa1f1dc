"""A firm -> what the index holds of it.

Beside the plain tokens stand marked ones, which no text can contain because their first character
is of the private use area: tokens of the name, whole words of offers, the whole name, and facets.
So one index answers "where does it stand" without a second look, on both databases alike.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Final
from uuid import UUID

from moyeora.network.members.models import Firm
from moyeora.network.members.search.tokens import stream, whole, words_of
from moyeora.network.members.search.vocabulary import (
    PROVINCES,
    capability,
    province,
    trade_names,
    words_of_function,
    words_of_offer,
)

IN_NAME: Final = "\ue001"
WHOLE_WORD: Final = "\ue002"
WHOLE_NAME: Final = "\ue003"
FACET: Final = "\ue004"
ALONE: Final = (WHOLE_WORD, WHOLE_NAME, FACET)  # marks of tokens that are never part of a phrase
GAP: Final = "\ue005"  # between two texts, so that no phrase reaches over it

KINDS: Final = ("function", "trade", "region", "certificate", "free")
"""The facets, in the order of the page."""

TIERS: Final = 6
"""Firms are drawn into tiers by lot: tier t and above hold one of 4**t firms, all of them from 0
on. The highest tiers are a sample of the whole by which what is common is counted and shown.
"""


@dataclass(frozen=True)
class Document:
    """``key``: 63 bits of lot, fixed by the firm's id: the order among equals and the tier.
    ``words``: tokens in order. ``facets``: "kind:value", sorted.
    """

    firm: UUID
    key: int
    latitude: float
    longitude: float
    facets: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def tier(self) -> int:
        return tier(self.key)


def document(firm: Firm, today: date) -> Document:
    """The document of a firm with its offers and certificates, as of a day."""
    offers = [offer for offer in firm.offers.all() if offer.active]
    certificates = [
        one.name for one in firm.certificates.all() if not one.expires or one.expires >= today
    ]
    terms = sorted({offer.capability for offer in offers})
    functions = sorted({known.function for term in terms if (known := capability(term))})
    place = province(firm.region)
    facets = {("function", one) for one in functions}
    facets |= {("certificate", one) for one in certificates}
    facets |= {("trade", firm.trade), ("region", place)}
    if any(offer.free_capacity for offer in offers):
        facets.add(("free", "yes"))

    does = [text for term in terms for text in words_of_offer(term)]
    does.append(trade_names().get(firm.trade, ""))
    digits = firm.number.replace("-", "")
    texts = [
        firm.name,
        firm.name.replace(" ", ""),
        firm.name_en,
        firm.number,
        digits,
        *does,
        firm.trade,
        *(words_of_function(one) for one in functions),
        firm.region,
        *PROVINCES.get(place, ()),
        *certificates,
        firm.profile,
        # 사출 금형 is also looked for as 사출금형, and spaces are set as people like.
        firm.profile.replace(" ", ""),
    ]
    names = (firm.name, firm.name.replace(" ", ""), firm.name_en, digits)
    words = [*_apart(map(stream, texts))]
    words += _apart([IN_NAME + token for token in stream(text)] for text in names)
    words += sorted({WHOLE_WORD + run for text in does for run in words_of(text)})
    words += sorted({WHOLE_NAME + whole(name) for name in names if name})
    words += sorted(facet_token(kind, value) for kind, value in facets)
    return Document(
        firm=firm.id,
        key=key_of(firm.id),
        latitude=float(firm.latitude),
        longitude=float(firm.longitude),
        facets=tuple(sorted(f"{kind}:{value}" for kind, value in facets)),
        words=tuple(words),
    )


def key_of(firm: UUID) -> int:
    """63 bits that nobody chose, the same for a firm for ever."""
    return int.from_bytes(blake2b(firm.bytes, digest_size=8).digest()) >> 1


def tier(key: int) -> int:
    """0 .. TIERS - 1: how many of the key's lowest pairs of bits are zero."""
    for found in range(TIERS - 1):
        if key >> (2 * found) & 3:
            return found
    return TIERS - 1


def facet_token(kind: str, value: str) -> str:
    """The one token that stands for a facet's value."""
    spelt = "".join(sign if sign.isalnum() else "\ue00f" for sign in value.casefold())
    return f"{FACET}{kind}{spelt}"


def _apart(streams: Iterable[Sequence[str]]) -> list[str]:
    words: list[str] = []
    for tokens in streams:
        if tokens:
            words += tokens
            words.append(GAP)
    return words
