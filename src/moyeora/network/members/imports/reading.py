"""A file that somebody sent, as headings and rows of text. It is trusted in nothing.

CSV comes in UTF-8, UTF-16 (with its mark) or CP949, which is how Korean spreadsheets write it.
XLSX is a zip of XML: before the reader opens it, every part is unpacked once in small pieces and
counted, so that a small file that unpacks to gigabytes, or that puts one cell at XFD1048576 (a
table of 17 billion cells), ends in a sentence.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final, NoReturn

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from moyeora.network.frame.faults import Fault, Refused

FILE_MOST: Final = 20 * 2**20  # bytes
ROWS_MOST: Final = 20_000
COLUMNS_MOST: Final = 100
CELL_MOST: Final = 4_000  # characters
UNPACKED_MOST: Final = 150 * 2**20  # bytes of all parts of an XLSX
PARTS_MOST: Final = 1_000
_PIECE: Final = 2**20


@dataclass(frozen=True)
class Table:
    """``rows``: each with its number as the spreadsheet counts it, and as many cells as there are
    headings. ``encoding``: "UTF-8", "UTF-16", "CP949" or "XLSX". ``formulas``: cells whose last
    calculated value was taken.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    encoding: str
    formulas: int = 0


def read_table(path: Path, name: str) -> Table:
    """Read a file by what is in it. Raises Refused with a fault at ``file``."""
    size = path.stat().st_size
    if size > FILE_MOST:
        refuse_size(size)
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"PK"):
        return _xlsx(path)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        _refuse(
            _("“%(name)s” is an old Excel file (.xls) or has a password.") % {"name": name[:80]},
            _("Open it in Excel and save it as XLSX without a password."),
            "xls",
        )
    return _csv(path)


