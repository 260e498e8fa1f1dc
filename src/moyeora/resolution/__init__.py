"""A difference and the manual: the next step, its day, its remedy.

The manual is data that people read as a document and this program runs as a procedure. A
:class:`Case` is an immutable value; :func:`step` returns the case after an act, or why the act
is refused; :func:`check` proves that every case ends, whoever acts and however.

>>> from datetime import date
>>> from moyeora.resolution import Calendar, check, default_manual
>>> Calendar().last_day(date(2026, 7, 7), 10)  # 17 July is a holiday, then a weekend
datetime.date(2026, 7, 20)
>>> check(default_manual(), firms=(3, 3)).sound
True
"""

from moyeora.resolution.calendar import Calendar
from moyeora.resolution.case import Act, Case, Entry, Notice, Offer, record
from moyeora.resolution.checker import Report, Verdict, check
from moyeora.resolution.duration import Longest
from moyeora.resolution.errors import (
    CalendarError,
    Fault,
    FileFaults,
    ManualTooLarge,
    Refusal,
    RemedyError,
    ResolutionError,
)
from moyeora.resolution.manual import Manual
from moyeora.resolution.money import Item, Money
from moyeora.resolution.opening import Opening, new_item, open_case
from moyeora.resolution.reading import default_manual, manual_of, read_manual
from moyeora.resolution.step import possible, replay, step
from moyeora.resolution.text import Text

__all__ = [
    "Act",
    "Calendar",
    "CalendarError",
    "Case",
    "Entry",
    "Fault",
    "FileFaults",
    "Item",
    "Longest",
    "Manual",
    "ManualTooLarge",
    "Money",
    "Notice",
    "Offer",
    "Opening",
    "Refusal",
    "RemedyError",
    "Report",
    "ResolutionError",
    "Text",
    "Verdict",
    "check",
    "default_manual",
    "manual_of",
    "new_item",
    "open_case",
    "possible",
    "read_manual",
    "record",
    "replay",
    "step",
]
