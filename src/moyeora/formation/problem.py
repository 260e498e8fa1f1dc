"""One item against all members, as numbers: which offers may serve which needs, and how.

A *pair* is an offer that may serve a need. Everything that concerns one pair alone (must-haves,
lead time, smallest and largest lot, capacity within the need's window) is settled here; what
concerns several pairs at once is left to :mod:`.model`. Arrays are in a canonical order: needs as
in the item, then firms by number, then offers; so the order of the input's rows changes nothing.

Quantities are counted in lots of the pair's ``lot`` units. An offer never takes more lots than
cover the whole need, except to reach its smallest quantity or a price break: more would cost
more, take longer and add nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
import polars as pl
from numpy.typing import NDArray

from moyeora.formation.faults import BadInput, Fault
from moyeora.formation.item import Item, MustHaves, Need
from moyeora.formation.members import NEVER, Ints, Members

BILLION = 10**9
TIE_TIMES_MAX = 10
"""Working together an eleventh time says nothing new."""

EARTH_RADIUS_KM = 6371.0088
LOTTERY_BYTES = 3
"""Enough that two lists of firms hardly ever draw the same sum; few enough for exact doubles."""


@dataclass(frozen=True)
class Terms:
    """Other terms of one offer, for a question of the kind "what if": None leaves it as it is.

    ``price`` is a single unit price without breaks, ``capacity`` free units a week in every week
    (the largest quantity then no longer binds); ``waive`` overlooks all must-haves.
    """

    price: int | None = None
    capacity: int | None = None
    waive: bool = False


@dataclass(frozen=True)
class Change:
    """How a question differs from the tables: firms left out, firms that work at their own cost,
    and other terms of single offers (by the offer's row in ``Members.offers``)."""

    without: frozenset[str] = frozenset()
    at_own_cost: frozenset[str] = frozenset()
    terms: tuple[tuple[int, Terms], ...] = ()


@dataclass(frozen=True)
class Problem:
    """The pairs (length P), their firms (length F) and what binds them together.

    ``firm`` and ``need`` index into ``firms`` and ``item.needs``; ``least`` and ``most`` are in
    lots; ``tier_from``, ``tier_to`` (lots; empty tiers have to < from) and ``tier_price`` (money
    a lot) have shape (P, tiers); ``lead`` is in periods; ``capacity`` (P, periods) in units;
    ``risk`` in billionths of the need a lot; ``line`` groups pairs that share time. ``first`` and
    ``last`` are each need's window of periods. ``distance`` is in km; ties are (a, b, points).
    """

    item: Item
    members: Members
    firms: Ints
    firm: Ints
    need: Ints
    offer: Ints
    lot: Ints
    least: Ints
    most: Ints
    tier_from: Ints
    tier_to: Ints
    tier_price: Ints
    setup: Ints
    lead: Ints
    capacity: Ints
    risk: Ints
    line: Ints
    first: Ints
    last: Ints
    demand: Ints
    distance: Ints
    newcomer: NDArray[np.bool_]
    ties: tuple[Ints, Ints, Ints]
    exclusions: tuple[Ints, Ints]

    def __len__(self) -> int:
        return len(self.firm)

    @property
    def budget(self) -> int | None:
        """The budget in the offers' currency."""
        return None if self.item.budget is None else self.item.in_offers(self.item.budget)

    @property
    def firm_cap(self) -> int | None:
        """The most that one firm may earn, in the offers' currency.

        A share of the *budget*: a share of the plan's own total would make a dropped need able to
        turn a good plan into a forbidden one.
        """
        cap = self.item.wishes.share_cap
        return None if cap is None or self.budget is None else int(self.budget * cap)

    @cached_property
    def number(self) -> list[str]:
        """The firms' numbers."""
        return [self.members.numbers[at] for at in self.firms]

    @cached_property
    def firm_at(self) -> dict[str, int]:
        """The index of a firm's number."""
        return {number: at for at, number in enumerate(self.number)}

    @cached_property
    def lottery(self) -> Ints:
        """Each firm's lot in the draw that breaks ties: a hash of its number and the item's id.

        Unlike the order of numbers it favours no firm for ever, and a newcomer changes no other
        firm's lot.
        """
        salt = blake2b(self.item.id.encode(), digest_size=16).digest()
        return np.array(
            [
                int.from_bytes(
                    blake2b(number.encode(), digest_size=LOTTERY_BYTES, salt=salt).digest()
                )
                for number in self.number
            ],
            dtype=np.int64,
        )

    def units(self, pair: int, lots: int) -> int:
        """How many units so many lots of a pair are."""
        return int(self.lot[pair]) * lots

    def cost(self, pair: int, lots: int) -> int:
        """What so many lots (1 or more) of a pair cost, set-up included."""
        tier = int(np.flatnonzero(self.tier_from[pair] <= lots)[-1])
        return int(self.setup[pair]) + int(self.tier_price[pair, tier]) * lots

    def seats(self) -> Iterator[tuple[str, NDArray[np.int64]]]:
        """Each seat already taken: the firm's number and the pairs of which one must be used."""
        index = {need.id: at for at, need in enumerate(self.item.needs)}
        for seat in self.item.wishes.seats:
            at = self.firm_at.get(seat.firm, -1)
            mine = self.firm == at
            if seat.need is not None:
                mine &= self.need == index[seat.need]
            yield seat.firm, np.flatnonzero(mine)


def build(item: Item, members: Members, change: Change | None = None) -> Problem:
    """Match the item with the members.

    Raises :class:`BadInput` when the item and the members do not speak of the same things: a seat
    or an owner that no member is, or another currency.
    """
    change = change or Change()
    _check(item, members)
    terms = dict(change.terms)
    banned = _mask(members, change.without)
    own = _mask(members, change.at_own_cost)
    leads = [_candidates(need, members, banned, terms) for need in item.needs]
    lead_days = members.column["lead_days"]
    periods = [-(-lead_days[offers] // item.period_days) for offers in leads]
    first, last = _windows(item, [int(lead.min(initial=0)) for lead in periods])
    parts = []
    for at, need in enumerate(item.needs):
        part = _pairs(item, need, at, leads[at], members, own, terms, first[at], last[at])
        parts.append(part)
    joined = {
        name: np.concatenate([part[name] for part in parts])
        for name in parts[0]
        if not name.startswith("tier")
    }
    tiers = max(part["tier_from"].shape[1] for part in parts)
    for name, filler in (("tier_from", NEVER), ("tier_to", -1), ("tier_price", 0)):
        joined[name] = np.concatenate(
            [
                np.pad(
                    part[name],
                    ((0, 0), (0, tiers - part[name].shape[1])),
                    constant_values=filler,
                )
                for part in parts
            ]
        )
    firms, firm = np.unique(joined.pop("member"), return_inverse=True)
    joined["firm"] = firm.astype(np.int64)
    return Problem(
        item=item,
        members=members,
        firms=firms,
        first=first,
        last=last,
        demand=np.array([need.quantity for need in item.needs], dtype=np.int64),
        line=_lines(joined["firm"], joined["offer"], members),
        distance=_distances(item, members, firms),
        newcomer=~members.has_tie[firms],
        ties=_ties(item, members, firms),
        exclusions=_exclusions(members, firms),
        **joined,
    )


def _check(item: Item, members: Members) -> None:
    faults = []
    if item.owner is not None and item.owner not in members.index:
        faults.append(
            Fault(item.file, 0, "item.owner", "unknown-firm", f"no member is {item.owner!r}.")
        )
    for at, seat in enumerate(item.wishes.seats, start=1):
        if seat.firm not in members.index:
            key = f"wishes.seat[{at}].firm"
            faults.append(Fault(item.file, 0, key, "unknown-firm", f"no member is {seat.firm!r}."))
    if item.offer_currency != members.currency:
        faults.append(
            Fault(
                item.file,
                0,
                "item.offer_currency",
                "currency",
                f"the members' prices are in {members.currency}, not in {item.offer_currency}.",
                f'Write offer_currency = "{members.currency}" and an exchange_rate.',
            )
        )
    if faults:
        raise BadInput(faults)


def unoffered(item: Item, members: Members) -> list[Fault]:
    """A fault for each need that no member offers at all, whatever its must-haves."""
    return [
        Fault(
            item.file,
            0,
            f"need.{need.id}.capability",
            "nobody-offers",
            f"no member offers {' or '.join(need.capabilities)}.",
            "Name another capability, or admit a member that has it.",
        )
        for need in item.needs
        if not any(term in members.by_capability for term in need.capabilities)
    ]


def _mask(members: Members, numbers: frozenset[str]) -> NDArray[np.bool_]:
    mask = np.zeros(members.firms.height, dtype=bool)
    mask[[members.index[number] for number in numbers if number in members.index]] = True
    return mask


def _candidates(
    need: Need, members: Members, banned: NDArray[np.bool_], terms: Mapping[int, Terms]
) -> Ints:
    """The offers of a need's capabilities that have its must-haves, in canonical order."""
    groups = [members.by_capability.get(term) for term in dict.fromkeys(need.capabilities)]
    found = [group for group in groups if group is not None]
    if not found:
        return np.zeros(0, dtype=np.int64)
    offers = np.sort(np.concatenate(found))
    offers = offers[~banned[members.column["firm"][offers]]]
    waived = [offer for offer, term in terms.items() if term.waive]
    kept: Ints = offers[meets(need.must, members, offers) | np.isin(offers, waived)]
    return kept


def meets(must: MustHaves, members: Members, offers: Ints) -> NDArray[np.bool_]:
    """Which of the offers have all the must-haves."""
    fine = np.ones(len(offers), dtype=bool)
    if must.certificates:
        codes, sets = members.certificates
        wanted = frozenset(must.certificates)
        has = np.array([wanted <= each for each in sets], dtype=bool)
        fine &= has[codes[offers]]
    if must.regions:
        codes, names = members.regions
        inside = np.array([name.startswith(must.regions) for name in names], dtype=bool)
        fine &= inside[codes[members.column["firm"][offers]]]
    if must.orders is not None:
        fine &= members.column["orders"][offers] >= must.orders
    if must.on_time_ppm is not None:
        fine &= members.column["late_ppm"][offers] <= 1_000_000 - must.on_time_ppm
    if must.defect_ppm is not None:
        fine &= members.column["defect_ppm"][offers] <= must.defect_ppm
    return fine


def _windows(item: Item, lead: list[int]) -> tuple[Ints, Ints]:
    """The first and last period that each need could use, whoever serves it."""
    index = {need.id: at for at, need in enumerate(item.needs)}
    order: list[int] = []
    while len(order) < len(item.needs):
        done = {item.needs[at].id for at in order}
        order += [
            at for at, need in enumerate(item.needs) if at not in order and set(need.after) <= done
        ]
    first = np.zeros(len(index), dtype=np.int64)
    last = np.array([need.until - 1 for need in item.needs], dtype=np.int64)
    for at in order:
        for earlier in item.needs[at].after:
            before = index[earlier]
            first[at] = max(first[at], first[before] + lead[before] + 1)
    for at in reversed(order):
        for earlier in item.needs[at].after:
            before = index[earlier]
            last[before] = min(last[before], last[at] - lead[at] - 1)
    return first, last


def _pairs(
    item: Item,
    need: Need,
    at: int,
    offers: Ints,
    members: Members,
    own: NDArray[np.bool_],
    terms: Mapping[int, Terms],
    first: int,
    last: int,
) -> dict[str, Ints]:
    column = members.column
    member = column["firm"][offers]
    lot = column["lot"][offers]
    lead = -(-column["lead_days"][offers] // item.period_days)
    capacity = _capacity(item, members, offers)
    largest = column["largest"][offers].copy()
    start, price = (tiers[offers] for tiers in members.tiers)
    private = column["own_cost"][offers]
    cheap = own[member] & (private >= 0)
    start[cheap, 1:], price[cheap, 0] = NEVER, private[cheap]
    for place in np.flatnonzero(np.isin(offers, list(terms))):
        other = terms[int(offers[place])]
        if other.price is not None:
            start[place, 1:], price[place, 0] = NEVER, other.price
        if other.capacity is not None:
            capacity[place] = other.capacity * item.period_days // 7
            largest[place] = NEVER
    within = np.arange(item.periods)[None, :]
    usable = (within >= first + lead[:, None]) & (within <= last)
    room = (capacity * usable).sum(axis=1)
    whole = -(-need.quantity // lot)
    least = np.maximum(1, -(-column["smallest"][offers] // lot))
    if need.firms_max == 1:
        # Alone with one offer, the firm must take the whole need.
        alone = np.isin(member, np.flatnonzero(np.bincount(member, minlength=1) == 1))
        least = np.where(alone, np.maximum(least, whole), least)
    reach = -(-start // lot[:, None])
    tier_from = np.where(start < NEVER, np.maximum(reach, least[:, None]), NEVER)
    most = np.minimum(largest // lot, room // lot)
    ends = np.concatenate([tier_from[:, 1:], np.full((len(offers), 1), NEVER)], axis=1) - 1
    enough = np.maximum(whole[:, None], tier_from)
    tier_to = np.minimum(np.minimum(ends, most[:, None]), enough)
    tier_to = np.where(tier_from < NEVER, tier_to, -1)
    most = tier_to.max(axis=1, initial=-1)
    kept = most >= least
    seated = {members.index[seat.firm] for seat in item.wishes.seats if seat.need == need.id}
    if seated and need.firms_max is not None and len(seated) >= need.firms_max:
        kept &= np.isin(member, list(seated))
    risk_ppm = column["defect_ppm"][offers] + column["late_ppm"][offers]
    part = {
        "member": member,
        "need": np.full(len(offers), at, dtype=np.int64),
        "offer": offers,
        "lot": lot,
        "least": least,
        "most": most,
        "tier_from": tier_from,
        "tier_to": tier_to,
        "tier_price": price * lot[:, None],
        "setup": column["setup_cost"][offers],
        "lead": lead,
        "capacity": capacity,
        "risk": lot * risk_ppm * 1000 // need.quantity,
    }
    return {name: values[kept] for name, values in part.items()}


def _capacity(item: Item, members: Members, offers: Ints) -> Ints:
    """Free units of each offer in each of the item's periods, shape (offers, periods)."""
    flat, starts = members.capacity
    begin, length = starts[offers], starts[offers + 1] - starts[offers]
    origin = np.datetime64(item.start)
    since = members.capacity_from[offers]
    shift = np.where(np.isnat(since), 0, (origin - since).astype(np.int64))
    capacity = np.empty((len(offers), item.periods), dtype=np.int64)
    for period in range(item.periods):
        week = (shift + period * item.period_days) // 7
        weekly = flat[begin + np.clip(week, 0, length - 1)]
        capacity[:, period] = np.where(week < 0, 0, weekly) * item.period_days // 7
    return capacity


def _lines(firm: Ints, offer: Ints, members: Members) -> Ints:
    """One number for pairs that share time: the same line of a firm, or the same offer."""
    codes, _ = members.lines
    line = codes[offer]
    key = np.where(line > 0, -(firm * (line.max(initial=0) + 1) + line), offer)
    return np.unique(key, return_inverse=True)[1].astype(np.int64)


def _distances(item: Item, members: Members, firms: Ints) -> Ints:
    """Great-circle kilometres from the item's place, rounded (haversine)."""
    rows = members.firms.select("latitude", "longitude").to_numpy()[firms]
    there, here = np.radians(rows), np.radians([item.latitude, item.longitude])
    half = np.sin((there - here) / 2) ** 2
    angle = half[:, 0] + np.cos(here[0]) * np.cos(there[:, 0]) * half[:, 1]
    rounded: Ints = np.rint(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(angle))).astype(np.int64)
    return rounded


def _local(members: Members, firms: Ints) -> Ints:
    local = np.full(members.firms.height, -1, dtype=np.int64)
    local[firms] = np.arange(len(firms))
    return local


def _ties(item: Item, members: Members, firms: Ints) -> tuple[Ints, Ints, Ints]:
    """Ties among the candidates; points in km: a rating of 2 counts nothing, 1 against."""
    local, ties = _local(members, firms), members.ties
    a, b = local[ties.a], local[ties.b]
    times = np.minimum(ties.times, TIE_TIMES_MAX)
    points = times * (ties.rating - 2) * item.wishes.km_per_tie
    kept = (a >= 0) & (b >= 0) & (points != 0)
    return a[kept], b[kept], points[kept]


def _exclusions(members: Members, firms: Ints) -> tuple[Ints, Ints]:
    local = _local(members, firms)
    a, b = local[members.exclusions.a], local[members.exclusions.b]
    kept = (a >= 0) & (b >= 0)
    return a[kept], b[kept]


def offer_row(members: Members, offer: int) -> dict[str, object]:
    """One offer with its firm's name, as it was read."""
    row = members.offers.row(offer, named=True)
    firm = members.firms.row(row["firm_index"], named=True)
    return {**row, **firm}


__all__ = [
    "BILLION",
    "Change",
    "Problem",
    "Terms",
    "build",
    "meets",
    "offer_row",
    "pl",
    "unoffered",
]
