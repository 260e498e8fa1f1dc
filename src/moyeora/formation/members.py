"""The members: firms, their offers, their ties and exclusions, as columns.

Three tables with a written schema: one row an offer (:data:`OFFER_COLUMNS`), one row a pair that
has worked together (:data:`TIE_COLUMNS`), one row a pair that must not sit together
(:data:`EXCLUSION_COLUMNS`). Whatever the order of the rows, firms are kept in the order of their
numbers and offers in the order of all their columns, so that equal input gives equal answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from moyeora.formation.faults import BadInput, Fault
from moyeora.formation.item import MONEY_MAX
from moyeora.formation.tables import ROW, Column, Faults, Source, good, merged, parse, read_table
from moyeora.formation.tables import source_name as name_of
from moyeora.formation.trades import TradeList, default_trades

Ints = NDArray[np.int64]
NEVER = 2**60
"""A quantity that no offer reaches."""

OFFER_COLUMNS = (
    Column("firm", "text", "the firm's number", required=True),
    Column("name", "text", "the firm's name", required=True),
    Column("trade", "text", "KSIC code, five digits", required=True),
    Column("region", "text", "where the firm is, in words"),
    Column("latitude", "number", "degrees", required=True, low=-90, high=90),
    Column("longitude", "number", "degrees", required=True, low=-180, high=180),
    Column("employees", "int", "people who work there", default=0, high=10**7),
    Column("capability", "text", "a term of the trade list", required=True),
    Column("unit", "text", "the unit of all quantities of the row", required=True),
    Column("price", "int", "per unit, smallest unit of the currency", True, high=10**10),
    Column("currency", "text", "ISO 4217", default="KRW"),
    Column("capacity", "ints", "free units a week; a list runs week by week", required=True),
    Column("capacity_from", "date", "the first day of the list's first week"),
    Column("lot", "int", "units in one lot", default=1, low=1, high=10**9),
    Column("smallest", "int", "fewest units taken on", default=0, high=10**9),
    Column("largest", "int", "most units taken on", default=10**9, low=1, high=10**9),
    Column("price_breaks", "breaks", "from so many units all cost so much: 10000:110;50000:95"),
    Column("own_cost", "int", "what one unit costs the firm itself; private", high=10**10),
    Column("setup_cost", "int", "paid once when the offer is used", default=0, high=MONEY_MAX),
    Column("lead_days", "int", "days before the first unit is ready", default=0, high=3650),
    Column("on_time", "number", "share of orders on time, 0 .. 1", default=1.0, high=1),
    Column("defect_ppm", "int", "defects in a million units", default=0, high=10**6),
    Column("orders", "int", "orders done", default=0, high=10**9),
    Column("certificates", "text", "separated by ;"),
    Column("line", "text", "offers of a firm on one line share its time"),
)

TIE_COLUMNS = (
    Column("firm_a", "text", "one firm's number", required=True),
    Column("firm_b", "text", "the other's", required=True),
    Column("times", "int", "how often they worked together", required=True, low=1, high=1000),
    Column("rating", "int", "how it went: 1 badly .. 5 very well", required=True, low=1, high=5),
)

EXCLUSION_COLUMNS = (
    Column("firm_a", "text", "one firm's number", required=True),
    Column("firm_b", "text", "the other's", required=True),
    Column("reason", "text", "rivals, an open dispute, ..."),
)


@dataclass(frozen=True)
class Pairs:
    """Pairs of firm indices, ``a < b``, sorted; ``times`` and ``rating`` are 0 for exclusions."""

    a: Ints
    b: Ints
    times: Ints
    rating: Ints

    def __len__(self) -> int:
        return len(self.a)


@dataclass(frozen=True)
class Members:
    """All firms and offers. ``firms`` has one row a firm, sorted by number; ``offers`` one row an
    offer with the firm's index in ``firm_index``; money in the smallest unit of ``currency``.
    """

    firms: pl.DataFrame
    offers: pl.DataFrame
    ties: Pairs
    exclusions: Pairs
    currency: str
    faults: tuple[Fault, ...] = field(default=())

    @cached_property
    def column(self) -> dict[str, NDArray[Any]]:
        """The numeric columns of ``offers`` as arrays of one length."""
        names = [
            "price",
            "lot",
            "smallest",
            "largest",
            "setup_cost",
            "lead_days",
            "defect_ppm",
            "orders",
        ]
        columns: dict[str, NDArray[Any]] = {name: self.offers[name].to_numpy() for name in names}
        columns["firm"] = self.offers["firm_index"].to_numpy()
        columns["own_cost"] = self.offers["own_cost"].fill_null(-1).to_numpy()
        on_time = self.offers["on_time"].to_numpy()
        columns["late_ppm"] = np.rint((1 - on_time) * 1_000_000).astype(np.int64)
        return columns

    @cached_property
    def numbers(self) -> list[str]:
        """The firms' numbers in order."""
        return self.firms["firm"].to_list()

    @cached_property
    def index(self) -> dict[str, int]:
        """The index of each firm's number."""
        return {number: at for at, number in enumerate(self.numbers)}

    @cached_property
    def by_capability(self) -> dict[str, Ints]:
        """The offers of each capability, in order."""
        terms = self.offers["capability"].cast(pl.Categorical)
        codes = terms.to_physical().to_numpy()
        order = np.argsort(codes, kind="stable")
        starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
        groups = np.split(order, starts[1:]) if len(order) else []
        names = self.offers["capability"]
        return {str(names[int(group[0])]): group for group in groups if len(group)}

    @cached_property
    def certificates(self) -> tuple[Ints, list[frozenset[str]]]:
        """Each offer's set of certificates, as an index into the distinct sets."""
        return _factor(self.offers["certificates"])

    @cached_property
    def regions(self) -> tuple[Ints, list[str]]:
        """Each firm's region, as an index into the distinct regions."""
        values = self.firms["region"].unique(maintain_order=True).to_list()
        codes = {value: at for at, value in enumerate(values)}
        return self.firms["region"].replace_strict(codes, return_dtype=pl.Int64).to_numpy(), values

    @cached_property
    def capacity(self) -> tuple[Ints, Ints]:
        """Weekly capacities of all offers, end to end, and where each offer's list begins."""
        return _flat(self.offers["capacity"])

    @cached_property
    def capacity_from(self) -> NDArray[np.datetime64]:
        """The first day of each offer's capacity list; NaT means the item's start."""
        days: NDArray[np.datetime64] = self.offers["capacity_from"].to_numpy()
        return days.astype("datetime64[D]")

    @cached_property
    def tiers(self) -> tuple[Ints, Ints]:
        """Price tiers, shape (offers, most tiers): from how many units, and the price a unit.

        The first tier begins at 0 with ``price``; unused tiers begin at :data:`NEVER`.
        """
        breaks = self.offers["price_breaks"]
        counts = breaks.list.len().fill_null(0).to_numpy().astype(np.int64)
        most = int(counts.max(initial=0)) + 1
        start = np.full((len(counts), most), NEVER, dtype=np.int64)
        price = np.zeros((len(counts), most), dtype=np.int64)
        start[:, 0], price[:, 0] = 0, self.column["price"]
        if most > 1:
            flat = breaks.drop_nulls().explode().list
            owner = np.repeat(np.arange(len(counts)), counts)
            rank = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
            start[owner, rank] = flat.get(0).to_numpy()
            price[owner, rank] = flat.get(1).to_numpy()
        return start, price

    @cached_property
    def lines(self) -> tuple[Ints, list[str]]:
        """Each offer's line, as an index; 0 is an offer that shares its time with no other."""
        values = self.offers["line"].unique(maintain_order=True).to_list()
        values = ["", *(value for value in values if value)]
        codes = {value: at for at, value in enumerate(values)}
        codes_of = self.offers["line"].replace_strict(codes, return_dtype=pl.Int64)
        return codes_of.to_numpy(), values

    @cached_property
    def has_tie(self) -> NDArray[np.bool_]:
        """Which firms have ever worked with another."""
        tied = np.zeros(self.firms.height, dtype=bool)
        tied[self.ties.a] = True
        tied[self.ties.b] = True
        return tied


