"""An item as formation's table (the keys of ``item.toml``) and as rows, each from the other.

There is one way in: whether an item comes from the page, from a file or through the API, it is a
table, and formation's own reader says what is wrong with it, at the key.
"""

import csv
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from moyeora.formation.faults import BadInput
from moyeora.formation.item import MINOR_DIGITS, parse_item
from moyeora.formation.item import Item as Read
from moyeora.formation.item import Need as ReadNeed
from moyeora.formation.trades import default_trades
from moyeora.network.consortia.models import Item, Need
from moyeora.network.consortia.reader_faults import in_words
from moyeora.network.frame.faults import Fault, Refused

FILE_OCTETS_MAX = 256 * 1024
NEEDS_MAX = 40

Table = dict[str, Any]


@cache
def places() -> dict[str, tuple[float, float]]:
    """Known places ("서울 중구") with latitude and longitude in degrees."""
    text = (files("moyeora.formation") / "places.csv").read_text(encoding="utf-8")
    return {
        f"{row['region']} {row['city']}": (float(row["latitude"]), float(row["longitude"]))
        for row in csv.DictReader(text.splitlines())
    }


def example() -> Table:
    """The item that a newcomer can begin from: personalised mail for a department store."""
    text = (files("moyeora.network.consortia") / "examples" / "department-store.toml").read_text(
        encoding="utf-8"
    )
    return tomllib.loads(text)


