"""Proves that a manual holds what it promises, or shows the path that breaks it.

Each property is one function over everything that can happen (:mod:`moyeora.resolution.graph`)
in consortia of every size that the manual admits. A property that holds has been tried on every
node; a property that does not names the first node that breaks it and how one gets there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from moyeora.resolution.calendar import Calendar
from moyeora.resolution.duration import Longest, longest
from moyeora.resolution.exploration import Break, Exploration
from moyeora.resolution.graph import GROUP_KINDS, KINDS, Edge, Node, tallies
from moyeora.resolution.manual import NEEDS_FINDING, Event, Law, Manual, Vote
from moyeora.resolution.text import Text, text

Property = Literal[
    "translated",
    "deadlines",
    "overlap",
    "reachable",
    "way_on",
    "silence",
    "ends",
    "alone",
    "together",
    "money",
    "own_case",
    "votes",
]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One property, whether it holds, and if not what breaks it."""

    name: Property
    promise: Text
    broken: Break | None

    @property
    def holds(self) -> bool:
        return self.broken is None


@dataclass(frozen=True, slots=True)
class Report:
    """What the checker found. ``longest`` is empty where a case may never end.

    ``nodes`` and ``ways`` were explored; they stand for ``configurations`` of who has acted and
    for ``party_sets`` sets of parties.
    """

    manual: Manual
    firms: tuple[int, int]
    verdicts: tuple[Verdict, ...]
    longest: tuple[Longest, ...]
    laws: tuple[Law, ...]
    nodes: int
    ways: int
    configurations: int
    party_sets: int

    @property
    def sound(self) -> bool:
        return all(verdict.holds for verdict in self.verdicts)

    @property
    def bound(self) -> Longest | None:
        """The longest case there can be; None where a case may never end."""
        return max(self.longest, key=lambda found: found.days, default=None)


def check(
    manual: Manual, calendar: Calendar | None = None, firms: tuple[int, int] | None = None
) -> Report:
    """Check a manual for every consortium of ``firms`` (least, most); by default all it admits."""
    sizes = firms or manual.firms
    explored = Exploration(manual, sizes)
    verdicts = tuple(
        Verdict(name, promise, broken(explored)) for name, promise, broken in PROPERTIES
    )
    standing = {verdict.name for verdict in verdicts if verdict.holds}
    bounded = {"ends", "silence", "way_on", "deadlines"} <= standing
    return Report(
        manual=manual,
        firms=sizes,
        verdicts=verdicts,
        longest=longest(manual, explored.graphs, calendar or Calendar()) if bounded else (),
        laws=manual.laws,
        nodes=explored.nodes,
        ways=explored.ways,
        configurations=explored.configurations,
        party_sets=explored.party_sets,
    )


def _translated(explored: Exploration) -> Break | None:
    for place, state, written in explored.texts():
        missing = written.missing(explored.manual.languages)
        if missing:
            return Break(
                explored.path_to(state) if state else (place,),
                text(
                    f"{place}에 {', '.join(missing)} 번역이 없습니다.",
                    f"{place} is not written in {', '.join(missing)}",
                ),
            )
    return None


def _deadlines(explored: Exploration) -> Break | None:
    for state in explored.manual.states.values():
        if state.term is not None and state.term.days < 1:
            return Break(
                explored.path_to(state.id),
                text(
                    f"{state.id!r}의 기한이 {state.term.days}일입니다. 1일 이상이어야 합니다.",
                    f"the term of {state.id!r} is {state.term.days} days; write 1 or more",
                ),
            )
    return None


