"""Rows of text as values, with every fault at its row and column."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from moyeora.network.frame.faults import Fault
from moyeora.network.members.cells import Unreadable, read_cell
from moyeora.network.members.imports.columns import LABELS, SCHEMA
from moyeora.network.members.models import Firm, Upload
from moyeora.network.members.number import read_number
from moyeora.network.members.terms import ABOUT_FIRM, read_firm, read_offer

_AN_OFFER: Final = ("capability", "price", "capacity")


@dataclass(frozen=True)
class Row:
    """One row that was read: its number in the spreadsheet, what was written, what it means, and
    what is wrong. ``offer`` is empty where the row tells of the firm alone.
    """

    number: int
    written: Mapping[str, str]
    values: Mapping[str, Any]
    offer: Mapping[str, Any]
    faults: tuple[Fault, ...]


def written_rows(upload: Upload, rows: Any) -> list[tuple[int, dict[str, str]]]:
    """Cells by column name, as mapped, with what was put right in their place."""
    return [
        (
            number,
            {
                **{name: cells[at] for name, at in upload.mapping.items()},
                **upload.fixes.get(str(number), {}),
            },
        )
        for number, cells in rows
    ]


def check(kind: str, rows: list[tuple[int, dict[str, str]]]) -> list[Row]:
    """Read all rows. Faults between rows (a firm that is two, an offer twice, a pair twice, a firm
    that is not there) come at the later row.
    """
    return _members(rows) if kind == Upload.Kind.MEMBERS else _pairs(kind, rows)


def _members(rows: list[tuple[int, dict[str, str]]]) -> list[Row]:
    checked = []
    first: dict[str, Row] = {}
    offered: dict[tuple[str, str], int] = {}
    for number, written in rows:
        values, faults = read_firm(written)
        offer: dict[str, Any] = {}
        if any(written.get(name, "").strip() for name in _AN_OFFER):
            offer, wrong = read_offer(written)
            faults = [*faults, *wrong]
        firm = values.get("firm", "")
        row = Row(number, written, values, offer, ())
        if firm and firm in first:
            faults += _disagreements(first[firm], row)
        elif firm:
            first[firm] = row
        term = offer.get("capability")
        if firm and term:
            earlier = offered.setdefault((firm, term), number)
            if earlier != number:
                faults.append(
                    Fault(
                        "capability",
                        _("Row %(row)d offers this for the same firm already.") % {"row": earlier},
                        _("Keep one row for each capability of a firm."),
                        "repeated",
                    )
                )
        checked.append(Row(number, written, values, offer, tuple(faults)))
    return checked


def _disagreements(earlier: Row, row: Row) -> list[Fault]:
    return [
        Fault(
            name,
            _("Row %(row)d says “%(value)s” of the same firm.")
            % {"row": earlier.number, "value": earlier.written.get(name, "")[:60]},
            _("One number belongs to one firm: correct the number, or make the rows agree."),
            "two-firms",
        )
        for name in ABOUT_FIRM
        if name in row.values
        and name in earlier.values
        and row.values[name] != earlier.values[name]
    ]


def _pairs(kind: str, rows: list[tuple[int, dict[str, str]]]) -> list[Row]:
    there = set(Firm.objects.values_list("number", flat=True))
    seen: dict[tuple[str, str], int] = {}
    checked = []
    for number, written in rows:
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        for name, column in SCHEMA[kind].items():
            try:
                values[name] = read_cell(column, written.get(name, ""))
            except Unreadable as wrong:
                faults.append(wrong.fault(name))
        for name in ("firm_a", "firm_b"):
            if name not in values:
                continue
            read = read_number(values.pop(name), name)
            if isinstance(read, Fault):
                faults.append(read)
            elif read not in there:
                faults.append(
                    Fault(
                        name,
                        _("There is no firm %(number)s in the network.") % {"number": read},
                        _("Bring the firms in first, or correct the number."),
                        "unknown-firm",
                    )
                )
            else:
                values[name] = read
        a, b = values.get("firm_a"), values.get("firm_b")
        if a and b and a == b:
            faults.append(
                Fault(
                    "firm_b", _("The same firm is on both sides."), _("Correct one."), "same-firm"
                )
            )
        elif a and b:
            earlier = seen.setdefault((min(a, b), max(a, b)), number)
            if earlier != number:
                faults.append(
                    Fault(
                        "firm_b",
                        _("Row %(row)d has this pair already.") % {"row": earlier},
                        _("Keep one row a pair."),
                        "repeated",
                    )
                )
        checked.append(Row(number, written, values, {}, tuple(faults)))
    return checked


def label(name: str) -> str:
    """A column's name for people."""
    return str(LABELS[name])
