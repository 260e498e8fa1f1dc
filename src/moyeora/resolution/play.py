"""A case from a file of events, played step by step with every date.

``events.toml`` names the firms, the statement as it stands and the items, then the acts in
order, each with its day. :func:`play` returns the story as values; :func:`story_lines` writes it
for a reader.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from moyeora.resolution.calendar import Calendar
from moyeora.resolution.case import ROUTE, SILENCE, TALLY, Act, Case, Entry
from moyeora.resolution.errors import FileFaults, Refusal
from moyeora.resolution.manual import RECEIVED, VOTE, Manual
from moyeora.resolution.money import Item, amount_text
from moyeora.resolution.opening import Opening, new_item, open_case
from moyeora.resolution.step import step
from moyeora.resolution.tables import Table, load
from moyeora.resolution.text import Text, text


@dataclass(frozen=True, slots=True)
class Script:
    """An opening, its acts by day, the names to show, and the day until which time passes."""

    opening: Opening
    acts: tuple[tuple[date, Act], ...]
    names: Mapping[str, Text]
    until: date | None
    title: Text


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment of the story: what was just recorded, and the case after it."""

    entry: Entry | None
    case: Case
    refusal: Refusal | None = None


def read_script(path: Path | str) -> Script:
    """Read a file of events.

    Raises:
        FileFaults: with every fault of the file.
    """
    data, _ = load(Path(path))
    return script_of(data, Path(path).name)


def script_of(data: Mapping[str, Any], file: str) -> Script:
    """A script from the data of its file.

    Raises:
        FileFaults: with every fault of the data.
    """
    root = Table(data, file)
    head = root.table("case")
    firms = head.words("firms")
    seats = head.data.get("seats", {})
    names = root.data.get("names", {})
    opening = Opening(
        track=head.word("track"),
        on=head.day("opened"),
        firms=firms,
        claimants=frozenset(head.words("claimants")),
        respondents=frozenset(head.words("respondents")),
        holders=dict(seats) if isinstance(seats, dict) else {},
        currency=head.word("currency"),
        statement=head.amounts("statement"),
        items=tuple(map(_item, root.tables("item"))),
    )
    if opening.currency and not (len(opening.currency) == 3 and opening.currency.isupper()):
        head.fault("currency", f"is {opening.currency!r}", "write an ISO 4217 code such as KRW")
    title = head.text("title", optional=True)
    until = head.day("until") if head.has("until") else None
    acts = tuple(map(_act, root.tables("event")))
    head.close("seats")
    root.close("names")
    for (earlier, _), (later, act) in itertools.pairwise(acts):
        if later < earlier:
            root.fault(f"event[{act.id}].on", f"{later} is before {earlier}", "order them by day")
    if root.faults:
        raise FileFaults(root.faults)
    shown = {firm: Text.of_mapping(names.get(firm, {"en": firm})) for firm in firms}
    return Script(opening, acts, shown, until, title)


def _item(table: Table) -> Item:
    item = new_item(
        table.word("id"),
        table.word("by"),
        table.amounts("claimed"),
        table.text("title", optional=True),
        table.amounts("conceded"),
    )
    table.close()
    return item


def _act(table: Table) -> tuple[date, Act]:
    data = table.data.get("data", {})
    act = (table.day("on"), Act(table.word("id"), table.word("by"), data))
    if not isinstance(data, dict):
        table.fault("data", f"is {data!r}", "write a table")
    table.close("data")
    return act


def play(manual: Manual, script: Script, calendar: Calendar, file: str = "case") -> list[Scene]:
    """Play a script; a refused act is a scene as well, and the case goes on unchanged.

    Raises:
        FileFaults: the case cannot be opened.
    """
    case = open_case(manual, script.opening, calendar, file)
    scenes = [Scene(None, case)]
    days: list[tuple[date, Act | None]] = list(script.acts)
    if script.until is not None:
        days.append((script.until, None))
    for on, act in days:
        case = _pass(manual, case, on, calendar, scenes)
        if act is None:
            continue
        after = step(manual, case, act, on, calendar)
        if isinstance(after, Refusal):
            entry = Entry(on, case.state, act.id, act.by, act.data, None, False)
            scenes.append(Scene(entry, case, after))
        else:
            case = _record(case, after, scenes)
    return scenes


def _pass(manual: Manual, case: Case, on: date, calendar: Calendar, scenes: list[Scene]) -> Case:
    """Let time pass term by term, so that every state on the way is a scene of its own."""
    while case.notice.last_day is not None and case.ended is None and case.notice.last_day < on:
        day = date.fromordinal(case.notice.last_day.toordinal() + 1)
        after = step(manual, case, None, day, calendar)
        if isinstance(after, Refusal) or after == case:
            return case
        case = _record(case, after, scenes)
    return case


