"""What people read: the agreement's text, why, the comparison and its page."""

import copy
from contextlib import suppress
from datetime import date
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pypdfium2
import pytest
from markupsafe import escape

from moyeora.sharing.agreement import load_agreement, read_agreement
from moyeora.sharing.compare import compare
from moyeora.sharing.currency import write_amount
from moyeora.sharing.faults import Refused
from moyeora.sharing.page import comparison_page
from moyeora.sharing.receipt import read_receipt
from moyeora.sharing.scenarios import load_scenarios, read_scenarios
from moyeora.sharing.sensitivity import sensitivity
from moyeora.sharing.statement import replay, statement
from moyeora.sharing.statements_page import statements_page
from moyeora.sharing.text import document, pdf, plain_text
from moyeora.sharing.why import why, why_text

LCD = Path(__file__).parents[2] / "examples" / "lcd-export"

# Every kind of step, and every key that a step can have.
EVERYTHING = {
    "title": {"ko": "협약", "en": "Agreement"},
    "item": "monitors",
    "version": "1",
    "signed": date(2026, 3, 2),
    "currency": "KRW",
    "firm": [
        {"id": "a", "name": "Alpha", "roles": ["make", "sell"], "rank": 1},
        {"id": "b", "name": {"ko": "베타", "en": "Beta"}, "roles": ["make"], "rank": 2},
    ],
    "account": [{"id": "tax", "name": "Tax office"}, {"id": "office", "name": "Office"}],
    "fact": [{"id": "late", "name": "days late"}, {"id": "over", "name": "warranty over"}],
    "game": {"form": "values", "players": ["a", "b"], "values": [1, 2, 10]},
    "step": [
        {"id": "vat", "kind": "tax", "title": "VAT", "of": "receipt", "rate": "10%",
         "included": True, "to": "tax", "rounding": "half_up", "unit": 10, "per": "receipt",
         "note": "as the law asks"},
        {"id": "costs", "kind": "reimburse", "rule": "talmud", "costs": ["freight", "bank"]},
        {"id": "lent", "kind": "advance", "of": "left", "rate": "20%", "to": ["a", "b"]},
        {"id": "fee", "kind": "fee", "of": "vat", "to": "office", "floor": 5, "cap": 900,
         "overflow_to": "a", "brackets": [{"up_to": 1000, "rate": "3%"}, {"rate": "2%"}]},
        {"id": "flat", "kind": "fee", "amount": 77, "to": "b"},
        {"id": "nest", "kind": "fee", "of": "receipt", "rate": "4%", "step": [
            {"id": "inner", "kind": "fee", "of": "left", "rate": "50%", "to": "a"},
            {"id": "outer", "kind": "remaining", "to": "b"}]},
        {"id": "keep", "kind": "reserve", "of": "left", "rate": "5%", "cap": 50,
         "overflow_to": "left", "release_fact": "over", "release_on": date(2027, 6, 30)},
        {"id": "slow", "kind": "adjust", "fact": "late", "free": 2, "each": 9, "cap": 99,
         "from": "b", "to": "profit"},
        {"id": "bonus", "kind": "adjust", "fact": "over", "rate": "1%", "of": "vat",
         "from": "left", "to": "a"},
        {"id": "some", "kind": "share", "rule": "fixed", "weights": {"a": "30%", "b": "20%"}},
        {"id": "more", "kind": "share", "rule": "talmud", "claims": {"a": 300, "b": 200}},
        {"id": "mixed", "kind": "share", "rule": "weighted", "mix": [
            {"rule": "points", "points": {"make": 4, "sell": 3}, "weight": "30%"},
            {"rule": "proportional", "contributions": {"a": 8, "b": 5}, "weight": "60%"},
            {"rule": "equal_awards", "claims": {"a": 10, "b": 20}, "weight": "10%"}]},
        {"id": "profit", "kind": "share", "rule": "shapley", "among": ["a", "b"]},
        {"id": "loss", "kind": "loss", "rule": "equal"},
        {"id": "rest", "kind": "remaining", "to": "office"},
    ],
}  # fmt: skip
# "profit" is named by "slow" before it stands there; it may not.
EVERYTHING["step"].insert(7, EVERYTHING["step"].pop(12))


def leaves(data, path=()):
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items:
        if isinstance(value, dict | list):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


def changes(path, value):
    """Other values for a leaf, the likeliest first."""
    key = path[-1]
    options = {
        "kind": ["reserve", "remaining", "share", "fee", "tax"],
        "rule": ["equal", "proportional", "nucleolus", "equal_losses"],
        "currency": ["USD"], "form": ["costs"], "rounding": ["up"], "per": ["item"],
        "of": ["receipt", "left"], "to": ["a", "b", "tax"], "from": ["a", "b"],
        "fact": ["over", "late"],
        "release_fact": ["late"], "overflow_to": ["b", "left"], "owner": ["b"],
    }  # fmt: skip
    if key in options:
        return [option for option in options[key] if option != value]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1]
    if isinstance(value, date):
        return [value.replace(year=value.year + 1)]
    if "%" in value:
        return [value.replace("%", ".5%")]
    return [value + "x", *{"a": "b", "b": "a", "make": ["sell"], "sell": ["make"]}.get(value, "")]


