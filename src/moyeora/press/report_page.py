"""A report as one HTML page, in Korean or English: it opens without a network and holds its
pictures."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from moyeora.press.faults import Kind
from moyeora.press.regions import REGIONS
from moyeora.press.report import Report

Say = Callable[[str, str], str]

_SHOWN = 12  # groups in a chart; the smaller ones are added up
# Where a region's tile stands (column, row): each about where it is in the country.
_TILES = {
    "인천": (0, 0), "서울": (1, 0), "경기": (2, 0), "강원": (3, 0),
    "충남": (0, 1), "세종": (1, 1), "충북": (2, 1), "경북": (3, 1),
    "전북": (0, 2), "대전": (1, 2), "대구": (2, 2), "울산": (3, 2),
    "광주": (0, 3), "전남": (1, 3), "경남": (2, 3), "부산": (3, 3),
    "제주": (0, 4),
}  # fmt: skip

# Names of the faults in Korean and English, and the remedy in Korean.
FAULTS: Mapping[Kind, tuple[str, str, str]] = {
    Kind.RAGGED_ROW: ("칸 수가 다른 줄", "Ragged row",
                      "줄의 칸 수를 머리줄과 맞추거나 쉼표가 든 값을 따옴표로 묶으세요"),
    Kind.BAD_ENCODING: ("글자로 읽히지 않는 줄", "Bad encoding",
                        "파일을 UTF-8로 저장하거나 인코딩을 적으세요"),
    Kind.NO_ID: ("고객 번호 없음", "No id", "고객 번호를 적으세요"),
    Kind.DUPLICATE_ID: ("고객 번호 겹침", "Duplicate id",
                        "고객마다 다른 번호를 주세요. 먼저 나온 것은 인쇄했습니다"),
    Kind.DUPLICATE_RECORD: (
        "같은 레코드", "Duplicate record",
        "같은 사람이면 그대로 두고, 아니면 `deduplicate`에서 가르세요",
    ),
    Kind.BAD_POSTCODE: ("우편번호 틀림", "Bad postcode", "우편번호 다섯 자리를 적으세요"),
    Kind.BAD_NUMBER: ("숫자가 아님", "Bad number", "숫자만 적으세요"),
    Kind.BAD_DATE: ("날짜가 아님", "Bad date", "날짜를 2026-11-08처럼 적으세요"),
    Kind.NO_LAYOUT: ("레이아웃 없음", "No layout",
                     "작업의 `layout`이 레코드마다 레이아웃 하나를 고르게 하세요"),
    Kind.CONTROL_CHARACTER: ("보이지 않는 글자", "Invisible character",
                             "그 글자를 값에서 지우세요"),
    Kind.MISSING_GLYPH: ("글꼴에 없는 글자", "Missing glyph",
                         "그 글자가 있는 글꼴을 `fonts.fallback`에 적으세요"),
    Kind.OVERSET: ("넘치는 글", "Overset text",
                   "글을 줄이거나 자리를 넓히거나 `least_size_pt`를 더 작게 하세요"),
    Kind.MISSING_PICTURE: ("없는 그림", "Missing picture", "그림을 넣거나 이름을 바로잡으세요"),
    Kind.BAD_CODE: ("코드에 담기지 않는 값", "Bad code", "값을 줄이거나 글자를 바로잡으세요"),
}  # fmt: skip
_POLICIES = {"hold": ("보류", "held"), "fix": ("고침", "fixed"), "fail": ("중단", "failed")}


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a chart: ``share`` is of all, ``length`` of the longest, both in percent."""

    name: str
    count: int
    share: float
    length: float


@dataclass(frozen=True, slots=True)
class Tile:
    """A region on the map; ``shade`` is from 0 (none) to 1 (most)."""

    name: str
    count: int
    share: float
    column: int
    row: int
    shade: float


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of fault in words."""

    name: str
    code: str
    policy: str
    records: int
    held: int
    remedy: str


def report_page(made: Report, lang: str) -> str:
    """The whole page in ``lang`` (``"ko"`` or ``"en"``); the same text for the same report."""
    korean = lang == "ko"

    def say(ko: str, en: str) -> str:
        return ko if korean else en

    def region(name: str) -> str:
        return name if korean else REGIONS.get(name, name)

    return _template("report.html.j2").render(
        made=made,
        lang=lang,
        say=say,
        region=region,
        share=lambda count: 100 * count / made.inputs if made.inputs else 0,
        faults=_fault_rows(made, korean),
        layouts=_bars(made.layouts, made.printed, say),
        segments=_bars(made.segments, made.printed, say),
        tiles=_tiles(made, korean),
        elsewhere=made.regions.get("", 0),
        samples=[
            (sample, [base64.b64encode(page).decode() for page in sample.pages])
            for sample in made.samples
        ],
    )


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("moyeora.press", "html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def _fault_rows(made: Report, korean: bool) -> list[Row]:
    at = 0 if korean else 1
    return [
        Row(
            FAULTS[fault.kind][at],
            fault.kind.value,
            _POLICIES[fault.policy][at],
            fault.records,
            made.held_for.get(fault.kind.value, 0),
            FAULTS[fault.kind][2] if korean else fault.remedy,
        )
        for fault in made.faults
    ]


def _bars(counts: Mapping[str, int], total: int, say: Say) -> list[Bar]:
    shown = list(counts.items())
    if len(shown) > _SHOWN:
        rest = shown[_SHOWN - 1 :]
        name = say(f"그 밖의 {len(rest)}가지", f"{len(rest)} others")
        shown = [*shown[: _SHOWN - 1], (name, sum(count for _, count in rest))]
    if missing := total - sum(count for _, count in shown):
        shown.append((say("없음", "none"), missing))
    most = max((count for _, count in shown), default=0)
    return [Bar(name, count, 100 * count / total, 100 * count / most) for name, count in shown]


def _tiles(made: Report, korean: bool) -> list[Tile]:
    if not any(made.regions.values()):
        return []
    most = max(made.regions.get(name, 0) for name in _TILES) or 1
    return [
        Tile(
            name if korean else REGIONS[name],
            count := made.regions.get(name, 0),
            100 * count / made.printed,
            column,
            row,
            # By the root, so that a region with a twentieth of the most is still seen.
            round((count / most) ** 0.5, 3),
        )
        for name, (column, row) in _TILES.items()
    ]