def _overlap(explored: Exploration) -> Break | None:
    for state in explored.manual.states.values():
        events = explored.manual.events(state.id)
        for at, one in enumerate(events):
            for other in events[at + 1 :]:
                if one.id == other.id and one.when & other.when and _share(explored, one, other):
                    return Break(
                        explored.path_to(state.id),
                        text(
                            f"{state.id!r}에서 {one.id!r}을(를) 하면 {one.to!r}인지 "
                            f"{other.to!r}인지 정해지지 않습니다. 이름을 다르게 하거나 when을 "
                            "나누십시오.",
                            f"in {state.id!r} the event {one.id!r} leads both to {one.to!r} and to "
                            f"{other.to!r}; give them different ids or a when apart",
                        ),
                    )
        for at, first in enumerate(state.silence):
            for second in state.silence[at + 1 :]:
                if first.limit is None and first.when & second.when:
                    return Break(
                        explored.path_to(state.id),
                        text(
                            f"{state.id!r}에서 침묵이 {first.to!r}와 {second.to!r} 두 가지를 "
                            "뜻합니다.",
                            f"in {state.id!r} silence means both {first.to!r} and {second.to!r}; "
                            "give the first a limit or a when apart",
                        ),
                    )
    return None


def _share(explored: Exploration, one: Event, other: Event) -> bool:
    """Whether the same actor may do both events."""

    def who(by: str) -> frozenset[str]:
        seat = explored.manual.seats.get(by)
        if seat is None:
            return frozenset(GROUP_KINDS[by])
        if seat.neutral:
            return frozenset({by})
        return frozenset({"other", seat.stand_in}) if seat.stand_in else frozenset(KINDS)

    return bool(who(one.by) & who(other.by))


def _reachable(explored: Exploration) -> Break | None:
    for state in explored.manual.states:
        if state in explored.reached or explored.reached_elsewhere(state):
            continue
        named = sorted(explored.naming(state))
        by = ", ".join(named) or "-"
        if named and named[0] in explored.reached:
            path = explored.path_to(named[0])
        else:
            starts = sorted({track.start for track in explored.manual.tracks.values()})
            path = (f"{', '.join(starts)} lead(s) to: {', '.join(explored.reached)}",)
        return Break(
            (*path, f"no way -> {state}"),
            text(
                f"{state!r}에는 아무도 이를 수 없습니다. 이를 가리키는 상태: {by}",
                f"{state!r} cannot be reached; it is named by: {by}",
            ),
        )
    return None


def _way_on(explored: Exploration) -> Break | None:
    for graph in explored.graphs:
        for node, edges in graph.edges.items():
            if not edges and explored.manual.states[node.state].end is None:
                return Break(
                    graph.path(node),
                    text(
                        f"{node.state!r}에서 나갈 길이 없습니다. 사건이나 침묵의 뜻, 또는 끝을 "
                        "적으십시오.",
                        f"there is no way on from {node.state!r}; write an event, what silence "
                        "means, or an end",
                    ),
                )
    return None


def _silence(explored: Exploration) -> Break | None:
    for graph in explored.graphs:
        fine: set[Node] = set()
        for root in graph.edges:
            seen: list[Node] = []
            node = root
            while node not in fine and explored.manual.states[node.state].end is None:
                if node in seen:
                    ring = " -> ".join(n.state for n in (*seen[seen.index(node) :], node))
                    return Break(
                        (*graph.path(node), f"silence for ever: {ring}"),
                        text(
                            f"모두 침묵하면 {node.state!r}에서 맴돕니다. 되돌아가는 침묵에 "
                            "limit를 적으십시오.",
                            f"when all are silent the case goes round in {node.state!r}; give the "
                            "silence that leads back a limit",
                        ),
                    )
                seen.append(node)
                quiet = next((edge for edge in graph.edges[node] if edge.silent), None)
                if quiet is None:
                    who = sorted({edge.by for edge in graph.edges[node]}) or ["-"]
                    return Break(
                        (*graph.path(node), f"waits for {', '.join(who)}"),
                        text(
                            f"{node.state!r}은(는) {', '.join(who)}의 침묵으로 멈춥니다. 기한과 "
                            "침묵의 뜻을 적으십시오.",
                            f"the silence of {', '.join(who)} blocks {node.state!r}; write days "
                            "and what silence means (for a vote: what a tie means)",
                        ),
                    )
                node = quiet.target
            fine.update(seen)
    return None