def read_members(
    members: Source,
    ties: Source | None = None,
    exclusions: Source | None = None,
    *,
    trades: TradeList | None = None,
    skip_bad: bool = False,
) -> Members:
    """Read the three tables: files, queries, or rows of mappings such as ``{"firm": "A", ..}``.

    In rows a list may stand for a ``;``-list: ``capacity`` as ``[900, 1200]``, ``price_breaks`` as
    ``[(10_000, 110)]``.

    Raises :class:`BadInput` with the faults of all three. With ``skip_bad`` the rows without a
    fault are used and the faults are kept in ``Members.faults``; a table that cannot be read or
    lacks a column still raises.
    """
    trades = trades or default_trades()
    fatal: list[BadInput] = []
    faults: list[Fault] = []
    offers = pl.DataFrame()
    try:
        offers, found = _read_offers(members, trades)
        faults.extend(found)
    except BadInput as wrong:
        fatal.append(wrong)
    numbers = offers["firm"].unique().sort() if "firm" in offers.columns else None
    pairs = []
    for table, source, columns in (
        ("ties", ties, TIE_COLUMNS),
        ("exclusions", exclusions, EXCLUSION_COLUMNS),
    ):
        try:
            read, found = _read_pairs(table, source, columns, numbers)
            pairs.append(read)
            faults.extend(found)
        except BadInput as wrong:
            fatal.append(wrong)
    if fatal:
        raise merged(faults, *fatal)
    if faults and not skip_bad:
        raise BadInput(faults)
    return _members(offers, pairs[0], pairs[1], tuple(sorted(faults)))


