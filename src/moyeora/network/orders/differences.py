"""What a change order changes, line by line, for those who are asked to agree to it."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from moyeora.network.consortia.words import quantity
from moyeora.network.frame.templatetags.moyeora import day, money, short_day
from moyeora.network.orders.models import Order
from moyeora.network.orders.packages import Package, from_json

NOTHING = "–"


def differences(old: Order, new: Order) -> list[tuple[str, str, str]]:
    """(what, before, after) of every line in which the two versions differ."""
    lines = [
        (_("The customer pays"), money(old.price, old.currency), money(new.price, new.currency)),
        (_("Due"), day(old.due), day(new.due)),
    ]
    before = {package.key: package for package in from_json(old.packages)}
    after = {package.key: package for package in from_json(new.packages)}
    for key in before | after:
        lines += _of_a_package(before.get(key), after.get(key))
    return [line for line in lines if line[1] != line[2]]


def _of_a_package(old: Package | None, new: Package | None) -> Iterator[tuple[str, str, str]]:
    title = (new or old).title  # type: ignore[union-attr]  # one of them is there

    def said(package: Package | None) -> tuple[str, str]:
        if package is None:
            return NOTHING, NOTHING
        days = f"{short_day(package.begins)} – {short_day(package.ends)}"
        return quantity(package.quantity, package.unit), days

    for what, before, after in zip((_("Quantity"), _("Days")), said(old), said(new), strict=True):
        yield f"{title}: {what}", before, after
