"""Bad input: all faults at once, each with its file and key and what to write instead."""

import copy
from contextlib import suppress
from datetime import date
from fractions import Fraction

import pytest

from moyeora.sharing.agreement import read_agreement
from moyeora.sharing.faults import Refused
from moyeora.sharing.receipt import read_receipt
from moyeora.sharing.statement import statement
from moyeora.sharing.tables import Unreadable, read_toml
from moyeora.sharing.text import document
from sharing.test_documents import EVERYTHING, changed

GOOD = {
    "title": "t",
    "currency": "KRW",
    "firm": [{"id": "A"}, {"id": "B"}],
    "account": [{"id": "office"}],
    "fact": [{"id": "late"}],
    "step": [
        {"id": "fee", "kind": "fee", "of": "receipt", "rate": "10%", "to": "office"},
        {"id": "profit", "kind": "share", "rule": "equal"},
        {"id": "loss", "kind": "loss", "rule": "equal"},
        {"id": "rest", "kind": "remaining", "to": "A"},
    ],
}
SHARE = GOOD["step"][1]
LATE = {"id": "late-fee", "kind": "adjust", "fact": "late", "each": 1, "from": "A", "to": "B"}


def with_steps(*steps):
    return GOOD | {"step": [*steps, *GOOD["step"][2:]]}


def fee(**more):
    return {"id": "fee", "kind": "fee", "of": "receipt", "rate": "10%", "to": "office"} | more


def codes(data):
    with pytest.raises(Refused) as refused:
        read_agreement(data)
    return {(fault.code, fault.where.split(": ")[1]) for fault in refused.value.faults}


@pytest.mark.parametrize(
    ("data", "code", "where"),
    [
        (with_steps(fee(rate="101%")), "over-100", "step[1].rate"),
        (with_steps(fee(rate="60%"), fee(id="more", rate="50%")), "over-100", "step"),
        (with_steps(SHARE | {"rule": "fixed", "weights": {"A": "60%", "B": "50%"}}),
         "over-100", "step[1].weights"),
        (with_steps(SHARE | {"rule": "fixed", "weights": {"A": "60%", "B": 5}}),
         "mixed", "step[1].weights"),
        (with_steps(fee(to="Z")), "unknown-firm", "step[1].to"),
        (with_steps(fee(of="later"), fee(id="later")), "cycle", "step[1].of"),
        (with_steps(fee(of="fee")), "cycle", "step[1].of"),
        (with_steps({"id": "x", "kind": "fee", "rate": "1%", "to": "A"}),
         "missing", "step[1].of"),
        (with_steps({"id": "x", "kind": "fee", "amount": 1, "of": "left", "to": "A"}),
         "unused", "step[1].of"),
        (with_steps(SHARE | {"rule": "talmud", "claims": {"A": 5}}, LATE | {"to": "profit"}),
         "no-weights", "step[2].to"),
        (with_steps(fee(), LATE | {"to": "fee"}), "unknown-firm", "step[2].to"),
        (with_steps(fee(of="nothing")), "unknown-step", "step[1].of"),
        (with_steps(fee(), fee()), "twice", "step"),
        (with_steps(fee(cap=5)), "missing", "step[1].overflow_to"),
        (with_steps(fee(cap=5, floor=6, overflow_to="A")), "over-cap", "step[1].floor"),
        (with_steps(fee(rat="5%")), "unknown-key", "step[1].rat"),
        (with_steps(fee(rate="ten")), "not-a-number", "step[1].rate"),
        (with_steps(fee(rate="-1%")), "negative", "step[1].rate"),
        (with_steps(fee(amount=5)), "twice", "step[1].rate"),
        (with_steps(fee(cap=Fraction(3, 2), overflow_to="A")), "fraction", "step[1].cap"),
        (with_steps(LATE | {"fact": "lost"}), "unknown-fact", "step[1].fact"),
        (with_steps(LATE | {"to": "A"}), "cycle", "step[1].to"),
        (with_steps(SHARE | {"rule": "shapley"}), "no-game", "step[1].rule"),
        (with_steps(SHARE | {"rule": "fair"}), "unknown-rule", "step[1].rule"),
        (with_steps(SHARE | {"rule": "talmud", "claims": {"A": -1}}),
         "negative", "step[1].claims.A"),
        (with_steps(SHARE | {"rule": "fixed", "weights": {"A": 0}}),
         "no-weights", "step[1].weights"),
        (with_steps(SHARE | {"rule": "fixed", "weights": {"Z": 1}}),
         "unknown-firm", "step[1].weights.Z"),
        (with_steps({"id": "x", "kind": "reserve", "of": "receipt", "rate": "1%"}),
         "missing", "step[1].release_on"),
        (with_steps({"id": "x", "kind": "gift"}), "unknown-kind", "step[1].kind"),
        (GOOD | {"step": GOOD["step"][:3]}, "no-remaining", "step[3].kind"),
        (GOOD | {"step": GOOD["step"][:2] + GOOD["step"][3:]}, "no-loss", "step"),
        (GOOD | {"step": []}, "missing", "step"),
        (GOOD | {"currency": "XYZ"}, "unknown-currency", "currency"),
        (GOOD | {"title": 5}, "wrong-kind", "title"),
        (GOOD | {"game": {"form": "values", "values": [0, 0]}}, "missing-groups", "game.values"),
        (GOOD | {"game": {"form": "values", "values": "0, 0, nan"}},
         "not-a-number", "game.values[3]"),
        (with_steps(SHARE | {"rule": "nucleolus"}) | {"game": {"form": "values",
         "values": [0, 0, 0]}}, "no-weights", "step[1].rule"),
        (with_steps(SHARE | {"rule": "nucleolus"}) | {"game": {"form": "values",
         "values": [9, 9, 10]}}, "no-imputation", "step[1].rule"),
        (GOOD | {"firm": [{"id": f"f{i}"} for i in range(40)], "game": {"form": "values",
         "values": [0]}}, "too-many-players", "game.players"),
    ],
)  # fmt: skip
def test_a_fault_of_an_agreement_is_named_with_its_key(data, code, where):
    assert (code, where) in codes(data)


