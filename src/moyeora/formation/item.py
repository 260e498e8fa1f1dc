"""The business item: what is to be done, by when, for how much, and what the network wishes.

:func:`read_item` reads ``item.toml``. The plan is made in periods of ``period_days`` days, counted
from ``start``; a need may use the periods that end on or before its ``by``. Money is an integer of
the currency's smallest unit.
"""

import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from moyeora.formation.faults import BadInput, Fault
from moyeora.formation.trades import TradeList, default_trades

WISHES = ("cost", "time", "quality", "cohesion", "equality", "newcomers")
"""What can be wished for; each is an absolute integer, less is better (see :mod:`.plan`)."""

MINOR_DIGITS = {"KRW": 0, "JPY": 0, "VND": 0, "USD": 2, "EUR": 2, "CNY": 2, "GBP": 2}
"""Digits after the point of each currency that prices may be in (ISO 4217)."""

PERIODS_MAX = 40
FIRMS_MAX = 64
"""A consortium of more firms than this is an association."""

QUANTITY_MAX = 10**9
MONEY_MAX = 10**15


@dataclass(frozen=True)
class MustHaves:
    """What a firm must have to stand in a need's seat.

    ``orders`` is the least number of orders done, ``on_time_ppm`` the least on-time rate and
    ``defect_ppm`` the greatest defect rate, both in parts per million.
    """

    certificates: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    orders: int | None = None
    on_time_ppm: int | None = None
    defect_ppm: int | None = None


@dataclass(frozen=True)
class Need:
    """One need: ``quantity`` of ``unit``, by any offer of one of ``capabilities``.

    ``until`` is the number of periods in which the work may be done (1 .. ``item.periods``);
    ``after`` names the needs that must be finished in an earlier period; ``firms_max`` is 1 when
    the need may not be split, None when it may be split at will.
    """

    id: str
    title: str
    role: str
    capabilities: tuple[str, ...]
    quantity: int
    unit: str
    by: date
    until: int
    after: tuple[str, ...] = ()
    firms_max: int | None = None
    must: MustHaves = MustHaves()


@dataclass(frozen=True)
class Seat:
    """A seat already taken: the firm is in, and serves ``need`` when one is named."""

    firm: str
    need: str | None = None


@dataclass(frozen=True)
class Wishes:
    """What is best: stages in strict order, each a weighting of the wishes.

    ``stages`` is a sequence of ``{wish: weight}``; each stage is minimised with those before it
    held at their proven best. ``firms_max`` is the greatest number of firms, ``share_cap`` the
    most that one firm may earn as a share of the budget, ``newcomers`` how many firms without a
    past tie are wanted, ``km_per_tie`` what one tie of rating 3 counts for in kilometres.
    """

    stages: tuple[Mapping[str, int], ...] = ({"cost": 1},)
    firms_max: int = FIRMS_MAX
    share_cap: Fraction | None = None
    newcomers: int = 0
    km_per_tie: int = 10
    seats: tuple[Seat, ...] = ()


@dataclass(frozen=True)
class Item:
    """One business item. ``budget`` and ``price`` are in ``currency``'s smallest unit, None when
    not given; ``exchange`` is what one such unit is worth in the smallest unit of
    ``offer_currency``, the currency of the members' prices.
    """

    id: str
    title: str
    owner: str | None
    start: date
    due: date
    period_days: int
    periods: int
    currency: str
    budget: int | None
    price: int | None
    offer_currency: str
    exchange: Fraction
    latitude: float
    longitude: float
    place: str
    needs: tuple[Need, ...]
    wishes: Wishes
    file: str = "item.toml"

    def in_offers(self, amount: int) -> int:
        """``amount`` of the item's currency in the offers' currency, rounded down."""
        return int(amount * self.exchange)

    def period_start(self, period: int) -> date:
        """The first day of ``period`` (0 is the first)."""
        return self.start + timedelta(days=period * self.period_days)

    def period_end(self, period: int) -> date:
        """The last day of ``period`` (0 is the first)."""
        return self.start + timedelta(days=(period + 1) * self.period_days - 1)

    def need(self, need_id: str) -> Need:
        """The need of that id; raises ``KeyError`` when there is none."""
        return next(need for need in self.needs if need.id == need_id)


