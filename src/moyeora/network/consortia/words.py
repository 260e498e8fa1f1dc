"""Terms of the trade list, demands and bands of money, as an owner reads them."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any, Final

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from moyeora.formation.trades import default_trades
from moyeora.network.frame.templatetags.moyeora import money, number, short_day

ROLES: Final = {
    "R&D": gettext_lazy("R&D"),
    "design": gettext_lazy("Design"),
    "engineering": gettext_lazy("Engineering"),
    "production": gettext_lazy("Production"),
    "marketing": gettext_lazy("Marketing"),
    "sales": gettext_lazy("Sales"),
    "distribution": gettext_lazy("Distribution"),
    "after-sales service": gettext_lazy("After-sales service"),
}
UNITS: Final = {
    "record": pgettext_lazy("unit", "records"),
    "day": pgettext_lazy("unit", "days"),
    "piece": pgettext_lazy("unit", "pieces"),
    "set": pgettext_lazy("unit", "sets"),
    "test": pgettext_lazy("unit", "tests"),
    "carton": pgettext_lazy("unit", "cartons"),
    "call": pgettext_lazy("unit", "calls"),
}
WISHES: Final = {
    "cost": gettext_lazy("low cost"),
    "time": gettext_lazy("done early"),
    "quality": gettext_lazy("on time and without defects"),
    "cohesion": gettext_lazy("firms that know each other and are near"),
    "equality": gettext_lazy("no firm much larger than the others"),
    "newcomers": gettext_lazy("newcomers get a chance"),
}
WORK: Final = {
    "members": gettext_lazy("Reading the members' offers"),
    "solving": gettext_lazy("Looking for the best consortium"),
    "why": gettext_lazy("Working out why each firm is in and what each demand costs"),
    "runners-up": gettext_lazy("Looking for really different consortia"),
    "conflict": gettext_lazy("Looking for the demands that do not go together"),
    "repairing": gettext_lazy("Looking for the best replacement"),
    "ways-in": gettext_lazy("Working out what would have got your firm in"),
}


def capability(term: str) -> str:
    """A term of the trade list in the reader's language."""
    known = default_trades().capabilities.get(term)
    if known is None:
        return term
    return known.ko if get_language() == "ko" else known.en[:1].upper() + known.en[1:]


def capabilities(terms: list[str]) -> str:
    return _(" or ").join(map(capability, terms))


def role(name: str) -> str:
    return str(ROLES.get(name, name))


def unit(name: str) -> str:
    return str(UNITS.get(name, name))


def quantity(units: int, name: str) -> str:
    """300,000 pieces · 300,000개."""
    gap = "" if get_language() == "ko" and name in UNITS else " "
    return f"{number(units)}{gap}{unit(name)}"


def band(between: Mapping[str, int] | None, currency: str = "KRW") -> str:
    """A band of money, its ends rounded outwards to three figures."""
    if between is None:
        return "–"
    low, high = _figures(between["from"], up=False), _figures(between["to"], up=True)
    if low == high:
        return str(money(low, currency))
    return f"{money(low, currency)} – {money(high, currency)}"


def _figures(amount: int, *, up: bool) -> int:
    step = 10 ** max(0, len(str(abs(amount))) - 3)
    return -(-amount // step) * step if up else amount // step * step


def demand(about: Mapping[str, Any], titles: Mapping[str, str], currency: str) -> str | SafeString:
    """A demand (:mod:`.forming`) in a sentence; ``titles`` are the needs' by their keys."""
    kind, value = about["kind"], about["value"]
    title = titles.get(about["need"] or "", "")
    values: dict[str, Any] = {"need": title, "value": value}
    if kind == "need":
        return _("%(need)s is needed at all") % values
    if kind == "item.budget":
        return _("The whole costs at most %(value)s") % {"value": money(value, currency)}
    if kind == "wishes.share_cap":
        share = f"{float(Fraction(value) * 100):g} %"
        return _("No firm earns more than %(value)s of the budget") % {"value": share}
    if kind == "wishes.seat":
        firm, need = value
        values = {"firm": firm, "need": titles.get(need or "", "")}
        return _("%(firm)s keeps its seat: %(need)s") % values
    if kind == "after":
        values["value"] = titles.get(value[0], value[0])
    elif isinstance(value, list):
        values["value"] = _(" or ").join(value)
    elif kind == "must.on_time":
        values["value"] = f"{value / 10_000:g}"
    elif kind == "by":
        return format_html(
            conditional_escape(_("%(need)s: done by {}") % values),
            short_day(date.fromisoformat(value)),
        )
    elif isinstance(value, int):
        values["value"] = number(value)
    return str(_SENTENCES[kind]) % values


_SENTENCES: Final = {
    "must.certificates": gettext_lazy("%(need)s: the firm has %(value)s"),
    "must.regions": gettext_lazy("%(need)s: the firm is in %(value)s"),
    "must.orders": gettext_lazy("%(need)s: the firm has done %(value)s orders"),
    "must.on_time": gettext_lazy("%(need)s: on time in %(value)s %% of orders"),
    "must.defect_ppm": gettext_lazy("%(need)s: at most %(value)s defects in a million"),
    "split": gettext_lazy("%(need)s: by at most %(value)s firm(s)"),
    "after": gettext_lazy("%(need)s: only after %(value)s is done"),
    "wishes.firms_max": gettext_lazy("At most %(value)s firms"),
    "exclusions": gettext_lazy("Firms that must not sit together do not"),
}
