"""What formation's item reader finds wrong, in the owner's language, at the field of the page.

Formation reports in English with a stable code; the sentences of this table say the same to
somebody who fills in a page. A code that is not in the table keeps formation's own words.
"""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from moyeora.network.frame.faults import Fault

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "missing": (gettext_noop("This is missing."), gettext_noop("Please fill it in.")),
    "date": (
        gettext_noop("This is not a date."),
        gettext_noop("Write it as 2026-10-15."),
    ),
    "past-due": (
        gettext_noop("This day does not fit: it is over, or lies outside the item's dates."),
        gettext_noop("Give a day between the item's beginning and its due date, still to come."),
    ),
    "period": (
        gettext_noop("Between the beginning and the due date there must be 1 to 40 weeks."),
        gettext_noop("Change one of the two dates."),
    ),
    "range": (
        gettext_noop("This number is too small or too large."),
        gettext_noop("Check the number."),
    ),
    "type": (gettext_noop("This is not what belongs here."), gettext_noop("Check the entry.")),
    "ratio": (
        gettext_noop("This is not a share from 0 to 100 %."),
        gettext_noop("Write a number with a per cent sign, such as 45 %."),
    ),
    "money": (
        gettext_noop("This is not an amount of money."),
        gettext_noop("Write a whole number, without a unit."),
    ),
    "currency": (
        gettext_noop("This currency, or its rate of exchange, cannot be used."),
        gettext_noop("Take one of the list; where it is not won, give the rate of exchange."),
    ),
    "place": (
        gettext_noop("This place is not known."),
        gettext_noop("Take one of the list."),
    ),
    "no-need": (
        gettext_noop("The item needs nothing yet."),
        gettext_noop("Add at least one thing that is needed."),
    ),
    "unknown-capability": (
        gettext_noop("This is not in the trade list."),
        gettext_noop("Take a term of the list."),
    ),
    "unit": (
        gettext_noop("The trade list counts this in another unit."),
        gettext_noop("Leave the unit empty: the list gives it."),
    ),
    "unknown-key": (
        gettext_noop("This entry has no meaning here."),
        gettext_noop("Take it out."),
    ),
    "unknown-need": (
        gettext_noop("There is no such need."),
        gettext_noop("Take one of the item's own needs."),
    ),
    "repeated": (
        gettext_noop("Two needs have the same short name."),
        gettext_noop("Give each need its own."),
    ),
    "cycle": (
        gettext_noop("These needs wait for each other."),
        gettext_noop("Take one “comes after” away."),
    ),
    "share-cap": (
        gettext_noop("No firm can earn less than something."),
        gettext_noop("Give a share above 0 %, and a budget."),
    ),
    "unknown-wish": (
        gettext_noop("This wish is not known."),
        gettext_noop("Take one of the list."),
    ),
    "order-and-weights": (
        gettext_noop("Wishes have either an order or weights."),
        gettext_noop("Give one of the two."),
    ),
    "long": (gettext_noop("This is too long."), gettext_noop("Shorten it.")),
    "characters": (
        gettext_noop("A sign in here cannot be shown."),
        gettext_noop("Type the text anew."),
    ),
    "key": (
        gettext_noop("A need's short name has at most 40 letters, digits and hyphens."),
        gettext_noop("Change it."),
    ),
    "too-many-needs": (
        gettext_noop("These are too many needs for one item."),
        gettext_noop("Join some, or divide the item."),
    ),
    "toml": (
        gettext_noop("This file is not an item file (TOML)."),
        gettext_noop("Take the example, change it, and upload it again."),
    ),
    "file-size": (
        gettext_noop("This file is too large for an item."),
        gettext_noop("An item file has at most 256 kB."),
    ),
}


def in_words(code: str, place: str, problem: str, remedy: str = "") -> Fault:
    """The fault at ``place`` (the key in the item's table) in the reader's language."""
    if code not in SENTENCES:
        return Fault(place, problem, remedy, code)
    what, instead = SENTENCES[code]
    return Fault(place, _(what), _(instead), code)
