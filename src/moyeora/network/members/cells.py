"""One written value at a time: what a person typed, or what stood in a cell, as its kind.

The columns, their kinds and their ranges are formation's own
(:data:`moyeora.formation.members.OFFER_COLUMNS` and its kin), so that whatever is stored here can
be used there. Forms, the API and the import all read by this.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils.translation import gettext as _

from moyeora.formation.tables import Column
from moyeora.network.frame.faults import Fault

TEXT_MOST: Final = {"name": 100, "region": 50, "line": 40, "reason": 200, "certificates": 400}
LIST_MOST: Final = 260  # five years of weeks

_WHOLE = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.0+)?", re.ASCII)
_DAY = re.compile(r"(\d{4})\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*[.일]?", re.ASCII)


class Unreadable(ValueError):
    """The value cannot be used: ``problem`` and ``remedy`` are sentences."""

    def __init__(self, problem: str, remedy: str, code: str) -> None:
        super().__init__(problem)
        self.problem, self.remedy, self.code = problem, remedy, code

    def fault(self, field: str) -> Fault:
        return Fault(field, self.problem, self.remedy, self.code)


def read_cell(column: Column, written: str) -> Any:
    """The value of one cell, or ``column.default`` where nothing is written.

    text: str; int: int; number: Decimal with at most five decimals; date: date; ints: a tuple of
    int; breaks: a tuple of (quantity, price). Raises Unreadable.
    """
    text = written.strip()
    if not text:
        if column.required:
            raise Unreadable(_("Nothing is written here."), "", "empty")
        return column.default if column.default is not None else _NOTHING[column.kind]
    match column.kind:
        case "text":
            return _text(column, text)
        case "int":
            return _within(column, _whole(text))
        case "number":
            return _within(column, _number(text))
        case "date":
            return _day(text)
        case "ints":
            return tuple(_within(column, _whole(part)) for part in _parts(text))
        case _:
            return tuple(_break(column, part) for part in _parts(text))


def write_cell(value: Any) -> str:
    """A value of :func:`read_cell` as text that reads back the same."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ";".join(
            ":".join(map(str, part)) if isinstance(part, tuple) else str(part) for part in value
        )
    return value.isoformat() if isinstance(value, date) else str(value)


_NOTHING: Final[dict[str, Any]] = {
    "text": "",
    "int": None,
    "number": None,
    "date": None,
    "ints": (),
    "breaks": (),
}


def _text(column: Column, text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    if any(unicodedata.category(sign) in {"Cc", "Cs", "Co", "Cn"} for sign in text):
        raise Unreadable(
            _("There is a sign in it that cannot be printed."), _("Type it anew."), "control"
        )
    if text[0] in "=@":
        raise Unreadable(
            _("It begins with %(sign)s, which a spreadsheet would run as a formula.")
            % {"sign": text[0]},
            _("Write plain text."),
            "formula",
        )
    most = TEXT_MOST.get(column.name, 60)
    if len(text) > most:
        raise Unreadable(
            _("It has %(length)d characters.") % {"length": len(text)},
            _("Write %(most)d at most.") % {"most": most},
            "too-long",
        )
    return text


def _whole(text: str) -> int:
    bare = text.removeprefix("₩").removesuffix("원").strip()
    found = _WHOLE.fullmatch(bare) if len(bare) <= 40 else None
    if found is None:
        raise Unreadable(
            _("“%(text)s” is not a whole number.") % {"text": text[:40]},
            _("Write digits, such as 1200."),
            "type",
        )
    return int(found[1] + found[2].replace(",", ""))


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text) if text.isascii() and len(text) <= 40 else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or "_" in text:
        raise Unreadable(
            _("“%(text)s” is not a number.") % {"text": text[:40]},
            _("Write a number, such as 37.5636."),
            "type",
        )
    # Finite but enormous: rounding it would need more digits than the context has.
    return number if abs(number) > 10**15 else round(number, 5)


def _day(text: str) -> date:
    found = _DAY.fullmatch(text[:40])
    try:
        return date(*map(int, found.groups())) if found else date.fromisoformat(text[:10] + "!")
    except ValueError:
        raise Unreadable(
            _("“%(text)s” is not a day of the calendar.") % {"text": text[:40]},
            _("Write a date, such as 2026-09-07."),
            "type",
        ) from None


def _parts(text: str) -> list[str]:
    parts = [part for part in re.split(r"[;\n]", text) if part.strip()]
    if not parts or len(parts) > LIST_MOST:
        raise Unreadable(
            _("There are %(count)d entries in the list.") % {"count": len(parts)},
            _("Write 1 to %(most)d, separated by semicolons.") % {"most": LIST_MOST},
            "list",
        )
    return [part.strip() for part in parts]


def _break(column: Column, part: str) -> tuple[int, int]:
    quantity, colon, price = part.partition(":")
    if not colon:
        raise Unreadable(
            _("“%(text)s” is not a price break.") % {"text": part[:40]},
            _("Write quantity:price, such as 10000:110;50000:95."),
            "type",
        )
    return _within(column, _whole(quantity.strip())), _within(column, _whole(price.strip()))


def _within(column: Column, number: Any) -> Any:
    if not column.low <= number <= column.high:
        raise Unreadable(
            _("%(number)s is not within %(low)s to %(high)s.")
            % {"number": number, "low": f"{column.low:,.0f}", "high": f"{column.high:,.0f}"},
            "",
            "range",
        )
    return number
