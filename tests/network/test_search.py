"""Members are found: parts of Korean words, English words, with facets that count right."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from moyeora.network.frame.clock import now, today
from moyeora.network.members.models import Certificate, Firm, Offer
from moyeora.network.members.search import find as finding
from moyeora.network.members.search.documents import GAP, document, key_of
from moyeora.network.members.search.find import Count, find
from moyeora.network.members.search.index import index, index_expired
from moyeora.network.members.search.query import read, with_one_wrong_syllable
from moyeora.network.members.search.store import put
from moyeora.network.members.search.suggest import as_typed_on_the_other_keyboard, instead, nearest


def add(number, name, *offers, **given):
    firm = Firm.objects.create(
        number=number,
        name=name,
        **{
            "trade": "18119",
            "region": "서울 중구",
            "latitude": "37.56360",
            "longitude": "126.99760",
            **given,
        },
    )
    for capability in offers:
        Offer.objects.create(firm=firm, capability=capability, unit="piece")
    return firm


@pytest.fixture
def firms(db):
    made = {
        "press": add("119-81-00010", "한빛문화사", "offset-printing", "prepress"),
        "variable": add("119-81-00011", "가온피앤피", "digital-printing", name_en="Gaon P&P"),
        "mould": add(
            "119-81-00012",
            "대성정밀",
            "mould-making",
            trade="29293",
            region="경기 부천시",
            profile="정밀 사출금형을 만듭니다.",
        ),
        "board": add("119-81-00013", "우진전자", "bare-board", trade="26222", region="경기 안산시"),
        "named": add("119-81-00014", "㈜다라 인쇄", "envelope-making", trade="17901"),
    }
    Certificate.objects.create(firm=made["mould"], name="ISO 9001", expires=today())
    index(firm.id for firm in made.values())
    return made


def names(text, chosen=None):
    return {hit.firm for hit in find(read(text), chosen).hits}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("금형", {"mould"}),  # inside 사출금형
        ("사출금형", {"mould"}),
        ("사출 금형", {"mould"}),
        ("사출금형제작", {"mould"}),  # the trade list writes 사출 금형 제작
        ("인쇄", {"press", "variable", "board", "named"}),
        ("variable data", {"variable"}),
        ("Variab", {"variable"}),
        ("가변 데이터", {"variable"}),
        ("쇄", {"press", "variable", "board", "named"}),  # one syllable, wherever it stands
        ("다라인쇄", {"named"}),
        ("(주)다라인쇄", {"named"}),
        ("P&P", {"variable"}),
        ("ISO9001", {"mould"}),
        ("iso 9001", {"mould"}),
        ("경기도 금형", {"mould"}),
        ("Gyeonggi", {"mould", "board"}),
        ("119-81-00013", {"board"}),
        ("1198100013", {"board"}),
        ("119-81", {"press", "variable", "mould", "board", "named"}),
        ("", {"press", "variable", "mould", "board", "named"}),
        ("!?", {"press", "variable", "mould", "board", "named"}),
        ("없는말", set()),
        ("형형", set()),
        ("'); DROP TABLE members_firm; -- \" * NEAR(", set()),
        ("인쇄 " * 500, {"press", "variable", "board", "named"}),
    ],
)
def test_what_people_type_is_found(firms, text, expected):
    assert names(text) == {firms[key].id for key in expected}


def test_a_name_comes_before_an_offer_and_an_offer_before_a_part_of_a_longer_word(firms):
    order = [hit.firm for hit in find(read("인쇄")).hits]
    assert order[0] == firms["named"].id
    assert order[-1] == firms["board"].id  # 인쇄회로기판


def test_the_whole_name_comes_first(firms):
    others = [add(f"119-81-1{n:04}", f"다라인쇄{n}", "offset-printing") for n in range(30)]
    index(firm.id for firm in others)
    assert find(read("다라인쇄")).hits[0].firm == firms["named"].id


def test_among_equals_free_capacity_comes_first(db):
    made = [add(f"119-81-2{n:04}", f"같은{n}", "prepress") for n in range(6)]
    Offer.objects.filter(firm=made[2]).update(free_capacity=False)
    index(firm.id for firm in made)
    order = [hit.firm for hit in find(read("제판")).hits]
    assert order[-1] == made[2].id
    assert order[:-1] == sorted((f.id for f in made if f != made[2]), key=key_of)


def test_the_index_follows_what_is_done_to_a_firm(firms):
    firm = firms["mould"]
    Firm.objects.filter(id=firm.id).update(
        name="새이름테크", profile="", region="부산 사상구", trade="25914"
    )
    firm.offers.update(active=False)
    Offer.objects.create(firm=firm, capability="metal-pressing", unit="piece")
    index([firm.id])
    assert names("금형") == names("대성") == names("경기 대성") == set()
    assert names("새이름") == names("스탬핑") == names("부산") == {firm.id}
    for standing in (Firm.Standing.LEFT, Firm.Standing.SUSPENDED, Firm.Standing.APPLIED):
        Firm.objects.filter(id=firm.id).update(standing=standing)
        index([firm.id])
        assert names("새이름") == set()
    Firm.objects.filter(id=firm.id).update(standing=Firm.Standing.MEMBER)
    index([firm.id, firm.id])
    assert names("새이름") == {firm.id}
    firm.delete()
    assert names("새이름") == set()


def test_the_index_is_not_touched_by_what_is_taken_back(firms):
    def interrupted():
        with transaction.atomic():
            Firm.objects.filter(id=firms["mould"].id).update(name="새이름테크")
            index([firms["mould"].id])
            raise InterruptedError

    with pytest.raises(InterruptedError):
        interrupted()
    assert names("새이름") == set()
    assert names("대성") == {firms["mould"].id}


def test_a_certificate_counts_until_its_day(firms, time_machine):
    assert names("", {"certificate": ["ISO 9001"]}) == {firms["mould"].id}
    time_machine.move_to(now() + timedelta(days=1))
    assert index_expired() == 1
    assert names("ISO 9001") == names("", {"certificate": ["ISO 9001"]}) == set()


def test_rebuilding_finds_the_same_and_forgets_who_left(firms):
    before = names("인쇄")
    Firm.objects.filter(id=firms["mould"].id).update(standing=Firm.Standing.LEFT)
    call_command("index_members")
    assert names("인쇄") == before
    assert names("금형") == set()


REGIONS = ("서울 중구", "경기 부천시", "부산 사상구", "경기도 안산시")
TRADES = ("18113", "18119", "29293")
CAPABILITIES = ("offset-printing", "digital-printing", "mould-making", "graphic-design")
CERTIFICATES = ("ISO 9001", "여성기업", "R&D 연구소(인정)")


@pytest.fixture
def crowd(db):
    """Sixty firms of which everything is drawn."""
    chance = random.Random(7)
    made = []
    for n in range(60):
        firm = add(
            f"220-81-{n:05}",
            f"무리{n}",
            *chance.sample(CAPABILITIES, chance.randint(0, 3)),
            trade=chance.choice(TRADES),
            region=chance.choice(REGIONS),
        )
        if chance.random() < 0.3:
            firm.offers.update(free_capacity=False)
        for name in chance.sample(CERTIFICATES, chance.randint(0, 2)):
            Certificate.objects.create(firm=firm, name=name)
        made.append(firm)
    index(firm.id for firm in made)
    return made


CHOSEN = [
    {},
    {"region": ["경기"]},
    {"region": ["경기", "서울"], "function": ["production"]},
    {"certificate": ["R&D 연구소(인정)"], "free": ["yes"]},
    {"trade": ["18113", "29293"], "certificate": ["여성기업"], "region": ["부산"]},
]


@pytest.mark.parametrize("asked", [False, True], ids=["all are read", "the index is asked"])
@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("", None),
        ("인쇄", {"18113", "18119", "offset-printing", "digital-printing", "graphic-design"}),
        ("variable", {"digital-printing"}),
    ],
)
@pytest.mark.parametrize("chosen", CHOSEN, ids=str)
def test_facets_count_what_choosing_them_would_leave(
    crowd, text, known, chosen, asked, monkeypatch
):
    """Against counting by hand, also by the way of large networks."""
    if asked:
        monkeypatch.setattr(finding, "COUNTED", 0)
        monkeypatch.setattr(
            finding,
            "_from_all",
            lambda everything, chosen: finding._from_samples(
                everything, chosen, read(text), [finding._anywhere(t) for t in read(text).terms], []
            ),
        )
    facets = {firm.id: set(document(firm, today()).facets) for firm in crowd}
    matching = [
        firm
        for firm in crowd
        if known is None or known & {firm.trade, *firm.offers.values_list("capability", flat=True)}
    ]

    def left(without=None):
        return [
            firm.id
            for firm in matching
            if all(
                kind == without or any(f"{kind}:{value}" in facets[firm.id] for value in values)
                for kind, values in chosen.items()
            )
        ]

    found = find(read(text), chosen)
    assert {hit.firm for hit in found.hits} == set(left())
    assert found.total == Count(len(left()))
    for kind, choices in found.facets.items():
        counted = Counter(dict.fromkeys(chosen.get(kind, ()), 0))
        counted.update(
            facet.split(":", 1)[1]
            for firm in left(kind)
            for facet in facets[firm]
            if facet.startswith(f"{kind}:")
        )
        assert {choice.value: choice.count for choice in choices} == {
            value: Count(number) for value, number in counted.items()
        }
        assert {c.value for c in choices if c.chosen} == set(chosen.get(kind, ()))


def test_what_is_common_is_estimated_from_a_fair_sample_and_a_name_is_never_left_out(db):
    """4,000 firms of which half print; limits made small so that they are many."""
    some = add("119-81-00010", "하늘땅별", "offset-printing")
    plain = document(Firm.objects.get(id=some.id), today())
    chance = random.Random(3)
    documents = []
    for n in range(4_000):
        firm = UUID(int=chance.getrandbits(128))
        printing = n % 2 == 0
        documents.append(
            replace(
                plain,
                firm=firm,
                key=key_of(firm),
                facets=("region:서울",) if n % 10 == 0 else ("region:부산",),
                words=("인쇄", "쇄", GAP) if printing else ("포장", "장", GAP),
            )
        )
    put(documents)
    index([some.id])
    with patch.multiple(finding, EXACT=100, ENOUGH=100):
        found = find(read("인쇄"))
        assert not found.total.exact
        assert 1_500 <= found.total.number <= 2_500
        seoul = next(c for c in found.facets["region"] if c.value == "서울")
        assert not seoul.count.exact
        assert 200 <= seoul.count.number <= 700  # 400, of a sample of about a hundred
        assert find(read("하늘땅별")).hits[0].firm == some.id
        assert find(read("하늘땅별")).total == Count(1)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dlstho", "인쇄"),
        ("rmagud", "금형"),
        ("tkcnfrmagud", "사출금형"),
        ("rkqt dlfrek", "값 읽다"),
        ("ㅍㅁ갸ㅁㅠㅣㄷ", "variable"),
        ("인쇄", "dlstho"),
        ("123", ""),
    ],
)
def test_the_other_keyboard_is_understood(typed, meant):
    assert as_typed_on_the_other_keyboard(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("인새", "인쇄"), ("금헝", "금형"), ("varible", "variable"), ("서을 인쇄", "서울 인쇄")],
)
def test_a_slip_of_the_finger_has_a_nearest_word(typed, meant):
    assert nearest(typed) == meant


def test_one_wrong_syllable_is_forgiven(firms):
    assert with_one_wrong_syllable("인쇄") is None
    for wrong in ("사줄금형", "사출금헝", "서출금형"):
        found = find(with_one_wrong_syllable(wrong))
        assert firms["mould"].id in {hit.firm for hit in found.hits}


HANGUL = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=2, max_size=9)


ANYTHING = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


class AnyPartOfAName(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(name=HANGUL, data=st.data())
    def test_is_found(self, name, data):
        begin = data.draw(st.integers(0, len(name) - 2))
        end = data.draw(st.integers(begin + 2, len(name)))
        firm = add("119-81-00099", name)
        index([firm.id])
        assert names(name[begin:end]) == {firm.id}
        assert names(name[begin]) == {firm.id}

    @settings(max_examples=60, deadline=None)
    @given(text=st.text(max_size=60), profile=st.text(ANYTHING, max_size=60))
    def test_nothing_that_is_typed_breaks_it(self, text, profile):
        firm = add("119-81-00099", "가나다", profile=profile)
        index([firm.id])
        for typed in (text, profile):
            instead(typed, {})
            find(read(typed), {"region": [typed], "free": ["yes"]})
        assert find(read("가나다")).total == Count(1)
