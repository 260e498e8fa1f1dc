"""The same records give the same volumes and register, however they come and are worked on."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from spreadsheets import write_xlsx

from moyeora.press.faults import FolderError

CARD = """
#place(dx: 5mm, dy: 5mm, part("name", width: 60mm, height: 10mm))
#place(dx: 5mm, dy: 16mm, part("letter", width: 60mm, height: 30mm))
#place(dx: 70mm, dy: 5mm, part("code", width: 20mm, height: 20mm))
#place(dx: 70mm, dy: 30mm, part("mark", width: 9mm, height: 9mm))
"""
PARTS = {
    "name": {"kind": "text", "lines": ["{name} 님 {piece}"], "least_size_pt": 5},
    "letter": {
        "kind": "paragraph",
        "align": "justify",
        "text": "{name} 고객님, *{product:을/를}* {amount:,}원에 드립니다. {product:과/와} 함께 "
        "건강하세요.",
    },
    "code": {"kind": "code", "symbology": "qr", "value": "https://example.com/{id}"},
    "mark": {"kind": "block", "source": "blocks.typ", "function": "mark", "columns": ["product"]},
}
FILES = {"blocks.typ": '#let mark(value) = text(font: "Pretendard", size: 7pt, value.product)'}
PRODUCTS = ["사과", "햅쌀", "Toy", "김치 10kg"]
ROWS = [
    {
        "id": f"{n:05}",
        "name": ["김민준", "이서연", "نور", "สมชาย", "AVATAR Tóth", "𓀀"][n * 7 % 6]
        + "가나다라"[: n % 5],
        "product": PRODUCTS[n % 4],
        "amount": str(n * n),
        "postcode": f"{n % 90000:05}",
    }
    for n in range(200)
]
FALLBACK = {"fallback": ["Noto Sans Arabic", "Noto Sans Thai"]}


def made(printed) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in printed.folder.iterdir()
        if path.suffix in {".pdf", ".parquet", ".csv"}
    }


def test_one_two_and_four_workers(mailing):
    # Rows enough for more than one batch, and for words that one worker knows from before.
    rows = [row | {"id": f"{n:05}-{row['id']}"} for n in range(50) for row in ROWS]
    job = mailing(CARD, PARTS, rows, files=FILES, fonts=FALLBACK)
    one = job.print("one", workers=1, volume_pieces=1300)
    assert len(one.result.volumes) == 8
    assert one.result.counts.held == sum("𓀀" in row["name"] for row in rows)
    for workers in (2, 4):
        assert made(job.print(str(workers), workers=workers, volume_pieces=1300)) == made(one)


def test_the_same_rows_from_csv_xlsx_parquet_and_a_query(mailing):
    job = mailing(CARD, PARTS, ROWS, files=FILES, fonts=FALLBACK)
    folder = job.folder
    wanted = made(job.print("csv"))
    text = (folder / "customers.csv").read_text("utf-8")
    told = (folder / "mailing.toml").read_text("utf-8")
    columns = {key: [row[key] for row in ROWS] for key in ROWS[0]}
    table = pa.table({key: pa.array(values, pa.string()) for key, values in columns.items()})

    write_xlsx(folder / "rows.xlsx", [list(ROWS[0]), *([*row.values()] for row in ROWS)])
    pq.write_table(table, folder / "rows.parquet")
    numbers = table.set_column(3, "amount", table["amount"].cast(pa.int64()))
    pq.write_table(numbers, folder / "numbers.parquet")
    (folder / "rows.sql").write_text("SELECT * FROM people ORDER BY random()")
    (folder / "semicolons.csv").write_bytes(text.replace(",", ";").encode("utf-16"))
    for name in ("rows.xlsx", "rows.parquet", "numbers.parquet", "rows.sql", "semicolons.csv"):
        tables = '\n["customers"."tables"]\npeople = "rows.parquet"\n' if name == "rows.sql" else ""
        (folder / "mailing.toml").write_text(told.replace("customers.csv", name) + tables, "utf-8")
        found = made(job.print(name))
        found["faults.csv"] = found["faults.csv"].replace(name.encode(), b"customers.csv")
        assert found == wanted, name


def test_two_runs_at_different_times_and_places(mailing, monkeypatch):
    first = made(mailing(CARD, PARTS, ROWS, files=FILES, fonts=FALLBACK).print("a"))
    again = mailing(CARD, PARTS, ROWS, files=FILES, fonts=FALLBACK, name="elsewhere")
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert made(again.print("b")) == first


def test_ties_in_a_sort_fall_back_to_the_rows_order(mailing):
    source = {"order_by": ["product DESC"]}
    job = mailing(CARD, PARTS, ROWS, files=FILES, fonts=FALLBACK, source=source)
    one, two = job.print("one"), job.print("two", workers=2, volume_pieces=50)
    assert [row["row"] for row in one.register] == [row["row"] for row in two.register]
    rows = [row["row"] for row in one.register]
    wanted = sorted(range(1, 201), key=lambda n: (-PRODUCTS_ORDER[PRODUCTS[(n - 1) % 4]], n))
    assert rows == wanted


PRODUCTS_ORDER = {name: place for place, name in enumerate(sorted(PRODUCTS))}


CHANGES = {
    "a name": ("customers.csv", "김민준", "김민중"),
    "a place": ("card.typ", "dx: 5mm, dy: 16mm", "dx: 5mm, dy: 17mm"),
    "a size": (
        "card.typ",
        '#place(dx: 5mm, dy: 5mm, part("name"',
        '#place(dx: 5mm, dy: 5mm, text(size: 8pt)[a]+part("name"',
    ),
    "the type": ("card.typ", "size: 9pt)", "size: 9.5pt)"),
    "the words": ("mailing.toml", "님 {piece}", "귀하 {piece}"),
    "the bleed": ("mailing.toml", '"bleed_mm" = 0', '"bleed_mm" = 1'),
    "a policy": ("mailing.toml", '["fonts"]', '["faults"]\nmissing-glyph = "hold"\n["fonts"]'),
    "a block": ("blocks.typ", "size: 7pt", "size: 6.5pt"),
    "a title": ("mailing.toml", "시험", "시험 2"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_job_is_another_job(mailing, change):
    """Into the folder of a finished run only the very same job may be printed again."""
    job = mailing(CARD, PARTS, ROWS[:9], files=FILES, fonts=FALLBACK)
    before = job.print().result.fingerprint
    file, old, new = CHANGES[change]
    text = (job.folder / file).read_text("utf-8")
    assert old in text
    (job.folder / file).write_text(text.replace(old, new), "utf-8")
    with pytest.raises(FolderError, match="holds another job"):
        job.print()
    assert job.print("other").result.fingerprint != before
    (job.folder / file).write_text(text, "utf-8")
    assert job.print().result.fingerprint == before