def _record(before: Case, after: Case, scenes: list[Scene]) -> Case:
    *passed, last = after.history[len(before.history) :]
    scenes.extend(Scene(entry, before) for entry in passed)
    scenes.append(Scene(last, after))
    return after


ACTS = {
    SILENCE: text("기한이 지남", "the term has passed"),
    TALLY: text("개표", "the ballots are counted"),
    ROUTE: text("투표할 회사가 모자람", "too few firms have a vote"),
    RECEIVED: text("통지를 받음", "has the notice"),
    VOTE: text("투표", "votes"),
}
BALLOT_WORDS = {
    "for": text("찬성", "for"),
    "against": text("반대", "against"),
    "abstain": text("기권", "abstains"),
}
RESULTS = {
    "carried": text("가결 (찬성 : 반대, 기권)", "carried (for : against, abstentions)"),
    "lost": text("부결 (찬성 : 반대, 기권)", "lost (for : against, abstentions)"),
    "no_quorum": text("정족수 부족 (찬성 : 반대, 기권)", "no quorum (for : against, abstentions)"),
    "tie": text("가부 동수 (찬성 : 반대, 기권)", "a tie (for : against, abstentions)"),
}
WORDS = {
    "opened": text("사건을 엶", "the case is opened"),
    "refused": text("거절됨", "refused"),
    "notice": text("통지", "notice"),
    "clock": text("도달", "arrived"),
    "last": text("마지막 날", "last day"),
    "silence": text("침묵하면", "if nobody acts"),
    "disputed": text("다투는 금액", "in dispute"),
    "paid": text("지급", "paid"),
    "held": text("보류", "held"),
    "owed": text("더 받을 것(-는 돌려줄 것)", "still to get (-: to pay back)"),
    "ended": text("끝", "the end"),
    "agreement": text("계약", "the agreement"),
    "firm": text("회사", "firm"),
    "stated": text("처음 명세", "statement"),
    "final": text("지금 몫", "its due now"),
    "offer": text("제안 번호", "offer no."),
    "mind": text("주의", "mind"),
    "days": text("{n}일", "{n} days"),
    "sum": text("합계", "sum"),
}


def story_lines(
    manual: Manual, script: Script, scenes: list[Scene], language: str
) -> Iterator[str]:
    """The story for a reader: every date, what silence means, where the money is."""
    yield f"# {script.title.of(language) or manual.title.of(language)}"
    yield ""
    shown: Case | None = None
    for scene in scenes:
        yield from _scene_lines(manual, script, scene, language)
        if (
            shown is None
            or scene.case.money != shown.money
            or scene.case.disputed != shown.disputed
        ):
            yield from _money_lines(scene.case, script, language)
        shown = scene.case
    yield from _closing_lines(manual, script, scenes[-1].case, language)


def name_of(manual: Manual, script: Script, actor: str, language: str) -> str:
    """How an actor is called: the firm's name, or the title of the seat."""
    if actor in script.names:
        return script.names[actor].of(language)
    return manual.seats[actor].title.of(language) if actor in manual.seats else actor


def act_title(manual: Manual, state: str, act: str, language: str) -> str:
    """What an act is called in the manual."""
    if act in ACTS:
        return ACTS[act].of(language)
    found = (event.title for event in manual.events(state) if event.id == act)
    return next(found, Text()).of(language) or act


def _scene_lines(manual: Manual, script: Script, scene: Scene, language: str) -> Iterator[str]:
    entry, case = scene.entry, scene.case
    if entry is None:
        yield f"{case.opened}  {WORDS['opened'].of(language)}"
        yield from _law_lines(manual, case.track, language)
        yield from _notice_lines(manual, case, language)
        return
    who = f"{name_of(manual, script, entry.by, language)}: " if entry.by else ""
    yield f"{entry.on}  {who}{act_title(manual, entry.state, entry.id, language)}"
    if scene.refusal is None:
        said = _said(manual, script, entry, case, language)
    else:
        # What is refused may be of any kind: it is shown as it was written.
        said = [f"{key} = {value}" for key, value in plain(entry.data).items()]
    yield from (f"               {line}" for line in said)
    if scene.refusal is not None:
        yield f"            {WORDS['refused'].of(language)}: {scene.refusal.reason.of(language)}"
    elif entry.to is not None and case.state == entry.to:
        yield from _notice_lines(manual, case, language)


def plain(data: Any) -> Any:
    """Frozen data as plain tables and lists, to be shown."""
    if isinstance(data, Mapping):
        return {key: plain(inner) for key, inner in data.items()}
    return [plain(inner) for inner in data] if isinstance(data, tuple) else data


