"""What must hold between the values of one offer, and of one firm: formation's own rules.

``values`` are written values by column name; all that is wrong comes back at once, each fault at
its column.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from moyeora.formation.item import MINOR_DIGITS
from moyeora.formation.members import OFFER_COLUMNS
from moyeora.formation.tables import Column
from moyeora.formation.trades import Capability, default_trades
from moyeora.network.frame.faults import Fault
from moyeora.network.members.cells import Unreadable, read_cell, write_cell
from moyeora.network.members.number import read_number
from moyeora.network.members.places import place_of

COLUMNS: Final[dict[str, Column]] = {column.name: column for column in OFFER_COLUMNS}
ABOUT_FIRM: Final = (
    *("firm", "name", "trade", "region", "latitude", "longitude", "employees", "certificates"),
)
ABOUT_OFFER: Final = tuple(name for name in COLUMNS if name not in ABOUT_FIRM)
OPEN: Final = ("capability", "unit", "lead_days")
"""What all members see of an offer; the rest of :data:`ABOUT_OFFER` is for the firm alone."""

Values = dict[str, Any]


def read_firm(written: Mapping[str, str]) -> tuple[Values, list[Fault]]:
    """A firm's values. A place that is known gives latitude and longitude where none is written.

    ``certificates`` becomes a tuple of names.
    """
    written = dict(written)
    place = place_of(written.get("region", ""))
    if place is not None:
        for name, degrees in zip(("latitude", "longitude"), place, strict=True):
            if not written.get(name, "").strip():
                written[name] = degrees
    values, faults = _read(written, ABOUT_FIRM)
    number = read_number(written.get("firm", ""), "firm") if values.get("firm") else None
    if isinstance(number, Fault):
        faults.append(number)
    elif number is not None:
        values["firm"] = number
    if values.get("trade") and values["trade"] not in trade_names():
        faults.append(
            Fault(
                "trade",
                _("%(code)s is not a trade code of the trade list.") % {"code": values["trade"]},
                _("Take a five-digit KSIC code from the list."),
                "unknown-trade",
            )
        )
    if not values.get("region"):
        faults.append(Fault("region", _("Nothing is written here."), "", "empty"))
    certificates = [part.strip() for part in values.get("certificates", "").split(";")]
    values["certificates"] = tuple(dict.fromkeys(filter(None, certificates)))
    if any(len(name) > 60 for name in values["certificates"]):
        faults.append(
            Fault("certificates", _("A name has more than 60 characters."), "", "too-long")
        )
    return values, faults


def read_offer(written: Mapping[str, str]) -> tuple[Values, list[Fault]]:
    """An offer's values; the capability may be written as its term or by its name, the unit may
    be left out.
    """
    written = dict(written)
    capability = capability_of(written.get("capability", ""))
    if capability is not None:
        written["capability"] = capability.term
        if not written.get("unit", "").strip():
            written["unit"] = capability.unit
    values, faults = _read(written, ABOUT_OFFER)
    if values.get("capability") and capability is None:
        faults = [fault for fault in faults if fault.field != "unit"]  # it follows from the term
        faults.append(
            Fault(
                "capability",
                _("“%(term)s” is not in the trade list.") % {"term": values["capability"]},
                _("Take a capability from the list."),
                "unknown-capability",
            )
        )
    if capability is not None and values.get("unit") not in {None, "", capability.unit}:
        faults.append(
            Fault(
                "unit",
                _("%(name)s is counted in “%(due)s”, not in “%(unit)s”.")
                % {"name": name_of(capability), "due": capability.unit, "unit": values["unit"]},
                _("Write “%(due)s”.") % {"due": capability.unit},
                "unit",
            )
        )
    if values.get("currency") and values["currency"] not in MINOR_DIGITS:
        faults.append(
            Fault(
                "currency",
                _("“%(code)s” is not a currency that offers may be in.")
                % {"code": values["currency"]},
                _("Write one of %(codes)s.") % {"codes": ", ".join(sorted(MINOR_DIGITS))},
                "currency",
            )
        )
    faults += _quantities(values) + _prices(values)
    return values, faults


def stored(values: Values) -> Values:
    """The values of an offer's confidential half as :class:`.models.Terms` keeps them."""
    kept = {name: values[name] for name in ABOUT_OFFER if name not in OPEN}
    for name in ("capacity", "price_breaks"):
        kept[name] = write_cell(kept[name])
    return kept


def _read(written: Mapping[str, str], names: tuple[str, ...]) -> tuple[Values, list[Fault]]:
    values: Values = {}
    faults: list[Fault] = []
    for name in names:
        try:
            values[name] = read_cell(COLUMNS[name], written.get(name, ""))
        except Unreadable as wrong:
            faults.append(wrong.fault(name))
    return values, faults


def _quantities(values: Values) -> list[Fault]:
    faults = []
    lot, smallest, largest = (values.get(name) for name in ("lot", "smallest", "largest"))
    if smallest is not None and largest is not None and smallest > largest:
        faults.append(
            Fault("smallest", _("The fewest units are more than the most units."), "", "lot")
        )
    if lot is not None and largest is not None and largest < lot:
        faults.append(Fault("largest", _("The most units are less than one lot."), "", "lot"))
    return faults


def _prices(values: Values) -> list[Fault]:
    if "price" not in values or "price_breaks" not in values:
        return []
    faults = []
    breaks = values["price_breaks"]
    starts = [0, *(start for start, _price in breaks)]
    prices = [values["price"], *(price for _start, price in breaks)]
    if starts != sorted(set(starts)) or prices != sorted(prices, reverse=True):
        faults.append(
            Fault(
                "price_breaks",
                _("Quantities must rise and prices must not."),
                _("Write quantity:price, such as 10000:110;50000:95."),
                "breaks",
            )
        )
    own = values.get("own_cost")
    if own is not None and own > min(prices):
        faults.append(
            Fault(
                "own_cost",
                _("The own cost is more than the lowest price: you would lose by your own offer."),
                "",
                "own-cost",
            )
        )
    return faults


@cache
def _by_name() -> dict[str, Capability]:
    found: dict[str, Capability] = {}
    for capability in default_trades().capabilities.values():
        for name in (capability.ko, capability.en, capability.term):
            found[name.casefold()] = capability
    return found


def capability_of(written: str) -> Capability | None:
    """The capability of that term, or of that name in Korean or English."""
    return _by_name().get(written.strip().casefold())


def name_of(capability: Capability) -> str:
    """The capability's name in the reader's language."""
    return capability.ko if (get_language() or "ko").startswith("ko") else capability.en


@cache
def trade_names() -> dict[str, str]:
    """KSIC code -> its Korean name, in the order of the codes."""
    listed = default_trades().capabilities.values()
    return dict(sorted({one.trade: one.trade_ko for one in listed}.items()))
