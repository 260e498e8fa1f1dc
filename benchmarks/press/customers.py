"""The bench's customers: any number of rows, made by array from a seed, as a CSV.

Row n depends on the seed and on n's block of 100,000 rows alone, so a longer list begins with
the shorter one.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

BLOCK = 100_000
SCRIPT_SHARE = 0.05

SURNAMES = list("김이박최정강조윤장임한오서신권황안송류홍")
FIRST = list("서민지하예도수현준윤은재시유가나다소주태성영건해승")
SECOND = list("연준우진영아빈희호원린율솔민서현정은후담온결찬람경")
CITIES = [
    "서울특별시 종로구",
    "서울특별시 마포구",
    "부산광역시 해운대구",
    "대구광역시 수성구",
    "인천광역시 연수구",
    "광주광역시 서구",
    "대전광역시 유성구",
    "울산광역시 남구",
    "경기도 수원시 팔달구",
    "강원특별자치도 강릉시",
    "전북특별자치도 전주시 완산구",
    "제주특별자치도 제주시",
]
STREETS = [
    "세종대로",
    "월드컵북로",
    "해운대해변로",
    "달구벌대로",
    "컨벤시아대로",
    "상무중앙로",
    "대학로",
    "삼산로",
]

# Names for the flyer that mixes scripts; the Latin ones are full of pairs that fonts kern.
SCRIPTS = {
    "arabic": (
        ["محمد", "أحمد", "فاطمة", "خالد", "ليلى", "يوسف", "مريم", "عمر"],
        ["الأحمد", "العلي", "الحسن", "الخطيب", "النجار", "السيد"],
    ),
    "devanagari": (
        ["प्रिया", "अर्जुन", "लक्ष्मी", "विक्रम", "श्रेया", "कृष्ण", "अंजलि", "राहुल"],
        ["शर्मा", "वर्मा", "गुप्ता", "सिंह", "त्रिपाठी", "मिश्रा"],
    ),
    "thai": (
        ["สมชาย", "สุดารัตน์", "ณัฐพล", "กิตติ์", "ปิยะดา", "วิไลวรรณ", "ธนกฤต", "พิมพ์"],
        ["ใจดี", "ศรีสุข", "ทองคำ", "แก้วมณี", "วงศ์ษา", "บุญมี"],
    ),
    "latin": (
        ["Yvonne", "AVA", "Tolya", "Wayne", "Vitalij", "Ty", "LATOYA", "Yves"],
        ["Tavares", "VAVRA", "Wolff", "Yates", "AVATI", "Tevez"],
    ),
}


def write_customers(
    file: Path,
    pieces: int,
    *,
    seed: int,
    pictures: int,
    layouts: tuple[str, ...] = (),
    scripts: bool = False,
    static: bool = False,
) -> None:
    """Write ``pieces`` rows to the CSV ``file``.

    ``pictures`` is how many there are to choose three different ones from. ``layouts`` adds a
    column that spreads the rows over these names, ``scripts`` writes 5 % of the names in other
    scripts, and ``static`` repeats the first row's values (but its ``id``) in every row.
    """
    writer = None
    try:
        for table in _blocks(pieces, seed, pictures, layouts, scripts, static):
            writer = writer or csv.CSVWriter(file, table.schema)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def _blocks(
    pieces: int, seed: int, pictures: int, layouts: tuple[str, ...], scripts: bool, static: bool
) -> Iterator[pa.Table]:
    for block, start in enumerate(range(0, pieces, BLOCK)):
        table = _block(np.random.default_rng([seed, block]), pictures, layouts, scripts)
        if static:
            table = table.take(pa.array(np.zeros(BLOCK, np.int64)))
        numbers = pa.array(np.arange(start + 1, start + 1 + BLOCK)).cast(pa.string())
        ids = pc.binary_join_element_wise("H", pc.utf8_lpad(numbers, 8, "0"), "")
        yield table.add_column(0, "id", ids).slice(0, min(BLOCK, pieces - start))


def _block(
    random: np.random.Generator, pictures: int, layouts: tuple[str, ...], scripts: bool
) -> pa.Table:
    def choose(values: list[str] | tuple[str, ...]) -> pa.Array:
        picked = random.integers(0, len(values), BLOCK)
        return pa.array(values).take(pa.array(picked))

    def number(low: int, high: int, width: int = 0) -> pa.Array:
        text = pa.array(random.integers(low, high, BLOCK)).cast(pa.string())
        return pc.utf8_lpad(text, width, "0")

    def join(*parts: pa.Array | str) -> pa.Array:
        return pc.binary_join_element_wise(*parts, "")

    names = join(choose(SURNAMES), choose(FIRST), choose(SECOND))
    if scripts:
        foreign = [
            f"{first} {last}"
            for firsts, lasts in SCRIPTS.values()
            for first in firsts
            for last in lasts
        ]
        other = pa.array(random.random(BLOCK) < SCRIPT_SHARE)
        names = pc.if_else(other, choose(foreign), names)

    days = [(date(2026, 10, 1) + timedelta(days=day)).isoformat() for day in range(92)]
    picked = _three_different(random, pictures)
    letters = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", np.uint8)
    coupons = letters[random.integers(0, len(letters), (BLOCK, 16))]
    columns = {
        "name": names,
        "postcode": number(1000, 63644, width=5),
        "address": join(choose(CITIES), " ", choose(STREETS), " ", number(1, 400)),
        "detail": join(number(101, 120), "동 ", number(101, 2500), "호"),
        "points": number(0, 100_000),
        "amount": join(number(5, 501), "000"),
        "expires": choose(days),
        "coupon": pa.array(np.ascontiguousarray(coupons).view("S16").ravel().astype("U16")),
    }
    for slot in range(3):
        text = pa.array(picked[:, slot]).cast(pa.string())
        columns[f"picture_{slot + 1}"] = pc.utf8_lpad(text, 4, "0")
    if layouts:
        columns["design"] = choose(layouts)
    return pa.table(columns)


def _three_different(random: np.random.Generator, pictures: int) -> np.ndarray:
    """Three different numbers below ``pictures`` for each row of a block, shape (BLOCK, 3)."""
    picked = np.empty((BLOCK, 3), np.int64)
    for slot in range(3):
        choice = random.integers(0, pictures - slot, BLOCK)
        for before in np.sort(picked[:, :slot], axis=1).T:
            choice += choice >= before
        picked[:, slot] = choice
    return picked