def _read_offers(source: Source, trades: TradeList) -> tuple[pl.DataFrame, list[Fault]]:
    faults = Faults(name_of(source, "members"))
    frame = parse(read_table(source, OFFER_COLUMNS, faults.file), OFFER_COLUMNS, faults)
    if frame.height == 0:
        faults.add(1, "firm", "empty", "the table has no rows.", "Write one row an offer.")
    known = pl.col("trade").is_in(sorted(trades.trades))
    faults.where(
        frame,
        (pl.col("trade") != "") & ~known,
        "trade",
        "unknown-trade",
        "{} is not a trade code of the trade list.",
        "Take a KSIC code from the list, or add it there.",
    )
    units = {term: capability.unit for term, capability in trades.capabilities.items()}
    due_unit = pl.col("capability").replace_strict(units, default=None, return_dtype=pl.String)
    faults.where(
        frame,
        (pl.col("capability") != "") & due_unit.is_null(),
        "capability",
        "unknown-capability",
        "{} is not in the trade list.",
        "Take a term from the list, or add it there.",
    )
    wrong_unit = frame.select(ROW, "capability", "unit", due_unit.alias("due")).filter(
        (pl.col("unit") != "") & (pl.col("unit") != pl.col("due"))
    )
    for row, term, unit, due in wrong_unit.iter_rows():
        faults.add(
            row, "unit", "unit", f"{term} is counted in {due!r}, not in {unit!r}.", f"Use {due!r}."
        )
    _check_lots(frame, faults)
    _check_prices(frame, faults)
    currency = frame["currency"].mode().sort()[0] if frame.height else "KRW"
    faults.where(
        frame,
        pl.col("currency") != currency,
        "currency",
        "currency",
        f"{{}}, but the rest of the table is in {currency}.",
        "Keep one currency a table.",
    )
    _check_firms(frame, faults)
    return good(frame, faults), faults.found


def _check_lots(frame: pl.DataFrame, faults: Faults) -> None:
    faults.where(
        frame,
        pl.col("smallest") > pl.col("largest"),
        "smallest",
        "lot",
        "{} is more than the largest quantity.",
    )
    faults.where(
        frame,
        (pl.col("largest") < pl.col("lot")),
        "largest",
        "lot",
        "{} is less than one lot.",
    )


def _check_prices(frame: pl.DataFrame, faults: Faults) -> None:
    faults.where(
        frame,
        (pl.col("price") >= 0) & (pl.col("own_cost") > pl.col("price")),
        "own_cost",
        "own-cost",
        "{} is more than the price: the firm would lose by its own offer.",
    )
    broken = frame.filter((pl.col("price") >= 0) & pl.col("price_breaks").is_not_null()).select(
        ROW, "price", "price_breaks", "own_cost"
    )
    for row, price, breaks, own in broken.iter_rows():
        starts = [0, *(start for start, _ in breaks)]
        prices = [price, *(each for _, each in breaks)]
        if starts != sorted(set(starts)) or prices != sorted(prices, reverse=True):
            faults.add(
                row,
                "price_breaks",
                "breaks",
                "quantities must rise and prices must not.",
                "Write 10000:110;50000:95.",
            )
        elif own is not None and own > prices[-1]:
            faults.add(
                row, "own_cost", "own-cost", f"{own} is more than the lowest price, {prices[-1]}."
            )


def _check_firms(frame: pl.DataFrame, faults: Faults) -> None:
    about = ("name", "trade", "region", "latitude", "longitude", "employees")
    spread = frame.group_by("firm").agg(pl.col(column).n_unique() for column in about)
    doubtful = spread.filter(pl.any_horizontal(pl.col(column) > 1 for column in about))["firm"]
    if doubtful.is_empty():
        return
    first: dict[str, tuple[Any, ...]] = {}
    rows = frame.filter(pl.col("firm").is_in(doubtful.to_list())).sort(ROW)
    for row, firm, *values in rows.select(ROW, "firm", *about).iter_rows():
        if not firm:
            continue
        seen_row, *seen = first.setdefault(firm, (row, *values))
        for column, value, earlier in zip(about, values, seen, strict=True):
            if value != earlier:
                faults.add(
                    row,
                    column,
                    "two-firms",
                    f"firm {firm} is {value!r} here and {earlier!r} in row {seen_row}.",
                    "One number belongs to one firm: correct the number, or make the rows agree.",
                )