def _ends(explored: Exploration) -> Break | None:
    return _ring(
        explored,
        lambda edge: True,
        text(
            "이 고리에는 끝이 없습니다. 되돌아가는 길에 limit를 적으십시오.",
            "this ring has no end; give the way that leads back a limit",
        ),
    )


def _alone(explored: Exploration) -> Break | None:
    words = {"claimant": "신청 회사", "respondent": "상대 회사", "other": "당사자가 아닌 회사"}
    for kind in KINDS:
        broken = _ring(
            explored,
            lambda edge, kind=kind: kind in edge.alone,  # type: ignore[misc]
            text(
                f"{words[kind]} 하나가 혼자서 끝없이 끌 수 있습니다. 되돌아가는 길에 limit를 "
                "적으십시오.",
                f"one {kind} alone can go on for ever; give the way that leads back a limit",
            ),
        )
        if broken is not None:
            return broken
    return None


def _together(explored: Exploration) -> Break | None:
    return _ring(
        explored,
        lambda edge: edge.firms,
        text(
            "회사들이 함께 끝없이 끌 수 있습니다. 되돌아가는 길에 limit를 적으십시오.",
            "firms together can go on for ever; give the way that leads back a limit",
        ),
    )


def _ring(explored: Exploration, taken: Callable[[Edge], bool], says: Text) -> Break | None:
    if not explored.endless:
        return None
    for graph in explored.graphs:
        ring = explored.ring(graph, taken)
        if ring is not None:
            node, edges = ring
            return Break((*graph.path(node), "and for ever again:", *map(str, edges)), says)
    return None


def _money(explored: Exploration) -> Break | None:
    for state in explored.manual.states.values():
        if state.end is not None and state.end.money is None:
            return Break(
                explored.path_to(state.id),
                text(
                    f"{state.id!r}은(는) 돈을 어떻게 할지 말하지 않습니다. end.money를 적으십시오.",
                    f"{state.id!r} says nothing about the money; write end.money",
                ),
            )
    for graph in explored.graphs:
        for node in graph.edges:
            end = explored.manual.states[node.state].end
            needed = NEEDS_FINDING.get(end.money or "") if end else None
            if end is not None and needed is not None and node.finding != needed:
                return Break(
                    graph.path(node),
                    text(
                        f"{node.state!r}의 돈은 {end.money!r}이지만, 이 길에서는 정해진 것이 "
                        "없습니다.",
                        f"the money of {node.state!r} goes {end.money!r}, but on this path what "
                        f"was found is {node.finding!r}",
                    ),
                )
    return None


def _own_case(explored: Exploration) -> Break | None:
    for graph in explored.graphs:
        for node in graph.edges:
            if not node.parties.size("parties"):
                continue
            state = explored.manual.states[node.state]
            judges = [event.by for event in graph.events(node) if event.effect == "decide"]
            if state.vote is not None and state.vote.decides:
                judges.append(state.vote.voters)
            for by in judges:
                if graph.kinds(node.parties, by) & {"claimant", "respondent"}:
                    return Break(
                        (*graph.path(node), f"{by} decide(s), among them a party"),
                        text(
                            f"{node.state!r}에서 당사자가 자기 일을 판단합니다({by}). voters나 "
                            "중립을 적으십시오.",
                            f"in {node.state!r} a party judges its own case ({by}); let voters "
                            "or a neutral decide, or give the seat a stand-in",
                        ),
                    )
    return _heard_offers(explored)


def _heard_offers(explored: Exploration) -> Break | None:
    for state in explored.reached:
        here = explored.manual.states[state]
        if not here.confidential:
            continue
        inside = {event.by for event in here.events if event.by in explored.manual.seats}
        for later in explored.after(state):
            for event in explored.manual.events(later):
                if event.effect == "decide" and event.by in inside:
                    return Break(
                        (*explored.path_to(state), "...", later),
                        text(
                            f"{event.by!r}은(는) {state!r}에서 비밀 제안을 들었으므로 "
                            f"{later!r}에서 판단할 수 없습니다.",
                            f"{event.by!r} has heard the confidential offers of {state!r} and "
                            f"decides in {later!r}; name another neutral",
                        ),
                    )
    return None


