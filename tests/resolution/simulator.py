"""A second reading of a manual, made to disagree with the checker if either is wrong.

It shares no code with the checker: it reads the TOML itself, knows every firm by number, walks
from configuration to configuration with every ballot of every voter, and finds rings by taking
away what has no successor (Kahn) instead of by depth-first search.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from itertools import chain, combinations, product
from typing import Any, NamedTuple

Data = Mapping[str, Any]
EVERY_FINDING = ("none", "agreed", "decided")


class Config(NamedTuple):
    state: str
    claimants: frozenset[int]
    respondents: frozenset[int]
    holders: tuple[int, ...]
    used: frozenset[tuple[str, int]]
    finding: str
    offered: bool


class Move(NamedTuple):
    """``who``: the firms that must act (None: a neutral must); empty: nobody."""

    to: Config
    when: str
    who: frozenset[int] | None
    nobody: bool
    result: str


def subsets(of: frozenset[int]) -> Iterator[frozenset[int]]:
    firms = sorted(of)
    for chosen in chain.from_iterable(combinations(firms, k) for k in range(len(firms) + 1)):
        yield frozenset(chosen)


class Simulator:
    def __init__(self, data: Data, firms: int) -> None:
        self.data, self.firms = data, firms
        self.states = {state["id"]: state for state in data["state"]}
        self.tracks = {track["id"]: track for track in data["track"]}
        self.seats = {seat["id"]: seat for seat in data.get("seat", [])}
        self.held = [s["id"] for s in data.get("seat", []) if not s.get("neutral", False)]
        self.everybody = frozenset(range(firms))

    def events(self, state: str) -> list[tuple[str, Data]]:
        here = self.states[state]
        if "end" in here:
            return []
        own = [(f"{state}/{event['id']}", event) for event in here.get("event", [])]
        if self.tracks[here["track"]].get("always", False):
            own += [(f"always/{event['id']}", event) for event in self.data.get("always", [])]
        return own

    def silences(self, state: str) -> list[Data]:
        silence = self.states[state].get("silence", [])
        return [silence] if isinstance(silence, dict) else silence

    def group(self, config: Config, by: str) -> frozenset[int] | None:
        """The firms behind ``by``; None for a neutral."""
        if by in self.seats:
            seat = self.seats[by]
            if seat.get("neutral", False):
                return None
            holder = config.holders[self.held.index(by)]
            if holder in config.claimants | config.respondents and "stand_in" in seat:
                return self.group(config, seat["stand_in"])
            return frozenset({holder})
        return {
            "claimants": config.claimants,
            "respondents": config.respondents,
            "parties": config.claimants | config.respondents,
            "firms": self.everybody,
            "voters": self.everybody - config.claimants - config.respondents,
        }[by]

    def starts(self) -> Iterator[Config]:
        for track in self.data["track"]:
            c, r = track["claimants"], track["respondents"]
            for many in range(c["least"], min(c["most"], self.firms) + 1):
                for more in range(r["least"], min(r["most"], self.firms - many) + 1):
                    # The firms are numbered so that the claimants come first.
                    claimants = frozenset(range(many))
                    respondents = frozenset(range(many, many + more))
                    for holders in product(range(self.firms), repeat=len(self.held)):
                        yield Config(
                            track["start"],
                            claimants,
                            respondents,
                            holders,
                            frozenset(),
                            "none",
                            False,
                        )

    def moves(self, config: Config) -> Iterator[Move]:
        state = self.states[config.state]
        if "end" in state:
            return
        vote = state.get("vote")
        if vote is not None and "few" in vote:
            voters = self.group(config, vote.get("voters", "voters"))
            if len(voters) < vote.get("least", 1):
                yield Move(config._replace(state=vote["few"]), "now", frozenset(), True, "few")
                return
        used = dict(config.used)
        possible = []
        for key, event in self.events(config.state):
            who = self.group(config, event["by"])
            if config.finding not in event.get("when", EVERY_FINDING) or who == frozenset():
                continue
            possible.append((key, event, who))
        offered = config.offered or any(e.get("effect") == "offer" for _, e, _ in possible)
        for key, event, who in possible:
            if "to" not in event or used.get(key, 0) >= event.get("limit", 99):
                continue
            if event.get("effect") == "agree" and not offered:
                continue
            after = config._replace(state=event["to"], offered=offered)
            if "limit" in event:
                counted = {**used, key: used.get(key, 0) + 1}
                after = after._replace(used=frozenset(counted.items()))
            if event.get("effect") in {"agree", "decide"}:
                found = {"agree": "agreed", "decide": "decided"}[event["effect"]]
                after = after._replace(finding=found)
            if who is None:
                actings: list[frozenset[int] | None] = [None]
            elif event.get("needs", "one") == "all":
                actings = [who]
            else:
                actings = [frozenset({firm}) for firm in who]
            for acting in actings:
                for then in self.afterwards(after, event, acting):
                    yield Move(then, "act", acting, False, event["id"])
        if vote is not None:
            yield from self.counts(config._replace(offered=offered), vote)
        elif "days" in state:
            for at, option in enumerate(self.silences(config.state)):
                key = f"{config.state}/silence/{at}"
                if config.finding not in option.get("when", EVERY_FINDING):
                    continue
                if used.get(key, 0) >= option.get("limit", 99):
                    continue
                after = config._replace(state=option["to"], offered=offered)
                if "limit" in option:
                    counted = {**used, key: used.get(key, 0) + 1}
                    after = after._replace(used=frozenset(counted.items()))
                yield Move(after, "pass", frozenset(), True, "silence")
                break

    def afterwards(
        self, config: Config, event: Data, acting: frozenset[int] | None
    ) -> Iterator[Config]:
        others = self.everybody - config.claimants - config.respondents
        if event.get("effect") == "join":
            for joining in subsets(others):
                for side in subsets(joining):
                    if joining:
                        yield config._replace(
                            claimants=config.claimants | side,
                            respondents=config.respondents | (joining - side),
                        )
        elif event.get("effect") == "object" and acting is not None and len(acting) == 1:
            yield config._replace(claimants=config.claimants | (acting & others))
        else:
            yield config

    def counts(self, config: Config, vote: Data) -> Iterator[Move]:
        voters = sorted(self.group(config, vote.get("voters", "voters")))
        timed = "days" in self.states[config.state]
        for ballots in product(("for", "against", "abstain", ""), repeat=len(voters)):
            everybody = bool(voters) and "" not in ballots
            if not everybody and not timed:
                continue
            result = self.result(vote, ballots)
            if vote.get(result) is None:
                continue
            decided = result == "carried" and vote.get("decides", False)
            after = config._replace(
                state=vote[result], finding="decided" if decided else config.finding
            )
            acting = frozenset(v for v, b in zip(voters, ballots, strict=True) if b)
            yield Move(after, "act" if everybody else "pass", acting, not acting, result)

    def result(self, vote: Data, ballots: tuple[str, ...]) -> str:
        counted = [
            ballot or {"absent": ""}.get(vote["silence"], vote["silence"]) for ballot in ballots
        ]
        base = {"voters": len(ballots), "firms": self.firms}
        present = sum(ballot != "" for ballot in counted)
        if present < Fraction(vote["quorum"]) * base[vote.get("quorum_of", "voters")]:
            return "no_quorum"
        ayes, noes = counted.count("for"), counted.count("against")
        need = Fraction(vote["majority"])
        if ayes == noes and need <= Fraction(1, 2):
            return "tie"
        base["cast"] = ayes + noes
        of = base[vote.get("majority_of", "cast")]
        return "carried" if ayes > 0 and ayes >= need * of else "lost"

    def explore(self) -> dict[Config, list[Move]]:
        found: dict[Config, list[Move]] = {}
        queue = list(dict.fromkeys(self.starts()))
        while queue:
            config = queue.pop()
            if config in found:
                continue
            found[config] = list(set(self.moves(config)))
            queue.extend(move.to for move in found[config] if move.to not in found)
        return found


def has_ring(graph: Mapping[Config, list[Config]]) -> bool:
    """Take away what leads nowhere, again and again; a ring is what stays."""
    pending = {node: len(set(after)) for node, after in graph.items()}
    before: dict[Config, list[Config]] = {}
    for node, after in graph.items():
        for to in set(after):
            before.setdefault(to, []).append(node)
    gone = [node for node, count in pending.items() if not count]
    for node in gone:
        for earlier in before.get(node, []):
            pending[earlier] -= 1
            if not pending[earlier]:
                gone.append(earlier)
    return len(gone) < len(graph)


def verdict(data: Data, sizes: range) -> dict[str, bool]:
    """Property -> whether it holds, for the properties that are about what can happen."""
    holds = dict.fromkeys(
        (
            "reachable",
            "way_on",
            "silence",
            "ends",
            "alone",
            "together",
            "money",
            "own_case",
            "votes",
        ),
        True,
    )
    seen: set[str] = set()
    follow: dict[str, set[str]] = {}
    few_targets: set[str] = set()
    for firms in sizes:
        simulator = Simulator(data, firms)
        graph = simulator.explore()
        seen |= {config.state for config in graph}
        for config, moves in graph.items():
            follow.setdefault(config.state, set()).update(move.to.state for move in moves)
        _walk(simulator, graph, holds, few_targets)
        plain = {config: [m.to for m in moves] for config, moves in graph.items()}
        holds["ends"] &= not has_ring(plain)
        by_firms = {c: [m.to for m in moves if m.who is not None] for c, moves in graph.items()}
        holds["together"] &= not has_ring(by_firms)
        for firm in range(firms):
            mine = {
                c: [m.to for m in moves if m.who is not None and m.who <= {firm}]
                for c, moves in graph.items()
            }
            holds["alone"] &= not has_ring(mine)
    holds["reachable"] = seen >= {state["id"] for state in data["state"]}
    holds["money"] &= all("money" in state["end"] for state in data["state"] if "end" in state)
    simulator = Simulator(data, sizes[0])
    after = {state: _after(state, follow) for state in seen}
    for state in few_targets:
        holds["votes"] &= any(
            event.get("effect") == "decide" and simulator.seats.get(event["by"], {}).get("neutral")
            for later in after[state]
            for _, event in simulator.events(later)
        )
    for state in seen:
        here = simulator.states[state]
        if here.get("confidential"):
            inside = {e["by"] for e in here.get("event", []) if e["by"] in simulator.seats}
            holds["own_case"] &= not any(
                event.get("effect") == "decide" and event["by"] in inside
                for later in after[state]
                for _, event in simulator.events(later)
            )
    return holds


def _after(state: str, follow: Mapping[str, set[str]]) -> set[str]:
    reached, queue = {state}, [state]
    while queue:
        for to in follow.get(queue.pop(), set()) - reached:
            reached.add(to)
            queue.append(to)
    return reached


def _walk(
    simulator: Simulator,
    graph: Mapping[Config, list[Move]],
    holds: dict[str, bool],
    few_targets: set[str],
) -> None:
    needs = {"as_agreed": "agreed", "as_decided": "decided"}
    for config, moves in graph.items():
        state = simulator.states[config.state]
        if "end" in state:
            needed = needs.get(state["end"].get("money", ""))
            holds["money"] &= needed in (None, config.finding)
            continue
        holds["way_on"] &= bool(moves)
        parties = config.claimants | config.respondents
        for _, event in simulator.events(config.state):
            who = simulator.group(config, event["by"])
            if event.get("effect") == "decide" and config.finding in event.get(
                "when", EVERY_FINDING
            ):
                holds["own_case"] &= not (who and who & parties)
        _silent_walk(simulator, graph, config, holds)
        vote = state.get("vote")
        if vote is None:
            continue
        voters = simulator.group(config, vote.get("voters", "voters"))
        if moves and moves[0].result == "few":
            few_targets.add(vote["few"])
            if vote.get("decides") and voters & parties:
                holds["own_case"] = False
            continue
        if vote.get("decides") and voters & parties:
            holds["own_case"] = False
        full = simulator.result(vote, ("for",) * len(voters)) if voters else "no_quorum"
        enough = len(voters) >= max(1, vote.get("least", 1))
        ballots = product(("for", "against", "abstain", ""), repeat=len(voters))
        ties = any(simulator.result(vote, b) == "tie" for b in ballots)
        holds["votes"] &= enough and full == "carried" and not (ties and "tie" not in vote)


def _silent_walk(
    simulator: Simulator,
    graph: Mapping[Config, list[Move]],
    config: Config,
    holds: dict[str, bool],
) -> None:
    here = config
    for _ in range(len(simulator.states) * 40):
        if "end" in simulator.states[here.state]:
            return
        quiet = [move for move in graph[here] if move.nobody]
        if not quiet:
            break
        here = quiet[0].to
    holds["silence"] = False


def latest_end(simulator: Simulator, holidays: frozenset[date], start: date) -> date:
    """The latest day on which any case opened on ``start`` can end, day by day."""
    service = simulator.data["manual"]["service"]
    memo: dict[tuple[Config, date], date] = {}

    def roll(day: date) -> date:
        while day.weekday() > 4 or day in holidays:
            day += timedelta(days=1)
        return day

    def term(day: date, days: int, unit: str) -> date:
        if unit == "calendar":
            return roll(day + timedelta(days=days))
        for _ in range(days):
            day = roll(day + timedelta(days=1))
        return day

    def latest(config: Config, entered: date) -> date:
        if (config, entered) in memo:
            return memo[config, entered]
        state = simulator.states[config.state]
        best = entered
        for move in set(simulator.moves(config)):
            day = entered
            if move.when != "now":
                notified = simulator.group(config, state.get("notice", "parties"))
                if notified:
                    day = term(day, service["days"], service.get("unit", "calendar"))
                day = term(day, state["days"], state.get("unit", "calendar"))
                if move.when == "pass":
                    day += timedelta(days=1)
            best = max(best, latest(move.to, day))
        memo[config, entered] = best
        return best

    return max(latest(config, start) for config in set(simulator.starts()))
