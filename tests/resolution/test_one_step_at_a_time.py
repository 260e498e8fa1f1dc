"""Cases of three and six firms, act by act: days, money, parties, votes, and what is refused."""

from dataclasses import FrozenInstanceError, replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moyeora.resolution import (
    Act,
    Case,
    FileFaults,
    Opening,
    Refusal,
    Text,
    new_item,
    open_case,
    record,
    step,
)
from moyeora.resolution.play import Script, play, story_lines
from moyeora.resolution.remedies import contested_garment, exit_account

MONEY = {"panel": 500, "assembly": 300, "carrier": 100, "lead": 50, "packer": 30, "tester": 20}
FIRMS = tuple(MONEY)
START = date(2026, 3, 2)  # a substitute holiday: notices arrive on any day


@pytest.fixture
def opening():
    return Opening(
        track="difference",
        on=START,
        firms=FIRMS,
        claimants=frozenset({"assembly"}),
        respondents=frozenset({"panel"}),
        holders={"chair": "lead"},
        currency="KRW",
        statement=MONEY,
        items=(new_item("bad-lot", "assembly", {"assembly": 120, "panel": -120}),),
    )


@pytest.fixture
def case(manual, opening, calendar):
    return open_case(manual, opening, calendar)


@pytest.fixture
def go(manual, calendar):
    """Take steps that must all succeed: (day, event, by, data...)."""

    def steps(case: Case, *acts) -> Case:
        for on, name, by, *data in acts:
            act = Act(name, by, data[0] if data else {}) if name else None
            after = step(manual, case, act, on, calendar)
            assert isinstance(after, Case), after
            case = after
        return case

    return steps


@pytest.fixture
def refused(manual, calendar):
    def code(case: Case, on, name, by, data=None) -> str:
        answer = step(manual, case, Act(name, by, data or {}), on, calendar)
        assert isinstance(answer, Refusal)
        assert not answer.reason.missing(("ko", "en"))
        return answer.code

    return code


def test_only_the_difference_is_held_and_only_from_the_firm_that_would_lose_it(case):
    assert case.disputed == 120
    assert case.money.held == {firm: 120 if firm == "panel" else 0 for firm in FIRMS}
    assert case.money.paid == {**MONEY, "panel": 380}


def test_a_case_cannot_be_changed(case):
    with pytest.raises(FrozenInstanceError):
        case.state = "settled"
    for mapping in (case.money.paid, case.holders, case.items[0].claimed):
        with pytest.raises(TypeError):
            mapping["panel"] = 0


def test_an_act_on_the_last_day_beats_the_deadline(case, go):
    # Deemed to have arrived on 5 March; three days later is Sunday 8, so Monday 9.
    assert (case.notice.clock, case.notice.last_day) == (date(2026, 3, 5), date(2026, 3, 9))
    after = go(case, (date(2026, 3, 9), "acknowledge", "panel"))
    assert after.state == "negotiation"
    assert after.entered == date(2026, 3, 9)


def test_silence_takes_effect_on_the_day_after(case, go, refused):
    assert go(case, (date(2026, 3, 9), None, "")).state == "raised"
    after = go(case, (date(2026, 3, 10), None, ""))
    assert (after.state, after.entered) == ("negotiation", date(2026, 3, 10))
    assert refused(case, date(2026, 3, 10), "acknowledge", "panel") == "unknown-event"


def test_the_clock_starts_when_the_notice_has_arrived_with_all(case, go):
    one = go(case, (date(2026, 3, 3), "received", "panel"))
    assert one.notice.clock == date(2026, 3, 5)
    both = go(one, (date(2026, 3, 4), "received", "assembly"))
    assert (both.notice.clock, both.notice.last_day) == (date(2026, 3, 4), date(2026, 3, 9))
    # Whoever acts on a notice has it.
    acted = go(one, (date(2026, 3, 3), "offer", "assembly", {"upheld": {"bad-lot": "1/2"}}))
    assert acted.notice.clock == date(2026, 3, 3)


def test_each_notice_says_what_silence_will_mean(case, manual, go):
    while case.ended is None:
        assert not case.notice.silence.missing(("ko", "en"))
        case = go(
            case, (case.notice.last_day.replace(year=case.notice.last_day.year + 1), None, "")
        )
    assert case.state == "split"
    assert case.money.paid == {**MONEY, "panel": 440, "assembly": 360}


