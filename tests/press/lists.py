"""Lists as files of every kind, and a job that reads one."""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq

from moyeora.press.faults import Kind
from moyeora.press.job import Customers, Fonts, Job, Page, TextPart
from moyeora.press.records.frozen import Frozen, read

Row = Sequence[str | None]
SECRET = "홍길동"  # stands in lists, and may stand in no message


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


def told(frozen: Frozen) -> list[tuple[int, Kind]]:
    return [(fault["row"], fault["kind"]) for fault in frozen.faults.to_pylist()]
