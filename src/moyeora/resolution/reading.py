"""``manual.toml`` -> :class:`Manual`, or every fault of the file at once.

Reading asks whether the file can be understood: its keys, kinds and references. Whether the
procedure that it describes is sound is the question of :mod:`moyeora.resolution.checker`,
which can then show the path that breaks it.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from moyeora.resolution.calendar import FIRST_DAY, LAST_DAY, MOST_DAYS, Unit
from moyeora.resolution.errors import Fault, FileFaults
from moyeora.resolution.manual import (
    DISPOSITIONS,
    EFFECTS,
    FINDINGS,
    GROUPS,
    MOVING_EFFECTS,
    RECEIVED,
    Disposition,
    Effect,
    End,
    Event,
    Finding,
    Law,
    Manual,
    Seat,
    Silence,
    State,
    Term,
    Track,
    Vote,
)
from moyeora.resolution.manual import VOTE as CAST
from moyeora.resolution.tables import Table, load

Named = TypeVar("Named", Track, Seat, State)

MOST_FIRMS = 12
MOST_REPEATS = 9
YEARS_TO_END = 20  # a case that starts in the last covered year must end inside the calendar


def default_manual() -> Manual:
    """The manual that is shipped: Korean and English, its sources in its comments."""
    with as_file(files("moyeora.resolution") / "default_manual.toml") as path:
        return read_manual(path)


def read_manual(path: Path | str) -> Manual:
    """Read a manual.

    Raises:
        FileFaults: with every fault of the file.
    """
    data, raw = load(Path(path))
    return manual_of(data, Path(path).name, hashlib.sha256(raw).hexdigest())


def manual_of(data: Mapping[str, Any], file: str, digest: str = "") -> Manual:
    """A manual from the data of its file; ``file`` is what faults call it.

    Raises:
        FileFaults: with every fault of the data.
    """
    root = Table(data, file)
    head = root.table("manual")
    firms = _between(head.table("firms"), 2, MOST_FIRMS)
    years = _between(head.table("years"), FIRST_DAY.year, LAST_DAY.year - YEARS_TO_END)
    service = head.table("service")
    manual = Manual(
        id=head.word("id"),
        version=head.word("version"),
        title=head.text("title"),
        preface=head.text("preface"),
        languages=head.words("languages"),
        firms=firms,
        years=years,
        service=Term(service.number("days", 0, MOST_DAYS), _unit(service)),
        tracks=_named(root, "track", _track),
        seats=_named(root, "seat", _seat),
        states=_named(root, "state", _state),
        always=tuple(map(_event, root.tables("always"))),
        laws=tuple(map(_law, root.tables("law"))),
        sources=tuple(map(_source, root.tables("source"))),
        digest=digest,
    )
    service.close()
    head.close()
    root.close()
    root.faults.extend(_references(manual, file))
    if root.faults:
        raise FileFaults(root.faults)
    return manual


def _between(table: Table, least: int, most: int) -> tuple[int, int]:
    first, last = table.number("least", least, most), table.number("most", least, most)
    if first > last:
        table.fault("least", f"is {first}, above most = {last}", "write the smaller number")
    table.close()
    return first, last


def _unit(table: Table) -> Unit:
    return cast(Unit, table.one_of("unit", ("calendar", "business"), "calendar"))


def _named(root: Table, name: str, read: Callable[[Table], Named]) -> Mapping[str, Named]:
    rows = [read(table) for table in root.tables(name)]
    if not rows:
        root.fault(name, "is missing", f"write at least one [[{name}]]")
    for row, count in Counter(row.id for row in rows).items():
        if count > 1:
            root.fault(f"{name}[{row}]", f"is written {count} times", "give each its own id")
    return {row.id: row for row in rows}


def _track(table: Table) -> Track:
    track = Track(
        id=table.word("id"),
        title=table.text("title"),
        body=table.text("body"),
        start=table.word("start"),
        claimants=_side(table.table("claimants")),
        respondents=_side(table.table("respondents")),
        always=table.flag("always"),
        amount=table.flag("amount"),
    )
    table.close()
    return track


def _side(table: Table) -> tuple[int, int]:
    return _between(table, 0, MOST_FIRMS)


def _seat(table: Table) -> Seat:
    seat = Seat(
        id=table.word("id"),
        title=table.text("title"),
        body=table.text("body"),
        neutral=table.flag("neutral"),
        stand_in=table.word("stand_in") if table.has("stand_in") else None,
    )
    table.close()
    return seat


def _state(table: Table) -> State:
    state = State(
        id=table.word("id"),
        track=table.word("track"),
        title=table.text("title"),
        body=table.text("body"),
        notice=table.one_of("notice", ("parties", "firms"), "parties"),
        term=(
            Term(table.number("days", -MOST_DAYS, MOST_DAYS), _unit(table))
            if table.has("days")
            else None
        ),
        silence=tuple(map(_silence, table.tables("silence"))),
        vote=_vote(table.table("vote")) if table.has("vote") else None,
        events=tuple(map(_event, table.tables("event"))),
        end=_end(table.table("end")) if table.has("end") else None,
        confidential=table.flag("confidential"),
    )
    table.close()
    return state


def _when(table: Table) -> frozenset[Finding]:
    found = table.words("when") if table.has("when") else FINDINGS
    for finding in found:
        if finding not in FINDINGS:
            table.fault("when", f"knows no {finding!r}", f"write some of {', '.join(FINDINGS)}")
    return frozenset(finding for finding in FINDINGS if finding in found)


def _limit(table: Table) -> int | None:
    return table.number("limit", 1, MOST_REPEATS) if table.has("limit") else None


def _silence(table: Table) -> Silence:
    silence = Silence(
        to=table.word("to"),
        means=table.text("means", optional=True),
        limit=_limit(table),
        when=_when(table),
    )
    table.close()
    return silence


def _event(table: Table) -> Event:
    event = Event(
        id=table.word("id"),
        by=table.word("by"),
        title=table.text("title", optional=True),
        needs=cast(Literal["one", "all"], table.one_of("needs", ("one", "all"), "one")),
        effect=cast(Effect, table.one_of("effect", EFFECTS, "none")),
        to=table.word("to") if table.has("to") else None,
        limit=_limit(table),
        when=_when(table),
        meanwhile=table.flag("meanwhile"),
    )
    if event.id in {RECEIVED, CAST}:
        table.fault("id", f"{event.id!r} is an act that every manual has", "choose another id")
    if event.effect in MOVING_EFFECTS and event.to is None:
        table.fault("to", "is missing", f"say where {event.effect!r} leads")
    if event.effect == "decide" and event.needs == "all":
        table.fault("needs", 'is "all"', "a decision is given by one; take it out")
    if event.effect == "object" and event.needs == "all":
        table.fault("needs", 'is "all"', "each objects for itself; take it out")
    table.close()
    return event


def _vote(table: Table) -> Vote:
    vote = Vote(
        voters=cast(Any, table.one_of("voters", ("voters", "firms"), "voters")),
        quorum=table.ratio("quorum"),
        quorum_of=cast(Any, table.one_of("quorum_of", ("voters", "firms"), "voters")),
        majority=table.ratio("majority"),
        majority_of=cast(Any, table.one_of("majority_of", ("cast", "voters", "firms"), "cast")),
        silence=cast(Any, table.one_of("silence", ("absent", "for", "against", "abstain"))),
        least=table.number("least", 0, MOST_FIRMS, 1),
        carried=table.word("carried"),
        lost=table.word("lost"),
        no_quorum=table.word("no_quorum"),
        few=table.word("few") if table.has("few") else None,
        tie=table.word("tie") if table.has("tie") else None,
        decides=table.flag("decides"),
    )
    table.close()
    return vote


def _end(table: Table) -> End:
    money = table.one_of("money", DISPOSITIONS) if table.has("money") else None
    end = End(cast(Disposition | None, money), table.text("agreement"))
    table.close()
    return end


def _law(table: Table) -> Law:
    law = Law(table.word("id"), table.text("cite"), table.text("body"), table.words("touches"))
    table.close()
    return law


def _source(table: Table) -> tuple[str, Any]:
    source = (table.word("id"), table.text("body"))
    table.close()
    return source


def _references(manual: Manual, file: str) -> list[Fault]:
    """Every name that stands for something which is not there."""
    faults: list[Fault] = []

    def refers(place: str, name: str | None, known: Mapping[str, Any], what: str) -> None:
        if name is not None and name not in known:
            faults.append(
                Fault(
                    file, place, f"there is no {what} {name!r}", f"write one of {', '.join(known)}"
                )
            )

    def event_refers(place: str, event: Event) -> None:
        actors: Mapping[str, Any] = {**dict.fromkeys(GROUPS), **manual.seats}
        refers(f"{place}.by", event.by, actors, "group or seat")
        refers(f"{place}.to", event.to, manual.states, "state")

    for track in manual.tracks.values():
        refers(f"track[{track.id}].start", track.start, manual.states, "state")
    for seat in manual.seats.values():
        neutrals = {other.id: other for other in manual.seats.values() if other.neutral}
        refers(f"seat[{seat.id}].stand_in", seat.stand_in, neutrals, "neutral seat")
    for event in manual.always:
        event_refers(f"always[{event.id}]", event)
    for state in manual.states.values():
        place = f"state[{state.id}]"
        refers(f"{place}.track", state.track, manual.tracks, "track")
        for silence in state.silence:
            refers(f"{place}.silence.to", silence.to, manual.states, "state")
        for event in state.events:
            event_refers(f"{place}.event[{event.id}]", event)
        if state.vote is not None:
            for result in ("carried", "lost", "no_quorum", "few", "tie"):
                name = getattr(state.vote, result)
                refers(f"{place}.vote.{result}", name, manual.states, "state")
        if state.vote is not None and state.silence:
            faults.append(
                Fault(
                    file,
                    f"{place}.silence",
                    "stands beside a vote",
                    "take it out: the vote says what silence counts as",
                )
            )
        if state.end is not None and (state.events or state.silence or state.vote or state.term):
            faults.append(
                Fault(
                    file,
                    f"{place}.end",
                    "stands in a state that goes on",
                    "take out the end, or the term, silence, vote and events",
                )
            )
    for law in manual.laws:
        for touched in law.touches:
            refers(
                f"law[{law.id}].touches",
                touched,
                {**manual.tracks, **manual.states},
                "track or state",
            )
    return faults