def test_settlement_needs_all_parties_and_the_one_who_offers_has_agreed(case, go, refused):
    offered = go(
        case, (START, "offer", "assembly", {"terms": {"bad-lot": {"assembly": 90, "panel": -90}}})
    )
    assert refused(offered, START, "settle", "panel", {"offer": 2}) == "bad-data"
    assert refused(offered, START, "settle", "carrier", {"offer": 1}) == "not-entitled"
    assert refused(offered, START, "settle", "assembly", {"offer": 1}) == "already-done"
    settled = go(offered, (START, "settle", "panel", {"offer": 1}))
    assert settled.state == "settled"
    assert settled.money.paid == {**MONEY, "panel": 410, "assembly": 390}


def test_a_concession_is_paid_at_once(case, go, refused):
    assert refused(case, START, "concede", "panel", {"item": "bad-lot", "amount": 121}) == "range"
    assert refused(case, START, "concede", "assembly", {"item": "bad-lot", "amount": 1}) == "range"
    after = go(case, (START, "concede", "panel", {"item": "bad-lot", "amount": 50}))
    assert after.disputed == 70
    assert after.money.held["panel"] == 70
    assert after.money.paid["assembly"] == 350
    withdrawn = go(after, (START, "withdraw", "assembly"))
    assert withdrawn.money.paid == {**MONEY, "panel": 450, "assembly": 350}


def test_counter_claim_and_joinder_and_partial_settlement(case, go, refused):
    claim = {"item": "late", "claimed": {"panel": 60, "carrier": -60}}
    assert refused(case, START, "counterclaim", "panel", claim) == "unknown-firm"
    joined = go(case, (START, "join", "panel", {"respondents": ["carrier"]}))
    assert joined.state == "raised"
    assert refused(joined, START, "join", "panel", {"respondents": ["packer"]}) == "too-often"
    more = go(joined, (START, "counterclaim", "panel", claim))
    assert more.money.held["carrier"] == 0, "it has been paid; nothing is taken back"
    part = go(
        more,
        (START, "offer", "carrier", {"terms": {"late": {"panel": 20, "carrier": -20}}}),
        (START, "settle_part", "panel", {"offer": 1}),
    )
    assert part.state == "raised"
    part = go(part, (START, "settle_part", "assembly", {"offer": 1}))
    assert [item.open for item in part.items] == [True, False]
    assert part.owed["carrier"] == -20
    assert sum(part.owed.values()) == 0
    # Whoever has claimed, by counter-claim too, must withdraw.
    assert go(part, (START, "withdraw", "assembly")).state == "withdrawn"
    assert go(more, (START, "withdraw", "assembly")).state == "raised"


def test_a_party_has_no_vote_and_two_thirds_carry(case, go, refused):
    ballot = {"ballot": "for"}
    meeting = go(
        case,
        (START, "acknowledge", "panel"),
        (START, "call_assembly", "panel"),
        (START, "move", "lead", {"upheld": {"bad-lot": "1/2"}}),
    )
    assert refused(meeting, START, "vote", "panel", ballot) == "not-entitled"
    assert refused(meeting, START, "vote", "lead", {"ballot": "maybe"}) == "bad-data"
    meeting = go(meeting, (START, "vote", "lead", ballot), (START, "vote", "packer", ballot))
    assert refused(meeting, START, "vote", "lead", ballot) == "already-done"
    assert refused(meeting, START, "move", "lead", {}) == "too-often"
    carried = go(
        meeting,
        (START, "vote", "carrier", {"ballot": "against"}),
        (START, "vote", "tester", {"ballot": "abstain"}),
    )
    assert carried.state == "minutes"
    done = go(
        carried,
        (START, "send_minutes", "lead"),
        (date(2026, 3, 23), None, ""),
        (date(2026, 3, 23), "confirm", "panel"),
        (date(2026, 3, 23), "confirm", "assembly"),
    )
    assert done.state == "carried_out"
    assert done.money.paid == {**MONEY, "panel": 440, "assembly": 360}


