"""A frozen table holds every row once, in one order, the same bytes from any kind of file."""

import shutil
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lists import SECRET, Row, csv_file, job, parquet_file, table, told, xlsx_file

from moyeora.press.faults import JobError, Kind, Policy, SourceError
from moyeora.press.records.freeze import freeze
from moyeora.press.records.frozen import read

# What CP949 and XML can hold too; NUL has a test of its own.
nasty = st.text(
    st.sampled_from("가각힣한글뷁ㄱ\"',;|\t\n\r\\ aZ09=#'\u00b7%-"), min_size=0, max_size=8
) | st.sampled_from(["\n", '"', '""', ",", "NULL", "NA", "0123", "1e5", '홍길동 "길동"\r\n님'])


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(nasty, nasty | st.none()), min_size=1, max_size=20))
def test_the_same_rows_give_the_same_bytes_from_every_kind_of_file(
    tmp_path: Path, values: list[tuple[str, str | None]]
) -> None:
    rows: list[Row] = [["id", "이름", "비고"]]
    rows += [[f"고객{n}", *value] for n, value in enumerate(values)]
    files = [
        csv_file(tmp_path / "utf8.csv", rows),
        csv_file(tmp_path / "bom.csv", rows, "utf-8-sig"),
        csv_file(tmp_path / "utf16.csv", rows, "utf-16"),
        csv_file(tmp_path / "cp949.csv", rows, "cp949"),
        csv_file(tmp_path / "tabs.csv", rows, delimiter="\t"),
        parquet_file(tmp_path / "table.parquet", rows),
        xlsx_file(tmp_path / "book.xlsx", rows),
    ]
    seen = set()
    for file in files:
        folder = tmp_path / "private"
        folder.mkdir(mode=0o700, exist_ok=True)
        frozen = freeze(job(file), folder)
        expected = [
            {"row": n, "layout": "card", "problem": None}
            | {str(name): value or None for name, value in zip(rows[0], row, strict=True)}
            for n, row in enumerate(rows[1:], 1)
        ]
        assert table(frozen) == expected, file.name
        seen.add((frozen.digest, frozen.path.read_bytes()))
        shutil.rmtree(folder)
    assert len(seen) == 1


def test_nul_and_combining_marks_are_kept_and_composed(tmp_path: Path, folder: Path) -> None:
    values = ["a\0b", "\u0301앞", "e\u0301", unicodedata.normalize("NFD", "각"), "\u11a8", "가"]
    rows: list[Row] = [["id", unicodedata.normalize("NFD", "이름")]]
    rows += [[str(n), value] for n, value in enumerate(values)]
    digests = set()
    for file in (csv_file(tmp_path / "a.csv", rows), parquet_file(tmp_path / "a.parquet", rows)):
        frozen = freeze(job(file, columns={"marked": "'e' || '\u0301'"}), folder)
        assert frozen.columns == ("id", "이름", "marked")
        assert [row["이름"] for row in table(frozen)] == [
            unicodedata.normalize("NFC", value) for value in values
        ]
        assert {row["marked"] for row in table(frozen)} == {"é"}
        digests.add(frozen.digest)
    assert len(digests) == 1


def test_batches_and_threads_leave_no_trace_in_the_bytes(tmp_path: Path, folder: Path) -> None:
    rows: list[Row] = [["id", "a", "b"]]
    rows += [[f"{n}", "가" * (n % 7) or None, f"{n * n % 1000}"] for n in range(1, 20_002)]
    kept = [rows[0], *(row for row in rows[1:] if row[2] != "1")]
    suppress = {"tired of it": "b = '1'"}
    bare = freeze(job(parquet_file(tmp_path / "kept.parquet", kept), layout="'card'"), folder)
    # The row numbers differ where rows were left out before; the rest may not.
    expected = read(bare.path, 0, bare.rows).drop_columns(["row"])
    digests = set()
    for file in (csv_file(tmp_path / "a.csv", rows), parquet_file(tmp_path / "a.parquet", rows)):
        for order in ((), ('"row"',), ("b = '1' DESC",)):
            frozen = freeze(job(file, suppress=suppress, order_by=order), folder)
            assert len(table(frozen)) == len(kept) - 1
            assert read(frozen.path, 0, frozen.rows).drop_columns(["row"]) == expected
            digests.add(frozen.digest)
    assert len(digests) == 1
    with pa.OSFile(str(bare.path), "rb") as opened, pa.ipc.open_file(opened) as reader:
        sizes = [reader.get_batch(n).num_rows for n in range(reader.num_record_batches)]
    assert sizes[:-1] == [8192] * (len(sizes) - 1)


