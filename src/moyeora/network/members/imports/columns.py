"""Which columns each table may have, what they are called, and which heading is probably which."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from moyeora.formation.members import EXCLUSION_COLUMNS, TIE_COLUMNS
from moyeora.formation.tables import Column
from moyeora.network.members.models import Upload
from moyeora.network.members.terms import COLUMNS

SCHEMA: Final[dict[str, dict[str, Column]]] = {
    Upload.Kind.MEMBERS: COLUMNS,
    Upload.Kind.TIES: {column.name: column for column in TIE_COLUMNS},
    Upload.Kind.EXCLUSIONS: {column.name: column for column in EXCLUSION_COLUMNS},
}
NEEDED: Final[dict[str, tuple[str, ...]]] = {
    # Offers may be left out altogether; with one of these columns the three are needed.
    Upload.Kind.MEMBERS: ("firm", "name", "trade", "region"),
    Upload.Kind.TIES: ("firm_a", "firm_b", "times", "rating"),
    Upload.Kind.EXCLUSIONS: ("firm_a", "firm_b"),
}
NEEDED_OF_AN_OFFER: Final = ("capability", "price", "capacity")

LABELS: Final[dict[str, Promise]] = {
    "firm": _("business number"),
    "name": _("name of the firm"),
    "trade": _("trade (KSIC)"),
    "region": pgettext_lazy("firm", "place"),
    "latitude": _("latitude"),
    "longitude": _("longitude"),
    "employees": _("employees"),
    "capability": _("capability"),
    "unit": _("unit"),
    "price": _("price a unit"),
    "currency": _("currency"),
    "capacity": _("free units a week"),
    "capacity_from": _("first week begins"),
    "lot": _("units in a lot"),
    "smallest": _("fewest units"),
    "largest": _("most units"),
    "price_breaks": _("price breaks"),
    "own_cost": _("own cost a unit"),
    "setup_cost": _("set-up cost"),
    "lead_days": _("lead time, days"),
    "on_time": _("on time, 0 to 1"),
    "defect_ppm": _("defects, ppm"),
    "orders": _("orders done"),
    "certificates": _("certificates"),
    "line": _("production line"),
    "firm_a": _("business number of the one"),
    "firm_b": _("business number of the other"),
    "times": _("how often together"),
    "rating": _("how it went, 1 to 5"),
    "reason": _("reason"),
}

# Headings that associations really use, beside the column's own name and its labels.
KNOWN_AS: Final[dict[str, tuple[str, ...]]] = {
    "firm": ("사업자등록번호", "사업자번호", "등록번호", "business number", "registration number"),
    "name": ("업체명", "회사명", "상호", "기업명", "company", "company name", "firm name"),
    "trade": ("업종코드", "업종", "산업분류", "표준산업분류", "ksic", "trade code", "industry"),
    "region": ("지역", "소재지", "시군구", "주소", "place", "city", "address"),
    "latitude": ("위도", "lat"),
    "longitude": ("경도", "lon", "lng"),
    "employees": ("종업원수", "직원수", "상시근로자수", "인원", "staff", "headcount"),
    "capability": ("품목", "역량", "가능업무", "제공역량", "기능", "service", "product"),
    "unit": ("단위",),
    "price": ("단가", "가격", "unit price", "price per unit"),
    "currency": ("통화", "화폐"),
    "capacity": (
        "주간생산능력",
        "주간여력",
        "생산능력",
        "여력",
        "weekly capacity",
        "capacity a week",
    ),
    "capacity_from": ("여력시작일", "시작주", "첫주시작일", "capacity from", "from"),
    "lot": ("로트", "로트크기", "lot size", "batch"),
    "smallest": ("최소수량", "최소주문수량", "moq", "minimum", "minimum quantity"),
    "largest": ("최대수량", "최대주문수량", "maximum", "maximum quantity"),
    "price_breaks": ("수량할인", "구간단가", "할인단가", "volume prices", "price tiers"),
    "own_cost": ("원가", "자체원가", "cost", "unit cost"),
    "setup_cost": ("준비비", "셋업비", "고정비", "setup", "set-up cost"),
    "lead_days": ("납기", "리드타임", "납기일수", "lead time", "lead time days"),
    "on_time": ("납기준수율", "on-time rate"),
    "defect_ppm": ("불량률", "불량", "defects", "ppm"),
    "orders": ("수주건수", "거래건수", "실적건수", "orders done"),
    "certificates": ("인증", "인증서", "보유인증", "certificate", "certifications"),
    "line": ("생산라인", "라인", "production line"),
    "firm_a": ("사업자등록번호a", "업체a", "firm a", "기업a"),
    "firm_b": ("사업자등록번호b", "업체b", "firm b", "기업b"),
    "times": ("횟수", "협업횟수", "거래횟수", "count"),
    "rating": ("평가", "평점", "만족도", "score"),
    "reason": ("사유", "이유", "배제사유"),
}


def guess(kind: str, headings: Sequence[str]) -> dict[str, int]:
    """Column name -> which heading it probably is (from 0); what is not recognised is left out."""
    known = _known(kind)
    found: dict[str, int] = {}
    for at, heading in enumerate(headings):
        name = known.get(_plain(heading)) or known.get(_plain(re.sub(r"[(\[].*", "", heading)))
        if name is not None:
            found.setdefault(name, at)
    return found


@cache
def _known(kind: str) -> dict[str, str]:
    known = {}
    for name in reversed(SCHEMA[kind]):
        aliases = [*KNOWN_AS[name], name]
        for language, _name in settings.LANGUAGES:  # templates have the labels as headings
            with override(language):
                aliases.append(str(LABELS[name]))
        known.update({_plain(alias): name for alias in aliases})
    return known


def missing(kind: str, mapping: dict[str, int]) -> list[str]:
    """The columns without which nothing can be read."""
    needed = list(NEEDED[kind])
    if kind == Upload.Kind.MEMBERS and any(name in mapping for name in NEEDED_OF_AN_OFFER):
        needed += NEEDED_OF_AN_OFFER
    return [name for name in needed if name not in mapping]


def _plain(heading: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", heading).casefold())
