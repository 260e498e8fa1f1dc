"""What the parties agree on, as one value; the paper and the program are made from it alone."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext as _

from moyeora.network.frame.faults import Fault, Refused

MODES: Final = ("lead", "joint", "separate")
RIGHTS: Final = ("joint", "maker", "lead")
RULES: Final = ("negotiated", "equal", "work", "points", "shapley", "nucleolus")
PERMILLE: Final = 1000
"""Weights are in thousandths and sum to this."""


@dataclass(frozen=True)
class PartyTerms:
    """One firm in the agreement: what it does, and its weight in thousandths of what is shared.

    ``id`` is its business number. ``seats`` are texts such as "Printing, 300,000 pieces".
    ``points`` are for the rule of that name (0 .. 1000).
    """

    id: str
    firm: str  # the id in the registry
    name: str
    name_en: str
    seats: tuple[str, ...]
    weight: int
    points: int = 0


@dataclass(frozen=True)
class Terms:
    """Money in the smallest unit of ``currency``; rates in thousandths; days are calendar days."""

    title: str
    customer: str
    price: int
    currency: str
    begins: date
    due: date
    parties: tuple[PartyTerms, ...]
    lead: str
    mode: str = "lead"
    rule: str = "work"
    vat_permille: int = 100
    association_permille: int = 10
    retention_permille: int = 50
    retention_days: int = 90
    late_each: int = 0  # what a day of delay costs the late firm
    liability_percent: int = 100  # of a firm's own share
    rights: str = "maker"
    confidential_years: int = 3
    notice_days: int = 30
    bank: str = ""
    account: str = ""
    holder: str = ""

    @property
    def retained_until(self) -> date:
        """The day on which the retention is released."""
        return self.due + timedelta(days=self.retention_days)

    @property
    def divided(self) -> int:
        """What the firms divide of the whole price: less tax and the association's fee."""
        tax = self.price * self.vat_permille // (PERMILLE + self.vat_permille)
        return self.price - tax - self.price * self.association_permille // PERMILLE

    def party(self, number: str) -> PartyTerms:
        """The party of that business number; KeyError when there is none."""
        for party in self.parties:
            if party.id == number:
                return party
        raise KeyError(number)

    def with_weights(self, rule: str, weights: Mapping[str, int]) -> "Terms":
        """The same under another division."""
        parties = tuple(replace(party, weight=weights[party.id]) for party in self.parties)
        return replace(self, rule=rule, parties=parties)


def to_json(terms: Terms) -> dict[str, Any]:
    """JSON types; :func:`from_json` gives the same terms again."""
    data = asdict(terms)
    for key in ("begins", "due"):
        data[key] = data[key].isoformat()
    data["parties"] = [{**party, "seats": list(party["seats"])} for party in data["parties"]]
    return data


def from_json(data: Mapping[str, Any]) -> Terms:
    """Terms from what :func:`to_json` made."""
    known = {field.name for field in fields(Terms)}
    assert set(data) <= known, set(data) - known
    parties = tuple(
        PartyTerms(**{**party, "seats": tuple(party["seats"])}) for party in data["parties"]
    )
    days = {key: date.fromisoformat(data[key]) for key in ("begins", "due")}
    return Terms(**{**data, **days, "parties": parties})


def whole_weights(parts: Mapping[str, Fraction | int], unit: int = 1) -> dict[str, int]:
    """Thousandths that sum to 1000, each a multiple of ``unit``, by the largest remainder.

    ``parts`` are at least 0 and not all 0; ties go to the earlier firm.
    """
    total = sum(parts.values())
    steps = PERMILLE // unit
    exact = {firm: Fraction(part) * steps / total for firm, part in parts.items()}
    floor = {firm: int(share) for firm, share in exact.items()}
    left = steps - sum(floor.values())
    order = sorted(parts, key=lambda firm: floor[firm] - exact[firm])
    for firm in order[:left]:
        floor[firm] += 1
    return {firm: steps_ * unit for firm, steps_ in floor.items()}


def check(terms: Terms) -> None:
    """Refuse terms that cannot be signed, with every fault at its field."""
    faults = []

    def fault(field: str, problem: str, remedy: str) -> None:
        faults.append(Fault(field, problem, remedy))

    total = sum(party.weight for party in terms.parties)
    if total != PERMILLE:
        fault(
            "weights",
            _("The shares sum to %(sum)s %%.") % {"sum": _tenths(total)},
            _("They must sum to exactly 100 %."),
        )
    for party in terms.parties:
        if party.weight < 0:
            fault(f"weight_{party.id}", _("A share is below 0 %."), _("Write 0 % or more."))
    if terms.due < terms.begins:
        fault("due", _("The work ends before it begins."), _("Choose a later day."))
    if terms.price <= 0:
        fault("price", _("The customer pays nothing."), _("Write an amount above 0."))
    taken = terms.association_permille + terms.retention_permille + terms.vat_permille
    if taken >= PERMILLE:
        fault(
            "retention_permille",
            _("Tax, fee and retention take all of a receipt."),
            _("Together they must stay below 100 %."),
        )
    for field, allowed in (("mode", MODES), ("rights", RIGHTS), ("rule", RULES)):
        if getattr(terms, field) not in allowed:
            fault(field, _("This is not one of the choices."), _("Choose one of the list."))
    for field, least, most in (
        ("vat_permille", 0, 500),
        ("association_permille", 0, 200),
        ("retention_permille", 0, 300),
        ("retention_days", 0, 3650),
        ("liability_percent", 10, 1000),
        ("confidential_years", 0, 30),
        ("notice_days", 7, 365),
        ("late_each", 0, 10**12),
    ):
        if not least <= getattr(terms, field) <= most:
            fault(
                field,
                _("This number is out of range."),
                _("Write %(least)s to %(most)s.") % {"least": least, "most": most},
            )
    if not terms.customer.strip():
        fault("customer", _("The customer is missing."), _("Write the customer's name."))
    if faults:
        raise Refused(faults)


def touched(old: Terms, new: Terms) -> set[str]:
    """The business numbers of the firms that a change touches: who must sign it.

    A change of a common term touches all; a change of firms' own lines touches those firms. A
    firm that leaves and one that joins are touched too.
    """
    plain_old, plain_new = (replace(each, parties=()) for each in (old, new))
    numbers = {party.id for each in (old, new) for party in each.parties}
    if plain_old != plain_new:
        return numbers
    before = {party.id: party for party in old.parties}
    after = {party.id: party for party in new.parties}
    return {number for number in numbers if before.get(number) != after.get(number)}


def _tenths(permille: int) -> str:
    whole, tenth = divmod(abs(permille), 10)
    sign = "−" if permille < 0 else ""
    return f"{sign}{whole}" + (f".{tenth}" if tenth else "")