def test_read_gives_any_range(tmp_path: Path, folder: Path) -> None:
    rows: list[Row] = [["id", "a"], *([f"{n}", None] for n in range(20_000))]
    frozen = freeze(job(csv_file(tmp_path / "a.csv", rows)), folder)
    for start, stop in [(0, 0), (0, 1), (8191, 8193), (5, 19_990), (20_000, 20_000)]:
        taken = read(frozen.path, start, stop)
        assert taken["id"].to_pylist() == [f"{n}" for n in range(start, stop)]
    with pytest.raises(IndexError):
        read(frozen.path, 19_999, 20_001)


def test_values_of_every_type_read_as_a_person_would(tmp_path: Path, folder: Path) -> None:
    import datetime
    from decimal import Decimal

    day = datetime.date(2026, 3, 1)
    columns = {
        "id": [7, 8],
        "price": [1500.0, 12.5],
        "sum": [Decimal("1500.00"), Decimal("12.50")],
        "day": [day, None],
        "at": [datetime.datetime(2026, 3, 1), datetime.datetime(2026, 3, 1, 9, 30)],
        "yes": [True, False],
        "kind": pa.array(["가", "나"]).dictionary_encode(),
        "none": pa.nulls(2),
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    rows = table(freeze(job(tmp_path / "a.parquet"), folder))
    assert [list(row.values())[3:] for row in rows] == [
        ["7", "1500", "1500", "2026-03-01", "2026-03-01", "true", "가", None],
        ["8", "12.5", "12.50", None, "2026-03-01 09:30:00", "false", "나", None],
    ]
    header = ["id", "price", "yes"]
    book = xlsx_file(tmp_path / "a.xlsx", [header, [7, 1500.0, True], [], [8, 12.5, False]])
    rows = table(freeze(job(book), folder))
    assert [list(row.values())[3:] for row in rows] == [
        ["7", "1500", "true"],
        ["8", "12.5", "false"],
    ]


def test_rules_run_in_order_over_all_columns(tmp_path: Path, folder: Path) -> None:
    rows: list[Row] = [
        ["id", "name", "points", "opted_out"],
        ["a", "김", "30", None],
        ["b", "이", "200", "Y"],
        ["c", "박", "100", None],
        ["d", "최", None, None],
    ]
    frozen = freeze(
        job(
            csv_file(tmp_path / "a.csv", rows),
            columns={"n": "points::INTEGER", "twice": "n * 2", "name": "name || ' 고객'"},
            suppress={"수신 거부": "opted_out = 'Y'", "none": "twice IS NULL", "late": "id = 'd'"},
            order_by=["n DESC -- the richest first"],
            layouts=["rich", "poor"],
            layout="CASE WHEN twice > 150 THEN 'rich' ELSE 'poor' END",
            whens={"gift": "n > 50", "empty": "NULL"},
        ),
        folder,
        texts={"greeting": "name || '님'"},
    )
    assert table(frozen) == [
        {"row": row, "layout": layout, "when:gift": gift, "when:empty": False, "problem": None}
        | {"id": key, "name": f"{name} 고객", "points": n, "opted_out": None, "n": n}
        | {"twice": str(int(n) * 2), "greeting": f"{name} 고객님"}
        for row, layout, gift, key, name, n in [
            (3, "rich", True, "c", "박", "100"),
            (1, "poor", False, "a", "김", "30"),
        ]
    ]
    assert frozen.suppressed.to_pylist() == [
        {"row": 2, "id": "b", "reason": "수신 거부"},
        {"row": 4, "id": "d", "reason": "none"},
    ]
    assert frozen.columns == ("id", "name", "points", "opted_out", "n", "twice", "greeting")


def test_the_order_is_total(tmp_path: Path, folder: Path) -> None:
    rows: list[Row] = [["id", "city"], *([f"{n}", "서울부산"[n % 2]] for n in range(30_000))]
    source = csv_file(tmp_path / "a.csv", rows)
    numbers = [row["row"] for row in table(freeze(job(source, order_by=["city"]), folder))]
    cities = [rows[n][1] for n in numbers]
    assert cities == sorted(cities, key=str)
    assert [n for n in numbers if rows[n][1] == "부"] == sorted(
        n for n in numbers if rows[n][1] == "부"
    )
    # A window leaves the rows in no order that anybody chose: they go back to that of the input.
    windowed = job(source, columns={"rank": "count(*) OVER (PARTITION BY city)"})
    assert [row["row"] for row in table(freeze(windowed, folder))] == list(range(1, 30_001))


def test_a_query_over_tables_has_a_total_order_and_rules_see_the_tables(
    tmp_path: Path, folder: Path
) -> None:
    pq.write_table(
        pa.table({"household": [n * 7 % 5000 for n in range(20_000)], "amount": range(20_000)}),
        tmp_path / "sales.parquet",
    )
    csv_file(tmp_path / "stop.csv", [["household"], ["3"], ["5"]], "cp949")
    query = tmp_path / "customers.sql"
    query.write_text(
        "SELECT household AS id, sum(amount)::DOUBLE AS amount, 'a;b' AS text FROM sales "
        "GROUP BY id; -- one a household;\n",
        "utf-8",
    )
    made = job(
        query,
        tables={"sales": tmp_path / "sales.parquet", "stop": tmp_path / "stop.csv"},
        suppress={"stop list": "id IN (SELECT household FROM stop)"},
    )
    frozen = freeze(made, folder)
    rows = table(frozen)
    assert [row["id"] for row in rows] == [str(n) for n in range(5000) if n not in (3, 5)]
    assert all("." not in row["amount"] for row in rows)
    assert freeze(made, folder).digest == frozen.digest
    assert frozen.notes == ("stop.csv: CP949",) or frozen.notes == ("stop.csv: UTF-8",)


def test_rules_give_one_value_for_each_row(tmp_path: Path, folder: Path) -> None:
    source = csv_file(tmp_path / "a.csv", [["id"], ["1"], ["2"]])
    with pytest.raises(SourceError, match="4 records of 2 rows"):
        freeze(job(source, columns={"copy": "unnest([1, 2])"}), folder)
    with pytest.raises(JobError, match=r"customers\.columns\.all"):
        freeze(job(source, columns={"all": "count(*)"}), folder)


def test_records_to_be_held_say_why(tmp_path: Path, folder: Path) -> None:
    rows: list[Row] = [
        ["id", "zip", "kind"],
        ["a", "06236", "x"],
        [None, "06236", "x"],
        ["b", "6236", "y"],
        ["a", "123", "홍길동"],
        [None, None, None],
        ["a", "06236", "x"],
    ]
    book = xlsx_file(tmp_path / "a.xlsx", rows)
    made = job(book, postcode="zip", layouts=["x", "y"], layout="kind")
    frozen = freeze(made, folder)
    problems = [None, "no-id", "bad-postcode", "duplicate-id", None]
    assert [row["problem"] for row in table(frozen)] == [*problems[:4], "duplicate-id"]
    assert told(frozen) == [
        (2, Kind.NO_ID),
        (3, Kind.BAD_POSTCODE),
        (4, Kind.DUPLICATE_ID),
        (4, Kind.NO_LAYOUT),
        (4, Kind.BAD_POSTCODE),
        (5, Kind.DUPLICATE_ID),
    ]
    assert "row 1" in frozen.faults["what"][-1].as_py()
    assert "1 postcodes have lost" in frozen.notes[-1]

    fixing = replace(
        made,
        customers=replace(made.customers, order_by=("zip", "id DESC")),
        faults={Kind.BAD_POSTCODE: Policy.FIX},
    )
    fixed = freeze(fixing, folder)
    assert [(row["row"], row["zip"], row["problem"]) for row in table(fixed)] == [
        (3, "06236", None),
        (1, "06236", None),
        (5, "06236", "duplicate-id"),
        (2, "06236", "no-id"),
        (4, "123", "duplicate-id"),
    ]
    assert fixed.notes == ("a.xlsx: 1 postcodes had lost their leading zeros; put back",)


def test_all_rules_that_do_not_fit_are_told_at_once(tmp_path: Path, folder: Path) -> None:
    path = csv_file(tmp_path / "a.csv", [["id", "amount"], ["1", SECRET]])
    with pytest.raises(JobError) as failed:
        freeze(
            job(
                path,
                columns={"twice": "amuont * 2", "four": "twice * 2", "row": "1", "two": "1, 2"},
                suppress={"no": "amount +"},
                order_by=["amount DESC", "mount"],
                layout="nosuch(amount)",
                whens={"gift": "SELECT 1"},
            ),
            folder,
        )
    places = [problem.place for problem in failed.value.problems]
    assert sorted(places) == sorted(
        [
            "mailing.toml: customers.columns.twice",
            "mailing.toml: customers.columns.row",
            "mailing.toml: customers.suppress.no",
            "mailing.toml: customers.order_by[1]",
            "mailing.toml: layout",
        ]
    )
    assert "did you mean 'amount'?" in str(failed.value.problems[0])


@pytest.mark.parametrize(
    ("place", "changes"),
    [
        ("customers.columns.n", {"columns": {"n": "amount::INTEGER"}}),
        ("customers.suppress.no", {"suppress": {"no": "amount::DATE < '2026-01-01'"}}),
        ("parts.gift.when", {"whens": {"gift": "amount"}}),
        ("layout", {"layout": "error(amount)"}),
        ("customers.order_by[0]", {"order_by": ["amount::INTEGER"]}),
    ],
)
def test_a_rule_that_fails_on_a_row_names_the_row_but_no_value(
    tmp_path: Path, folder: Path, place: str, changes: dict[str, Any]
) -> None:
    rows: list[Row] = [["id", "amount"], *([f"{n}", None] for n in range(9000))]
    rows[8500] = ["8499", SECRET]
    with pytest.raises(SourceError) as failed:
        freeze(job(csv_file(tmp_path / "a.csv", rows), **changes), folder)
    assert failed.value.place == f"mailing.toml: {place}"
    assert "row 8500" in str(failed.value)
    assert SECRET not in str(failed.value)
    assert failed.value.__context__ is None


@pytest.mark.parametrize(
    "rule",
    [
        "(SELECT content FROM read_text('/etc/passwd'))",
        "(SELECT count(*) FROM '/etc/passwd')",
        "(SELECT count(*) FROM glob('/*'))",
        "(SELECT count(*) FROM rows)",
        "getenv('HOME')",
        "1); COPY (SELECT 1) TO 'stolen.csv'; SELECT (1",
    ],
)
def test_rules_read_and_write_nothing_but_the_tables(
    tmp_path: Path, folder: Path, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows: list[Row] = [["id", "name"], ["1", "김"]]
    with pytest.raises(JobError):
        freeze(job(csv_file(tmp_path / "a.csv", rows), columns={"x": rule}), folder)
    query = tmp_path / "a.sql"
    query.write_text(f"SELECT 1 AS id, {rule} AS x", "utf-8")
    with pytest.raises(SourceError):
        freeze(job(query), folder)
    assert not (tmp_path / "stolen.csv").exists()
