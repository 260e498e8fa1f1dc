"""Opening a case: the notice goes out and the undisputed rest is paid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from moyeora.resolution.calendar import Calendar
from moyeora.resolution.case import Case, Notice, case_faults, check_case
from moyeora.resolution.clock import enter
from moyeora.resolution.manual import Manual
from moyeora.resolution.money import Amounts, Item, Money, rebalance
from moyeora.resolution.text import Text


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known when a case is opened.

    ``statement`` is the statement as it stands: what each firm gets unless somebody is right
    who says otherwise, in the smallest unit of ``currency`` (ISO 4217). ``holders`` names the
    firm on each seat that a firm holds.
    """

    track: str
    on: date
    firms: tuple[str, ...]
    claimants: frozenset[str]
    respondents: frozenset[str]
    holders: Mapping[str, str]
    currency: str
    statement: Amounts
    items: tuple[Item, ...] = field(default=())


def new_item(
    id: str, by: str, claimed: Amounts, title: Text | None = None, conceded: Amounts | None = None
) -> Item:
    """An item as a claimant writes it: nothing conceded unless said so."""
    return Item(
        id=id,
        by=by,
        title=title or Text((("en", id),)),
        claimed=dict(claimed),
        conceded={firm: (conceded or {}).get(firm, 0) for firm in claimed},
    )


def open_case(manual: Manual, opening: Opening, calendar: Calendar, file: str = "case") -> Case:
    """Open a case in the first state of its track.

    Raises:
        FileFaults: with everything that keeps the case from being opened.
    """
    check_case(
        case_faults(
            manual,
            opening.track,
            opening.firms,
            opening.claimants,
            opening.respondents,
            opening.holders,
            opening.statement,
            opening.items,
            file,
        )
    )
    all_held = Money(
        opening.currency,
        dict(opening.statement),
        dict.fromkeys(opening.firms, 0),
        dict(opening.statement),
    )
    start = manual.tracks[opening.track].start
    case = Case(
        manual=manual.id,
        digest=manual.digest,
        track=opening.track,
        opened=opening.on,
        firms=opening.firms,
        claimants=opening.claimants,
        respondents=opening.respondents,
        holders=dict(opening.holders),
        items=opening.items,
        money=rebalance(all_held, opening.items, opening.claimants),
        state=start,
        entered=opening.on,
        notice=Notice((), opening.on, opening.on, None, Text()),
    )
    return enter(manual, case, start, opening.on, calendar)
