"""Ten manuals, each with one thing broken: each is refused with the path that shows it."""

import pytest

from moyeora.resolution import check, read_manual
from moyeora.resolution.command import main

from .conftest import BROKEN, SMALL

EXPECTED = {
    "01_no_exit": ("way_on", ["-[silence]-> board", "-[silence]-> hearing"]),
    "02_loop": ("ends", ["-[silence]-> board", "-[send_back by board]-> talk"]),
    "03_judges_itself": ("own_case", ["-[silence]-> board", "chair decide(s), among them a party"]),
    "04_silence_blocks": ("silence", ["waits for claimants, parties, respondents"]),
    "05_money_nowhere": ("money", ["-[decide by board]-> decided"]),
    "06_unreachable": ("reachable", ["no way -> expert"]),
    "07_zero_days": ("deadlines", ["-[silence]-> board"]),
    "08_overlap": ("overlap", ["-[silence]-> board"]),
    "09_staller": ("alone", ["-[adjourn by claimants]-> talk"]),
    "10_no_translation": ("translated", ["-[silence]-> board"]),
}


def test_the_sound_one_is_sound(calendar):
    report = check(read_manual(SMALL), calendar)
    assert report.sound
    assert report.bound is not None


@pytest.mark.parametrize("name", EXPECTED)
def test_each_is_refused_with_its_path(name, calendar, capsys):
    broken, steps = EXPECTED[name]
    report = check(read_manual(BROKEN / f"{name}.toml"), calendar)
    verdict = next(v for v in report.verdicts if v.name == broken)
    assert not report.sound
    assert verdict.broken is not None
    assert verdict.broken.path[-len(steps) :] == tuple(steps)
    assert not verdict.broken.says.missing(("ko", "en"))
    assert main(["check", str(BROKEN / f"{name}.toml"), "--lang", "en"]) == 1
    printed = capsys.readouterr().out
    assert all(step in printed for step in steps)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_breaks_little_else(name, calendar):
    report = check(read_manual(BROKEN / f"{name}.toml"), calendar)
    broken = {verdict.name for verdict in report.verdicts if not verdict.holds}
    follows = {
        "01_no_exit": {"silence"},
        "09_staller": {"ends", "together"},
    }
    assert broken == {EXPECTED[name][0]} | follows.get(name, set())
