"""A firm enters what it can do; nobody else learns at what price, by any page, API or file."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django_scopes import scope, scopes_disabled
from python_calamine import CalamineWorkbook
from tests.network.permissions import members as matrix

from moyeora.formation.sample import sample
from moyeora.network.frame import clock
from moyeora.network.frame.faults import Refused
from moyeora.network.journal.models import Payload
from moyeora.network.members import directory
from moyeora.network.members.actions import offers as actions
from moyeora.network.members.demo import fill_firms
from moyeora.network.members.exports import export_firms, template
from moyeora.network.members.imports.columns import SCHEMA, guess
from moyeora.network.members.models import Certificate, Firm, Offer, Terms
from moyeora.network.members.number import check_digit, read_number

PRICE, COST, CAPACITY = 48_613, 37_119, "7451;8839"
TOLD = {
    "capability": "prepress",
    "price": f"{PRICE:,}",
    "price_breaks": f"10000:{PRICE - 100}",
    "own_cost": str(COST),
    "capacity": CAPACITY,
    "setup_cost": "91837",
}
SECRETS = [str(n) for n in (PRICE, PRICE - 100, COST, 91837, 7451, 8839)]


def written(number: str) -> str:
    return f"{int(number):,}"


def enter(people) -> Offer:
    actor = people.actor("ours.owner")
    with scope(**actor.scopes()):
        return actions.enter(actor, people.firms["ours"], written=TOLD)


@pytest.mark.parametrize(
    "number", ["124-81-00998", "120-81-47521", "220-81-62517", "116-82-00276", "1048136565"]
)
def test_published_business_numbers_have_their_check_digit(number):
    """Samsung Electronics, Kakao, Naver, python-stdnum's example, Woori Bank."""
    digits = number.replace("-", "")
    assert check_digit(digits[:9]) == digits[9]
    assert read_number(number) == f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"


def test_one_mistyped_digit_is_always_noticed():
    digits = "1248100998"
    for at in range(10):
        for other in set("0123456789") - {digits[at]}:
            wrong = digits[:at] + other + digits[at + 1 :]
            assert not isinstance(read_number(wrong), str), wrong


def test_all_faults_of_an_offer_come_at_once_at_their_fields(people):
    actor = people.actor("ours.owner")
    bad = {
        "capability": "offset-printing",
        "price": "46.5",
        "currency": "won",
        "capacity": "",
        "lot": "100",
        "largest": "50",
        "smallest": "60",
        "capacity_from": "2026-02-30",
        "line": "=cmd()",
    }
    with pytest.raises(Refused) as refused, scope(**actor.scopes()):
        actions.enter(actor, people.firms["ours"], written=bad)
    assert {(fault.field, fault.code) for fault in refused.value.faults} == {
        ("price", "type"),
        ("currency", "currency"),
        ("capacity", "empty"),
        ("largest", "lot"),
        ("smallest", "lot"),
        ("capacity_from", "type"),
        ("line", "formula"),
    }
    assert not Offer.objects.exists()


def test_staff_say_what_is_free_and_change_no_price(people):
    offer = enter(people)
    actor = people.actor("ours.staff")
    with scope(**actor.scopes()):
        actions.set_capacity(actor, offer, capacity="0", capacity_from="2026.11.30")
        assert Terms.objects.get(offer=offer).price == PRICE
    assert not Offer.objects.get(id=offer.id).free_capacity
    page = people.client("ours.staff").get(reverse("firm", args=[offer.firm_id]))
    assert written(str(PRICE)) not in page.content.decode()


