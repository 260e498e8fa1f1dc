"""A frozen table holds every row once, in one order, the same bytes from any kind of file."""

import codecs
import shutil
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moyeora.press.faults import JobError, Kind, Policy, PolicyError, PressError, SourceError
from moyeora.press.job import Customers, Fonts, Job, Page, TextPart
from moyeora.press.records.freeze import freeze
from moyeora.press.records.frozen import Frozen, read
from moyeora.press.records.sources import open_file

Row = Sequence[str | None]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A private folder, in which nothing but the table may be left."""
    place = tmp_path / "private"
    place.mkdir(mode=0o700)
    yield place
    assert [file.name for file in place.iterdir()] in ([], ["records.arrow"])


def job(source: Path, **changes: Any) -> Job:
    customers = {key: changes.pop(key) for key in Customers.__dataclass_fields__ if key in changes}
    whens = changes.pop("whens", {})
    layouts = changes.pop("layouts", ["card"])
    return Job(
        title="test",
        page=Page(100, 148),
        customers=Customers(source=source, **{"id": "id"} | customers),
        layouts={name: Path(f"{name}.typ") for name in layouts},
        parts={name: TextPart(("x",), when=when) for name, when in whens.items()},
        fonts=Fonts(Path("fonts")),
        folder=source.parent,
        **changes,
    )


def csv_file(
    path: Path, rows: Sequence[Row], encoding: str = "utf-8", delimiter: str = ","
) -> Path:
    def cell(value: str | None) -> str:
        return "" if value is None else '"' + value.replace('"', '""') + '"'

    text = "\r\n".join(delimiter.join(map(cell, row)) for row in rows) + "\r\n"
    path.write_bytes(text.encode(encoding))
    return path


def parquet_file(path: Path, rows: Sequence[Row]) -> Path:
    header, *data = rows
    columns = {str(name): [row[n] for row in data] for n, name in enumerate(header)}
    pq.write_table(
        pa.table(columns, pa.schema([(str(name), pa.string()) for name in header])), path
    )
    return path


def xlsx_file(
    path: Path, rows: Sequence[Sequence[Any]], sheets: Sequence[str] = ("시트1",)
) -> Path:
    """The least workbook that Excel opens, with the rows in its last sheet."""

    def cell(value: Any) -> str:
        match value:
            case None:
                return "<c/>"
            case bool():
                return f'<c t="b"><v>{int(value)}</v></c>'
            case int() | float():
                return f"<c><v>{value}</v></c>"
            case _:
                text = escape(str(value), {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})
                return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    with zipfile.ZipFile(path, "w") as archive:
        names = "".join(
            f'<sheet name="{name}" sheetId="{n}" r:id="s{n}"/>' for n, name in enumerate(sheets, 1)
        )
        links = "".join(
            f'<Relationship Id="s{n}" Type="{office}/worksheet" Target="worksheets/{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="w" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{names}</sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}">{links}</Relationships>',
        )
        for n in range(1, len(sheets) + 1):
            shown = rows if n == len(sheets) else [["id"], ["다른 시트"]]
            lines = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in shown)
            archive.writestr(
                f"xl/worksheets/{n}.xml",
                f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData></worksheet>',
            )
    return path


def table(frozen: Frozen) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read(frozen.path, 0, frozen.rows).to_pylist()
    assert frozen.inputs == len(rows) + frozen.suppressed.num_rows + frozen.unreadable.num_rows
    numbers = [row["row"] for row in rows]
    numbers += frozen.suppressed["row"].to_pylist() + frozen.unreadable["row"].to_pylist()
    assert sorted(numbers) == list(range(1, frozen.inputs + 1))
    return rows


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


def told(frozen: Frozen) -> list[tuple[int, Kind]]:
    return [(fault["row"], fault["kind"]) for fault in frozen.faults.to_pylist()]


def test_unreadable_rows_are_put_aside_and_the_others_go_on(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(
        'id,이름\r\n1,김\r\n2\r\n\r\n3,이,박\r\n4,"최\n철"\r\n5,'.encode()
        + b"\xff\r\n6,"
        + "정\r\n".encode()
    )
    frozen = freeze(job(path), folder)
    assert [row["row"] for row in table(frozen)] == [1, 4, 6]
    assert frozen.unreadable.to_pylist() == [
        {"row": 2, "reason": "ragged-row"},
        {"row": 3, "reason": "ragged-row"},
        {"row": 5, "reason": "bad-encoding"},
    ]
    assert told(frozen) == [
        (2, Kind.RAGGED_ROW),
        (3, Kind.RAGGED_ROW),
        (5, Kind.BAD_ENCODING),
    ]
    with pytest.raises(PolicyError) as failed:
        freeze(job(path, faults={Kind.RAGGED_ROW: Policy.FAIL}), folder)
    assert [fault.row for fault in failed.value.faults] == [2, 3]


def test_a_ragged_row_at_the_end_counts_before_a_file_is_refused(
    tmp_path: Path, folder: Path
) -> None:
    source = tmp_path / "customers.csv"
    source.write_bytes("id,name\n1\n2,가\xff\n3,나\xff\n4\n".encode().replace(b"\xc3\xbf", b"\xff"))
    frozen = freeze(job(source, encoding="utf-8"), folder)
    assert frozen.inputs == frozen.unreadable.num_rows == 4


def test_ragged_rows_are_numbered_right_across_blocks(tmp_path: Path, folder: Path) -> None:
    lines = ["id,text"]
    ragged = set(range(3, 30_000, 997)) | {9_999, 10_000}
    for n in range(1, 30_001):
        text = "긴 글이다\n" * (n % 20)
        lines.append(f"{n},x,y" if n in ragged else f'{n},"{text}"')
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines), "utf-8")
    assert path.stat().st_size > 4_000_000  # several blocks
    frozen = freeze(job(path), folder)
    assert all(row["id"] == str(row["row"]) for row in table(frozen))
    assert set(frozen.unreadable["row"].to_pylist()) == ragged


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


SECRET = "홍길동"


@pytest.mark.parametrize(
    ("content", "changes", "said"),
    [
        ("", {}, ["a.csv", "is empty"]),
        ("id,name\n", {}, ["a.csv", "no rows"]),
        ("id,name", {}, ["a.csv", "no rows"]),
        ("id,name,Name\n1,홍길동,x\n", {}, ["a.csv", "several columns", "'Name'", "'name'"]),
        ("id,,name\n1,홍길동,x\n", {}, ["a.csv", "no name for column 2"]),
        ("id,Layout\n1,홍길동\n", {}, ["a.csv", "'Layout'", "rename"]),
        ("ids,name\n1,홍길동\n", {}, ["customers.id", "'id'", "did you mean 'ids'"]),
        ("id,name\n1,홍길동\n", {"postcode": "nam"}, ["customers.postcode", "mean 'name'"]),
        ("id,name\n1,홍길동\n", {"encoding": "utf-9"}, ["customers.encoding", "'utf-9'"]),
        ('id,name\n1,"홍길동\n2,x\n3,y\n', {}, ["row 1", "never closed"]),
        ('id,name\n1,x\n2,"' + "홍길동" * 200_000, {}, ["after row 1", "never closed"]),
    ],
)
def test_a_source_that_cannot_be_used_says_what_and_where(
    tmp_path: Path, folder: Path, content: str, changes: dict[str, Any], said: list[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(PressError) as failed:
        freeze(job(path, **changes), folder)
    for words in said:
        assert words in str(failed.value)
    assert SECRET not in str(failed.value)
    assert list(folder.iterdir()) == []


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


def test_files_that_are_not_what_they_are_called(tmp_path: Path, folder: Path) -> None:
    for name in ("a.xlsx", "a.parquet"):
        (tmp_path / name).write_text(f"id\n{SECRET}\n", "utf-8")
        with pytest.raises(SourceError, match=name):
            freeze(job(tmp_path / name), folder)
    csv = tmp_path / "a.csv"
    csv.write_bytes(b"id,name\n" + b"".join(b"%d,\xff\xfe\x80\n" % n for n in range(50)))
    with pytest.raises(SourceError, match=r"byte 10 \(counted from 0\)"):
        freeze(job(csv), folder)
    csv.write_bytes(b"id,\xff\n1,x\n")
    with pytest.raises(SourceError, match=r"byte 3 \(counted from 0\)"):
        freeze(job(csv), folder)
    (tmp_path / "a.sql").write_text("DROP TABLE x", "utf-8")
    with pytest.raises(SourceError, match=r"a\.sql"):
        freeze(job(tmp_path / "a.sql"), folder)
    book = xlsx_file(tmp_path / "b.xlsx", [["id"], ["1"]], ["요약", "고객"])
    with pytest.raises(SourceError, match="did you mean '고객'"):
        freeze(job(book, sheet="고갹"), folder)
    assert len(table(freeze(job(book, sheet="고객"), folder))) == 1
    first = freeze(job(book), folder)
    assert "'요약', the first of 2" in first.notes[0]


def test_cp949_is_found_and_damage_in_it_costs_only_its_rows(tmp_path: Path, folder: Path) -> None:
    rows: list[Row] = [["id", "name"], *([f"{n}", "뷁똠방각하"] for n in range(1, 200))]
    source = csv_file(tmp_path / "a.csv", rows, "cp949")
    source.write_bytes(source.read_bytes().replace(b'"77","', b'"77","\xff'))
    frozen = freeze(job(source), folder)
    assert frozen.notes == ("a.csv: CP949",)
    assert frozen.unreadable.to_pylist() == [{"row": 77, "reason": "bad-encoding"}]
    assert {row["name"] for row in table(frozen)} == {"뷁똠방각하"}
    assert codecs.lookup("euc-kr").name == "euc_kr"
    assert told(freeze(job(source, encoding="euc-kr"), folder)) == [(77, Kind.BAD_ENCODING)]


# Whole characters, and what is none: cut off, without its beginning, too long, a surrogate.
BYTES = [
    b"a", "가".encode(), "\uffff".encode(), "𐀀".encode(),
    b"\xea\xb0", b"\x80", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
]  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(BYTES), min_size=1, max_size=4).map(b"".join), max_size=9))
@settings(max_examples=60, deadline=None)
def test_the_rows_with_damaged_utf8_are_those_that_python_does_not_decode(
    values: list[bytes],
) -> None:
    def sound(value: bytes) -> bool:
        try:
            return bool(value.decode())
        except UnicodeDecodeError:
            return False

    # Not so many bad ones that the file is taken for none of text.
    values = [*values, *[b"b"] * 10]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "list.csv")
        lines = [b"%d,%b\n" % (n, value) for n, value in enumerate(values, 1)]
        path.write_bytes(b"id,name\n" + b"".join(lines))
        source = open_file(path, encoding="utf-8")
        read = [text for batch in source.batches for text in batch.column("name").to_pylist()]
    assert read == [unicodedata.normalize("NFC", v.decode()) for v in values if sound(v)]
    bad = [n for n, value in enumerate(values, 1) if not sound(value)]
    assert sorted(fault.row for fault in source.unreadable) == bad
    assert {fault.kind for fault in source.unreadable} <= {Kind.BAD_ENCODING}