def changed(data, path, value):
    data = copy.deepcopy(data)
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return data


def text_of(agreement):
    """The text in both languages, without the fingerprint, which would change by itself."""
    both = plain_text(document(agreement, "ko")) + plain_text(document(agreement, "en"))
    return both.replace(agreement.digest, "")


def test_changing_any_one_leaf_changes_the_text_or_is_refused():
    before = text_of(read_agreement(EVERYTHING))
    silent, stuck = [], []
    for path, value in leaves(EVERYTHING):
        kept = []
        for other in changes(path, value):
            with suppress(Refused):
                kept.append(text_of(read_agreement(changed(EVERYTHING, path, other))))
        if before in kept:
            silent.append(path)
        # What names something can often not be changed alone; every other leaf can.
        named = path[-1] in ("id", "kind", "rule", "form") or isinstance(path[-1], int)
        if not kept and not named:
            stuck.append(path)
    assert (silent, stuck) == ([], [])


def test_the_text_is_a_pdf_in_both_languages_with_the_same_bytes():
    agreement = load_agreement(LCD / "agreement.toml")
    for lang, words in (("ko", "이익 배분"), ("en", "Division of the profit")):
        made = pdf(agreement, lang)
        assert made == pdf(agreement, lang)
        pages = pypdfium2.PdfDocument(made)
        text = "".join(page.get_textpage().get_text_range() for page in pages)
        assert words in text
        assert agreement.digest[:20] in text


def test_why_tells_every_won_and_sums_to_what_is_due():
    agreement = read_agreement(EVERYTHING)
    data = {"id": "R", "date": date(2026, 4, 1), "amount": 100_003, "facts": {"late": 5},
            "cost": [{"firm": "a", "kind": "bank", "amount": 700, "document": "D",
                      "approved": True}],
            "advance": [{"by": "b", "amount": 900}]}  # fmt: skip
    made, _ = statement(agreement, read_receipt(data, agreement))
    for party in agreement.parties:
        for lang in ("ko", "en"):
            reasons = why(made, party.id, lang)
            assert sum(r.amount for r in reasons if r.amount is not None) == made.of(party.id)
            assert why_text(made, party.id, lang).count("\n") >= len(reasons)
    with pytest.raises(Refused):
        why(made, "nobody")


def test_why_names_the_unit_that_was_got_and_the_fraction_that_is_carried():
    agreement = read_agreement(
        {
            "title": "t", "currency": "KRW", "firm": [{"id": "a"}, {"id": "b"}, {"id": "c"}],
            "step": [{"id": "s", "kind": "share", "rule": "equal"},
                     {"id": "l", "kind": "loss", "rule": "equal"},
                     {"id": "r", "kind": "remaining", "to": "a"}],
        }
    )  # fmt: skip
    first = read_receipt({"id": "1", "date": date(2026, 1, 1), "amount": 100}, agreement)
    made, state = statement(agreement, first)
    assert "남은 돈 100원 × 1/3 = 33 1/3원 → 34원" in why_text(made, "a")
    assert "2/3원을 먼저 받은" in why_text(made, "a")
    assert "1/3원은 다음 셈으로 넘긴다" in why_text(made, "b")
    (reason, *_) = why(made, "b", exact=False)
    assert reason.text == "남은 돈 100원 × 1/3 → 33원 (1원 미만은 다음 정산에서 셈합니다)"
    second = read_receipt({"id": "2", "date": date(2026, 1, 2), "amount": 100}, agreement)
    made, _ = statement(agreement, second, state)
    assert "지금까지 나눈 돈 200원 × 1/3 − 이미 받은 34원 = 32 2/3원 → 33원" in why_text(made, "a")
    assert "KRW 200 divided so far × 1/3" in why_text(made, "a", "en")


def test_why_names_what_waits_when_there_is_too_little():
    steps = [
        {"id": "fix", "kind": "fee", "amount": 150, "to": "a"},
        {"id": "l", "kind": "loss", "rule": "equal"},
        {"id": "r", "kind": "remaining", "to": "b"},
    ]
    agreement = read_agreement(EVERYTHING | {"game": EVERYTHING["game"], "step": steps})
    first = read_receipt({"id": "1", "date": date(2026, 1, 1), "amount": 100}, agreement)
    made, _ = statement(agreement, first)
    assert "100원 (돈이 모자라 50원은 다음에)" in why_text(made, "a")
    assert "of KRW 150 in all (there was too little: KRW 50 come later)" in why_text(
        made, "Alpha", "en"
    )


