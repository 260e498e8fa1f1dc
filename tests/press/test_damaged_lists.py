"""What cannot be read of a list is put aside or refused, with what and where; the rest goes on."""

import codecs
import tempfile
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lists import SECRET, Row, csv_file, job, table, told, xlsx_file

from moyeora.press.faults import Kind, Policy, PolicyError, PressError, SourceError
from moyeora.press.records.freeze import freeze
from moyeora.press.records.sources import open_file


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