def _said(manual: Manual, script: Script, entry: Entry, case: Case, language: str) -> list[str]:
    data = dict(entry.data)
    if entry.id == TALLY:
        result = RESULTS[data["result"]].of(language)
        return [f"{result} ({data['for']} : {data['against']}, {data['abstain']})"]
    parts: list[str] = []
    event = next((e for e in manual.events(entry.state) if e.id == entry.id), None)
    if event is not None and event.effect == "offer":
        parts.append(f"{WORDS['offer'].of(language)} {len(case.offers)}")
    for key, value in data.items():
        if key == "note":
            note = Text.of_mapping(value).of(language) if isinstance(value, Mapping) else value
            parts.append(str(note))
        elif key == "terms":
            for item, transfer in value.items():
                moves = ", ".join(
                    f"{name_of(manual, script, firm, language)} "
                    f"{amount_text(amount, case.money.currency, sign=True)}"
                    for firm, amount in transfer.items()
                )
                parts.append(f"{_item_title(case, item, language)}: {moves}")
        elif key == "upheld":
            parts += [
                f"{_item_title(case, item, language)}: {part}" for item, part in value.items()
            ]
        elif key == "offer":
            parts.append(f"{WORDS['offer'].of(language)} {value}")
        elif key == "ballot":
            parts.append(BALLOT_WORDS[value].of(language) if value in BALLOT_WORDS else str(value))
        elif key == "item":
            parts.append(_item_title(case, value, language))
        elif key == "amount":
            parts.append(amount_text(value, case.money.currency))
    return parts


def _item_title(case: Case, item_id: str, language: str) -> str:
    found = (item.title.of(language) for item in case.items if item.id == item_id)
    return next(found, item_id)


def _notice_lines(manual: Manual, case: Case, language: str) -> Iterator[str]:
    state, notice = manual.states[case.state], case.notice
    yield f"            -> {state.title.of(language)}"
    yield from _law_lines(manual, state.id, language)
    if notice.last_day is not None:
        yield (
            f"               {WORDS['notice'].of(language)} {notice.sent}, "
            f"{WORDS['clock'].of(language)} {notice.clock}, "
            f"{WORDS['last'].of(language)} {notice.last_day}"
        )
        yield f"               {WORDS['silence'].of(language)}: {notice.silence.of(language)}"


def _law_lines(manual: Manual, touched: str, language: str) -> Iterator[str]:
    for law in manual.laws:
        if touched in law.touches:
            body, cite = law.body.of(language), law.cite.of(language)
            yield f"               {WORDS['mind'].of(language)}: {body} ({cite})"


def _money_lines(case: Case, script: Script, language: str) -> Iterator[str]:
    money = case.money

    def show(amount: int) -> str:
        return amount_text(amount, money.currency)

    yield (
        f"               {WORDS['disputed'].of(language)} {show(case.disputed)}; "
        f"{WORDS['paid'].of(language)} {show(sum(money.paid.values()))}; "
        f"{WORDS['held'].of(language)} {show(sum(money.held.values()))} {money.currency}"
    )
    for firm, amount in money.held.items():
        if amount:
            name = script.names[firm].of(language)
            yield f"                 {name}: {WORDS['held'].of(language)} {show(amount)}"


def _closing_lines(manual: Manual, script: Script, case: Case, language: str) -> Iterator[str]:
    yield ""
    if case.ended is not None:
        state = manual.states[case.state]
        assert state.end is not None
        days = WORDS["days"].of(language).format(n=(case.ended - case.opened).days)
        yield f"## {case.ended}  {WORDS['ended'].of(language)}: {state.title.of(language)} ({days})"
        yield f"{WORDS['agreement'].of(language)}: {state.end.agreement.of(language)}"
        yield ""
    heads = [
        WORDS[word].of(language) for word in ("firm", "stated", "final", "paid", "held", "owed")
    ]
    heads[0] += f" ({case.money.currency})"
    yield f"| {' | '.join(heads)} |"
    yield "|---|--:|--:|--:|--:|--:|"
    owed = case.owed
    for firm in case.firms:
        stated, paid, held = (
            amounts[firm] for amounts in (case.money.statement, case.money.paid, case.money.held)
        )
        row = (stated, paid + held + owed[firm], paid, held, owed[firm])
        cells = " | ".join(amount_text(amount, case.money.currency) for amount in row)
        yield f"| {script.names[firm].of(language)} | {cells} |"
    total = sum(case.money.statement.values())
    sums = (total, total, sum(case.money.paid.values()), sum(case.money.held.values()), 0)
    cells = " | ".join(amount_text(amount, case.money.currency) for amount in sums)
    yield f"| **{WORDS['sum'].of(language)}** | {cells} |"
