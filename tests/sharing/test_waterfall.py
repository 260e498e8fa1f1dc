"""The waterfall from outside: published flows, chains of receipts, credit notes, losses."""

from datetime import date
from fractions import Fraction as F
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moyeora.sharing.agreement import read_agreement
from moyeora.sharing.faults import Refused
from moyeora.sharing.receipt import read_receipt
from moyeora.sharing.state import first_state, state_from_json, state_to_json
from moyeora.sharing.statement import replay, statement, statement_to_json
from sharing.made_up import made_up_agreement, made_up_receipts
from sharing.soak import soak

LOSS = {"id": "loss", "kind": "loss", "rule": "equal"}


def agree(*steps, firms="ABC", **more):
    return read_agreement(
        {
            "title": "t",
            "currency": "KRW",
            "firm": [{"id": name} for name in firms],
            "step": [*steps, LOSS],
            **more,
        }
    )


def receive(agreement, amount, name="R1", day=1, **more):
    data = {"id": name, "date": date(2026, 3, day), "amount": amount, **more}
    return read_receipt(data, agreement)


def paid(agreement, amount, **more):
    made, _ = statement(agreement, receive(agreement, amount, **more))
    return {payment.party: payment.paid for payment in made.payments}


def rest(to, name="rest"):
    return {"id": name, "kind": "remaining", "to": to}


def fee(name, to, **more):
    return {"id": name, "kind": "fee", "to": to, **more}


def test_numscript_max_fee():
    # formancehq/numscript, max-fee: 500 with 10 % to { max 10 to fees, overflow to B }, rest to C
    nested = {
        "id": "tenth", "kind": "fee", "of": "receipt", "rate": "10%",
        "step": [
            fee("fees", "A", of="left", rate="100%", cap=10, overflow_to="B"),
            rest("B", "over"),
        ],
    }  # fmt: skip
    assert paid(agree(nested, rest("C")), 500) == {"A": 10, "B": 40, "C": 450}


def test_numscript_destination_complex():
    # formancehq/numscript, destination-complex: 20 % to a, 20 % kept, 60 % nested
    kept = {
        "id": "kept",
        "kind": "reserve",
        "of": "receipt",
        "rate": "20%",
        "release_on": date(2030, 1, 1),
    }
    nested = {
        "id": "most", "kind": "fee", "of": "receipt", "rate": "60%",
        "step": [fee("ten", "B", amount=10), rest("C", "inner")],
    }  # fmt: skip
    agreement = agree(fee("first", "A", of="receipt", rate="20%"), kept, nested, rest("C"))
    made, _ = statement(agreement, receive(agreement, 100))
    assert {p.party: p.paid for p in made.payments} == {"A": 20, "B": 10, "C": 50}
    assert made.of("kept") == 20


def test_left_over_units_go_to_the_largest_fraction_not_to_the_first():
    share = {"id": "s", "kind": "share", "rule": "fixed"}
    agreement = agree(share | {"weights": {"A": "80%", "B": "8%", "C": "12%"}}, rest("A"))
    assert paid(agreement, 15) == {"A": 12, "B": 1, "C": 2}


def test_six_equal_firms_over_300_receipts_stay_within_a_unit():
    agreement = agree({"id": "s", "kind": "share", "rule": "equal"}, rest("A"), firms="ABCDEF")
    random, state, total = Random(3), None, 0
    for number in range(300):
        amount = random.randint(0, 10**7)
        total += amount
        _, state = statement(agreement, receive(agreement, amount, name=str(number)), state)
        assert max(abs(F(total, 6) - state.paid[firm]) for firm in "ABCDEF") < 1


