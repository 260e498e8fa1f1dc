"""The list of members and the map, as the browser and the API get them."""

import csv
import io

import pytest

from moyeora.network.members.map.layout import layout
from moyeora.network.members.models import Firm, Offer, Tie
from moyeora.network.members.search.index import index


@pytest.fixture
def network(people):
    """Three members of whom two have worked together."""
    ours, partner, other = (people.firms[key] for key in ("ours", "partner", "other"))
    Offer.objects.create(firm=partner, capability="digital-printing", unit="piece")
    Offer.objects.create(firm=other, capability="graphic-design", unit="day")
    Firm.objects.filter(id=other.id).update(region="부산 사상구", latitude="35.1526")
    a, b = sorted((ours, partner), key=lambda firm: firm.id)
    Tie.objects.create(a=a, b=b, times=3, rating=1)
    index(firm.id for firm in (ours, partner, other))
    return people


def page(people, query="", who="ours.owner", **headers):
    answer = people.client(who).get(f"/members/{query}", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_word_and_a_choice_find_without_a_script(network):
    shown = page(network, "?q=variable+data")
    assert "다라인쇄" in shown
    assert "마바디자인" not in shown
    shown = page(network, "?region=부산&free=yes")
    assert "마바디자인" in shown
    assert "다라인쇄" not in shown
    assert 'value="부산" checked' in " ".join(shown.split())


def test_htmx_gets_the_part_under_the_box_alone(network):
    part = page(network, "?q=인쇄", **{"HX-Request": "true"})
    assert "다라인쇄" in part
    assert "<html" not in part
    back = page(network, "?q=인쇄", **{"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in back


def test_what_was_meant_is_shown_and_said(network):
    shown = page(network, "?q=dlstho")
    assert "다라인쇄" in shown
    assert "“인쇄”" in shown
    shown = page(network, "?q=홍익인간")
    assert 'class="empty"' in shown
    assert "다라인쇄" not in shown


def test_every_word_may_go_on_where_nothing_else_is_found(network):
    assert "다라인쇄" in page(network, "?q=variab+dat")
    assert "다라인쇄" in page(network, "?q=variab")


def test_markup_stays_text(network):
    shown = page(network, '?q="><script>alert(1)</script>&region=<b>')
    assert "<script>alert" not in shown
    assert "<b>" not in shown


def test_a_file_holds_what_was_found(network):
    answer = network.client("ours.owner").get("/members/members.csv?region=부산")
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert len(rows) == 2
    assert "마바디자인" in rows[1]
    assert network.client("ours.owner").get("/members/members.exe").status_code == 404


def test_the_api_answers_as_the_page(network):
    client = network.client("ours.owner")
    answer = client.get("/api/members/", {"q": "인쇄", "function": "production"}).json()
    assert answer["total"] == {"number": 1, "exact": True}
    assert [(firm["name"], firm["kilometres"]) for firm in answer["firms"]] == [("다라인쇄", 0)]
    near = client.get("/api/members/", {"near": "true"}).json()["firms"]
    assert near[-1]["name"] == "마바디자인"
    assert 250 < near[-1]["kilometres"] < 290  # Seoul to the latitude of Busan
    assert client.get("/api/members/", {"free": "no"}).status_code == 422
    assert network.client("anyone").get("/api/members/").status_code == 401


def test_the_map_tells_who_worked_together_and_not_how_it_went(network):
    client = network.client("other.owner")
    drawn = client.get("/members/map/ties.json").json()
    assert {firm["name"] for firm in drawn["firms"]} == {"가나디엠", "다라인쇄"}
    assert [tie["times"] for tie in drawn["ties"]] == [3]
    assert "rating" not in str(drawn)
    table = client.get("/members/map/").content.decode()
    assert "가나디엠" in table
    assert "다라인쇄" in table
    profile = client.get(f"/members/{network.firms['ours'].id}/").content.decode()
    assert "다라인쇄" in profile


def test_the_map_lets_go_who_left(network):
    Firm.objects.filter(id=network.firms["partner"].id).update(standing=Firm.Standing.LEFT)
    client = network.client("ours.owner")
    assert client.get("/members/map/ties.json").json() == {"firms": [], "ties": []}
    assert client.get("/members/map/").status_code == 200


def test_the_same_ties_are_drawn_the_same_and_no_two_firms_in_one_place():
    ties = [tuple(pair) for pair in ("ab", "bc", "ac", "cd", "xy", "pq")]
    places = layout(ties)
    assert layout(ties[::-1]) == places
    assert len(set(places.values())) == len(places) == 8
