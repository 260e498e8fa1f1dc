"""A list of firms as a file, with what every member may see: never a price, never terms.

A cell that begins as a formula does (= + - @) is a text all the same: XLSX says so by its type,
and CSV by an apostrophe before it.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import xlsxwriter
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from moyeora.network.frame.csv_cells import plain
from moyeora.network.members.imports.columns import LABELS as COLUMN_LABELS
from moyeora.network.members.imports.columns import NEEDED, SCHEMA
from moyeora.network.members.models import Firm
from moyeora.network.members.search.vocabulary import capability_label
from moyeora.network.members.shown import shown_certificates, shown_offers
from moyeora.network.members.terms import trade_names

FORMATS: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def export_firms(firms: QuerySet[Firm], format: str) -> HttpResponse:
    """The firms of a query as an XLSX or CSV to download ("xlsx", "csv"), one row a firm."""
    headings = [
        _("business number"),
        _("name of the firm"),
        _("name in English"),
        _("trade (KSIC)"),
        _("trade"),
        pgettext("firm", "place"),
        _("employees"),
        _("capabilities"),
        _("certificates"),
        _("website"),
    ]
    return _answer(headings, _rows(firms), format, "firms")


def template(kind: str, format: str) -> HttpResponse:
    """An empty table with the headings that the import knows, to be filled in."""
    headings = [str(COLUMN_LABELS[name]) for name in SCHEMA[kind]]
    if format == "csv":
        return _answer(headings, [], format, kind)
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        needed = book.add_format({"bold": True, "bg_color": "#e3f1ee", "border": 1})
        optional = book.add_format({"bg_color": "#f5f7f6", "border": 1})
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(_("table"))
        sheet.freeze_panes(1, 0)
        for at, (name, column) in enumerate(SCHEMA[kind].items()):
            style = needed if name in NEEDED[kind] else optional
            # Business numbers and lists must stay as they are typed.
            sheet.set_column(at, at, 18, None if column.kind in {"int", "number"} else text)
            sheet.write_string(0, at, headings[at], style)
            sheet.write_comment(0, at, column.meaning)
    return _file(content.getvalue(), format, kind)


def _rows(firms: QuerySet[Firm]) -> Iterator[list[str | int]]:
    offers = shown_offers(firms.values("id"))
    certificates = shown_certificates(firms.values("id"))
    trades = trade_names()
    columns = "id", "number", "name", "name_en", "trade", "region", "employees", "website"
    for id_, number, name, name_en, trade, region, employees, website in firms.values_list(
        *columns
    ):
        yield [
            number,
            name,
            name_en,
            trade,
            trades.get(trade, ""),
            region,
            employees,
            "; ".join(capability_label(capability) for capability, _free in offers[id_]),
            "; ".join(certificates[id_]),
            website,
        ]


def _answer(
    headings: Sequence[str], rows: Iterable[Sequence[Any]], format: str, name: str
) -> HttpResponse:
    if format == "csv":
        return _file(_csv([headings, *rows]).encode("utf-8-sig"), format, name)
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(headings) - 1, 18)
        for number, row in enumerate(_lines(headings, rows)):
            for at, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(number, at, value)
                else:
                    sheet.write_string(number, at, value)
    return _file(content.getvalue(), format, name)


def _lines(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    yield headings
    yield from rows


def _csv(rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow(map(plain, row))
    return text.getvalue()


def _file(content: bytes, format: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=FORMATS[format])
    answer["Content-Disposition"] = f'attachment; filename="moyeora-{name}.{format}"'
    return answer
