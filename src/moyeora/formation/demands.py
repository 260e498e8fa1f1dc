"""The demands of an item, each in the item's own words, and the item without one of them.

A demand is anything that the item asks for and could do without: a need, a must-have, a date, a
precedence, "one firm only", a seat, the budget, the number of firms, the share cap, and the rule
that certain firms must not sit together.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from moyeora.formation.item import FIRMS_MAX, MINOR_DIGITS, Item, MustHaves, Need
from moyeora.formation.members import Members, Pairs


@dataclass(frozen=True)
class Demand:
    """One demand: its key in the item, its words, and what takes it away.

    Taking a need away takes it out of the others' ``after`` as well.
    """

    key: str
    words: str
    drop: Callable[[Item, Members], tuple[Item, Members]]


def demands(item: Item, members: Members) -> list[Demand]:
    """Every demand of the item, in the order of the item."""
    found = []
    if item.budget is not None:
        amount = f"{_money(item.budget, item.currency)}"
        found.append(_of_item("item.budget", f"at most {amount} in all", budget=None))
    for need in item.needs:
        found.extend(_of_need(item, need))
    wishes = item.wishes
    if wishes.firms_max < FIRMS_MAX:
        words = f"at most {wishes.firms_max} firms"
        found.append(_of_wishes("wishes.firms_max", words, firms_max=FIRMS_MAX))
    if wishes.share_cap is not None:
        words = f"no firm earns more than {wishes.share_cap} of the budget"
        found.append(_of_wishes("wishes.share_cap", words, share_cap=None))
    for at, seat in enumerate(wishes.seats):
        others = tuple(each for each in wishes.seats if each is not seat)
        words = f"{seat.firm} has a seat" + (f" in {seat.need}" if seat.need else "")
        found.append(_of_wishes(f"wishes.seat[{at + 1}]", words, seats=others))
    if len(members.exclusions):
        found.append(
            Demand("exclusions", "firms that must not sit together do not", _without_exclusions)
        )
    return found


def without(item: Item, members: Members, dropped: list[Demand]) -> tuple[Item, Members]:
    """The item and the members without some demands.

    An item without any need is returned as it is: nothing is asked for then.
    """
    for demand in dropped:
        item, members = demand.drop(item, members)
    return item, members


def _of_need(item: Item, need: Need) -> Iterator[Demand]:
    key, name = f"need.{need.id}", need.title
    if len(item.needs) > 1:
        words = f"{name}: {need.quantity:,} {need.unit} of {' or '.join(need.capabilities)}"
        yield Demand(key, words, lambda i, m: (_drop_need(i, need.id), m))
    must = need.must
    for certificate in must.certificates:
        yield _of_must(
            f"{key}.must.certificates",
            f"{name}: has {certificate}",
            need,
            partial(_without_certificate, certificate),
        )
    if must.regions:
        yield _of_must(
            f"{key}.must.regions",
            f"{name}: is in {' or '.join(must.regions)}",
            need,
            lambda m: replace(m, regions=()),
        )
    if must.orders is not None:
        yield _of_must(
            f"{key}.must.orders",
            f"{name}: has done {must.orders} orders",
            need,
            lambda m: replace(m, orders=None),
        )
    if must.on_time_ppm is not None:
        rate = f"{must.on_time_ppm / 10_000:g} %"
        yield _of_must(
            f"{key}.must.on_time",
            f"{name}: is on time in {rate} of orders",
            need,
            lambda m: replace(m, on_time_ppm=None),
        )
    if must.defect_ppm is not None:
        yield _of_must(
            f"{key}.must.defect_ppm",
            f"{name}: at most {must.defect_ppm} defects in a million",
            need,
            lambda m: replace(m, defect_ppm=None),
        )
    if need.firms_max is not None:
        words = f"{name}: by at most {need.firms_max} firm{'s' * (need.firms_max > 1)}"
        yield _of_one(f"{key}.split", words, need, lambda n: replace(n, firms_max=None))
    if need.until < item.periods:
        yield _of_one(
            f"{key}.by",
            f"{name}: by {need.by}",
            need,
            lambda n: replace(n, until=item.periods, by=item.due),
        )
    for earlier in need.after:
        words = f"{name}: not before {item.need(earlier).title} is done"
        yield _of_one(
            f"{key}.after",
            words,
            need,
            partial(_without_earlier, earlier),
        )


def _without_certificate(gone: str, must: MustHaves) -> MustHaves:
    return replace(must, certificates=tuple(c for c in must.certificates if c != gone))


def _without_earlier(gone: str, need: Need) -> Need:
    return replace(need, after=tuple(each for each in need.after if each != gone))


def _of_item(key: str, words: str, **changes: object) -> Demand:
    return Demand(key, words, lambda item, members: (replace(item, **changes), members))  # type: ignore[arg-type]


def _of_wishes(key: str, words: str, **changes: object) -> Demand:
    def drop(item: Item, members: Members) -> tuple[Item, Members]:
        kept = dict(changes)
        if "seats" in kept:
            # Another seat may have been dropped before this one.
            kept["seats"] = tuple(s for s in item.wishes.seats if s in changes["seats"])  # type: ignore[operator]
        return replace(item, wishes=replace(item.wishes, **kept)), members  # type: ignore[arg-type]

    return Demand(key, words, drop)


def _of_one(key: str, words: str, need: Need, change: Callable[[Need], Need]) -> Demand:
    def drop(item: Item, members: Members) -> tuple[Item, Members]:
        needs = tuple(change(each) if each.id == need.id else each for each in item.needs)
        return replace(item, needs=needs), members

    return Demand(key, words, drop)


def _of_must(key: str, words: str, need: Need, change: Callable[[MustHaves], MustHaves]) -> Demand:
    return _of_one(key, words, need, lambda each: replace(each, must=change(each.must)))


def _drop_need(item: Item, need_id: str) -> Item:
    gone = next((need for need in item.needs if need.id == need_id), None)
    if gone is None or len(item.needs) == 1:
        return item
    needs = tuple(
        replace(need, after=tuple(each for each in need.after if each != need_id))
        for need in item.needs
        if need.id != need_id
    )
    seats = tuple(seat for seat in item.wishes.seats if seat.need != need_id)
    return replace(item, needs=needs, wishes=replace(item.wishes, seats=seats))


def _without_exclusions(item: Item, members: Members) -> tuple[Item, Members]:
    none = members.ties.a[:0]
    return item, replace(members, exclusions=Pairs(none, none, none, none))


def _money(amount: int, currency: str) -> str:
    digits = MINOR_DIGITS[currency]
    whole, rest = divmod(amount, 10**digits)
    return f"{whole:,}" + (f".{rest:0{digits}d}" if digits else "") + f" {currency}"


money_text = _money