def from_file(octets: bytes) -> Table:
    """The table of an uploaded ``item.toml``; Refused when it is none."""
    if len(octets) > FILE_OCTETS_MAX:
        raise Refused(in_words("file-size", "file", ""))
    try:
        return tomllib.loads(octets.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise Refused(in_words("toml", "file", str(wrong))) from None


def read(table: Mapping[str, Any], today: date) -> Read:
    """Formation's item; Refused with every fault at its key (``need.printing.quantity``)."""
    if unreadable := list(_unreadable(table, "")):
        raise Refused(unreadable)
    table, faults = _prepared(table)
    try:
        item = parse_item(table, "item", today, default_trades())
    except BadInput as wrong:
        faults += [in_words(f.code, f.place, f.problem, f.remedy) for f in wrong.faults]
        raise Refused(faults) from None
    faults += [
        in_words("missing", f"item.{key}", "")
        for key in ("budget", "price")
        if getattr(item, key) is None
    ]
    head = table["item"]
    limits = (("title", 120), ("place", 50), ("exchange_rate", 20))
    faults += [
        in_words("long", f"item.{key}", str(most))
        for key, most in limits
        if len(str(head.get(key, ""))) > most
    ]
    for need in item.needs:
        if not need.id.replace("-", "").replace("_", "").isalnum() or len(need.id) > 40:
            faults.append(in_words("key", f"need.{need.id}.id", ""))
        if len(need.title) > 80:
            faults.append(in_words("long", f"need.{need.id}.title", "80"))
        if len(need.role) > 40:
            faults.append(in_words("long", f"need.{need.id}.role", "40"))
    if len(item.needs) > NEEDS_MAX:
        faults.append(in_words("too-many-needs", "need", str(NEEDS_MAX)))
    if faults:
        raise Refused(faults)
    return item


def _unreadable(value: Any, place: str) -> Iterator[Fault]:
    """Texts with signs that no page shows and PostgreSQL does not store."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            if isinstance(key, str) and _plain(key):
                yield from _unreadable(one, f"{place}.{key}".strip("."))
            else:
                yield in_words("characters", place, "")
    elif isinstance(value, list):
        for number, one in enumerate(value, start=1):
            yield from _unreadable(one, f"{place}[{number}]" if place == "need" else place)
    elif isinstance(value, str) and not _plain(value):
        yield in_words("characters", place, "")


def _plain(text: str) -> bool:
    return not any(
        unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\r\t" for sign in text
    )


def _prepared(table: Mapping[str, Any]) -> tuple[Table, list[Fault]]:
    """What the page leaves out and can be known: the place's degrees, a need's unit."""
    faults: list[Fault] = []
    made: Table = {key: value for key, value in table.items() if key != "description"}
    head = made.get("item")
    if isinstance(head, Mapping):
        head = made["item"] = dict(head)
        head.setdefault("id", "item")
        head.pop("owner", None)  # whose item it is, the action says
        if not {"latitude", "longitude"} & head.keys():
            known = places().get(str(head.get("place", "")).strip())
            head["latitude"], head["longitude"] = known or (0.0, 0.0)
            if known is None:
                faults.append(in_words("place", "item.place", ""))
    wishes = made.get("wishes")
    if isinstance(wishes, Mapping) and "seat" in wishes:  # whom to take, no owner decides alone
        made["wishes"] = {key: value for key, value in wishes.items() if key != "seat"}
        faults.append(in_words("unknown-key", "wishes.seat", ""))
    needs = made.get("need")
    if isinstance(needs, list):
        made["need"] = [_with_unit(need) for need in needs if isinstance(need, Mapping)]
        if len(made["need"]) < len(needs):
            faults.append(in_words("type", "need", ""))
    return made, faults


def _with_unit(need: Any) -> Any:
    if not isinstance(need, Mapping) or need.get("unit"):
        return need
    terms = need.get("capability")
    terms = [terms] if isinstance(terms, str) else terms or []
    known = [default_trades().capabilities.get(term) for term in terms if isinstance(term, str)]
    units = {capability.unit for capability in known if capability}
    return {**need, "unit": units.pop()} if len(units) == 1 else need


def store(item: Item, read_item: Read, table: Mapping[str, Any]) -> None:
    """Write a read item into its row, and its needs into theirs."""
    head = table.get("item", {})
    item.title, item.description = read_item.title, str(table.get("description", "")).strip()
    item.start, item.due, item.period_days = read_item.start, read_item.due, read_item.period_days
    item.currency, item.offer_currency = read_item.currency, read_item.offer_currency
    item.exchange_rate = str(head.get("exchange_rate", ""))
    item.budget, item.price = read_item.budget, read_item.price
    item.place = read_item.place
    item.latitude, item.longitude = f"{read_item.latitude:.5f}", f"{read_item.longitude:.5f}"
    item.wishes = dict(table.get("wishes") or {})
    item.save()
    item.needs.all().delete()
    given = {str(one.get("id")): one for one in table["need"]}
    Need.objects.bulk_create(
        _need_row(item, order, need, given[need.id]) for order, need in enumerate(read_item.needs)
    )


def _need_row(item: Item, order: int, need: ReadNeed, given: Mapping[str, Any]) -> Need:
    return Need(
        item=item,
        key=need.id,
        order=order,
        title=need.title,
        role=need.role,
        capability=list(need.capabilities),
        quantity=need.quantity,
        unit=need.unit,
        due=need.by if given.get("by") else None,
        must=dict(given.get("must") or {}),
        split=need.firms_max != 1,
        firms_max=need.firms_max if need.firms_max not in (None, 1) else None,
        after=list(need.after),
    )


def table_of(item: Item) -> Table:
    """The stored item as the table that it came from."""
    head: Table = {
        "id": str(item.id),
        "title": item.title,
        "start": item.start,
        "due": item.due,
        "period_days": item.period_days,
        "currency": item.currency,
        "offer_currency": item.offer_currency,
        "budget": whole_units(item.budget, item.currency),
        "price": whole_units(item.price, item.currency),
        "place": item.place,
        "latitude": float(item.latitude),
        "longitude": float(item.longitude),
    }
    if item.exchange_rate:
        head["exchange_rate"] = item.exchange_rate
    needs = []
    for need in item.needs.all():
        one: Table = {
            "id": need.key,
            "title": need.title,
            "role": need.role,
            "capability": need.capability,
            "quantity": need.quantity,
            "unit": need.unit,
            "split": need.split,
            "after": need.after,
            "must": need.must,
        }
        if need.due:
            one["by"] = need.due
        if need.firms_max:
            one["firms_max"] = need.firms_max
        needs.append(one)
    return {
        "item": head,
        "need": needs,
        "wishes": item.wishes,
        "description": item.description,
    }


def whole_units(amount: int, currency: str) -> int | str:
    """An amount of smallest units as an item table writes it: 180000000, "9999.50"."""
    digits = MINOR_DIGITS[currency]
    whole, rest = divmod(amount, 10**digits)
    return f"{whole}.{rest:0{digits}d}" if digits else whole
