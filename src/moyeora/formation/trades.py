"""The trade list: capability terms, the unit each is counted in, and the trades that have them.

Trade codes and their Korean names follow the Korean Standard Industrial Classification, 11th
revision (KSIC, Statistics Korea). The list that ships holds the trades of the two example items;
an association keeps its own in the same seven columns and passes it along.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from moyeora.formation.faults import BadInput, Fault

FUNCTIONS = (
    "R&D",
    "design",
    "engineering",
    "production",
    "marketing",
    "sales",
    "distribution",
    "after-sales service",
)
"""The functions of a firm that a need's role is usually one of; an item may name its own."""

COLUMNS = ("capability", "function", "unit", "trade", "trade_ko", "ko", "en")


@dataclass(frozen=True)
class Capability:
    """One thing a firm can do: its term, function, unit, trade code and names."""

    term: str
    function: str
    unit: str
    trade: str
    trade_ko: str
    ko: str
    en: str


@dataclass(frozen=True)
class TradeList:
    """Capabilities by term, in the order of the list."""

    capabilities: Mapping[str, Capability]

    @property
    def trades(self) -> frozenset[str]:
        """The known trade codes (KSIC, five digits)."""
        return frozenset(capability.trade for capability in self.capabilities.values())


def read_trades(path: Path) -> TradeList:
    """Read a trade list (CSV, UTF-8, the columns :data:`COLUMNS`).

    Raises :class:`BadInput` with every missing column, empty cell and repeated term.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return _read(path.name, list(csv.DictReader(lines)))


@cache
def default_trades() -> TradeList:
    """The trade list that ships with the package."""
    text = (files("moyeora.formation") / "trades.csv").read_text(encoding="utf-8")
    return _read("trades.csv", list(csv.DictReader(text.splitlines())))


def _read(name: str, rows: list[dict[str, str]]) -> TradeList:
    faults = []
    capabilities: dict[str, Capability] = {}
    for number, row in enumerate(rows, start=2):
        empty = [column for column in COLUMNS if not (row.get(column) or "").strip()]
        for column in empty:
            faults.append(Fault(name, number, column, "empty", "nothing is written here."))
        if empty:
            continue
        term = row["capability"].strip()
        if term in capabilities:
            faults.append(
                Fault(name, number, "capability", "repeated", f"{term!r} is there already.")
            )
        capabilities[term] = Capability(term, *(row[column].strip() for column in COLUMNS[1:]))
    if faults:
        raise BadInput(faults)
    return TradeList(capabilities)
