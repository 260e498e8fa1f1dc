"""A report as one HTML page, in Korean or English: it opens without a network and holds its
pictures."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from moyeora.press.fault_words import KINDS
from moyeora.press.faults import Policy
from moyeora.press.regions import REGIONS
from moyeora.press.report import FaultKind, Report

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
    return [
        Row(
            KINDS[fault.kind][0 if korean else 2],
            fault.kind.value,
            _POLICIES[fault.policy][0 if korean else 1],
            fault.records,
            made.held_for.get(fault.kind.value, 0),
            _remedy(fault, korean),
        )
        for fault in made.faults
    ]


def _remedy(fault: FaultKind, korean: bool) -> str:
    if not korean:
        return fault.remedy
    if fault.policy == Policy.FIX:
        return "할 일이 없습니다. 인쇄하면서 고쳤습니다"
    return KINDS[fault.kind][1]


def _bars(counts: Mapping[str, int], total: int, say: Say) -> list[Bar]:
    shown = list(counts.items())
    if len(shown) > _SHOWN:
        rest = shown[_SHOWN - 1 :]
        name = say(f"그 밖의 {len(rest)}가지", f"{len(rest)} others")
        shown = [*shown[: _SHOWN - 1], (name, sum(count for _, count in rest))]
    none = say("없음", "none")
    most = max((count for _, count in shown), default=0)
    return [
        Bar(name or none, count, 100 * count / total, 100 * count / most) for name, count in shown
    ]


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
