"""One step of a case: an act, a day, and the case after it; or why the act is refused."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from moyeora.resolution.calendar import Calendar
from moyeora.resolution.case import Act, Case, actors
from moyeora.resolution.clock import clocked, enter, noted, pass_time, tally
from moyeora.resolution.effects import Change, apply_effect
from moyeora.resolution.errors import Refusal
from moyeora.resolution.manual import BALLOTS, RECEIVED, VOTE, Event, Manual
from moyeora.resolution.money import rebalance
from moyeora.resolution.opening import Opening, open_case
from moyeora.resolution.text import text


def step(
    manual: Manual, case: Case, act: Act | None, today: date, calendar: Calendar
) -> Case | Refusal:
    """The case after ``act`` on ``today``, every term that ran out before it included.

    ``act`` None only lets time pass. An act on the last day of a term beats the deadline. A
    refusal says why; whoever keeps the case may still store the time that has passed with
    ``step(manual, case, None, today, calendar)``.
    """
    if case.digest != manual.digest:
        return _no(
            "other-manual",
            f"이 사건은 다른 판의 매뉴얼({case.manual}, {case.digest[:12]})로 시작했습니다.",
            f"the case was opened under another manual ({case.manual}, {case.digest[:12]})",
        )
    if today < (case.history[-1].on if case.history else case.opened):
        return _no(
            "out-of-order",
            f"{today}은(는) 기록의 마지막 날보다 앞섭니다.",
            f"{today} is before the last day of the record",
        )
    case = pass_time(manual, case, today, calendar)
    if act is None:
        return case
    if case.ended is not None:
        return _no(
            "ended",
            f"이 사건은 {case.ended}에 끝났습니다.",
            f"the case ended on {case.ended}",
        )
    if act.id == RECEIVED:
        return _received(manual, case, act, today, calendar)
    if act.id == VOTE and manual.states[case.state].vote is not None:
        return _vote(manual, case, act, today, calendar)
    event = _find(manual, case, act)
    if isinstance(event, Refusal):
        return event
    return _do(manual, case, event, act, today, calendar)


def replay(
    manual: Manual, opening: Opening, acts: Iterable[tuple[date, Act]], calendar: Calendar
) -> Case | Refusal:
    """The case that the acts make of an opening, or the first refusal."""
    case = open_case(manual, opening, calendar)
    for on, act in acts:
        after = step(manual, case, act, on, calendar)
        if isinstance(after, Refusal):
            return after
        case = after
    return case


def possible(manual: Manual, case: Case) -> tuple[tuple[str, frozenset[str]], ...]:
    """What may be done now and by whom: (event, the firms or the seat that may do it)."""
    if case.ended is not None:
        return ()
    acts = [
        (event.id, _entitled(manual, case, event))
        for event in manual.events(case.state)
        if _fits(case, event) and not _used_up(manual, case, event)
    ]
    vote = manual.states[case.state].vote
    if vote is not None:
        acts.append((VOTE, case.group(vote.voters) - frozenset(case.ballots)))
    return tuple((name, who) for name, who in acts if who)


def event_key(manual: Manual, state: str, event: Event) -> str:
    """The counter of an event: a state's own, or one for the whole case."""
    return f"{state}/{event.id}" if event in manual.states[state].events else f"always/{event.id}"


def _fits(case: Case, event: Event) -> bool:
    return case.finding in event.when


def _used_up(manual: Manual, case: Case, event: Event) -> bool:
    used = case.counts.get(event_key(manual, case.state, event), 0)
    return event.limit is not None and used >= event.limit


def _entitled(manual: Manual, case: Case, event: Event) -> frozenset[str]:
    who = actors(manual, case, event.by)
    if event.effect == "withdraw":
        # Whoever made a counter-claim has a claim to withdraw as well.
        who |= frozenset(item.by for item in case.items if item.open)
    return who


def _find(manual: Manual, case: Case, act: Act) -> Event | Refusal:
    named = [event for event in manual.events(case.state) if event.id == act.id]
    if not any(_fits(case, event) for event in named):
        now = ", ".join(sorted({name for name, _ in possible(manual, case)})) or "-"
        return _no(
            "unknown-event",
            f"지금은 {act.id!r}을(를) 할 수 없습니다. 할 수 있는 일: {now}",
            f"{act.id!r} cannot be done in {case.state!r}; what can: {now}",
        )
    fitting = [event for event in named if _fits(case, event)]
    mine = [event for event in fitting if act.by in _entitled(manual, case, event)]
    if not mine:
        who = sorted(frozenset().union(*(_entitled(manual, case, event) for event in fitting)))
        return _no(
            "not-entitled",
            f"{act.by!r}은(는) {act.id!r}을(를) 할 수 없습니다. 할 수 있는 쪽: {', '.join(who)}",
            f"{act.by!r} may not {act.id!r}; this is for {', '.join(who)}",
        )
    event = mine[0]
    if _used_up(manual, case, event):
        return _no(
            "too-often",
            f"{act.id!r}은(는) {event.limit}번까지만 할 수 있습니다.",
            f"{act.id!r} may be done {event.limit} time(s) in a case",
        )
    return event