@given(st.integers(0, 10**9), st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_ten_receipts_give_what_one_of_their_sum_gives(seed, parts):
    """Equal within one unit a step and firm (where facts come first and no claim is short)."""
    random = Random(seed)
    agreement = made_up_agreement(random)
    many = list(made_up_receipts(random, agreement, parts, with_facts=False))
    one = receive(agreement, sum(receipt.amount for receipt in many))
    _, once = statement(agreement, one)
    state = None
    for receipt in many:
        _, state = statement(agreement, receipt, state)
    for step, memory in once.memory.items():
        for a, b in zip(memory.given, state.memory[step].given, strict=True):
            assert abs(a - b) <= 1


def test_a_short_form_of_the_soak():
    assert soak(1500, seed=11)["statements"] == 1500


def test_every_statement_can_be_replayed_to_the_same_bytes():
    random = Random(5)
    agreement = made_up_agreement(random)
    receipts = list(made_up_receipts(random, agreement, 20))
    state, made = None, []
    for receipt in receipts:
        one, state = statement(agreement, receipt, state)
        made.append(statement_to_json(one))
        stored = state_to_json(state)
        state = state_from_json(stored, agreement)
    again = replay(agreement, state.receipts)
    assert [statement_to_json(one) for one in again] == made


class TestCreditNotes:
    agreement = agree(
        fee("fee", "A", of="receipt", rate="10%", cap=100, overflow_to="left"),
        {"id": "s", "kind": "share", "rule": "equal"},
        rest("A"),
    )

    def test_the_difference_is_owed_and_set_off(self):
        _, state = statement(self.agreement, receive(self.agreement, 900, "R1"))
        note = receive(self.agreement, 300, "C1", 2, credit_of="R1")
        made, state = statement(self.agreement, note, state)
        # 900: 90 + 270 each; 600: 60 + 180 each
        assert {p.party: p.due for p in made.payments} == {"A": -120, "B": -90, "C": -90}
        assert [p.paid for p in made.payments] == [0, 0, 0]
        assert state.receivables() == {"A": 120, "B": 90, "C": 90}
        made, state = statement(self.agreement, receive(self.agreement, 100, "R2", 3), state)
        # 10 + 30 each, all set off: the money goes to whoever paid the customer back
        assert made.returned == 100
        assert state.receivables() == {"A": 80, "B": 60, "C": 60}
        made, state = statement(self.agreement, receive(self.agreement, 400, "R3", 4), state)
        assert state.receivables() == {}
        assert state.returned == state.credited == 300
        # The cap ran over the whole item: 100 of 1,100 were the fee.
        assert state.entitled == {"A": 100 + 334, "B": 333, "C": 333}

    def test_a_full_credit_note_leaves_nothing(self):
        _, state = statement(self.agreement, receive(self.agreement, 901, "R1"))
        note = receive(self.agreement, 901, "C1", 2, credit_of="R1")
        made, state = statement(self.agreement, note, state)
        assert sum(line.amount for line in made.lines) == -901
        assert set(state.entitled.values()) == {0}


def test_costs_too_large_are_paid_by_the_named_rule_and_carried():
    costs = [
        {"firm": firm, "amount": amount, "document": "D", "approved": True}
        for firm, amount in zip("ABC", (100, 200, 300), strict=True)
    ]
    agreement = agree({"id": "c", "kind": "reimburse", "rule": "talmud"}, rest("A"))
    first = receive(agreement, 200, cost=costs)
    made, state = statement(agreement, first)
    assert [(line.party, line.amount) for line in made.lines] == [("A", 50), ("B", 75), ("C", 75)]
    made, state = statement(agreement, receive(agreement, 100, "R2", 2), state)
    # together 300: 50, 100, 150
    assert [(line.party, line.amount) for line in made.lines] == [("A", 0), ("B", 25), ("C", 75)]
    made, state = statement(agreement, receive(agreement, 0, "R3", 3, final=True), state)
    # 300 were never covered: each bears 100 and is owed what it paid
    assert {p.party: p.due for p in made.payments} == {"A": -50, "C": 50}


def test_only_approved_and_documented_costs_count():
    cost = {"firm": "B", "amount": 100, "document": "D", "approved": True}
    agreement = agree({"id": "c", "kind": "reimburse", "rule": "proportional"}, rest("A"))
    assert paid(agreement, 300, cost=[cost]) == {"A": 200, "B": 100}
    assert paid(agreement, 300, cost=[cost | {"approved": False}]) == {"A": 300}
    assert paid(agreement, 300, cost=[cost | {"document": ""}]) == {"A": 300}


def test_advances_are_recouped_until_they_are_paid_back():
    agreement = agree({"id": "a", "kind": "advance", "of": "receipt", "rate": "25%"}, rest("A"))
    advance = [{"by": "B", "amount": 300}, {"by": "C", "amount": 100}]
    made, state = statement(agreement, receive(agreement, 800, advance=advance))
    assert {p.party: p.paid for p in made.payments} == {"A": 600, "B": 150, "C": 50}
    made, state = statement(agreement, receive(agreement, 8000, "R2", 2), state)
    assert {p.party: p.paid for p in made.payments} == {"A": 7800, "B": 150, "C": 50}
    made, _ = statement(agreement, receive(agreement, 100, "R3", 3), state)
    assert {p.party: p.paid for p in made.payments} == {"A": 100}


def test_a_reserve_fills_up_to_its_cap_and_comes_back_on_its_day():
    agreement = agree(
        {"id": "keep", "kind": "reserve", "of": "receipt", "rate": "10%", "cap": 150,
         "overflow_to": "left", "release_on": date(2026, 3, 9)},
        rest("A"),
    )  # fmt: skip
    state, seen = None, []
    for day, amount in ((1, 1000), (2, 1000), (9, 0), (10, 500)):
        made, state = statement(agreement, receive(agreement, amount, str(day), day), state)
        seen.append((made.of("keep"), made.of("A")))
    assert seen == [(100, 900), (50, 950), (-150, 150), (0, 500)]


def test_a_penalty_is_taken_from_what_the_firm_is_due_and_the_rest_waits():
    agreement = agree(
        {"id": "s", "kind": "share", "rule": "fixed", "weights": {"A": 2, "B": 1, "C": 1}},
        {"id": "late", "kind": "adjust", "fact": "days", "each": 30, "free": 1, "cap": 100,
         "from": "B", "to": "s"},
        rest("A"),
        fact=[{"id": "days"}],
    )  # fmt: skip
    made, state = statement(agreement, receive(agreement, 200, facts={"days": 3}))
    # two days count: 60 wanted, only 50 due; the others get it 2 : 1
    assert {p.party: p.paid for p in made.payments} == {"A": 133, "C": 67}
    made, state = statement(agreement, receive(agreement, 200, "R2", 2, facts={"days": 5}), state)
    # in all 7 days, 210, capped at 100; 50 were taken
    assert made.of("B") == 0
    assert (state.paid["A"], state.paid["C"]) == (267, 133)


def test_a_bonus_is_paid_out_of_the_pot():
    agreement = agree(
        {"id": "early", "kind": "adjust", "fact": "early", "rate": "1%", "of": "receipt",
         "from": "left", "to": "C"},
        rest("A"),
        fact=[{"id": "early"}],
    )  # fmt: skip
    assert paid(agreement, 1000, facts={"early": 3}) == {"A": 970, "C": 30}


def test_brackets_and_floors_run_over_the_whole_item():
    bracket = [{"up_to": 1000, "rate": "10%"}, {"rate": "5%"}]
    agreement = agree(fee("f", "B", of="receipt", brackets=bracket, floor=60), rest("A"))
    state, seen = None, []
    for number in range(4):
        made, state = statement(agreement, receive(agreement, 400, str(number)), state)
        seen.append(made.of("B"))
    # 40 lifted to the floor of 60; 80; 100 + 10; 100 + 30
    assert seen == [60, 20, 30, 20]


def test_a_floor_is_for_the_whole_item_also_when_each_receipt_is_rounded():
    agreement = agree(fee("f", "B", of="receipt", rate="10%", floor=60, per="receipt"), rest("A"))
    state, seen = None, []
    for number in range(3):
        made, state = statement(agreement, receive(agreement, 409, str(number)), state)
        seen.append(made.of("B"))
    assert seen == [60, 20, 40]


def test_a_line_at_its_cap_carries_nothing_and_a_shortage_is_caught_up():
    agreement = agree(
        fee("first", "A", amount=90),
        fee("capped", "B", of="receipt", rate="50%", cap=20, overflow_to="left"),
        rest("C"),
    )
    made, state = statement(agreement, receive(agreement, 100))
    assert [(line.party, line.amount, line.due) for line in made.lines[:2]] == [
        ("A", 90, 90), ("B", 10, 20 * made.lines[1].scale)
    ]  # fmt: skip
    made, _ = statement(agreement, receive(agreement, 100, "R2", 2), state)
    assert {payment.party: payment.paid for payment in made.payments} == {"B": 10, "C": 90}


@pytest.mark.parametrize(
    ("rounding", "unit", "expected"),
    [("down", 1, 90), ("half_up", 1, 91), ("up", 1, 91), ("down", 10, 90), ("up", 10, 100)],
)
def test_a_tax_is_rounded_as_the_law_asks(rounding, unit, expected):
    tax = {"id": "vat", "kind": "tax", "of": "receipt", "rate": "10%", "included": True, "to": "B",
           "rounding": rounding, "unit": unit}  # fmt: skip
    assert paid(agree(tax, rest("A")), 999)["B"] == expected


def test_a_tax_may_be_rounded_on_every_receipt():
    tax = {"id": "vat", "kind": "tax", "of": "receipt", "rate": "10%", "to": "B", "per": "receipt"}
    agreement, state = agree(tax, rest("A")), None
    for number in range(3):
        made, state = statement(agreement, receive(agreement, 19, str(number)), state)
        assert made.of("B") == 1


def test_foreign_money_is_converted_by_the_bank_s_rate():
    agreement = agree(rest("A"), currency="USD")
    made, _ = statement(
        agreement,
        receive(agreement, 1_000_000, currency="JPY", exchange={"rate": "0.6543", "charges": 2500}),
    )
    assert made.amount == 654_300 - 2500


def test_a_game_gives_weights_frozen_at_signing():
    game = {"form": "values", "values": [0, 0, 0, 10, 20, 0, 30]}
    agreement = agree({"id": "s", "kind": "share", "rule": "shapley"}, rest("A"), game=game)
    # Shapley of this game: 15, 5, 10
    assert paid(agreement, 600) == {"A": 300, "B": 100, "C": 200}


def test_offers_make_a_game():
    """v(S) = 0 without the owner; else price less the cheapest way, at own cost inside S."""
    offers = [
        {"firm": "A", "role": "sell", "cost": 10, "price": 20},
        {"firm": "B", "role": "build", "cost": 30, "price": 60},
        {"firm": "C", "role": "build", "cost": 40, "price": 50},
        {"firm": "outsider", "role": "build", "price": 55},
    ]
    game = {"form": "offers", "price": 100, "owner": "A", "offer": offers}
    agreement = agree({"id": "s", "kind": "share", "rule": "nucleolus"}, rest("A"), game=game)
    table = agreement.game.game
    assert [table.worth[g] for g in (0b001, 0b010, 0b110, 0b011, 0b101, 0b111)] == [
        40, 0, 0, 60, 50, 60
    ]  # fmt: skip


def _with_other_receipt(stored):
    stored["receipts"][0]["amount"] += 1
    return stored


def test_a_state_of_another_agreement_or_out_of_order_is_refused():
    agreement = agree(rest("A"))
    _, state = statement(agreement, receive(agreement, 10, day=5))
    other = agree(rest("B"))
    for made, code in [
        (lambda: statement(other, receive(other, 10, "R2", 6), state), "other-agreement"),
        (lambda: statement(agreement, receive(agreement, 10, "R2", 4), state), "out-of-order"),
        (lambda: statement(agreement, receive(agreement, 10, "R1", 6), state), "twice"),
        (lambda: state_from_json(state_to_json(state), other), "other-agreement"),
        (lambda: state_from_json(state_to_json(state) | {"paid": {"A": 11}}, agreement),
         "changed-state"),
        (lambda: state_from_json(_with_other_receipt(state_to_json(state)), agreement),
         "changed-state"),
        (lambda: state_from_json({"format": 1, "agreement": agreement.digest}, agreement),
         "not-a-state"),
        (lambda: statement(agreement, receive(agreement, 11, "C", 6, credit_of="R1"), state),
         "over-credit"),
        (lambda: statement(agreement, receive(agreement, 1, "C", 6, credit_of="R9"), state),
         "unknown-receipt"),
    ]:  # fmt: skip
        with pytest.raises(Refused) as refused:
            made()
        assert [fault.code for fault in refused.value.faults] == [code]
    assert state_from_json(state_to_json(first_state(agreement)), agreement).receipts == ()
