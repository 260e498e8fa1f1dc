"""A frozen table holds every row once, in one order, the same bytes from any kind of file."""

import codecs
import shutil
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moyeora.press.faults import Fault, JobError, Kind, Policy, PolicyError, PressError, SourceError
from moyeora.press.job import Customers, Fonts, Job, Page, TextPart
from moyeora.press.records import Frozen, freeze, read

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
