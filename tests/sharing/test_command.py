"""``moyeora share`` as it is called from outside."""

import json
from fractions import Fraction as F
from pathlib import Path
from random import Random

import pytest

from moyeora.cli import main

LCD = Path(__file__).parents[2] / "examples" / "lcd-export"
YOUNG = "15,20,55,35,61,65,78"


@pytest.fixture
def share(capsys):
    def run(*words, code=0):
        assert main(["share", *map(str, words)]) == code
        out, err = capsys.readouterr()
        return out if code == 0 else err

    return run


def shares(text):
    return json.loads(text)["shares"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("claims --rule talmud --claims 100,200,300 --estate 200", "50 75 75"),
        ("claims --rule talmud --claims 0.1,1/5,3e-1 --estate 20%", "1/20 3/40 3/40"),
        ("claims --rule shapley --claims 100,200,300 --estate 200", "100/3 250/3 250/3"),
        ("claims --rule equal --claims 1,2,3 --estate 6", "2 2 2"),
        ("game --rule nucleolus --players 4 --values 0,0,0,0,5,5,8,9,10,8,13,15,16,17,21",
         "7/2 9/2 11/2 15/2"),
        ("game --rule shapley --values 0,0.5,1", "1/4 3/4"),
        ("game --rule shapley --values -1,0.5,1", "-1/4 5/4"),
        ("game --rule shapley --values 1/3,1/3,2", "1 1"),
        (f"game --rule per_capita_nucleolus --costs {YOUNG} --savings", "2/3 7/6 61/6"),
        (f"game --rule per_capita_nucleolus --costs {YOUNG}", "43/3 113/6 269/6"),
        (f"game --rule shapley --costs {YOUNG}", "77/6 52/3 287/6"),
        (f"game --rule shapley --costs {YOUNG} --savings", "13/6 8/3 43/6"),
        ("game --rule tau --values 0,0,0,1,2,1,3", "6/5 3/5 6/5"),
        ("game --rule prenucleolus --values 3,3,5", "5/2 5/2"),
        ("game --rule equal --values 3,3,5", "5/2 5/2"),
        ("game --rule proportional --values 3,1,8", "6 2"),
        ("game --rule shapley --airport 8,11,13,18", "2 3 4 9"),
        ("game --rule nucleolus --airport 8,11,13,18", "13/4 13/4 13/4 33/4"),
        ("game --rule nucleolus --airport 8,11,13,18 --savings", "19/4 31/4 39/4 39/4"),
        ("game --rule shapley --airport 120,60,40,30", "485/6 125/6 65/6 15/2"),
        ("game --rule shapley --weights 10,10,20,30 --quota 50", "1/12 1/12 1/4 7/12"),
        ("game --rule nucleolus --weights 1,1,1 --quota 2", "1/3 1/3 1/3"),
        ("game --rule talmud --bankruptcy 100,200,300 --estate 300", "50 100 150"),
        ("game --rule nucleolus --bankruptcy 100,200,300 --estate 300", "50 100 150"),
        ("game --rule weighted --mix shapley=1,equal=3 --values 0,4,8", "7/2 9/2"),
    ],
)  # fmt: skip
def test_it_prints_exact_shares(share, words, expected):
    assert shares(share(*words.split(), "--json")) == expected.split()


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("claims --rule talmud --claims 100,-2,nan --estate x",
         "negative-claim not-a-number not-a-number"),
        ("claims --rule talmud --claims 1,2 --estate 4", "estate-over-claims"),
        ("claims --rule talmud --claims 1,2 --estate -4", "negative-estate"),
        ("claims --rule talmud --claims -1,2 --estate 1", "negative-claim"),
        ("claims --rule best --claims 1,2 --estate 1", "unknown-rule"),
        ("claims --rule talmud --claims inf,2 --estate 1", "not-a-number"),
        ("claims --rule talmud --claims 1/0,2 --estate 1", "not-a-number"),
        ("game --rule nucleolus --players 3 --values 1,2,3", "missing-groups"),
        ("game --rule nucleolus --players 1 --values 1,2,3", "too-many-groups"),
        ("game --rule nucleolus --players 40 --values 1,2,3", "too-many-players"),
        ("game --rule nucleolus --players 0 --values 1,2,3", "no-players"),
        ("game --rule nucleolus --values 2,2,3", "no-imputation"),
        ("game --rule tau --values 0,0,0,9,9,9,10", "not-quasi-balanced"),
        ("game --rule shapley --weights 1,2", "missing"),
        ("game --rule shapley --weights 1,2 --quota 9", "quota"),
        ("game --rule shapley --airport 1,-2", "negative"),
        ("game --rule talmud --values 1,2,3", "claims-rule"),
        ("game --rule shapley --values 1,2,3 --savings", "unused"),
        ("game --rule shapley --values 1,2,3 --certificate p.json", "no-certificate"),
        ("game --rule shapley --values @nowhere.txt", "unreadable"),
        ("check nowhere.json", "unreadable"),
    ],
)  # fmt: skip
def test_it_refuses_with_every_fault(share, words, codes):
    message = share(*words.split(), code=1)
    assert sorted(part.split("]")[0] for part in message.split("[") if "]\n" in part) == (
        sorted(codes.split())
    )
    assert "write instead: " in message


