"""Words with fields: particles that follow the sound, numbers, dates, spans and their spaces."""

import datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moyeora.press.columns import Columns
from moyeora.press.faults import Kind, PressError
from moyeora.press.formats import Bad, dated, formatter, grouped, particle
from moyeora.press.templates import Field, parse

# The particle after a word, as the National Institute of Korean Language teaches it: by the last
# sound as it is read, 으로 also not after ㄹ.
PARTICLES = {
    "사과": "사과를",
    "감": "감을",
    "쌀": "쌀을",
    "2": "2를",
    "3": "3을",
    "10": "10을",
    "1,000": "1,000을",
    "2026": "2026을",
    "1.5": "1.5를",
    "10,000": "10,000을",
    "1000000000000": "1000000000000를",
    "0": "0을",
    "LG": "LG를",
    "SM": "SM을",
    "KT": "KT를",
    "MBN": "MBN을",
    "URL": "URL을",
    "VAR": "VAR을",
    "사과(홍옥)": "사과(홍옥)을",
    "‘감’": "‘감’을",
    "사과.": "사과.를",
    "iPhone": "iPhone을(를)",
    "寿司": "寿司을(를)",
    "7": "7을",
    "8": "8을",
    "9": "9를",
    "6": "6을",
    "5": "5를",
    "4": "4를",
}


@pytest.mark.parametrize("word", PARTICLES)
def test_object_particles_follow_the_sound(word):
    assert formatter("을/를")(word) == PARTICLES[word]
    assert formatter("를/을")(word) == PARTICLES[word]  # the order of the pair does not matter


@pytest.mark.parametrize(
    ("word", "form", "wanted"),
    [
        ("서울", "으로/로", "서울로"),
        ("부산", "으로/로", "부산으로"),
        ("제주", "으로/로", "제주로"),
        ("1", "으로/로", "1로"),
        ("7", "로/으로", "7로"),
        ("3", "으로/로", "3으로"),
        ("8", "으로/로", "8로"),
        ("URL", "으로/로", "URL로"),
        ("김민준", "아/야", "김민준아"),
        ("이서아", "아/야", "이서아야"),
        ("책", "이/가", "책이"),
        ("나", "이/가", "나가"),
        ("너", "은/는", "너는"),
        ("물", "은/는", "물은"),
        ("빵", "과/와", "빵과"),
        ("차", "과/와", "차와"),
        ("빵", "이나/나", "빵이나"),
        ("차", "이나/나", "차나"),
        ("빵", "이/", "빵이"),
        ("차", "이/", "차"),
    ],
)
def test_other_particles(word, form, wanted):
    assert formatter(form)(word) == wanted


@given(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), st.text("가나다힣", max_size=3))
def test_particles_of_every_syllable(last, before):
    """A syllable has a final consonant unless its number is a multiple of 28 (Unicode, 3.12)."""
    final = (ord(last) - 0xAC00) % 28
    assert particle(before + last, "을", "를") == ("을" if final else "를")
    assert particle(before + last, "으로", "로") == ("로" if final in {0, 8} else "으로")


@given(st.integers(0, 10**19))
def test_numbers_are_grouped_as_python_groups_them(number):
    assert grouped(str(number)) == f"{number:,}"
    assert grouped(f"-{number}.50") == f"-{number:,}.50"


@pytest.mark.parametrize("text", ["1,000", "천", "1e3", "1.2.3", "--1", "0x10", "½", "1 000"])
def test_what_is_no_number_is_a_fault(text):
    with pytest.raises(Bad) as caught:
        grouped(text)
    assert caught.value.kind is Kind.BAD_NUMBER
    assert text not in str(caught.value)


@given(st.dates(datetime.date(1000, 1, 1)))
def test_dates(day):
    assert dated(day.isoformat(), "YYYY-MM-DD") == day.isoformat()
    assert dated(day.isoformat(), "M/D/YY") == f"{day.month}/{day.day}/{day.year % 100:02}"
    spelled = f"{day.year:04}년 {day.month}월 {day.day}일"
    assert dated(f"{day.isoformat()} 13:45:00", "YYYY년 M월 D일") == spelled


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026/01/01", "26-01-01", "어제", "20260101x", "2026-1-1", "2026-13-01"]
)
def test_what_is_no_date_is_a_fault(text):
    with pytest.raises(Bad) as caught:
        dated(text, "M월 D일")
    assert caught.value.kind is Kind.BAD_DATE
    assert text not in str(caught.value)


def test_formats_go_one_after_another():
    columns = Columns({"amount": pa.array(["1234", "1000000", None])}, 3)
    (line,) = parse("{amount:,:을/를}", "here")
    values, bad = columns.text(line[0].pieces)
    assert values.to_pylist() == ["1,234를", "1,000,000을", ""]
    assert not bad


def test_cells_are_the_unbreakable_stretches_between_spaces():
    (line,) = parse("*{name} 님*께 [{amount:,}원](price)을  드림", "here")
    assert [(cell.pieces, cell.style, cell.space) for cell in line] == [
        ((Field("name", ()),), "strong", None),
        (("님",), "strong", "strong"),
        (("께",), "", None),
        ((Field("amount", (",",)), "원"), "price", ""),
        (("을",), "", None),
        (("드림",), "", ""),
    ]


def test_a_backslash_takes_the_meaning_from_what_follows():
    (line,) = parse(r"\{이름\} \*별\* \[괄호\] \\", "here")
    assert " ".join(cell.literal for cell in line) == r"{이름} *별* [괄호] \ ".strip()


def test_without_spans_stars_and_brackets_are_letters():
    (line,) = parse("*[{name}](a)*", "here", spans=False)
    assert line[0].pieces == ("*", "[", Field("name", ()), "](a)", "*")


@pytest.mark.parametrize(
    "template",
    ["{", "}", "{a", "a}", "{}", "{:,}", "*a", "[a", "a](b)", "*[a](b)*", "{a:?}", "[a]"],
)
def test_templates_that_are_not_well_formed(template):
    with pytest.raises(PressError, match="here: line 1: "):
        parse(template, "here")
