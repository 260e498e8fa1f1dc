"""The example's list is what it says: every household once, its own purchases, its own coupon."""

import csv
import importlib.util
import shutil
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pymupdf
import pytest
import zxingcpp

from moyeora.press.run import run

EXAMPLE = Path(__file__).parents[2] / "examples" / "department-store"
PRINTED = "2017-10-30"


def _prepare(folder, households=None):
    spec = importlib.util.spec_from_file_location("prepare", EXAMPLE / "prepare.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.prepare(folder, households)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return _prepare(tmp_path_factory.mktemp("data"))


def _customers(data: Path, threads: int) -> pa.Table:
    database = duckdb.connect(config={"threads": threads})
    for table in data.glob("*.parquet"):
        database.execute(f"CREATE VIEW {table.stem} AS FROM '{table}'")
    for name, file in {"catalogue": "catalogue.csv", "stores": "made-up/stores.csv"}.items():
        database.execute(
            f"CREATE VIEW {name} AS FROM read_csv('{EXAMPLE / file}', all_varchar = true)"
        )
    query = (EXAMPLE / "customers.sql").read_text("utf-8")
    return database.sql(f"FROM ({query}) ORDER BY customer").to_arrow_table()


@pytest.fixture(scope="module")
def customers(data):
    return _customers(data, threads=2)


def test_every_household_has_one_row_and_the_same_whatever_the_threads(data, customers):
    assert customers.num_rows == 2469
    assert len(set(customers["household_id"].to_pylist())) == 2469
    assert _customers(data, threads=1).equals(customers)


def test_a_customer_stays_the_same_however_many_there_are(data, tmp_path):
    people = pq.read_table(data / "people.parquet")
    more = pq.read_table(_prepare(tmp_path, 5000) / "people.parquet")
    assert more.slice(0, 2469).equals(people)
    assert more["household_id"][2469] == people["household_id"][0]
    assert len(set(more["customer"].to_pylist())) == 5000


def test_the_first_offer_is_the_food_bought_most(data, customers):
    food = {}
    with (EXAMPLE / "catalogue.csv").open(encoding="utf-8", newline="") as catalogue:
        for row in csv.DictReader(catalogue):
            if row["hall"] == "식품관":
                food |= dict.fromkeys(row["categories"].split(";"), row["item"])
    baskets = defaultdict(set)
    for household, basket, category in duckdb.sql(
        f"""SELECT household_id, basket_id, product_category
            FROM '{data}/transactions.parquet' JOIN '{data}/products.parquet' USING (product_id)
            WHERE transaction_timestamp < '{PRINTED}' AND household_id % 50 = 7"""
    ).fetchall():
        if category in food:
            baskets[household].add((basket, food[category]))
    offered = dict(
        zip(customers["household_id"].to_pylist(), customers["picture_1"].to_pylist(), strict=True)
    )
    assert len(baskets) > 40
    for household, bought in baskets.items():
        counted = Counter(item for _, item in bought)
        most = max(counted.values())
        assert offered[household] == min(i for i, times in counted.items() if times == most)


def test_a_coupon_is_of_a_campaign_that_ran_for_the_household(data, customers):
    theirs = set(
        duckdb.sql(
            f"""SELECT household_id, campaign_id, coupon_upc
                FROM '{data}/campaigns.parquet'
                JOIN '{data}/campaign_descriptions.parquet' USING (campaign_id)
                JOIN (SELECT DISTINCT campaign_id, coupon_upc FROM '{data}/coupons.parquet')
                    USING (campaign_id)
                WHERE start_date <= '{PRINTED}' AND end_date > '{PRINTED}'"""
        ).fetchall()
    )
    coupons = [row for row in customers.to_pylist() if row["coupon"]]
    assert len({row["coupon"] for row in coupons}) == len(coupons) == 1147
    for row in coupons:
        number = row["coupon"]
        assert (row["household_id"], int(number[:2]), int(number[2:13])) in theirs
        assert number[13:21] == row["customer"]
        weighted = [int(digit) * (3, 1)[place % 2] for place, digit in enumerate(number[::-1], 1)]
        assert sum(weighted) % 10 == 0


def test_every_item_has_its_picture_and_every_postcode_five_digits(customers):
    for column in ("picture_1", "picture_2", "picture_3"):
        for item in set(customers[column].to_pylist()):
            assert (EXAMPLE / "images" / f"{item}.png").exists(), item
    assert all(len(code) == 5 and code.isdigit() for code in customers["postcode"].to_pylist())


def test_the_cards_say_what_their_records_say(customers, tmp_path):
    job = tmp_path / "job"
    shutil.copytree(EXAMPLE, job, ignore=shutil.ignore_patterns("data"))
    _prepare(job / "data", 24)
    result = run(job, tmp_path / "out", workers=1)
    assert result.counts.printed == result.counts.inputs == 24
    assert result.faults == 0

    records = {row["customer"]: row for row in customers.slice(0, 24).to_pylist()}
    pieces = pq.read_table(tmp_path / "out" / "pieces.parquet").to_pylist()
    coupons = 0
    with pymupdf.open(tmp_path / "out" / "volume-0001.pdf") as volume:
        for piece in pieces:
            record = records.pop(piece["id"])
            front, back = (volume[piece["page"] - 1 + side] for side in range(2))
            said = _letters(front.get_text()), _letters(back.get_text())
            for column in ("name", "product_1", "product_2", "product_3", "copy_1"):
                assert _letters(record[column]) in said[0], column
            for column in ("name", "address", "unit", "postcode", "store", "segment", "customer"):
                assert _letters(record[column]) in said[1], column
            assert f"{record['points']:,}점" in said[1]
            if record["coupon"] is None:
                continue
            coupons += 1
            right = pymupdf.Rect(back.rect.width / 2, 0, back.rect.width, back.rect.height * 0.6)
            drawn = back.get_pixmap(dpi=200, colorspace="gray", clip=right).pil_image()
            codes = {code.format.name: code.text for code in zxingcpp.read_barcodes(drawn)}
            assert _letters(f"{record['coupon_won']:,}원") in said[1]
            assert codes == {
                "QRCode": f"https://ongyeol.example.com/c/{record['coupon']}",
                "Code128": record["coupon"],
            }
    assert records == {}
    assert 6 < coupons < 18


def _letters(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())
