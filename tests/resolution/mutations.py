"""Random changes to a manual's data: what a careless editor could do to it."""

import copy
import random
from collections.abc import Callable
from typing import Any

Data = dict[str, Any]
GROUPS = ["claimants", "respondents", "parties", "firms", "voters"]


def mutate(data: Data, rng: random.Random) -> Data:
    """``data`` with one to three random changes; it can still be read as a manual."""
    changed = copy.deepcopy(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        rng.choice(_CHANGES)(changed, rng)
    return changed


def _going_on(data: Data, rng: random.Random) -> Data:
    return rng.choice([state for state in data["state"] if "end" not in state])


def _any_state(data: Data, rng: random.Random) -> str:
    return str(rng.choice(data["state"])["id"])


def _events(data: Data) -> list[Data]:
    return [event for state in data["state"] for event in state.get("event", [])] + data["always"]


def _silences(data: Data) -> list[Data]:
    found = []
    for state in data["state"]:
        silence = state.get("silence", [])
        found += [silence] if isinstance(silence, dict) else silence
    return found


def _votes(data: Data) -> list[Data]:
    return [state["vote"] for state in data["state"] if "vote" in state]


def _retarget_event(data: Data, rng: random.Random) -> None:
    rng.choice([event for event in _events(data) if "to" in event])["to"] = _any_state(data, rng)


def _retarget_silence(data: Data, rng: random.Random) -> None:
    rng.choice(_silences(data))["to"] = _any_state(data, rng)


def _retarget_vote(data: Data, rng: random.Random) -> None:
    rng.choice(_votes(data))[rng.choice(["carried", "lost", "no_quorum", "few"])] = _any_state(
        data, rng
    )


def _drop_silence(data: Data, rng: random.Random) -> None:
    _going_on(data, rng).pop("silence", None)


def _drop_term(data: Data, rng: random.Random) -> None:
    _going_on(data, rng).pop("days", None)


def _drop_event(data: Data, rng: random.Random) -> None:
    state = rng.choice([state for state in data["state"] if state.get("event")])
    state["event"].remove(rng.choice(state["event"]))


def _drop_limit(data: Data, rng: random.Random) -> None:
    limited = [event for event in _events(data) if "limit" in event]
    if limited:
        rng.choice(limited).pop("limit")


def _change_actor(data: Data, rng: random.Random) -> None:
    actors = GROUPS + [seat["id"] for seat in data["seat"]]
    rng.choice(_events(data))["by"] = rng.choice(actors)


def _change_needs(data: Data, rng: random.Random) -> None:
    event = rng.choice([event for event in _events(data) if event.get("effect") != "decide"])
    event["needs"] = rng.choice(["one", "all"])


def _change_vote(data: Data, rng: random.Random) -> None:
    vote = rng.choice(_votes(data))
    key, values = rng.choice(
        [
            ("quorum", ["0", "1/2", "1"]),
            ("quorum_of", ["voters", "firms"]),
            ("majority", ["1/2", "2/3", "1"]),
            ("majority_of", ["cast", "voters", "firms"]),
            ("silence", ["absent", "for", "against", "abstain"]),
            ("least", [0, 1, 3]),
            ("voters", ["voters", "firms"]),
            ("tie", [_any_state(data, rng)]),
            ("decides", [True, False]),
        ]
    )
    vote[key] = rng.choice(values)


def _drop_few(data: Data, rng: random.Random) -> None:
    rng.choice(_votes(data)).pop("few", None)


def _change_end(data: Data, rng: random.Random) -> None:
    end = rng.choice([state for state in data["state"] if "end" in state])["end"]
    end["money"] = rng.choice(["as_stated", "as_agreed", "as_decided", "split"])
    if rng.random() < 0.3:
        del end["money"]


def _change_seat(data: Data, rng: random.Random) -> None:
    data["seat"][0].pop("stand_in", None)
    event = rng.choice([event for event in _events(data) if event.get("effect") == "decide"])
    event["by"] = rng.choice(["chair", "mediator", event["by"]])


def _add_event(data: Data, rng: random.Random) -> None:
    state = _going_on(data, rng)
    actors = GROUPS + [seat["id"] for seat in data["seat"]]
    event = {
        "id": f"new_{rng.randrange(10**6)}",
        "by": rng.choice(actors),
        "to": _any_state(data, rng),
        "title": {"ko": "새 일", "en": "new"},
        "effect": rng.choice(["none", "none", "join", "object", "decide"]),
    }
    if rng.random() < 0.5:
        event["limit"] = rng.choice([1, 2])
    state.setdefault("event", []).append(event)


def _narrow(data: Data, rng: random.Random) -> None:
    event = rng.choice(_events(data))
    event["when"] = rng.sample(["none", "agreed", "decided"], rng.choice([1, 2]))


_CHANGES: list[Callable[[Data, random.Random], None]] = [
    _retarget_event,
    _retarget_silence,
    _retarget_vote,
    _drop_silence,
    _drop_term,
    _drop_event,
    _drop_limit,
    _change_actor,
    _change_needs,
    _change_vote,
    _drop_few,
    _change_end,
    _change_seat,
    _add_event,
    _narrow,
]
