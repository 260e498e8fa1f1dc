"""Repairing a consortium: accepted seats stay as they are, as many firms as can be stay in.

A seat that was accepted is kept in three attempts, each weaker than the one before:

1. exactly: its firm's offer is narrowed to just the accepted quantity in just the accepted weeks;
2. the firm keeps its seat, but quantity or dates may change, and it is asked again;
3. nothing fits: the smallest conflicting set of demands, the kept seats among them.

Who declined, let the deadline pass or left is not asked for that work again. What a firm had
delivered before it left is no longer needed. Weeks that are over have no capacity, except for
seats that were accepted.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from moyeora.formation.alternatives import repair
from moyeora.formation.faults import NoConsortium, OutOfTime
from moyeora.formation.item import Item
from moyeora.formation.item import Seat as Taken
from moyeora.formation.plan import plan_to_json
from moyeora.formation.problem import unoffered
from moyeora.network.consortia.forming import LIMITS, Formed, Tell, View, conflict, found
from moyeora.network.consortia.seating import Place, places
from moyeora.network.consortia.snapshot import Snapshot

ABOUT_THE_FIRM = ("name", "trade", "region", "latitude", "longitude", "employees")


@dataclass(frozen=True)
class Kept:
    """An accepted seat: its place in the plan that it was accepted in, and the offers as they
    were then, one for each of the place's shares."""

    place: Place
    offers: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Broken:
    """A consortium to repair. ``invited`` are the places that wait for an answer; ``gone`` are
    (firm, need) that are not asked again, ``left`` the firms that are out altogether; ``done``
    is what is delivered already, by need."""

    kept: Sequence[Kept]
    invited: Sequence[Place]
    gone: frozenset[tuple[str, str]]
    left: frozenset[str]
    done: Mapping[str, int]


def mend(
    item: Item, broken: Broken, snapshot: Snapshot, today: date, tell: Tell
) -> tuple[Formed, Snapshot]:
    """The cheapest consortium that keeps as much as can be, and the snapshot that it rests on.

    The view is as for a proposal, with ``changes`` against the present seats.
    """
    began = time.monotonic()
    item = _still_needed(item, broken)
    snapshot = _without_gone(item, broken, snapshot)
    if today > item.start:
        snapshot = replace(
            snapshot, offers=[_from_today(row, item, today) for row in snapshot.offers]
        )
    seats = tuple(Taken(kept.place.firm, kept.place.need) for kept in broken.kept)
    item = replace(item, wishes=replace(item.wishes, seats=seats))
    firms = {kept.place.firm for kept in broken.kept} | {place.firm for place in broken.invited}
    for attempt, exactly in enumerate((True, False)):
        tell(0.1 + 0.3 * attempt, "repairing")
        frozen = _with_kept(item, broken.kept, snapshot, exactly)
        members = frozen.members()
        if lacking := unoffered(item, members):
            needs = [fault.place.split(".")[1] for fault in lacking]
            return Formed({"state": "unoffered", "needs": needs}, None, False, 0.0), frozen
        try:
            old = sorted(firms & members.index.keys())
            outcome = repair(item, members, old, [], LIMITS)
        except NoConsortium:
            continue
        except OutOfTime:
            return Formed({"state": "out-of-time"}, None, False, time.monotonic() - began), frozen
        plan = plan_to_json(outcome.plan, outcome.problem)
        view = found(outcome, frozen)
        view["changes"] = _changes(item, broken, places(plan))
        return Formed(view, plan, outcome.proven, time.monotonic() - began), frozen
    return conflict(item, members, tell, began), frozen


def _still_needed(item: Item, broken: Broken) -> Item:
    """The item without what is delivered."""
    rest = {need.id: need.quantity - broken.done.get(need.id, 0) for need in item.needs}
    needs = tuple(
        replace(
            need,
            quantity=rest[need.id],
            after=tuple(key for key in need.after if rest[key] > 0),
        )
        for need in item.needs
        if rest[need.id] > 0
    )
    return replace(item, owner=None, needs=needs)


