"""The words by which a firm's abilities and place are known, in Korean and English."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from moyeora.formation.trades import FUNCTIONS, Capability, default_trades
from moyeora.network.members.search.tokens import is_hangul, runs

FUNCTION_LABELS: Final = {
    "R&D": _("research and development"),
    "design": _("design"),
    "engineering": _("engineering"),
    "production": _("production"),
    "marketing": _("marketing"),
    "sales": _("sales"),
    "distribution": _("distribution"),
    "after-sales service": _("after-sales service"),
}
_FUNCTIONS_KO: Final = dict(
    zip(
        FUNCTIONS,
        ("연구개발", "디자인", "설계", "생산", "마케팅", "판매", "물류", "사후관리"),
        strict=True,
    )
)

PROVINCES: Final[Mapping[str, tuple[str, str]]] = {
    "서울": ("서울특별시", "Seoul"),
    "부산": ("부산광역시", "Busan"),
    "대구": ("대구광역시", "Daegu"),
    "인천": ("인천광역시", "Incheon"),
    "광주": ("광주광역시", "Gwangju"),
    "대전": ("대전광역시", "Daejeon"),
    "울산": ("울산광역시", "Ulsan"),
    "세종": ("세종특별자치시", "Sejong"),
    "경기": ("경기도", "Gyeonggi"),
    "강원": ("강원특별자치도", "Gangwon"),
    "충북": ("충청북도", "North Chungcheong"),
    "충남": ("충청남도", "South Chungcheong"),
    "전북": ("전북특별자치도", "North Jeolla"),
    "전남": ("전라남도", "South Jeolla"),
    "경북": ("경상북도", "North Gyeongsang"),
    "경남": ("경상남도", "South Gyeongsang"),
    "제주": ("제주특별자치도", "Jeju"),
}
"""The seventeen provinces by their short name: the long name and the English one."""


def province(region: str) -> str:
    """The short name of the province in which a region lies; its first word if it is unknown."""
    first = (region.split() or [""])[0]
    return next(
        (short for short, (long, english) in PROVINCES.items() if first in (short, long, english)),
        first,
    )


def capability(term: str) -> Capability | None:
    """The entry of the trade list, or None for a term of the firm's own."""
    return default_trades().capabilities.get(term)


@cache
def trade_names() -> Mapping[str, str]:
    """Trade codes (KSIC) -> their Korean names."""
    return {one.trade: one.trade_ko for one in default_trades().capabilities.values()}


@cache
def other_names() -> Mapping[str, str]:
    """Capabilities -> what else people call them, Korean and English."""
    text = (files(__package__) / "other_names.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["capability"]: f"{row['ko']}; {row['en']}" for row in rows}


@cache
def words_of_offer(term: str) -> tuple[str, ...]:
    """All names of a capability, one text each."""
    known = capability(term)
    if known is None:
        return (term,)
    others = [name.strip() for name in other_names().get(term, "").split(";")]
    names = [known.ko, known.en, known.trade_ko, *filter(None, others)]
    return (*names, *(name.replace(" ", "") for name in names if " " in name and is_hangul(name)))


@cache
def words_of_function(function: str) -> str:
    return f"{_FUNCTIONS_KO.get(function, '')} {function}"


@cache
def known_words() -> frozenset[str]:
    """Every word for abilities and provinces: what a typing error is held against."""
    texts = [text for term in default_trades().capabilities for text in words_of_offer(term)]
    texts += map(words_of_function, FUNCTIONS)
    texts += [name for short, names in PROVINCES.items() for name in (short, *names)]
    return frozenset(run for text in texts for run in runs(text) if len(run) > 1)


@cache
def _complete_words() -> frozenset[str]:
    ordered = sorted(known_words())
    return frozenset(
        word
        for word, following in zip(ordered, [*ordered[1:], ""], strict=True)
        if not following.startswith(word)
    )


def is_complete(word: str) -> bool:
    """Whether a word is known and none of the known ones goes on from it."""
    return word in _complete_words()


def label(kind: str, value: str) -> str:
    """A facet's value in the reader's language."""
    if kind == "function":
        return str(FUNCTION_LABELS.get(value, value))
    if kind == "trade":
        return trade_names().get(value, value)
    if kind == "region" and value in PROVINCES and get_language() == "en":
        return PROVINCES[value][1]
    if kind == "free":
        return str(_("has free capacity"))
    return value


def capability_label(term: str) -> str:
    """A capability's name in the reader's language."""
    known = capability(term)
    if known is None:
        return term
    return known.en if get_language() == "en" else known.ko