def test_all_faults_are_in_one_message():
    bad = with_steps(fee(rate="101%", to="Z"), SHARE | {"rule": "fair"}) | {"currency": "XYZ"}
    with pytest.raises(Refused) as refused:
        read_agreement(bad, "ours.toml")
    message = str(refused.value)
    assert len(refused.value.faults) == 4
    for key in ("currency", "step[1].rate", "step[1].to", "step[2].rule"):
        assert f"ours.toml: {key}: " in message
    assert message.count("write instead: ") == 4


RECEIPT = {"id": "R", "date": date(2026, 1, 1), "amount": 100}


@pytest.mark.parametrize(
    ("more", "code", "where"),
    [
        ({"amount": Fraction(1, 2)}, "fraction", "amount"),
        ({"amount": -5}, "negative", "amount"),
        ({"amount": "5"}, "wrong-kind", "amount"),
        ({"currency": "USD"}, "two-currencies", "currency"),
        ({"facts": {"lost": 1}}, "unknown-fact", "facts.lost"),
        ({"facts": {"late": Fraction(1, 2)}}, "fraction", "facts.late"),
        ({"cost": [{"firm": "Z", "amount": 1}]}, "unknown-firm", "cost[1].firm"),
        ({"cost": [{"firm": "A", "amount": Fraction(1, 2)}]}, "fraction", "cost[1].amount"),
        ({"advance": [{"by": "Z", "amount": 1}]}, "unknown-by", "advance[1].by"),
        ({"exchange": {"rate": 2}}, "unused", "exchange"),
        ({"credit_of": "R0", "facts": {"late": 1}}, "credit-with-facts", "credit_of"),
        ({"memo": "x"}, "unknown-key", "memo"),
    ],
)  # fmt: skip
def test_a_fault_of_a_receipt_is_named_with_its_key(more, code, where):
    with pytest.raises(Refused) as refused:
        read_receipt(RECEIPT | more, read_agreement(GOOD))
    assert (code, where) in {
        (fault.code, fault.where.split(": ")[1]) for fault in refused.value.faults
    }


def test_decimals_of_toml_are_exact_and_nan_is_none(tmp_path):
    file = tmp_path / "a.toml"
    file.write_text("rate = 0.1\nbad = nan\n")
    data = read_toml(file)
    assert data["rate"] == Fraction(1, 10)
    file.write_text("rate = = 1")
    with pytest.raises(Refused):
        read_toml(file)
    faults = codes(with_steps(fee(rate=data["bad"])))
    assert ("not-a-number", "step[1].rate") in faults


WEIRD = ["", -1, [], {}, True, Fraction(1, 3), Unreadable("nan"), 10**30, "200%", [{}], "a"]


def mutilated(data):
    """The data with each key and entry in turn replaced by something odd, or gone."""
    for path in _paths(data):
        for odd in WEIRD:
            yield changed(data, path, odd)
        gone = copy.deepcopy(data)
        inner = gone
        for key in path[:-1]:
            inner = inner[key]
        del inner[path[-1]]
        yield gone


def _paths(data, path=()):
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from _paths(value, (*path, key))


def test_nothing_that_is_written_makes_it_fail_in_any_other_way():
    refused = 0
    for data in mutilated(EVERYTHING):
        try:
            agreement = read_agreement(data)
        except Refused:
            refused += 1
            continue
        document(agreement, "ko")
    assert refused > 1000
    agreement = read_agreement(EVERYTHING)
    cost = {"firm": "a", "kind": "bank", "amount": 7, "document": "D", "approved": True}
    whole = RECEIPT | {"facts": {"late": 5}, "cost": [cost], "advance": [{"by": "b", "amount": 9}]}
    foreign = RECEIPT | {"currency": "USD", "exchange": {"rate": "13.5", "charges": 5}}
    for data in [*mutilated(whole), *mutilated(foreign)]:
        with suppress(Refused):
            statement(agreement, read_receipt(data, agreement))