def test_the_command_line_itself_can_be_wrong(share, capsys):
    for words in ([], ["claims"], ["nothing"], ["game", "--rule", "shapley"]):
        assert main(["share", *words]) == 2
    assert main(["share", "--help"]) == 0
    assert "statement" in capsys.readouterr().out


def test_numbers_of_any_size_are_printed(share):
    assert "50,000.0000" in share("claims", "--rule", "equal", "--claims", "1e5", "--estate", "5e4")
    huge = share("game", "--rule", "shapley", "--values", "0,-1e400,1e400")
    assert huge.count("\n") == 2


def test_fifteen_players_from_a_file_with_a_proof_that_others_check(share, tmp_path):
    random = Random(15)
    values = [random.randint(0, 10**10) for _ in range(2**15 - 1)]
    values[:15], values[-1] = [0] * 15, 3 * 10**10
    (tmp_path / "values.txt").write_text("\n".join(map(str, values)))
    proof = tmp_path / "proof.json"
    found = shares(
        share("game", "--rule", "nucleolus", "--players", 15, "--values",
              f"@{tmp_path}/values.txt", "--certificate", proof, "--json")
    )  # fmt: skip
    assert sum(map(F, found)) == 3 * 10**10
    assert share("check", proof).startswith("proven: ")
    stored = json.loads(proof.read_text())
    stored["shares"][0], stored["shares"][1] = stored["shares"][1], stored["shares"][0]
    proof.write_text(json.dumps(stored))
    assert "moyeora share check: " in share("check", proof, code=1)


def test_forty_players_can_be_sampled(share):
    weights = ",".join(["1"] * 40)
    words = ("game", "--rule", "shapley", "--weights", weights, "--quota", 21)
    assert set(shares(share(*words, "--json"))) == {"1/40"}
    sampled = json.loads(share(*words, "--samples", 500, "--seed", 3, "--json"))
    assert sampled["exact"] is False
    assert all(abs(F(x) - F(1, 40)) <= F(sampled["error"]) for x in sampled["shares"])


def test_a_chain_of_statements_through_files(share, tmp_path):
    agreement, state, due = LCD / "agreement.toml", None, {}
    for path in sorted((LCD / "receipts").glob("*.toml")):
        before = ["--state", state] if state else []
        state = tmp_path / f"{path.stem}.json"
        made = json.loads(
            share("statement", agreement, path, *before, "--state-out", state, "--json")
        )
        assert made["sum"] == made["amount"] == sum(line["amount"] for line in made["lines"])
        assert all(type(line["amount"]) is int for line in made["lines"])
        for payment in made["payments"]:
            due[payment["firm"]] = due.get(payment["firm"], 0) + payment["paid"]
    assert sum(due.values()) == 200_000_000 + 300_007_500 + 296_000_000 + 200_000_000
    assert "4 statements recomputed" in share("replay", agreement, state)
    text = share("statement", agreement, LCD / "receipts" / "1-advance.toml", "--lang", "en")
    assert "clause 11" in text
    message = share("statement", agreement, path, "--state", state, code=1)
    assert "[twice]" in message


def test_why_compare_sensitivity_and_text(share, tmp_path):
    agreement, scenarios = LCD / "agreement.toml", LCD / "scenarios.toml"
    receipt = LCD / "receipts" / "1-advance.toml"
    assert "제11조" in share("why", agreement, receipt, "--firm", "seoul")
    assert "제11조" in share("why", agreement, receipt, "--firm", "서울광학")
    assert "clause 11" in share("why", agreement, receipt, "--firm", "seoul", "--lang", "en")
    assert "[unknown-firm]" in share("why", agreement, receipt, "--firm", "nobody", code=1)
    page = tmp_path / "compare.html"
    assert "떠날 모임" in share("compare", agreement, "--scenarios", scenarios, "--html", page)
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    table = json.loads(share("compare", agreement, "--scenarios", scenarios, "--json"))
    assert [len(rule["scenarios"]) for rule in table["rules"]] == [3] * 5
    more = share("sensitivity", agreement, "--scenarios", scenarios, "--set", "step.sales.rate=5%")
    assert "4% → 5%" in more
    assert "[unknown-path]" in share(
        "sensitivity", agreement, "--scenarios", scenarios, "--set", "step.no.rate=5%", code=1
    )
    for name, start in (("a.pdf", b"%PDF"), ("a.txt", b"LCD")):
        share("text", agreement, "-o", tmp_path / name, "--lang", "ko")
        assert (tmp_path / name).read_bytes().startswith(start)
    assert "[unknown-format]" in share("text", agreement, "-o", tmp_path / "a.doc", code=1)
