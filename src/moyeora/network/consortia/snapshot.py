"""The members as they stood when formation was asked, and the same with every price in its band.

Formation never works on anybody's exact prices here. Before it is asked, each price, price break,
set-up cost and own cost is replaced by the top of its band of 5 %
(:func:`moyeora.formation.discretion.band`). So whatever an answer shows (who is in, a total, the
price of a demand, a way in), and however often somebody asks with other offers, budgets or
quantities of its own, it is a function of the bands: it tells nobody's price more closely than its
band. The top is taken so that a budget that holds in bands holds in real prices too.

The exact rows are kept sealed beside the plan. They are read for one thing: what a firm is paid
for its own seat by its own offer, which that firm alone sees.
"""

import json
import zlib
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from moyeora.formation.discretion import band
from moyeora.formation.members import Members, read_members
from moyeora.network.members.directory import Rows, tables

MONEY = ("price", "setup_cost", "own_cost")


@dataclass(frozen=True)
class Snapshot:
    """Rows with the columns of formation's three tables."""

    offers: Rows
    ties: Rows
    exclusions: Rows

    def pack(self) -> bytes:
        """Octets for the database."""
        return zlib.compress(json.dumps(asdict(self), default=_text, ensure_ascii=False).encode())

    @staticmethod
    def unpack(octets: bytes) -> "Snapshot":
        return Snapshot(**json.loads(zlib.decompress(bytes(octets))))

    def without(self, offers: set[tuple[str, str]]) -> "Snapshot":
        """The same without the offers (firm, capability); a firm's ties go with its last offer."""
        kept = [row for row in self.offers if (row["firm"], row["capability"]) not in offers]
        return replace(self, offers=kept)._tidied()

    def with_offers(self, rows: Rows) -> "Snapshot":
        """The same with these rows in place of those of the same firm and capability."""
        new = {(row["firm"], row["capability"]): row for row in rows}
        kept = [row for row in self.offers if (row["firm"], row["capability"]) not in new]
        return replace(self, offers=[*kept, *new.values()])

    def offer(self, firm: str, capability: str) -> dict[str, Any] | None:
        """The row of a firm's offer."""
        return next(
            (o for o in self.offers if o["firm"] == firm and o["capability"] == capability), None
        )

    def members(self) -> Members:
        """What formation may work on: every price at the top of its band.

        Raises formation's BadInput when nobody offers anything.
        """
        rows = [in_bands(row, top=True) for row in self.offers]
        return read_members(rows, self.ties, self.exclusions)

    def _tidied(self) -> "Snapshot":
        firms = {row["firm"] for row in self.offers}
        return replace(
            self,
            ties=[t for t in self.ties if t["firm_a"] in firms and t["firm_b"] in firms],
            exclusions=[
                e for e in self.exclusions if e["firm_a"] in firms and e["firm_b"] in firms
            ],
        )


def take(currency: str, capabilities: set[str]) -> Snapshot:
    """The members of this moment: all offers of the capabilities, and of each other firm that one
    of these has worked with a single one, so that who is a newcomer stays true.
    """
    found = tables(currency)
    firms = {row["firm"] for row in found.offers if row["capability"] in capabilities}
    partners = {
        firm
        for tie in found.ties
        if tie["firm_a"] in firms or tie["firm_b"] in firms
        for firm in (tie["firm_a"], tie["firm_b"])
    } - firms
    kept = []
    for row in found.offers:
        if row["capability"] in capabilities:
            kept.append(row)
        elif row["firm"] in partners:
            partners.discard(row["firm"])
            kept.append(row)
    return Snapshot(kept, found.ties, found.exclusions)._tidied()


def in_bands(row: dict[str, Any], *, top: bool) -> dict[str, Any]:
    """An offer with each amount of money at the top or the bottom of its band."""
    end = 1 if top else 0
    return {
        **row,
        **{key: None if row.get(key) is None else band(int(row[key]))[end] for key in MONEY},
        "price_breaks": ";".join(
            f"{start}:{band(price)[end]}" for start, price in _breaks(row.get("price_breaks"))
        ),
    }


def paid(row: dict[str, Any], units: int) -> int:
    """What an offer asks for so many units (1 or more): set-up and the price that holds there."""
    price = int(row["price"])
    for start, lower in _breaks(row.get("price_breaks")):
        if units >= start:
            price = lower
    return int(row.get("setup_cost") or 0) + price * units


def own_cost(row: dict[str, Any], units: int) -> int | None:
    """What the units cost the firm itself, None when it has not told."""
    own = row.get("own_cost")
    return None if own is None else int(row.get("setup_cost") or 0) + int(own) * units


def _breaks(value: Any) -> list[tuple[int, int]]:
    """``10000:110;50000:95`` as pairs."""
    if not value:
        return []
    if isinstance(value, str):
        value = [part.split(":") for part in value.split(";") if part.strip()]
    return [(int(start), int(price)) for start, price in value]


def _text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(value)
