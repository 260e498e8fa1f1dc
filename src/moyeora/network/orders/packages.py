"""The text of an order's version: its work packages as values, checked as a whole."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from moyeora.network.frame.faults import Fault


@dataclass(frozen=True)
class Package:
    """One work package as an order's version says it; ``firm`` is the registry's id."""

    key: str
    firm: UUID
    title: str
    quantity: int
    unit: str
    begins: date
    ends: date
    after: tuple[str, ...] = ()
    mailing: bool = False


def to_json(packages: Iterable[Package]) -> list[dict[str, Any]]:
    """JSON types; :func:`from_json` gives the same packages again."""
    return [
        {
            **asdict(each),
            "firm": str(each.firm),
            "begins": each.begins.isoformat(),
            "ends": each.ends.isoformat(),
            "after": list(each.after),
        }
        for each in packages
    ]


def from_json(data: Iterable[Mapping[str, Any]]) -> tuple[Package, ...]:
    """Packages from what :func:`to_json` made."""
    return tuple(
        Package(
            **{
                **each,
                "firm": UUID(each["firm"]),
                "begins": date.fromisoformat(each["begins"]),
                "ends": date.fromisoformat(each["ends"]),
                "after": tuple(each["after"]),
            }
        )
        for each in data
    )


def faults(packages: tuple[Package, ...], parties: set[UUID], due: date) -> list[Fault]:
    """Everything that is wrong with the packages, at ``KEY.field``."""
    found = []
    by_key = {each.key: each for each in packages}
    if len(by_key) != len(packages):
        found.append(Fault("packages", _("Two packages have one key."), _("Give each its own.")))
    if not packages:
        found.append(Fault("packages", _("There is no work package."), _("Add at least one.")))
    for each in packages:
        if each.firm not in parties:
            found.append(
                Fault(f"{each.key}.firm", _("This firm takes no part."), _("Choose a party."))
            )
        if each.quantity <= 0:
            found.append(
                Fault(f"{each.key}.quantity", _("The quantity is 0."), _("Write 1 or more."))
            )
        if each.ends < each.begins:
            found.append(
                Fault(f"{each.key}.ends", _("It ends before it begins."), _("Choose a later day."))
            )
        if each.ends > due:
            found.append(
                Fault(f"{each.key}.ends", _("It ends after the order is due."), _("End earlier."))
            )
        for key in each.after:
            before = by_key.get(key)
            if before is None or before is each:
                found.append(
                    Fault(f"{each.key}.after", _("There is no such earlier package."), key)
                )
            elif before.ends > each.begins:
                found.append(
                    Fault(
                        f"{each.key}.begins",
                        _("It begins before “%(before)s” ends.") % {"before": before.title},
                        _("Begin on %(day)s or later.") % {"day": before.ends.isoformat()},
                    )
                )
    if _has_cycle(by_key):
        found.append(
            Fault("packages", _("Packages wait for each other in a circle."), _("Break it."))
        )
    return found


def touched(old: Iterable[Package], new: Iterable[Package]) -> set[UUID]:
    """The firms whose packages a change adds, alters or takes out."""
    before = {each.key: each for each in old}
    after = {each.key: each for each in new}
    found = set()
    for key in before.keys() | after.keys():
        was, is_ = before.get(key), after.get(key)
        if was != is_:
            found |= {each.firm for each in (was, is_) if each is not None}
    return found


def _has_cycle(by_key: Mapping[str, Package]) -> bool:
    done: set[str] = set()
    while True:
        free = {
            key
            for key, each in by_key.items()
            if key not in done and all(a in done or a not in by_key for a in each.after)
        }
        if not free:
            return len(done) < len(by_key)
        done |= free