def read_item(path: Path, today: date, trades: TradeList | None = None) -> Item:
    """Read and check ``item.toml``; ``today`` is the day that a due date is measured against.

    Raises :class:`BadInput` with every fault of the file, each with its key.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise BadInput([Fault(path.name, 0, "", "toml", f"this is not TOML: {wrong}.")]) from None
    return parse_item(data, path.name, today, trades or default_trades())


def parse_item(data: Mapping[str, Any], file: str, today: date, trades: TradeList) -> Item:
    """The same as :func:`read_item` from a mapping of TOML's types."""
    return _Reader(file, today, trades).item(data)


class _Reader:
    """Walks the tables of an item and collects what is wrong with them."""

    def __init__(self, file: str, today: date, trades: TradeList) -> None:
        self.file, self.today, self.trades = file, today, trades
        self.faults: list[Fault] = []

    def fault(self, key: str, code: str, problem: str, remedy: str = "") -> None:
        self.faults.append(Fault(self.file, 0, key, code, problem, remedy))

    def item(self, data: Mapping[str, Any]) -> Item:
        self.known(data, "", ("item", "need", "wishes"))
        head = self.table(data, "item", "item")
        self.known(
            head,
            "item",
            [
                "id",
                "title",
                "owner",
                "start",
                "due",
                "period_days",
                "currency",
                "budget",
                "price",
                "offer_currency",
                "exchange_rate",
                "place",
                "latitude",
                "longitude",
            ],
        )
        start = self.day(head, "item", "start") or self.today
        due = self.day(head, "item", "due", required=True) or start
        if due < self.today:
            self.fault(
                "item.due",
                "past-due",
                f"{due} is in the past (today is {self.today}).",
                "Give a day that is still to come.",
            )
        elif due < start:
            self.fault("item.due", "past-due", f"{due} is before the start, {start}.")
        period_days = self.whole(head, "item", "period_days", 7, low=1, high=366)
        periods = max(0, (due - start).days + 1) // period_days
        if due >= start and periods < 1:
            self.fault(
                "item.period_days",
                "period",
                f"no whole period of {period_days} days lies between {start} and {due}.",
                "Give a shorter period or a later due date.",
            )
        if periods > PERIODS_MAX:
            self.fault(
                "item.period_days",
                "period",
                f"{periods} periods lie between {start} and {due}; at most {PERIODS_MAX} can.",
                "Give a longer period.",
            )
            periods = PERIODS_MAX
        currency = self.currency(head, "currency", "KRW")
        offers = self.currency(head, "offer_currency", currency)
        needs = self.needs(data.get("need"), start, due, period_days, periods)
        item = Item(
            id=self.text(head, "item", "id", self.file.removesuffix(".toml")),
            title=self.text(head, "item", "title", None),
            owner=self.text(head, "item", "owner", "") or None,
            start=start,
            due=due,
            period_days=period_days,
            periods=max(1, periods),
            currency=currency,
            budget=self.money(head, "budget", currency),
            price=self.money(head, "price", currency),
            offer_currency=offers,
            exchange=self.exchange(head, currency, offers),
            latitude=self.degrees(head, "latitude", 90),
            longitude=self.degrees(head, "longitude", 180),
            place=self.text(head, "item", "place", ""),
            needs=needs,
            wishes=self.wishes(self.table(data, "wishes", "wishes", {}), needs),
            file=self.file,
        )
        if item.wishes.share_cap is not None and item.budget is None:
            self.fault(
                "wishes.share_cap",
                "share-cap",
                "a cap is a share of the budget, and no budget is given.",
                "Give item.budget.",
            )
        if self.faults:
            raise BadInput(self.faults)
        return item

    def needs(
        self, tables: Any, start: date, due: date, period_days: int, periods: int
    ) -> tuple[Need, ...]:
        if not isinstance(tables, list) or not tables:
            self.fault("need", "no-need", "the item needs nothing.", "Write a [[need]] table.")
            return ()
        needs = [
            self.one_need(table, f"need[{index}]", start, due, period_days, periods)
            for index, table in enumerate(tables, start=1)
            if isinstance(table, dict)
        ]
        seen: set[str] = set()
        for need in needs:
            if need.id in seen:
                self.fault(f"need.{need.id}", "repeated", "two needs have this id.")
            seen.add(need.id)
        for need in needs:
            for earlier in need.after:
                if earlier not in seen:
                    self.fault(
                        f"need.{need.id}.after", "unknown-need", f"there is no need {earlier!r}."
                    )
        self.cycle(needs)
        return tuple(needs)

    def cycle(self, needs: list[Need]) -> None:
        waiting = {need.id: {e for e in need.after if e != need.id} for need in needs}
        own = [need.id for need in needs if need.id in need.after]
        while ready := [name for name, earlier in waiting.items() if not earlier & waiting.keys()]:
            for name in ready:
                del waiting[name]
        if stuck := sorted({*waiting, *own}):
            self.fault(
                "need.after",
                "cycle",
                f"these needs wait for each other: {', '.join(stuck)}.",
                "Take one 'after' away.",
            )

    def one_need(
        self,
        table: Mapping[str, Any],
        key: str,
        start: date,
        due: date,
        period_days: int,
        periods: int,
    ) -> Need:
        name = self.text(table, key, "id", None)
        key = f"need.{name}" if name else key
        self.known(
            table,
            key,
            [
                "id",
                "title",
                "role",
                "capability",
                "quantity",
                "unit",
                "by",
                "after",
                "split",
                "firms_max",
                "must",
            ],
        )
        unit = self.text(table, key, "unit", None)
        capabilities = self.texts(table, key, "capability")
        if not capabilities:
            self.fault(f"{key}.capability", "missing", "no capability is named.")
        for term in capabilities:
            known = self.trades.capabilities.get(term)
            if known is None:
                self.fault(
                    f"{key}.capability",
                    "unknown-capability",
                    f"{term!r} is not in the trade list.",
                    "Take a term from the list, or add it there.",
                )
            elif unit and known.unit != unit:
                self.fault(
                    f"{key}.unit",
                    "unit",
                    f"{term} is counted in {known.unit!r}, not in {unit!r}.",
                    f'Write unit = "{known.unit}".',
                )
        by = self.day(table, key, "by") or due
        if by > due:
            self.fault(f"{key}.by", "past-due", f"{by} is after the item's due date, {due}.")
        until = min(periods, max(0, (by - start).days + 1) // period_days)
        if due >= self.today and until < 1 <= periods:
            self.fault(
                f"{key}.by",
                "past-due",
                f"no whole period of {period_days} days ends by {by} (start {start}).",
            )
        firms_max: int | None = None
        if "firms_max" in table:
            firms_max = self.whole(table, key, "firms_max", 1, low=1, high=1000)
        split = table.get("split", True)
        if not isinstance(split, bool):
            self.fault(f"{key}.split", "type", f"{split!r} is neither true nor false.")
        elif not split:
            firms_max = 1
        return Need(
            id=name,
            title=self.text(table, key, "title", name),
            role=self.text(table, key, "role", None),
            capabilities=capabilities,
            quantity=self.whole(table, key, "quantity", None, low=1, high=QUANTITY_MAX),
            unit=unit,
            by=by,
            until=max(1, until),
            after=self.texts(table, key, "after"),
            firms_max=firms_max,
            must=self.must(self.table(table, "must", f"{key}.must", {}), f"{key}.must"),
        )

    def must(self, table: Mapping[str, Any], key: str) -> MustHaves:
        self.known(table, key, ["certificates", "regions", "orders", "on_time", "defect_ppm"])
        on_time = self.ratio(table, key, "on_time")
        orders, defects = (
            self.whole(table, key, name, None, low=0, high=10**9) if name in table else None
            for name in ("orders", "defect_ppm")
        )
        return MustHaves(
            certificates=self.texts(table, key, "certificates"),
            regions=self.texts(table, key, "regions"),
            orders=orders,
            on_time_ppm=None if on_time is None else int(on_time * 1_000_000),
            defect_ppm=defects,
        )

    def wishes(self, table: Mapping[str, Any], needs: tuple[Need, ...]) -> Wishes:
        self.known(
            table,
            "wishes",
            ["order", "weights", "firms_max", "share_cap", "newcomers", "km_per_tie", "seat"],
        )
        stages: list[dict[str, int]] = []
        if "order" in table and "weights" in table:
            self.fault("wishes", "order-and-weights", "give either an order or weights, not both.")
        for wish in self.texts(table, "wishes", "order"):
            if self.wish(wish, "wishes.order"):
                stages.append({wish: 1})
        weights = self.table(table, "weights", "wishes.weights", {})
        weighted = {
            wish: self.whole(weights, "wishes.weights", wish, None, low=0, high=10**9)
            for wish in weights
            if self.wish(wish, "wishes.weights")
        }
        if any(weighted.values()):
            stages.append({wish: weight for wish, weight in weighted.items() if weight})
        known = {need.id for need in needs}
        seats = []
        for index, seat in enumerate(table.get("seat", []), start=1):
            key = f"wishes.seat[{index}]"
            self.known(seat, key, ("firm", "need"))
            need = self.text(seat, key, "need", "") or None
            if need is not None and need not in known:
                self.fault(f"{key}.need", "unknown-need", f"there is no need {need!r}.")
            seats.append(Seat(self.text(seat, key, "firm", None), need))
        cap = self.ratio(table, "wishes", "share_cap")
        if cap is not None and cap == 0:
            self.fault("wishes.share_cap", "range", "a cap of nothing lets no firm in.")
        return Wishes(
            stages=tuple(stages) or ({"cost": 1},),
            firms_max=self.whole(table, "wishes", "firms_max", FIRMS_MAX, low=1, high=FIRMS_MAX),
            share_cap=cap,
            newcomers=self.whole(table, "wishes", "newcomers", 0, low=0, high=1000),
            km_per_tie=self.whole(table, "wishes", "km_per_tie", 10, low=0, high=1000),
            seats=tuple(seats),
        )

    def wish(self, wish: str, key: str) -> bool:
        if wish not in WISHES:
            self.fault(key, "unknown-wish", f"{wish!r} is not one of {', '.join(WISHES)}.")
        return wish in WISHES

    # The readers of one value: each reports what is wrong and gives back something harmless.

    def known(self, table: Mapping[str, Any], key: str, names: Any) -> None:
        for name in table:
            if name not in names:
                self.fault(
                    f"{key}.{name}".strip("."),
                    "unknown-key",
                    "this key means nothing here.",
                    f"Known are: {', '.join(names)}.",
                )

    def table(
        self, data: Mapping[str, Any], name: str, key: str, default: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        value = data.get(name, default)
        if isinstance(value, dict):
            return value
        self.fault(key, "missing", f"the table [{key}] is missing.")
        return {}

    def text(self, table: Mapping[str, Any], key: str, name: str, default: str | None) -> str:
        value = table.get(name, default)
        if value is None:
            self.fault(f"{key}.{name}", "missing", "this is missing.")
            return ""
        if not isinstance(value, str):
            self.fault(f"{key}.{name}", "type", f"{value!r} is not text.", "Write it in quotes.")
            return ""
        return value.strip()

    def texts(self, table: Mapping[str, Any], key: str, name: str) -> tuple[str, ...]:
        value = table.get(name, [])
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
            self.fault(f"{key}.{name}", "type", "this is not a list of texts.")
            return ()
        return tuple(each.strip() for each in values)

    def whole(
        self,
        table: Mapping[str, Any],
        key: str,
        name: str,
        default: int | None,
        low: int,
        high: int,
    ) -> int:
        value = table.get(name, default)
        if value is None:
            self.fault(f"{key}.{name}", "missing", "this is missing.")
            return low
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault(f"{key}.{name}", "type", f"{value!r} is not a whole number.")
            return low
        if name in table and not low <= value <= high:
            self.fault(f"{key}.{name}", "range", f"{value} is not within {low} .. {high}.")
            return low
        return value

    def ratio(self, table: Mapping[str, Any], key: str, name: str) -> Fraction | None:
        value = table.get(name)
        if value is None:
            return None
        try:
            text = str(value).strip()
            ratio = Fraction(text.rstrip("% ")) / (100 if text.endswith("%") else 1)
        except (ValueError, ZeroDivisionError):
            ratio = Fraction(-1)
        if isinstance(value, (bool, float)) or not 0 <= ratio <= 1:
            self.fault(
                f"{key}.{name}",
                "ratio",
                f"{value!r} is not a share from 0 to 1.",
                'Write it as text: "40 %" or "2/5".',
            )
            return None
        return ratio

    def day(
        self, table: Mapping[str, Any], key: str, name: str, required: bool = False
    ) -> date | None:
        value = table.get(name)
        if isinstance(value, str):
            with suppress(ValueError):
                value = date.fromisoformat(value)
        if type(value) is date:
            return value
        if value is not None or required:
            problem = "this is missing." if value is None else f"{value!r} is not a date."
            self.fault(f"{key}.{name}", "date", problem, "Write it as 2026-10-15.")
        return None

    def currency(self, table: Mapping[str, Any], name: str, default: str) -> str:
        code = self.text(table, "item", name, default)
        if code and code not in MINOR_DIGITS:
            known = ", ".join(MINOR_DIGITS)
            self.fault(f"item.{name}", "currency", f"{code!r} is not one of {known}.")
        return code if code in MINOR_DIGITS else "KRW"

    def money(self, table: Mapping[str, Any], name: str, currency: str) -> int | None:
        """An amount in whole units of the currency, such as 180000000 or "9999.50"."""
        value = table.get(name)
        if value is None:
            return None
        scale = 10 ** MINOR_DIGITS[currency]
        try:
            exact = Fraction(-1) if isinstance(value, (bool, float)) else Fraction(value) * scale
        except (ValueError, TypeError, ZeroDivisionError):
            exact = Fraction(-1)
        if exact.denominator != 1 or not 0 <= exact <= MONEY_MAX:
            self.fault(
                f"item.{name}",
                "money",
                f"{value!r} is not an amount in {currency}.",
                "Write a whole number, or text with a point where the currency has one.",
            )
            return None
        return int(exact)

    def exchange(self, table: Mapping[str, Any], currency: str, offers: str) -> Fraction:
        """What one smallest unit of ``currency`` is worth in smallest units of ``offers``."""
        value = table.get("exchange_rate")
        if value is None:
            if currency != offers:
                self.fault(
                    "item.exchange_rate",
                    "currency",
                    f"the budget is in {currency} and the offers are in {offers}.",
                    f'Write how many {offers} one {currency} buys, as text: "1385.20".',
                )
            return Fraction(1)
        try:
            rate = Fraction(-1) if isinstance(value, (bool, float)) else Fraction(value)
        except (ValueError, TypeError, ZeroDivisionError):
            rate = Fraction(-1)
        if rate <= 0:
            self.fault("item.exchange_rate", "currency", f"{value!r} is not a rate above 0.")
            return Fraction(1)
        return rate * Fraction(10 ** MINOR_DIGITS[offers], 10 ** MINOR_DIGITS[currency])

    def degrees(self, table: Mapping[str, Any], name: str, limit: int) -> float:
        value = table.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.fault(
                f"item.{name}",
                "place",
                "the item's place is missing." if value is None else f"{value!r} is no number.",
                "Write degrees, such as 37.5636.",
            )
            return 0.0
        if not -limit <= value <= limit:
            self.fault(f"item.{name}", "place", f"{value} is not within -{limit} .. {limit}.")
            return 0.0
        return float(value)
