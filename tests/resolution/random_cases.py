"""Random firms, honest, silent and hostile, driven through a manual by its own ``step``."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from moyeora.resolution import Act, Calendar, Case, Manual, Opening, Refusal, open_case, step
from moyeora.resolution.manual import BALLOTS, VOTE
from moyeora.resolution.opening import new_item
from moyeora.resolution.step import possible

NOISE = ("decide", "award", "join", "settle", "vote", "withdraw", "received", "object", "nonsense")


@dataclass
class Played:
    opening: Opening
    acts: list[tuple[date, Act]]
    case: Case
    refused: int


def random_opening(manual: Manual, rng: random.Random) -> Opening:
    firms = tuple(f"firm{k}" for k in range(rng.randint(*manual.firms)))
    track = rng.choice([t for t in manual.tracks.values() if t.respondents[0] <= len(firms)])
    first, last = date(manual.years[0], 1, 1), date(manual.years[1], 12, 31)
    shuffled = rng.sample(firms, len(firms))
    claimants = rng.randint(
        track.claimants[0], min(track.claimants[1], len(firms) - track.respondents[0])
    )
    left = len(firms) - claimants
    respondents = rng.randint(track.respondents[0], min(track.respondents[1], left))
    sides = shuffled[:claimants], shuffled[claimants : claimants + respondents]
    items = []
    if all(sides):
        for at in range(rng.randint(int(track.amount), 3)):
            claimed, amount = {}, 0
            for firm in rng.sample(sides[1], rng.randint(1, len(sides[1]))):
                loss = rng.choice([1, 3, rng.randint(1, 10**9)])
                claimed[firm], amount = -loss, amount + loss
            by = rng.choice(sides[0])
            claimed[by] = amount
            items.append(new_item(f"item{at}", by, claimed))
    return Opening(
        track=track.id,
        on=first + timedelta(days=rng.randrange((last - first).days + 1)),
        firms=firms,
        claimants=frozenset(sides[0]),
        respondents=frozenset(sides[1]),
        holders={s.id: rng.choice(firms) for s in manual.seats.values() if not s.neutral},
        currency="KRW",
        statement={firm: rng.choice([0, rng.randint(0, 10**9)]) for firm in firms},
        items=tuple(items),
    )


def random_data(case: Case, effect: str, actor: str, rng: random.Random) -> dict[str, Any]:
    open_items = [item for item in case.items if item.open]
    upheld = {
        item.id: str(Fraction(rng.randint(0, 4), 4)) for item in open_items if rng.random() < 0.8
    }
    others = sorted(case.voters)
    if effect == "claim" and rng.random() < 0.3:
        return {}
    if effect == "claim":
        foe = rng.choice(sorted(case.parties - {actor}) or [actor])
        amount = rng.randint(1, 10**6)
        return {"item": f"more{rng.randrange(10**9)}", "claimed": {actor: amount, foe: -amount}}
    if effect == "concede" and open_items:
        item = rng.choice(open_items)
        return {"item": item.id, "amount": rng.randint(1, max(1, -item.claimed.get(actor, 0)))}
    if effect == "join" and others:
        joining = rng.sample(others, rng.randint(1, len(others)))
        cut = rng.randint(0, len(joining))
        return {"claimants": joining[:cut], "respondents": joining[cut:]}
    if effect in {"agree", "agree_part"}:
        return {"offer": rng.randint(1, max(1, len(case.offers)))}
    if effect in {"offer", "move", "decide"}:
        return {"upheld": upheld}
    return {}


def play_random(
    manual: Manual, rng: random.Random, calendar: Calendar, check: Any = None
) -> Played:
    """One case to its end. Every firm and neutral has a temper: honest, silent or hostile."""
    opening = random_opening(manual, rng)
    case = open_case(manual, opening, calendar)
    moods = rng.choice([["honest"], ["honest", "silent", "hostile"], ["silent", "hostile"]])
    tempers = {actor: rng.choice(moods) for actor in (*opening.firms, *manual.seats)}
    acts: list[tuple[date, Act]] = []
    today, refused = opening.on, 0
    while case.ended is None:
        act = _choose(manual, case, tempers, rng)
        late = case.notice.last_day or today
        # Many wait for the last day; others act on some day, perhaps too late.
        today = max(
            today, late if rng.random() < 0.6 else today + timedelta(days=rng.randint(0, 40))
        )
        if act is None:
            today = max(today, late + timedelta(days=1))
        after = step(manual, case, act, today, calendar)
        if isinstance(after, Refusal):
            refused += 1
            after = step(manual, case, None, today + timedelta(days=rng.randint(0, 1)), calendar)
            assert isinstance(after, Case)
            today = max(today, after.history[-1].on if after.history else today)
        elif act is not None:
            acts.append((today, act))
        case = after
        if check is not None:
            check(case)
    return Played(opening, acts, case, refused)


def _choose(manual: Manual, case: Case, tempers: dict[str, str], rng: random.Random) -> Act | None:
    ways = []
    effects = {event.id: event.effect for event in manual.events(case.state)}
    for name, who in possible(manual, case):
        ways += [(name, actor) for actor in sorted(who) if tempers[actor] != "silent"]
    if rng.random() < 0.05:
        return Act(rng.choice(NOISE), rng.choice(case.firms), {"ballot": "for"})
    if not ways or rng.random() < 0.25:
        return None
    name, actor = rng.choice(ways)
    peace = [way for way in ways if way[0] in {"settle", "offer"} and tempers[way[1]] == "honest"]
    if peace and rng.random() < 0.6:
        name, actor = rng.choice(
            [way for way in peace if way[0] == "settle" and case.offers] or peace
        )
    if name == VOTE:
        return Act(VOTE, actor, {"ballot": rng.choice(BALLOTS)})
    return Act(name, actor, random_data(case, effects[name], actor, rng))