def test_the_comparison_names_who_would_leave_and_what_for():
    agreement = load_agreement(LCD / "agreement.toml")
    comparison = compare(agreement, load_scenarios(LCD / "scenarios.toml", agreement))
    agreed, equal = comparison.cells[0][1], comparison.cells[1][1]
    assert agreed.kept.in_core
    # 215 m / 6 to each: Hanbit and Daeyang alone have 157 m, 71.67 m of it here.
    assert equal.kept.leavers == ("hanbit", "daeyang")
    assert equal.kept.gain == 157_000_000 - Fraction(215_000_000, 3)
    for row in comparison.cells:
        for cell, total in zip(row, comparison.totals, strict=True):
            office = total - sum(outlook.amount for outlook in cell.outlooks.values())
            assert 0 < office < total // 50, "the association's fee is all that firms do not get"
    hanbit = agreed.outlooks["hanbit"]
    assert [when.isoformat() for when, _ in hanbit.payments] == [
        "2026-04-10", "2026-07-15", "2026-09-30", "2027-03-31"
    ]  # fmt: skip
    assert hanbit.elsewhere < hanbit.part
    assert hanbit.overrun < 0
    assert set(hanbit.defaults) == {"daeyang", "seoul", "hangang", "mirae", "narae"}
    assert agreed.outlooks["seoul"].defaults["hanbit"] == 0
    # Without Daeyang the panels come from Taiwan for 372 m: 173 m for five, in equal parts.
    assert equal.outlooks["seoul"].defaults["daeyang"] == Fraction(173_000_000, 5)


VOID = ("meta", "br", "line", "circle")


class Balanced(HTMLParser):
    """Notes what a page loads, and tags that are not closed."""

    def __init__(self):
        super().__init__()
        self.open, self.loads = [], []

    def handle_starttag(self, tag, attributes):
        self.loads += [value for key, value in attributes if key in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert tag in VOID or self.open.pop() == tag


def test_the_page_is_whole_and_loads_nothing():
    agreement = load_agreement(LCD / "agreement.toml")
    scenarios = load_scenarios(LCD / "scenarios.toml", agreement)
    comparison = compare(agreement, scenarios)
    effects = sensitivity(agreement, scenarios.scenarios[1].receipts)
    for lang in ("ko", "en"):
        page = comparison_page(comparison, effects, lang)
        reader = Balanced()
        reader.feed(page)
        assert (reader.open, reader.loads) == ([], [])
        assert page.count("<svg") == len(agreement.firms)
        assert page == comparison_page(comparison, effects, lang)


def test_the_page_of_statements_shows_every_line_and_why():
    agreement = read_agreement(EVERYTHING | {"title": "<b>&"})
    receipts = [
        {"id": "R1", "date": date(2026, 4, 1), "amount": 90_000, "facts": {"late": 4}},
        {"id": "C1", "date": date(2026, 4, 2), "amount": 5_000, "credit_of": "R1"},
        {"id": "R2", "date": date(2027, 7, 1), "amount": 0, "final": True},
    ]
    made = replay(agreement, [read_receipt(data, agreement) for data in receipts])
    page = statements_page(made, "en")
    reader = Balanced()
    reader.feed(page)
    assert (reader.open, reader.loads) == ([], [])
    assert "<h1>&lt;b&gt;&amp;</h1>" in page
    for one in made:
        for line in one.lines:
            assert write_amount(line.amount, "KRW") in page
        for payment in one.payments:
            assert escape(why_text(one, payment.party, "en")) in page


def test_changing_one_thing_says_what_it_does_to_each():
    agreement = read_agreement(EVERYTHING)
    receipts = [{"id": "R", "date": date(2026, 4, 1), "amount": 100_000}]
    more, other, bad = sensitivity(
        agreement,
        receipts,
        [("step.flat.amount", 177), ("receipt.R.amount", 100_000), ("step.flat.amount", -1)],
    )
    assert (more.before, more.after) == ("77", "177")
    assert more.change["b"] > 0 > more.change["a"]
    assert sum(more.change.values()) == 0
    assert set(other.change.values()) == {0}
    assert "-1" in bad.refused
    assert len(sensitivity(agreement, receipts)) > 15


def test_a_scenario_recomputes_the_game_and_its_faults_have_a_place():
    agreement = load_agreement(LCD / "agreement.toml")
    receipt = {"id": "R", "date": date(2026, 1, 1), "amount": 100}
    scenario = {"id": "s", "game": {"price": 800_000_000}, "receipt": [receipt]}
    good = read_scenarios({"scenario": [scenario]}, agreement)
    # With 800 m only those who work at cost leave anything: 15 m in all.
    kept = compare(agreement, good).cells[0][0]
    assert sum(outlook.part for outlook in kept.outlooks.values()) == 15_000_000
    with pytest.raises(Refused) as refused:
        read_scenarios(
            {"scenario": [scenario | {"game": {"price": 1}}], "rule": [{"rule": "best"}]},
            agreement,
        )
    places = {(f.code, f.where) for f in refused.value.faults}
    assert ("no-weights", "scenarios.toml: scenario[1], step[11].rule") in places
    assert ("unknown-rule", "scenarios.toml: scenario[1], rule[1], step[11].rule") in places