def _read_pairs(
    table: str, source: Source | None, columns: Sequence[Column], numbers: pl.Series | None
) -> tuple[pl.DataFrame, list[Fault]]:
    if source is None:
        kinds = {"int": pl.Int64, "text": pl.String}
        return pl.DataFrame(schema={c.name: kinds[c.kind] for c in columns}), []
    faults = Faults(name_of(source, table))
    frame = parse(read_table(source, columns, faults.file), columns, faults)
    for column in ("firm_a", "firm_b"):
        if numbers is not None:
            faults.where(
                frame,
                (pl.col(column) != "") & ~pl.col(column).is_in(numbers.implode()),
                column,
                "unknown-firm",
                "there is no firm {} among the members.",
            )
    faults.where(
        frame, pl.col("firm_a") == pl.col("firm_b"), "firm_b", "same-firm", "{} is on both sides."
    )
    ends = [pl.min_horizontal("firm_a", "firm_b"), pl.max_horizontal("firm_a", "firm_b")]
    again = pl.struct(ends[0].alias("a"), ends[1].alias("b")).is_first_distinct().not_()
    faults.where(frame, again, "firm_b", "repeated", "this pair is there already.")
    return good(frame, faults), faults.found


def _members(
    offers: pl.DataFrame, ties: pl.DataFrame, exclusions: pl.DataFrame, faults: tuple[Fault, ...]
) -> Members:
    about = ["firm", "name", "trade", "region", "latitude", "longitude", "employees"]
    firms = offers.sort(ROW).unique("firm", keep="first").select(about).sort("firm")
    numbers = firms.select("firm").with_row_index("firm_index")
    plain = [c.name for c in OFFER_COLUMNS if c.kind not in {"ints", "breaks"}]
    offers = (
        offers.drop(about[1:])
        .join(numbers, on="firm", how="left")
        .with_columns(pl.col("firm_index").cast(pl.Int64))
    )
    # Two offers that agree in every plain column are told apart by their lists.
    keys = [name for name in plain if name not in about[1:]]
    offers = (
        offers.with_columns(
            _capacity_text=pl.col("capacity").cast(pl.List(pl.String)).list.join(";"),
            _breaks_text=pl.col("price_breaks")
            .list.eval(pl.element().cast(pl.List(pl.String)).list.join(":"))
            .list.join(";"),
        )
        .sort([*keys, "_capacity_text", "_breaks_text"], maintain_order=True)
        .drop("firm", ROW, "_capacity_text", "_breaks_text")
    )
    currency = offers["currency"][0] if offers.height else "KRW"
    known = dict(zip(firms["firm"].to_list(), range(firms.height), strict=True))
    return Members(
        firms,
        offers.drop("currency"),
        _pairs(ties, known),
        _pairs(exclusions, known),
        currency,
        faults,
    )


def _pairs(frame: pl.DataFrame, known: dict[str, int]) -> Pairs:
    kept = frame.filter(pl.col("firm_a").is_in(list(known)) & pl.col("firm_b").is_in(list(known)))
    a = np.array([known[number] for number in kept["firm_a"]], dtype=np.int64)
    b = np.array([known[number] for number in kept["firm_b"]], dtype=np.int64)
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((high, low))
    zeros = np.zeros(len(a), dtype=np.int64)
    times = kept["times"].to_numpy() if "times" in kept.columns else zeros
    rating = kept["rating"].to_numpy() if "rating" in kept.columns else zeros
    return Pairs(low[order], high[order], times[order], rating[order])


def _factor(column: pl.Series) -> tuple[Ints, list[frozenset[str]]]:
    texts = column.unique(maintain_order=True).to_list()
    codes = {text: at for at, text in enumerate(texts)}
    sets = [frozenset(part.strip() for part in text.split(";") if part.strip()) for text in texts]
    return column.replace_strict(codes, return_dtype=pl.Int64).to_numpy(), sets


def _flat(lists: pl.Series) -> tuple[Ints, Ints]:
    lengths = lists.list.len().to_numpy().astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return lists.explode().to_numpy().astype(np.int64), starts