def test_nobody_learns_a_price_by_any_page_or_answer(people):
    """Every page and operation of members that a firm outside, the association or an agency may
    read, after the owner has entered and changed an offer.
    """
    offer = enter(people)
    actor = people.actor("ours.owner")
    with scope(**actor.scopes()):
        actions.change(actor, offer, written={"price": str(PRICE)})
    own = people.client("ours.owner").get(reverse("firm", args=[offer.firm_id])).content.decode()
    assert written(str(PRICE)) in own  # the test sees prices where they are
    told = {"firm": offer.firm_id, "offer": offer.id, "kind": "members", "format": "xlsx"}
    with scopes_disabled():
        matrix.given(people)  # an account, an invitation and an upload to look at
    names = [name for name in matrix.PAGES.split() if name.isidentifier()]
    for who in ("partner.owner", "other.staff", "coordinator", "board", "reviewer", "anyone"):
        browser: Client = people.client(who)
        for name in dict.fromkeys(names):
            try:
                path = reverse(name, kwargs={k: told[k] for k in _needs(name) if k in told})
            except NoReverseMatch:
                continue
            _tells_nothing(browser.get(path).content.decode(errors="replace"), who, path)
        for path in ("firms", f"firms/{offer.firm_id}", "offers", f"offers/{offer.id}"):
            answer = browser.get(f"/api/members/{path}")
            _tells_nothing(answer.content.decode(), who, path)
        refused = browser.patch(
            f"/api/members/offers/{offer.id}", '{"price": 1}', content_type="application/json"
        )
        assert refused.status_code in (401, 403)
        _tells_nothing(refused.content.decode(), who, "patch")
    _tells_nothing("".join(Payload.objects.values_list("facts", flat=True)), "journal", "")
    with scope(**people.actor("coordinator").scopes()):
        _tells_nothing(export_firms(Firm.objects.all(), "csv").content.decode(), "export", "")


def _needs(name: str) -> list[str]:
    if name in {"offer_change", "offer_capacity"}:
        return ["offer"]
    if name in {"firm", "firm_change", "firm_leave", "certificates", "people", "offer_enter"}:
        return ["firm"]
    return ["kind", "format"] if name == "import_blank" else []


def _tells_nothing(text: str, who: str, where: str) -> None:
    for secret in SECRETS:
        assert secret not in text, (who, where)
        assert written(secret) not in text, (who, where)


def test_the_api_changes_an_offer_as_the_page_does(people):
    offer = enter(people)
    browser = people.client("ours.owner")
    path = f"/api/members/offers/{offer.id}"

    def patch(**told):
        return browser.patch(path, json.dumps(told), content_type="application/json")

    answer = patch(price=48_000, price_breaks="", capacity="300;800").json()
    assert (answer["price"], answer["price_breaks"], answer["own_cost"]) == (48_000, "", COST)
    refused = patch(price=COST - 1)
    assert refused.status_code == 422
    assert [fault["field"] for fault in refused.json()["faults"]] == ["own_cost"]
    assert browser.get(path).json()["price"] == 48_000


def test_an_export_holds_markup_and_formulas_as_plain_text(people):
    firm = people.firms["ours"]
    evil = '=HYPERLINK("http://x")'
    Firm.objects.filter(id=firm.id).update(name=evil, name_en="<script>alert(1)</script>")
    firms = Firm.objects.filter(id=firm.id)
    rows = list(csv.reader(io.StringIO(export_firms(firms, "csv").content.decode("utf-8-sig"))))
    assert rows[1][1] == f"'{evil}"
    book = CalamineWorkbook.from_filelike(io.BytesIO(export_firms(firms, "xlsx").content))
    assert book.get_sheet_by_index(0).to_python()[1][1] == evil
    page = people.client("partner.owner").get(reverse("firm", args=[firm.id])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("kind", SCHEMA)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_empty_tables_are_understood_when_they_come_back(kind, language):
    from django.utils.translation import override

    with override(language):
        content = template(kind, "xlsx").content
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    headings = book.get_sheet_by_index(0).to_python()[0]
    assert guess(kind, headings) == {name: at for at, name in enumerate(SCHEMA[kind])}


def test_formation_gets_the_same_network_that_was_stored(db):
    table = sample(120, 7)
    with scopes_disabled():
        fill_firms(120, 7)
    stored = directory.members()
    from moyeora.formation.members import read_members

    given = read_members(
        table.members.to_dicts(), table.ties.to_dicts(), table.exclusions.to_dicts()
    )
    assert stored.firms.equals(given.firms)
    columns = [name for name in given.offers.columns if name != "certificates"]
    assert stored.offers.select(columns).equals(given.offers.select(columns))
    assert stored.ties.times.tolist() == given.ties.times.tolist()
    assert len(stored.exclusions) == len(given.exclusions)


def test_a_certificate_counts_until_its_last_day_and_a_suspended_firm_not_at_all(people):
    offer = enter(people)
    today = clock.today()
    Certificate.objects.create(firm=offer.firm, name="ISO 9001", expires=today)
    assert directory.members().offers["certificates"].to_list() == ["ISO 9001"]
    later = directory.members(on=today + timedelta(days=1))
    assert later.offers["certificates"].to_list() == [""]
    Firm.objects.filter(id=offer.firm_id).update(standing=Firm.Standing.SUSPENDED)
    assert directory.tables().offers == []