def _without_gone(item: Item, broken: Broken, snapshot: Snapshot) -> Snapshot:
    """Without the offers of who is gone; a firm that holds a seat keeps what it holds it with."""
    holding = {(kept.place.firm, row["capability"]) for kept in broken.kept for row in kept.offers}
    seated = {firm for firm, _ in holding} | {place.firm for place in broken.invited}
    capabilities = {need.id: need.capabilities for need in item.needs}
    out = {
        (firm, term)
        for firm, need in broken.gone
        for term in capabilities.get(need, ())
        if firm in seated
    }
    away = broken.left | {firm for firm, _ in broken.gone} - seated
    out |= {(row["firm"], row["capability"]) for row in snapshot.offers if row["firm"] in away}
    return snapshot.without(out - holding)


def _with_kept(item: Item, kept: Sequence[Kept], snapshot: Snapshot, exactly: bool) -> Snapshot:
    """The accepted seats' offers on the terms of their acceptance, in place of today's."""
    today = {row["firm"]: row for row in snapshot.offers}
    rows, taken_lines = [], set()
    for one in kept:
        for row, share in zip(one.offers, one.place.shares, strict=True):
            about = today.get(one.place.firm, row)
            row = {**row, **{key: about[key] for key in ABOUT_THE_FIRM}}
            if exactly:
                taken_lines.add((one.place.firm, row.get("line") or None))
                row |= {"lot": share["units"], "smallest": share["units"], "line": ""}
                row |= {"largest": share["units"], **_weeks_of(item, share)}
            rows.append(row)
    # Time that an accepted seat has taken on a line is not free for the firm's other offers.
    held = {(row["firm"], row["capability"]) for row in rows}
    crowded = {
        (row["firm"], row["capability"])
        for row in snapshot.offers
        if row.get("line") and (row["firm"], row["line"]) in taken_lines
    }
    return snapshot.without(crowded - held).with_offers(rows)


def _weeks_of(item: Item, share: Mapping[str, Any]) -> dict[str, Any]:
    """The capacity that lets a share be made just when it was to be, where a period is whole
    weeks; else none."""
    if item.period_days % 7:
        return {}
    weeks = item.period_days // 7
    free = [0] * (item.periods * weeks + 1)
    for made in share["made"]:
        first = (date.fromisoformat(made["from"]) - item.start).days // 7
        for week in range(first, first + weeks):
            free[week] = -(-made["units"] // weeks)
    return {"capacity": ";".join(map(str, free)), "capacity_from": item.start.isoformat()}


def _from_today(row: Mapping[str, Any], item: Item, today: date) -> dict[str, Any]:
    """An offer whose weeks before today, and before its lead time has passed, are over."""
    ready = today + timedelta(days=int(row.get("lead_days") or 0))
    listed = [int(units) for units in str(row["capacity"]).split(";")]
    since = row.get("capacity_from") or item.start
    since = date.fromisoformat(since) if isinstance(since, str) else since
    free = []
    for week in range((item.due - item.start).days // 7 + 1):
        monday = item.start + timedelta(weeks=week)
        at = (monday - since).days // 7
        over = monday < ready or at < 0
        free.append(0 if over else listed[min(at, len(listed) - 1)])
    return {
        **row,
        "capacity": ";".join(map(str, free)),
        "capacity_from": item.start.isoformat(),
    }


def _changes(item: Item, broken: Broken, new: Mapping[tuple[str, str], Place]) -> list[View]:
    """Each place that stays, changes, comes or goes, in the order of the new plan; at the end who
    declined, did not answer or left ("gone")."""
    accepted = {(k.place.need, k.place.firm): k.place for k in broken.kept}
    invited = {(place.need, place.firm): place for place in broken.invited}
    old = accepted | invited
    changes = []
    for key, place in new.items():
        before = old.get(key)
        what = "comes" if before is None else "stays" if _same(before, place) else "changes"
        changes.append(_change(what, place, before, key in accepted))
    changes += [
        _change("goes", place, place, key in accepted)
        for key, place in old.items()
        if key not in new
    ]
    order = [need.id for need in item.needs]
    out = sorted((order.index(need), firm) for firm, need in broken.gone if need in order)
    return changes + [{"what": "gone", "firm": firm, "need": order[at]} for at, firm in out]


def _same(one: Place, other: Place) -> bool:
    return (one.units, one.begins, one.ends) == (other.units, other.begins, other.ends)


def _change(what: str, place: Place, before: Place | None, accepted: bool) -> View:
    return {
        "what": what,
        "firm": place.firm,
        "need": place.need,
        "accepted": accepted,
        "units": place.units,
        "units_before": before.units if before else None,
        "begins": place.begins.isoformat(),
        "ends": place.ends.isoformat(),
    }
