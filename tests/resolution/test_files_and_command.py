"""What is wrong with a file is said all at once; the command's forms are as promised."""

import json
import subprocess
import sys

import pytest

from moyeora.cli import main as moyeora
from moyeora.resolution import FileFaults, ManualTooLarge, check, manual_of, read_manual
from moyeora.resolution.command import main
from moyeora.resolution.play import script_of

from .conftest import SMALL


def wrong_manual(data):
    """The default manual with a dozen faults, and the keys at which they must be reported."""
    states = {state["id"]: state for state in data["state"]}
    states["negotiation"]["days"] = "fourteen"
    states["expert"]["silence"]["to"] = "bord"
    states["board"]["event"][0]["by"] = "bored"
    states["assembly"]["vote"]["quorum"] = "3/2"
    states["assembly"]["vote"]["majority"] = 0.67
    states["mediation"]["confidental"] = True
    states["settled"]["days"] = 3
    states["raised"]["event"][2]["limit"] = 0
    states["raised"]["event"][0]["effect"] = "agre"
    data["seat"][0]["stand_in"] = "chair"
    data["track"][0]["start"] = "raise"
    data["law"][0]["touches"] = ["differences"]
    del data["manual"]["title"]
    data["manual"]["firms"] = {"least": 5, "most": 3}
    return [
        "state[negotiation].days",
        "state[expert].silence.to",
        "state[board].event[decide].by",
        "state[assembly].vote.quorum",
        "state[assembly].vote.majority",
        "state[mediation].confidental",
        "state[settled].end",
        "state[raised].event[join].limit",
        "state[raised].event[acknowledge].effect",
        "seat[chair].stand_in",
        "track[difference].start",
        "law[subcontract-60-days].touches",
        "manual.title",
        "manual.firms.least",
    ]


def test_every_fault_of_a_manual_is_named_at_once(default_data):
    keys = wrong_manual(default_data)
    with pytest.raises(FileFaults) as raised:
        manual_of(default_data, "m.toml")
    assert sorted(fault.key for fault in raised.value.faults) == sorted(keys)
    assert all(fault.file == "m.toml" and fault.instead for fault in raised.value.faults)


def test_every_fault_of_a_file_of_events_is_named_at_once():
    with pytest.raises(FileFaults) as raised:
        script_of(
            {
                "case": {
                    "track": "difference",
                    "opened": "yesterday",
                    "currency": "won",
                    "firms": ["a", 3],
                    "statement": {"a": 1.5},
                    "color": "red",
                },
                "item": [{"id": "x", "by": "a", "claimed": {"a": "much"}}],
                "event": [{"on": 5, "id": "offer"}],
            },
            "events.toml",
        )
    assert {fault.key for fault in raised.value.faults} >= {
        "case.opened",
        "case.currency",
        "case.firms",
        "case.statement.a",
        "case.color",
        "item[x].claimed.a",
        "event[offer].on",
        "event[offer].by",
    }


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "cannot be read"), (b"\xff\xfe", "not UTF-8"), (b"[manual\n", "line 1")],
)
def test_a_file_that_is_no_toml(tmp_path, content, says):
    path = tmp_path / "manual.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FileFaults, match=says):
        read_manual(path)
    assert main(["check", str(path)]) == 1


def test_show_needs_no_file_and_speaks_both_languages(capsys):
    assert moyeora(["manual", "show"]) == 0
    assert "차이를 푸는 매뉴얼" in capsys.readouterr().out
    assert moyeora(["manual", "show", str(SMALL), "--lang", "en"]) == 0
    assert "A small manual" in capsys.readouterr().out


def test_check_proves_and_gives_the_longest_way(capsys):
    assert moyeora(["manual", "check", str(SMALL), "--lang", "en"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("proved") == 12
    assert "The longest way over every start date of 2026 to 2026" in printed
    assert moyeora(["manual", "check", str(SMALL), "--firms", "9"]) == 2


def test_a_manual_too_large_to_explore_is_refused_and_not_tried_for_ever(default_data, monkeypatch):
    monkeypatch.setattr("moyeora.resolution.graph.MOST_NODES", 5_000)
    state = next(state for state in default_data["state"] if state["id"] == "negotiation")
    for number in range(12):
        state["event"].append(
            {
                "id": f"pause{number}",
                "by": "parties",
                "to": "negotiation",
                "limit": 9,
                "title": {"ko": "쉼", "en": "pause"},
            }
        )
    with pytest.raises(ManualTooLarge, match="lower limits"):
        check(manual_of(default_data, "m.toml"), firms=(2, 2))


def test_draw_writes_the_same_bytes_twice(tmp_path, capsys):
    paths = [tmp_path / "one.svg", tmp_path / "two.svg"]
    for path in paths:
        assert moyeora(["manual", "draw", str(SMALL), "-o", str(path)]) == 0
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert moyeora(["manual", "draw", str(SMALL), "-o", str(tmp_path / "no" / "x.svg")]) == 1
    assert moyeora(["manual", "draw", str(SMALL), "-o", str(paths[0]), "--track", "x"]) == 2
    assert "write one of difference" in capsys.readouterr().err


EVENTS = """
[case]
track = "difference"
opened = 2026-03-02
currency = "KRW"
firms = ["a", "b", "c"]
claimants = ["a"]
respondents = ["b"]
until = 2026-12-31
[case.seats]
[case.statement]
a = 100
b = 101
c = 102
[[item]]
id = "x"
by = "a"
claimed = { a = 51, b = -51 }
[[event]]
on = 2026-03-03
id = "decide"
by = "a"
"""


def test_play_shows_refusals_and_lets_time_pass(tmp_path, capsys):
    path = tmp_path / "events.toml"
    path.write_text(EVENTS, "utf-8")
    assert moyeora(["manual", "play", str(SMALL), str(path), "--lang", "en"]) == 1
    printed = capsys.readouterr().out
    assert "refused: 'decide' cannot be done in 'talk'" in printed
    assert "the end: Halved" in printed
    # Half of 51 is 25; the odd won stays where the statement puts it.
    assert "| a (KRW)" not in printed
    assert "| a | 100 | 125 | 125 | 0 | 0 |" in printed


def test_play_refuses_a_manual_that_is_not_sound(tmp_path, capsys):
    path = tmp_path / "events.toml"
    path.write_text(EVENTS, "utf-8")
    loop = tmp_path / "loop.toml"
    loop.write_text(SMALL.read_text("utf-8").replace("limit = 1\n", ""), "utf-8")
    assert moyeora(["manual", "play", str(loop), str(path)]) == 1
    assert "the manual is refused" in capsys.readouterr().err


def test_the_room_stands_alone():
    code = (
        "import sys, json, moyeora.resolution, moyeora.resolution.command;"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = json.loads(done.stdout)
    rooms = {name.split(".")[1] for name in loaded if name.startswith("moyeora.")}
    assert rooms == {"resolution"}
    assert not {"django", "ortools", "numpy"} & set(loaded), "heavy packages load when needed"