def test_the_stand_in_acts_where_the_chair_is_a_party(manual, opening, calendar, go, refused):
    case = open_case(
        manual, Opening(**{**_fields(opening), "holders": {"chair": "panel"}}), calendar
    )
    ballot = {"ballot": "for"}
    minutes = go(
        case,
        (START, "acknowledge", "panel"),
        (START, "call_assembly", "panel"),
        *((START, "vote", firm, ballot) for firm in ("lead", "carrier", "packer", "tester")),
    )
    assert refused(minutes, START, "send_minutes", "panel") == "not-entitled"
    assert go(minutes, (START, "send_minutes", "secretary")).state == "objections"


def test_where_too_few_are_without_conflict_the_board_decides(manual, opening, calendar, go):
    everybody = Opening(
        **{
            **_fields(opening),
            "claimants": frozenset({"assembly", "carrier", "lead"}),
            "respondents": frozenset({"panel", "packer"}),
        }
    )
    case = go(
        open_case(manual, everybody, calendar),
        (START, "acknowledge", "panel"),
        (START, "acknowledge", "packer"),
    )
    case = go(case, (START, "call_assembly", "lead"))
    assert case.state == "board"
    assert [entry.id for entry in case.history][-2:] == ["call_assembly", "few"]


def board(go, case):
    return go(
        case,
        (START, "acknowledge", "panel"),
        (START, "call_expert", "panel"),
        (START, "report", "expert"),
    )


def test_the_board_binds_meanwhile_and_arbitration_may_say_otherwise(case, go, refused):
    decision = {"terms": {"bad-lot": {"assembly": 100, "panel": -100}}}
    at_board = board(go, case)
    beyond = {"terms": {"bad-lot": {"assembly": 121, "panel": -121}}}
    assert refused(at_board, START, "decide", "board", beyond) == "range"
    assert refused(at_board, START, "decide", "lead", decision) == "not-entitled"
    unequal = {"terms": {"bad-lot": {"assembly": 100, "panel": -90}}}
    assert refused(at_board, START, "decide", "board", unequal) == "sum"
    decided = go(at_board, (START, "decide", "board", decision))
    assert decided.money.paid == {**MONEY, "panel": 400, "assembly": 400}
    award = go(
        decided,
        (START, "object", "panel"),
        (START, "close_mediation", "mediator"),
        (START, "award", "arbitrator", {"upheld": {"bad-lot": "1/4"}}),
        (START, "confirm", "panel"),
        (START, "confirm", "assembly"),
    )
    assert award.state == "carried_out"
    assert award.owed == {**dict.fromkeys(FIRMS, 0), "panel": 70, "assembly": -70}


def test_offers_made_in_mediation_are_not_shown_to_the_one_who_decides(case, manual, go):
    mediation = go(
        board(go, case),
        (START, "decide", "board", {"upheld": {"bad-lot": "1"}}),
        (START, "object", "panel"),
        (START, "offer", "panel", {"upheld": {"bad-lot": "1/3"}}),
        (START, "close_mediation", "mediator"),
    )
    assert mediation.state == "arbitration"
    secret = [entry for entry in mediation.history if entry.confidential]
    assert {entry.id for entry in secret} == {"offer", "close_mediation"}
    for reader in ("arbitrator", "board", "lead"):
        assert not set(map(id, secret)) & set(map(id, record(mediation, manual, reader)))
    for reader in ("panel", "assembly", "mediator"):
        assert record(mediation, manual, reader) == mediation.history


def test_an_inspection_names_the_amount_when_it_rejects(manual, opening, calendar, go, refused):
    delivered = Opening(**{**_fields(opening), "track": "inspection", "items": ()})
    case = open_case(manual, delivered, calendar)
    assert go(case, (date(2026, 3, 17), None, "")).state == "accepted"
    assert refused(case, START, "reject", "assembly") == "bad-data"
    claim = {"item": "bad-lot", "claimed": {"assembly": 120, "panel": -120}}
    again = go(
        case, (START, "reject", "assembly", claim), (date(2026, 3, 9), "deliver_again", "panel")
    )
    assert again.disputed == 120
    contested = go(
        again, (date(2026, 3, 10), "reject", "assembly"), (date(2026, 3, 11), "contest", "panel")
    )
    assert contested.state == "raised"
    assert contested.disputed == 120
    assert refused(again, date(2026, 3, 9), "deliver_again", "panel") == "unknown-event"


