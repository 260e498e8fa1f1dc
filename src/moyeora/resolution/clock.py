"""Entering a state, its notice and its clock, and what happens when the clock runs out.

A clock starts when the notice has arrived with everybody it is addressed to, at the latest on
the last day of service. An act on the last day beats the deadline; silence takes effect when
that day has ended, so on the day after.
"""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from moyeora.resolution.calendar import Calendar
from moyeora.resolution.case import ROUTE, SILENCE, TALLY, Case, Entry, Notice
from moyeora.resolution.errors import ResolutionError
from moyeora.resolution.manual import BALLOTS, Manual, Silence, Vote
from moyeora.resolution.money import Item, rebalance
from moyeora.resolution.text import Text, text

MOST_STEPS_A_DAY = 64

COUNTS_AS = {
    "absent": text(
        "투표하지 않으면 참석하지 않은 것으로 봅니다.", "Not voting counts as not being there."
    ),
    "for": text("투표하지 않으면 찬성으로 봅니다.", "Not voting counts as a vote for it."),
    "against": text("투표하지 않으면 반대로 봅니다.", "Not voting counts as a vote against it."),
    "abstain": text("투표하지 않으면 기권으로 봅니다.", "Not voting counts as an abstention."),
}


def enter(manual: Manual, case: Case, state: str, today: date, calendar: Calendar) -> Case:
    """The case in ``state``: the notice goes out today; an end does what it says."""
    for _ in range(MOST_STEPS_A_DAY):
        case = replace(
            case,
            state=state,
            entered=today,
            arrived={},
            done={},
            ballots={},
            motion=None,
        )
        here = manual.states[state]
        if here.end is not None:
            return _end(manual, case, today)
        if (
            here.vote is None
            or here.vote.few is None
            or _voters(case, here.vote) >= here.vote.least
        ):
            return clocked(manual, case, calendar)
        case = noted(manual, case, today, ROUTE, "", here.vote.few)
        state = here.vote.few
    raise ResolutionError(f"the manual leads {case.state!r} round in a circle; run manual check")


def clocked(manual: Manual, case: Case, calendar: Calendar) -> Case:
    """The case with its notice as it stands after the arrivals known so far."""
    here = manual.states[case.state]
    to = tuple(firm for firm in case.firms if firm in case.group(here.notice))
    served = calendar.last_day(case.entered, manual.service.days, manual.service.unit)
    clock = max((min(case.arrived.get(firm, served), served) for firm in to), default=case.entered)
    last_day = None
    if here.term is not None:
        last_day = calendar.last_day(clock, here.term.days, here.term.unit)
    if here.vote is not None:
        means = COUNTS_AS[here.vote.silence]
    else:
        found = silence_option(manual, case)
        means = found[1].means if found is not None else Text()
    return replace(case, notice=Notice(to, case.entered, clock, last_day, means))


def noted(
    manual: Manual,
    case: Case,
    on: date,
    act: str,
    by: str,
    to: str | None,
    data: dict[str, object] | None = None,
) -> Case:
    """The case with one more line in its record."""
    entry = Entry(on, case.state, act, by, data or {}, to, manual.states[case.state].confidential)
    return replace(case, history=(*case.history, entry))


def silence_option(manual: Manual, case: Case) -> tuple[str, Silence] | None:
    """What silence means now, with the key of its counter: the first option that fits."""
    for at, option in enumerate(manual.states[case.state].silence):
        key = silence_key(case.state, at)
        used = case.counts.get(key, 0)
        if case.finding in option.when and (option.limit is None or used < option.limit):
            return key, option
    return None


def silence_key(state: str, at: int) -> str:
    """The counter of a state's silence option."""
    return f"{state}/{SILENCE}/{at}"


def pass_time(manual: Manual, case: Case, today: date, calendar: Calendar) -> Case:
    """The case after every term that has run out before ``today``."""
    while case.ended is None and case.notice.last_day is not None:
        after = case.notice.last_day + timedelta(days=1)
        if today < after:
            return case
        here = manual.states[case.state]
        if here.vote is not None:
            moved = tally(manual, case, after, calendar)
        else:
            moved = _silent(manual, case, after, calendar)
        if moved is None:
            return case
        case = moved
    return case


def _silent(manual: Manual, case: Case, on: date, calendar: Calendar) -> Case | None:
    found = silence_option(manual, case)
    if found is None:
        return None
    key, option = found
    case = replace(case, counts={**case.counts, key: case.counts.get(key, 0) + 1})
    case = noted(manual, case, on, SILENCE, "", option.to)
    return enter(manual, case, option.to, on, calendar)


def tally(manual: Manual, case: Case, on: date, calendar: Calendar) -> Case | None:
    """The case after the count of the ballots; None when the manual does not break a tie."""
    vote = manual.states[case.state].vote
    assert vote is not None
    cast = {ballot: sum(b == ballot for b in case.ballots.values()) for ballot in BALLOTS}
    result = vote.result(cast, _voters(case, vote), len(case.firms))
    to = vote.target(result)
    if to is None:
        return None
    if result == "carried" and vote.decides:
        case = _decided_by_vote(case)
    case = noted(manual, case, on, TALLY, "", to, {"result": result, **cast})
    return enter(manual, case, to, on, calendar)


def _decided_by_vote(case: Case) -> Case:
    motion = case.motion
    items = tuple(
        replace(
            item,
            finding=item.claimed if motion is None else motion.get(item.id, item.conceded),
            meanwhile=False,
        )
        if item.open
        else item
        for item in case.items
    )
    return replace(case, items=items, finding="decided")


def _voters(case: Case, vote: Vote) -> int:
    return len(case.group(vote.voters))


def _end(manual: Manual, case: Case, today: date) -> Case:
    end = manual.states[case.state].end
    assert end is not None
    items = tuple(_closed(item, end.money or "as_stated") for item in case.items)
    nothing = Notice((), today, today, None, Text())
    case = replace(case, items=items, ended=today, notice=nothing)
    return replace(case, money=rebalance(case.money, items, case.claimants))


def _closed(item: Item, money: str) -> Item:
    if not item.open:
        return item
    if money in {"as_agreed", "as_decided"} and item.finding is not None:
        return replace(item, settled=item.finding)
    if money == "as_claimed":
        return replace(item, settled=item.claimed)
    if money == "split":
        return replace(item, settled=item.part(Fraction(1, 2)))
    return replace(item, settled=item.conceded)
