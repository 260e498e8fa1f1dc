"""Honest, silent and hostile firms: every case ends in time, and its money is all there.

The long form is ``make soak-resolution``: 100,000 cases and 1,000 mutations.
"""

from moyeora.resolution import check, manual_of, read_manual

from .conftest import SMALL
from .simulator import verdict
from .soak import SMALL as SIZES
from .soak import disagreements, run_cases, small_data


def test_random_cases_end_within_the_bound_and_replay_to_the_same_value(manual):
    ends = run_cases(manual, 250, seed=1)
    # The firms are not all of one temper: cases end in many ways, not only by silence.
    assert len(ends) >= 6


def test_so_they_do_in_the_small_manual_of_the_docs():
    ends = run_cases(read_manual(SMALL), 150, seed=2)
    assert set(ends) == {"settled", "decided", "halved"}


def test_checker_and_simulator_agree_on_mutations(default_data):
    differ, broken = disagreements(small_data(default_data), 20, seed=1)
    assert not differ
    # The mutations do break things, and leave some manuals sound.
    assert broken["sound"]
    assert broken["ends"]
    assert broken["money"]


def test_going_round_needs_whoever_can_really_go_round(default_data):
    # Objecting leads back to the start. An outsider can do so once only, for it becomes a party
    # and has no vote any more; going round takes an outsider who votes and a party who objects.
    data = small_data(default_data)
    objections = next(state for state in data["state"] if state["id"] == "objections")
    objections["event"][0]["to"] = "raised"
    report = check(manual_of(data, "m.toml"))
    found = {v.name: v.holds for v in report.verdicts}
    walked = verdict(data, SIZES)
    assert not walked["together"]
    assert walked["alone"]
    assert {name: found[name] for name in walked} == walked