def _do(
    manual: Manual, case: Case, event: Event, act: Act, today: date, calendar: Calendar
) -> Case | Refusal:
    change = apply_effect(case, event, act, today, manual.states[case.state].confidential)
    if isinstance(change, Refusal):
        return change
    key = (event.id, change.about)
    before = case.done.get(key, frozenset())
    if event.needs == "all" and act.by in before | change.with_them:
        return _no(
            "already-done",
            f"{act.by!r}은(는) 이미 {act.id!r}을(를) 했습니다.",
            f"{act.by!r} has already done {act.id!r}",
        )
    done = before | {act.by} | change.with_them
    complete = event.needs == "one" or _entitled(manual, case, event) <= done
    case = _arrived(case, act.by, today)
    if not complete:
        case = replace(case, done={**case.done, key: done})
        return clocked(
            manual, noted(manual, case, today, act.id, act.by, None, dict(act.data)), calendar
        )
    return _complete(manual, case, event, act, change, today, calendar)


def _complete(
    manual: Manual,
    case: Case,
    event: Event,
    act: Act,
    change: Change,
    today: date,
    calendar: Calendar,
) -> Case:
    counter = event_key(manual, case.state, event)
    counts = {**case.counts, counter: case.counts.get(counter, 0) + 1}
    case = noted(
        manual, replace(case, counts=counts), today, act.id, act.by, event.to, dict(act.data)
    )
    case = replace(case, **change.fields)
    case = replace(case, money=rebalance(case.money, case.items, case.claimants))
    if event.to is None:
        return clocked(manual, case, calendar)
    return enter(manual, case, event.to, today, calendar)


def _received(
    manual: Manual, case: Case, act: Act, today: date, calendar: Calendar
) -> Case | Refusal:
    if act.by not in case.notice.to:
        return _no(
            "not-entitled",
            f"이 통지는 {act.by!r}에게 보낸 것이 아닙니다.",
            f"this notice was not sent to {act.by!r}",
        )
    if act.by in case.arrived:
        return _no(
            "already-done",
            f"{act.by!r}은(는) 통지를 이미 받았습니다.",
            f"{act.by!r} already has the notice",
        )
    case = _arrived(case, act.by, today)
    return clocked(manual, noted(manual, case, today, RECEIVED, act.by, None), calendar)


def _vote(manual: Manual, case: Case, act: Act, today: date, calendar: Calendar) -> Case | Refusal:
    vote = manual.states[case.state].vote
    assert vote is not None
    voters = case.group(vote.voters)
    ballot: Any = act.data.get("ballot")
    if act.by not in voters:
        return _no(
            "not-entitled",
            f"{act.by!r}은(는) 투표권이 없습니다. 투표하는 회사: {', '.join(sorted(voters))}",
            f"{act.by!r} has no vote; those who have: {', '.join(sorted(voters))}",
        )
    if act.by in case.ballots:
        return _no(
            "already-done",
            f"{act.by!r}은(는) 이미 투표했습니다.",
            f"{act.by!r} has already voted",
        )
    if ballot not in BALLOTS:
        return _no(
            "bad-data",
            "ballot에는 for, against, abstain 가운데 하나를 적습니다.",
            "write for, against or abstain as the ballot",
        )
    case = _arrived(replace(case, ballots={**case.ballots, act.by: ballot}), act.by, today)
    case = noted(manual, case, today, VOTE, act.by, None, dict(act.data))
    if voters <= set(case.ballots):
        counted = tally(manual, case, today, calendar)
        if counted is not None:
            return counted
    return clocked(manual, case, calendar)


def _arrived(case: Case, firm: str, today: date) -> Case:
    """Whoever acts on a notice has received it."""
    if firm not in case.notice.to or firm in case.arrived:
        return case
    return replace(case, arrived={**case.arrived, firm: today})


def _no(code: str, ko: str, en: str) -> Refusal:
    return Refusal(code, text(ko, en))