def test_a_default_ends_with_an_exit_account(manual, opening, calendar, go):
    breach = Opening(
        **{
            **_fields(opening),
            "track": "default",
            "items": (new_item("exit", "assembly", {"assembly": 200, "panel": -200}),),
        }
    )
    case = go(open_case(manual, breach, calendar), (date(2026, 4, 8), None, ""))
    assert case.state == "default_vote"
    ballot = {"ballot": "for"}
    voting = (
        (date(2026, 4, 8), "vote", f, ballot) for f in ("lead", "carrier", "packer", "tester")
    )
    case = go(case, *voting)
    assert case.state == "exit_account"
    account = exit_account(
        accepted_work=500, already_paid=300, cost_to_finish=380, price_of_the_rest=0
    )
    assert account.balance == -180
    drawn = {"terms": {"exit": {"assembly": 180, "panel": account.balance}}}
    case = go(
        case, (date(2026, 5, 4), "draw_account", "secretary", drawn), (date(2026, 7, 1), None, "")
    )
    assert case.state == "left"
    assert case.money.paid == {**MONEY, "panel": 320, "assembly": 480}


def test_halving_is_the_contested_garment_of_two_who_each_claim_it_all():
    item = new_item("x", "a", {"a": 151, "b": -100, "c": -51})
    half, _ = contested_garment((item.disputed, item.disputed), item.disputed)
    assert item.part(Fraction(1, 2))["a"] == int(half)
    assert sum(item.part(Fraction(1, 2)).values()) == 0


def test_a_misspelt_key_is_not_silence(case, go, refused):
    at_board = board(go, case)
    wrong = {"uphold": {"bad-lot": "1"}}
    assert refused(at_board, START, "decide", "board", wrong) == "bad-data"


def test_what_a_day_or_an_end_forbids(case, go, refused):
    ended = go(case, (date(2026, 3, 4), "withdraw", "assembly"))
    assert refused(ended, date(2026, 3, 5), "acknowledge", "panel") == "ended"
    assert (
        refused(go(case, (date(2026, 3, 4), "received", "panel")), START, "offer", "panel")
        == "out-of-order"
    )


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "x", "1/2", "bad-lot"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*FIRMS, "bad-lot", "ko"]), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = ("item", "claimed", "title", "terms", "upheld", "offer", "amount", "claimants", "note")


ACTS = ("counterclaim", "join", "settle", "withdraw", "offer", "concede", "settle_part")


@given(
    st.dictionaries(st.sampled_from(KEYS), values), st.sampled_from(FIRMS), st.sampled_from(ACTS)
)
@settings(suppress_health_check=list(HealthCheck), max_examples=300, deadline=None)
def test_whatever_the_data_a_step_answers_and_the_story_is_told(
    manual, calendar, opening, data, by, name
):
    acts = ((START, Act(name, by, data)),)
    names = {firm: Text((("en", firm),)) for firm in FIRMS}
    script = Script(opening, acts, names, None, Text())
    scenes = play(manual, script, calendar)
    assert scenes[-1].case.money.total == sum(MONEY.values())
    for language in ("ko", "en"):
        assert "\n".join(story_lines(manual, script, scenes, language))


def test_a_case_stays_under_the_manual_it_was_opened_under(case, manual, calendar):
    answer = step(replace(manual, digest="another"), case, None, START, calendar)
    assert isinstance(answer, Refusal)
    assert answer.code == "other-manual"


def test_every_fault_of_an_opening_is_named_at_once(manual, opening, calendar):
    wrong = Opening(
        **{
            **_fields(opening),
            "claimants": frozenset({"assembly", "nobody"}),
            "respondents": frozenset({"assembly"}),
            "holders": {"board": "lead"},
            "statement": {"panel": -5},
            "items": (new_item("x", "assembly", {"assembly": 5, "carrier": -4}),),
        }
    )
    with pytest.raises(FileFaults) as raised:
        open_case(manual, wrong, calendar, "events.toml")
    keys = [fault.key for fault in raised.value.faults]
    assert {
        "case.claimants",
        "case.respondents",
        "case.seats.chair",
        "case.seats.board",
        "case.statement",
        "case.statement.lead",
        "item[x].claimed",
        "item[x].claimed.carrier",
    } <= set(keys)
    assert all(fault.file == "events.toml" and fault.instead for fault in raised.value.faults)


def _fields(opening: Opening) -> dict:
    return {name: getattr(opening, name) for name in Opening.__dataclass_fields__}
