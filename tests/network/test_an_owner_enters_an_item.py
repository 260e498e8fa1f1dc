"""The item's page: what an owner types becomes an item, and every fault comes back to its field."""

import tomllib
from datetime import date
from importlib.resources import files

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django_scopes import scopes_disabled
from tests.network.consortia_world import MORNING

from moyeora.network.consortia.forms import ItemPage
from moyeora.network.consortia.item_table import example, read, table_of
from moyeora.network.consortia.models import Item
from moyeora.network.frame import clock

NEW = "/consortia/items/new/"


@pytest.fixture
def owner(people):
    with clock.at(MORNING):
        yield people.client("ours.owner")


def sent_by(page: ItemPage) -> dict[str, object]:
    """What a browser sends when nothing is changed on a page."""
    data: dict[str, object] = {"needs": len(page.needs)}
    for form in (page.item, *page.needs):
        for field in form:
            value = field.value()
            if isinstance(value, bool):
                data |= {field.html_name: "on"} if value else {}
            elif isinstance(value, date):
                data[field.html_name] = value.isoformat()
            elif value not in (None, ""):
                data[field.html_name] = field.field.prepare_value(value)
    return data


def test_the_example_is_saved_unchanged(owner):
    page = ItemPage(example())
    answer = owner.post(f"{NEW}?from=example", sent_by(page))
    assert answer.status_code == 302
    with scopes_disabled():
        stored = table_of(Item.objects.get())
    once, again = (read(table, MORNING.date()) for table in (example(), stored))
    assert (again.needs, again.wishes, again.budget, again.price) == (
        once.needs,
        once.wishes,
        once.budget,
        once.price,
    )
    assert (again.start, again.due, again.place) == (once.start, once.due, once.place)


def test_faults_come_back_to_their_fields_and_nothing_typed_is_lost(owner):
    data = sent_by(ItemPage(example()))
    data |= {"due": "2026-11-01", "place": "Atlantis", "budget": "많이"}
    data |= {"need0-quantity": "0", "need1-on_time": "always", "title": "내 제목"}
    answer = owner.post(f"{NEW}?from=example", data)
    assert answer.status_code == 422
    page = answer.context["page"]
    # The form's own checks come first; then the reader of items judges the rest.
    assert "quantity" in page.needs[0].errors
    data["need0-quantity"] = "300000"
    answer = owner.post(f"{NEW}?from=example", data)
    page = answer.context["page"]
    assert {"due", "place", "budget"} <= set(page.item.errors)
    assert "on_time" in page.needs[1].errors
    assert page.item["title"].value() == "내 제목"
    with scopes_disabled():
        assert not Item.objects.exists()


def test_a_need_is_added_and_taken_out(owner):
    data = sent_by(ItemPage(example()))
    answer = owner.post(f"{NEW}?from=example", data | {"add": "1", "title": "다른 제목"})
    page = answer.context["page"]
    assert len(page.needs) == 6
    assert page.item["title"].value() == "다른 제목"
    assert page.needs[3]["after"].value() == ["data", "software", "design"]
    assert owner.post(NEW, data | {"need4-remove": "on", "need1-remove": "on"}).status_code == 302
    with scopes_disabled():
        needs = {need.key: need.after for need in Item.objects.get().needs.all()}
    assert needs == {"data": [], "design": [], "printing": ["data", "design"]}


def test_a_file_is_taken_or_refused_as_a_whole(owner):
    text = (files("moyeora.network.consortia") / "examples" / "department-store.toml").read_text()

    def upload(octets: bytes):
        return owner.post("/consortia/items/upload/", {"file": SimpleUploadedFile("i", octets)})

    for wrong, told in (
        (b"\xff\xfe\x00", "TOML"),
        (text.encode("cp949", "ignore"), "TOML"),
        (b"#" * 300_000, "256 kB"),
        (text.replace("300_000", "-1").encode(), "need.data.quantity"),
        (text.replace('"서울 중구"', '"\\u0000"').encode(), "item.place"),
        (b"need = [5]\n[item]\ntitle = 7", "item.title"),
        (text.replace("[wishes]", "[[wishes.seat]]\nfirm = 'x'\n[wishes]", 1).encode(), "wishes"),
    ):
        answer = upload(wrong)
        assert answer.status_code == 422
        assert told in answer.content.decode()
    with scopes_disabled():
        assert not Item.objects.exists()
    assert upload(text.encode()).status_code == 302
    with scopes_disabled():
        assert Item.objects.get().needs.count() == len(tomllib.loads(text)["need"])
