"""What writing a table would do: made, updated, left, row by row.

Whether an offer's terms differ from those that are kept is never told: whoever uploads guesses
would learn a price from the answer. And a firm that has an owner keeps its own offers; a table of
the association changes such a firm's public facts alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from moyeora.network.frame.actor import Office
from moyeora.network.members.actions.firms import firm_fields
from moyeora.network.members.imports.checking import Row, label
from moyeora.network.members.models import Certificate, Exclusion, Firm, Holding, Offer, Tie, Upload
from moyeora.network.members.terms import capability_of, name_of

MADE: Final = "made"
UPDATED: Final = "updated"
LEFT: Final = "left"
ACTIVE: Final = (Firm.Standing.MEMBER, Firm.Standing.APPLIED, Firm.Standing.SUSPENDED)


@dataclass(frozen=True)
class Step:
    """What happens to one thing of one row: ``what`` is firm, offer or pair; ``fields`` are the
    columns of a firm that change.
    """

    row: Row
    what: str
    outcome: str
    why: str = ""
    fields: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What it is about, as it was written."""
        if self.what == "pair":
            return f"{self.row.values['firm_a']} – {self.row.values['firm_b']}"
        return self.row.written["name"]

    @property
    def capability(self) -> str:
        """What is offered, by its name; nothing for a firm or a pair."""
        known = capability_of(self.row.offer["capability"]) if self.what == "offer" else None
        return name_of(known) if known else ""


@dataclass(frozen=True)
class Plan:
    """All steps in the order of the rows, and the firms that are there, by number."""

    steps: tuple[Step, ...]
    there: dict[str, Firm] = field(repr=False)

    def count(self, what: str, outcome: str) -> int:
        return sum(1 for step in self.steps if step.what == what and step.outcome == outcome)

    def counts(self) -> dict[str, dict[str, int]]:
        """How many firms and offers (or pairs) are made, updated, left."""
        kinds = sorted({step.what for step in self.steps})
        return {
            what: {outcome: self.count(what, outcome) for outcome in (MADE, UPDATED, LEFT)}
            for what in kinds
        }


def plan(upload: Upload, rows: Sequence[Row]) -> Plan:
    """Plan for rows without faults."""
    if upload.kind == Upload.Kind.MEMBERS:
        return _members(upload, rows)
    return _pairs(upload, rows)


def _members(upload: Upload, rows: Sequence[Row]) -> Plan:
    numbers = {row.values["firm"] for row in rows}
    there = {firm.number: firm for firm in Firm.objects.filter(number__in=numbers)}
    ids = [firm.id for firm in there.values()]
    keeps_itself = set(
        Holding.objects.filter(office=Office.OWNER, ended__isnull=True, firm__in=ids).values_list(
            "firm_id", flat=True
        )
    )
    certificates: dict[Any, set[str]] = {}
    for firm_id, name in Certificate.objects.filter(firm__in=ids).values_list("firm_id", "name"):
        certificates.setdefault(firm_id, set()).add(name)
    offered = set(
        Offer.objects.filter(firm__in=ids, active=True).values_list("firm_id", "capability")
    )
    steps: list[Step] = []
    seen: set[str] = set()
    for row in rows:
        firm = there.get(row.values["firm"])
        gone = firm is not None and firm.standing not in ACTIVE
        if row.values["firm"] not in seen:
            seen.add(row.values["firm"])
            steps.append(_of_firm(upload, row, firm, gone, certificates))
        if row.offer:
            steps.append(_of_offer(row, firm, gone, keeps_itself, offered))
    return Plan(tuple(steps), there)


def _of_firm(
    upload: Upload, row: Row, firm: Firm | None, gone: bool, certificates: dict[Any, set[str]]
) -> Step:
    if firm is None:
        return Step(row, "firm", MADE)
    if gone:
        return Step(row, "firm", LEFT, _("The firm has left the network."))
    given = firm_fields(dict(row.values))
    told = [name for name in given if name in upload.mapping or name in row.written]
    if "region" in told and given["region"] != firm.region:
        told += ["latitude", "longitude"]
    changed = [
        name
        for name in dict.fromkeys(told)
        if name != "number" and getattr(firm, name) != given[name]
    ]
    if "certificates" in upload.mapping and set(row.values["certificates"]) != certificates.get(
        firm.id, set()
    ):
        changed.append("certificates")
    if changed:
        names = ", ".join(label(name) for name in changed)
        return Step(row, "firm", UPDATED, names, tuple(changed))
    return Step(row, "firm", LEFT, _("Nothing changes."))


def _of_offer(
    row: Row, firm: Firm | None, gone: bool, keeps_itself: set[Any], offered: set[Any]
) -> Step:
    if firm is None:
        return Step(row, "offer", MADE)
    if gone:
        return Step(row, "offer", LEFT, _("The firm has left the network."))
    if firm.id in keeps_itself:
        return Step(row, "offer", LEFT, _("The firm's owner keeps its offers."))
    there = (firm.id, row.offer["capability"]) in offered
    return Step(row, "offer", UPDATED if there else MADE)


def _pairs(upload: Upload, rows: Sequence[Row]) -> Plan:
    numbers = {row.values[name] for row in rows for name in ("firm_a", "firm_b")}
    there = {firm.number: firm for firm in Firm.objects.filter(number__in=numbers)}
    model = Tie if upload.kind == Upload.Kind.TIES else Exclusion
    fields = ("times", "rating") if upload.kind == Upload.Kind.TIES else ("reason",)
    known = {(a, b): told for a, b, *told in model.objects.values_list("a_id", "b_id", *fields)}
    steps = []
    for row in rows:
        told = known.get(pair_of(row, there))
        given = [row.values[name] for name in fields]
        if told is None:
            steps.append(Step(row, "pair", MADE))
        elif told != given:
            steps.append(Step(row, "pair", UPDATED, fields=fields))
        else:
            steps.append(Step(row, "pair", LEFT, _("Nothing changes.")))
    return Plan(tuple(steps), there)


def pair_of(row: Row, there: dict[str, Firm]) -> tuple[Any, Any]:
    """The ids of a row's two firms, the smaller first."""
    a, b = there[row.values["firm_a"]].id, there[row.values["firm_b"]].id
    return min(a, b), max(a, b)