def refuse_size(size: int) -> NoReturn:
    """The file is larger than what is taken."""
    _refuse(
        _("The file has %(size)s MB.") % {"size": f"{size / 2**20:,.0f}"},
        _("Up to %(most)d MB are read: split it, or leave out pictures and other sheets.")
        % {"most": FILE_MOST // 2**20},
        "too-large",
    )


def _refuse(problem: str, remedy: str, code: str) -> NoReturn:
    raise Refused(Fault("file", problem, remedy, code))


# ---- CSV ----


def _csv(path: Path) -> Table:
    text, encoding = _decoded(path.read_bytes())
    if "\0" in text:
        _refuse(
            _("This is no table: it holds bytes that no text has."),
            _("Save it as XLSX, or as CSV."),
            "binary",
        )
    first = text[: text.find("\n") + 1 or len(text)]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return _table(enumerate(reader, start=1), encoding)
    except csv.Error:
        _refuse(
            _("Line %(line)d cannot be read: a quotation mark is open or misplaced.")
            % {"line": reader.line_num},
            _("Save the table again from the spreadsheet, or as XLSX."),
            "csv",
        )


def _decoded(octets: bytes) -> tuple[str, str]:
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return octets.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError:
            _refuse(
                _("The file breaks off in the middle of a sign."), _("Save it again."), "broken"
            )
    try:
        return octets.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError as wrong:
        utf_8_until = wrong.start
    try:
        return octets.decode("cp949"), "CP949"
    except UnicodeDecodeError as wrong:
        line = octets.count(b"\n", 0, max(utf_8_until, wrong.start)) + 1
        _refuse(
            _("Line %(line)d is written neither in UTF-8 nor in CP949.") % {"line": line},
            _("Save the table as XLSX, or as CSV in UTF-8."),
            "encoding",
        )


# ---- XLSX ----

_CELL = re.compile(rb'[\s<]r="([A-Z]{1,5})(\d{1,9})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_LONGEST_MATCH = 32


def _xlsx(path: Path) -> Table:
    try:
        formulas = _inspect(path)
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, CalamineError, OSError, EOFError, IndexError, RuntimeError):
        _refuse(
            _("The file is damaged or is no XLSX."),
            _("Open it in the spreadsheet and save it again as XLSX."),
            "broken",
        )
    table = _table(enumerate(([_written(cell) for cell in row] for row in rows), start=1), "XLSX")
    return Table(table.headings, table.rows, table.encoding, formulas)


def _inspect(path: Path) -> int:
    """Unpack every part once, counting; gives how many cells of the sheets hold formulas."""
    with zipfile.ZipFile(path) as parts:
        listed = parts.infolist()
        names = {part.filename for part in listed}
        if "xl/workbook.xml" not in names:
            _refuse(_("This zip file is no XLSX."), _("Save the table as XLSX or CSV."), "no-xlsx")
        if any(part.flag_bits & 1 for part in listed):
            _refuse(_("The file has a password."), _("Save it without one."), "password")
        if len(listed) > PARTS_MOST or sum(part.file_size for part in listed) > UNPACKED_MOST:
            _refuse_bomb()
        formulas, left = 0, UNPACKED_MOST
        for part in listed:
            sheet = part.filename.startswith("xl/worksheets/")
            tail = b""
            with parts.open(part) as file:
                # A part that is longer than it says fails here, by its checksum.
                while piece := file.read(_PIECE):
                    left -= len(piece)
                    if left < 0:
                        _refuse_bomb()
                    if sheet:
                        formulas += _look_at(tail, piece)
                    tail = piece[-_LONGEST_MATCH:]
    return formulas


def _look_at(tail: bytes, piece: bytes) -> int:
    """Refuse a cell far out; count the formulas that begin or end in this piece."""
    seen = tail + piece
    for letters, digits in set(_CELL.findall(seen)):
        column = 0
        for letter in letters:
            column = 26 * column + letter - 64
        if int(digits) > ROWS_MOST + 1:
            _refuse_rows()
        if column > COLUMNS_MOST:
            _refuse_columns()
    return sum(1 for found in _FORMULA.finditer(seen) if found.end() > len(tail))


def _refuse_bomb() -> NoReturn:
    _refuse(
        _("The file unpacks to more than %(most)d MB.") % {"most": UNPACKED_MOST // 2**20},
        _("Copy the table into a new workbook, and save that as XLSX."),
        "zip-bomb",
    )


def _written(cell: Any) -> str:
    """A cell as a person would have typed it."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


# ---- Both ----


def _table(numbered: Iterator[tuple[int, Iterable[str]]], encoding: str) -> Table:
    headings: tuple[str, ...] = ()
    rows: list[tuple[int, tuple[str, ...]]] = []
    for number, row in numbered:
        cells = [cell.strip() for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if len(cells) > COLUMNS_MOST:
            _refuse_columns()
        if not headings:
            headings = tuple(cells)
            continue
        if len(rows) == ROWS_MOST:
            _refuse_rows()
        longest = max(map(len, cells))
        if longest > CELL_MOST:
            _refuse(
                _("A cell of row %(row)d has %(length)d characters.")
                % {"row": number, "length": longest},
                _("Shorten it to %(most)d at most.") % {"most": CELL_MOST},
                "long-cell",
            )
        if len(cells) > len(headings):
            _refuse(
                _("Row %(row)d has more cells than there are headings.") % {"row": number},
                _("Write a heading above each column, in the first row."),
                "ragged",
            )
        rows.append((number, tuple(cells + [""] * (len(headings) - len(cells)))))
    if not rows:
        _refuse(
            _("There is no row under the headings.") if headings else _("The file is empty."),
            _("The first row holds the headings; write one row an offer below it."),
            "empty",
        )
    return Table(headings, tuple(rows), encoding)


def _refuse_rows() -> NoReturn:
    _refuse(
        _("There are more than %(most)s rows.") % {"most": f"{ROWS_MOST:,}"},
        _("Delete what stands far below the table, or split it into several files."),
        "too-many-rows",
    )


def _refuse_columns() -> NoReturn:
    _refuse(
        _("There are more than %(most)d columns.") % {"most": COLUMNS_MOST},
        _("Delete what stands to the right of the table."),
        "too-many-columns",
    )
