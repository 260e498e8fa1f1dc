"""The bench flyer as values: its sheet, its fixed words, its places and its templates.

Our job and every peer draw from here, so that all compose the same A5 card of two sides.
Lengths are millimetres from the top left corner of the sheet unless the name says otherwise.
"""

from dataclasses import dataclass
from typing import Literal

WIDTH_MM, HEIGHT_MM = 148.0, 210.0


@dataclass(frozen=True)
class Place:
    """A box on one side of the card; ``x`` and ``y`` are its top left corner."""

    side: Literal["front", "back"]
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Type:
    """How text in a place is set. ``pitch_pt`` is the distance from baseline to baseline."""

    size_pt: float
    pitch_pt: float
    bold: bool = False


PLACES = {
    "headline": Place("front", 12, 15, 124, 9),
    "points": Place("front", 12, 27, 124, 6),
    "heading": Place("front", 12, 134, 124, 6),
    "panel": Place("front", 8, 128, 132, 54),
    "picture_1": Place("front", 12, 146, 39, 29.25),
    "picture_2": Place("front", 54.5, 146, 39, 29.25),
    "picture_3": Place("front", 97, 146, 39, 29.25),
    "fixed": Place("back", 12, 14, 124, 62),
    "letter": Place("back", 12, 86, 124, 44),
    "address": Place("back", 12, 168, 84, 20),
    "coupon": Place("back", 106, 160, 30, 30),
}

TYPES = {
    "headline": Type(18, 24, bold=True),
    "points": Type(11, 16),
    "heading": Type(12, 18, bold=True),
    "fixed": Type(8, 13),
    "letter": Type(10, 17),
    "address": Type(10, 15),
}

# ruff: noqa: E501 - a Hangul syllable counts as two columns here, and a printed line stays a line

HEADING = "이번 가을, 고객님께 권해 드리는 세 가지"

# Broken by hand: tools break fixed Korean text at different places, and the card must be the same.
FIXED = (
    "한빛백화점은 1979년 봄 종로의 작은 포목점에서 시작해 마흔일곱 해 동안 좋은 물건을 골라 왔습니다.",
    "올가을에는 전국 서른한 곳의 농가와 스물네 곳의 공방을 직접 찾아가 한 해 동안 정성껏 키우고",
    "빚은 것만을 모았습니다. 지리산 자락의 햇밤과 영월의 사과, 강진의 청자 찻잔과 한산의 모시,",
    "통영의 나전칠기까지 만든 이의 이름을 걸고 내놓는 물건입니다. 매장에 오시면 만든 분의 이야기를",
    "직접 들으실 수 있고, 마음에 드시면 그 자리에서 곱게 포장하여 원하시는 곳까지 보내 드립니다.",
    "상품권은 전국 모든 매장과 온라인 매장에서 쓰실 수 있으며, 다른 할인과 함께 쓰실 수 있습니다.",
    "한 번에 다 쓰지 않으셔도 남은 금액은 회원 카드에 그대로 쌓이고, 다음에 오실 때 쓰시면 됩니다.",
    "구매하신 물건이 마음에 들지 않으시면 서른 날 안에 가까운 매장으로 가져와 주십시오.",
    "까닭을 묻지 않고 바꾸어 드리거나 돈을 돌려 드립니다. 다만 신선 식품과 주문하여 만든 물건은",
    "물건의 특성 때문에 바꾸어 드리기 어려우니 미리 살펴 주시기를 부탁드립니다. 주차는 두 시간까지",
    "무료이고, 어린이를 데리고 오시는 분께는 놀이방을 열어 드립니다. 궁금한 점은 고객 상담실에",
    "물어 주십시오. 아침 열 시부터 저녁 여덟 시까지 쉬는 날 없이 기다리겠습니다. (광고)",
)

# Templates of the job, and for the peers (whose formatting is Python's).
HEADLINE = "{name} 님, 가을을 드립니다"
POINTS = "모으신 포인트 {points:,}점"
LETTER = (
    "{name} 님, 저희 한빛백화점을 아껴 주셔서 고맙습니다. 감사하는 마음으로 {expires}까지 쓰실 수 있는 "
    "{amount:,}원 상품권을 준비했습니다. {name} 님께서 모으신 포인트와 함께 쓰시면 혜택이 더 커집니다. "
    "{amount:,}원 상품권은 {expires}이 지나면 쓰실 수 없으니 가까운 매장에 꼭 들러 주시기 바랍니다."
)
ADDRESS = ("{address}", "{detail}", "{postcode} {name} 님")
DATE = "YYYY년 M월 D일"
CODE_URL = "https://hanbit.example/c/"  # and a coupon of 16 characters: 41 in all, QR 3-M