def _votes(explored: Exploration) -> Break | None:
    for graph in explored.graphs:
        for node in graph.edges:
            vote = explored.manual.states[node.state].vote
            if vote is None:
                continue
            voters = node.parties.size(vote.voters)
            if vote.few is not None and voters < vote.least:
                if not explored.neutral_decides_after(vote.few):
                    return Break(
                        graph.path(node),
                        text(
                            f"{node.state!r}에서 투표할 회사가 {voters}곳이고, {vote.few!r} 뒤에 "
                            "판단할 중립이 없습니다.",
                            f"in {node.state!r} only {voters} can vote, and no neutral decides "
                            f"after {vote.few!r}",
                        ),
                    )
                continue
            says = _vote_fault(node.state, vote, voters, graph.firms)
            if says is not None:
                return Break(graph.path(node), says)
    return None


def _vote_fault(state: str, vote: Vote, voters: int, firms: int) -> Text | None:
    """What keeps a vote of ``voters`` among ``firms`` from always giving a result."""
    if voters < max(1, vote.least):
        return text(
            f"{state!r}에서 투표할 회사가 {voters}곳뿐입니다. few에 다음 상태를 적으십시오.",
            f"in {state!r} only {voters} can vote; write few = the state of a neutral",
        )
    everybody = vote.result({"for": voters}, voters, firms)
    if everybody == "no_quorum":
        return text(
            f"{state!r}에서 투표할 {voters}곳이 모두 와도 정족수가 되지 않습니다.",
            f"in {state!r} all {voters} that can vote do not make the quorum; take the quorum "
            "of voters, or a smaller one",
        )
    if everybody != "carried":
        return text(
            f"{state!r}에서 {voters}곳이 모두 찬성해도 가결되지 않습니다.",
            f"in {state!r} even all {voters} in favour do not carry it; take the majority of "
            "the votes cast, or a smaller one",
        )
    results = tallies(vote, voters, firms)
    if vote.tie is None and "tie" in results.some_silent | results.all_cast:
        return text(
            f"{state!r}에서 찬반이 같으면 어떻게 되는지 적혀 있지 않습니다. tie를 적으십시오.",
            f"{state!r} does not say what a tie means; write tie",
        )
    return None


PROPERTIES: tuple[tuple[Property, Text, Callable[[Exploration], Break | None]], ...] = (
    (
        "translated",
        text("모든 문장이 모든 언어로 있다", "every text is there in every language"),
        _translated,
    ),
    ("deadlines", text("모든 기한은 하루 이상이다", "every term is at least one day"), _deadlines),
    ("overlap", text("같은 일이 두 가지를 뜻하지 않는다", "no act means two things"), _overlap),
    ("reachable", text("쓸모없는 상태가 없다", "every state can be reached"), _reachable),
    ("way_on", text("막다른 상태가 없다", "no state is without a way on"), _way_on),
    ("silence", text("침묵이 절차를 막지 못한다", "silence never blocks"), _silence),
    ("ends", text("모든 길에 끝이 있다", "every path ends"), _ends),
    ("alone", text("아무도 혼자서 끌 수 없다", "no one can stall it alone"), _alone),
    ("together", text("함께해도 끌 수 없다", "no set of firms together can stall it"), _together),
    ("money", text("모든 끝이 돈을 말한다", "every end says what happens to the money"), _money),
    (
        "own_case",
        text("누구도 자기 일을 심판하지 않는다", "nobody decides their own case"),
        _own_case,
    ),
    ("votes", text("투표는 언제나 결론을 낸다", "every vote can be held, won and counted"), _votes),
)
