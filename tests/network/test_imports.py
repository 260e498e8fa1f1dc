"""A table comes in whole or not at all, and whoever sends it learns where it is wrong."""

import os
import time
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import xlsxwriter
from django_scopes import scopes_disabled

from moyeora.formation.sample import sample
from moyeora.network.frame import clock
from moyeora.network.frame.faults import Refused
from moyeora.network.jobs.models import Job
from moyeora.network.jobs.work import work
from moyeora.network.journal.models import Entry
from moyeora.network.members import daily
from moyeora.network.members.actions import imports
from moyeora.network.members.directory import members
from moyeora.network.members.imports import store
from moyeora.network.members.imports.plan import plan
from moyeora.network.members.imports.reading import FILE_MOST, ROWS_MOST
from moyeora.network.members.models import Certificate, Firm, Offer, Terms, Tie, Upload

HEAD = "사업자등록번호,업체명,업종코드,소재지,품목,단가,주간여력"
ROW = "124-81-00998,한빛인쇄,18113,서울 중구,오프셋 인쇄,46,110000"


@pytest.fixture(autouse=True)
def own_home(monkeypatch, tmp_path_factory):
    """No rows of uploads that other tests keep."""
    monkeypatch.setenv("MOYEORA_HOME", str(tmp_path_factory.mktemp("home")))


def xlsx(path: Path, rows: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def bring(people, path: Path, kind: str = "members") -> Upload:
    return imports.take(people.actor("coordinator"), None, path=path, name=path.name, kind=kind)


def write(people, upload: Upload) -> Upload:
    imports.begin(people.actor("coordinator"), upload)
    work(until_idle=True)
    upload.refresh_from_db()
    return upload


def counted() -> tuple[int, ...]:
    with scopes_disabled():
        models = (Firm, Offer, Terms, Certificate, Tie)
        return tuple(model.objects.count() for model in models)


def csv_file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "table.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("form", ["xlsx", "cp949.csv"])
def test_the_whole_network_comes_in_and_again_changed_without_doubles(people, tmp_path, form):
    Firm.objects.all().delete()
    table = sample(780, 7).members
    rows = [list(table.columns), *[["" if v is None else v for v in r] for r in table.rows()]]
    path = tmp_path / f"firms.{form}"
    if form == "xlsx":
        xlsx(path, rows)
    else:
        path.write_bytes(table.write_csv().encode("cp949"))
    upload = bring(people, path)
    assert upload.encoding == ("XLSX" if form == "xlsx" else "CP949")
    assert (store.folder() / f"{upload.id}.jsonl").stat().st_mode & 0o777 == 0o600
    assert [row.faults for row in imports.checked(upload) if row.faults] == []
    assert write(people, upload).result == {
        "firm": {"made": 780, "updated": 0, "left": 0},
        "offer": {"made": 1246, "updated": 0, "left": 0},
    }
    assert list(store.folder().iterdir()) == []
    before = counted()
    there = members()
    assert there.firms.height == 780
    assert there.offers.height == 1246
    expected = table.sort("firm", "capability")
    with scopes_disabled():
        prices = Terms.objects.order_by("offer__firm__number", "offer__capability")
        assert list(prices.values_list("price", "own_cost", "orders")) == list(
            expected.select("price", "own_cost", "orders").iter_rows()
        )

    firm = rows[1][0]
    for row in rows[1:]:
        if row[0] == firm:
            row[1] = "새 이름"
    again = bring(people, xlsx(tmp_path / "again.xlsx", rows))
    assert write(people, again).result["firm"] == {"made": 0, "updated": 1, "left": 779}
    assert counted() == before
    assert Firm.objects.get(number=firm).name == "새 이름"
    assert Entry.objects.filter(kind="import.written").count() == 2


def test_every_fault_is_told_at_its_row_and_column_and_nothing_is_saved(people, tmp_path):
    rows = [
        ROW,
        "124-81-00999,한빛인쇄,18113,서울 중구,오프셋 인쇄,46,110000",  # check digit
        "120-81-47521,=cmd|' /C calc'!A0,18113,서울 중구,오프셋 인쇄,46,110000",
        "220-81-62517,가온,99999,달나라,오프셋 인쇄,사십육,110000",
        "116-82-00276,가온,18113,서울 중구,용 사육,46,-3",
        ROW,  # the same offer twice
    ]
    before = counted()
    upload = bring(people, csv_file(tmp_path, "\n".join([HEAD, *rows])))
    found = {
        (row.number, fault.field, fault.code)
        for row in imports.checked(upload)
        for fault in row.faults
    }
    assert found == {
        (3, "firm", "number-check-digit"),
        (4, "name", "formula"),
        (5, "trade", "unknown-trade"),
        (5, "latitude", "empty"),
        (5, "longitude", "empty"),
        (5, "price", "type"),
        (6, "capability", "unknown-capability"),
        (6, "capacity", "range"),
        (7, "capability", "repeated"),
    }
    with pytest.raises(Refused):
        imports.begin(people.actor("coordinator"), upload)
    assert counted() == before
    assert not Job.objects.exists()


def test_what_is_put_right_in_the_page_is_what_is_written(people, tmp_path):
    text = f"{HEAD}\n{ROW.replace('46', '사십육')}"
    upload = bring(people, csv_file(tmp_path, text, "cp949"))
    imports.fix(people.actor("coordinator"), upload, cells={2: {"price": "1,046"}})
    write(people, upload)
    with scopes_disabled():
        assert Terms.objects.get(offer__firm__number="124-81-00998").price == 1046


def test_a_firm_with_an_owner_keeps_its_offers_and_no_plan_tells_its_price(people, tmp_path):
    firm = people.firms["ours"]
    offer = Offer.objects.create(firm=firm, capability="offset-printing", unit="piece")
    Terms.objects.create(offer=offer, price=46, capacity="110000")
    plans = []
    for price in (45, 46, 47):
        row = f"{firm.number},{firm.name},{firm.trade},서울 중구,offset-printing,{price},110000"
        upload = bring(people, csv_file(tmp_path, f"{HEAD}\n{row}"))
        steps = plan(upload, imports.checked(upload)).steps
        plans.append([(step.what, step.outcome, step.why) for step in steps])
    assert plans[0] == plans[1] == plans[2]
    assert plans[0][1][:2] == ("offer", "left")
    write(people, upload)
    with scopes_disabled():
        assert Terms.objects.get(offer=offer).price == 46


def test_a_plan_tells_no_price_of_a_firm_without_an_owner(people, tmp_path):
    write(people, bring(people, csv_file(tmp_path, f"{HEAD}\n{ROW}")))
    plans = []
    for price in (45, 46, 47):
        upload = bring(people, csv_file(tmp_path, f"{HEAD}\n{ROW.replace(',46,', f',{price},')}"))
        steps = plan(upload, imports.checked(upload)).steps
        plans.append([(step.what, step.outcome, step.why) for step in steps])
    assert plans[0] == plans[1] == plans[2]
    assert plans[0][1] == ("offer", "updated", "")


def test_ties_and_exclusions_come_in_by_number(people, tmp_path):
    a, b = people.firms["ours"].number, people.firms["other"].number
    upload = bring(people, csv_file(tmp_path, f"firm_a,firm_b,times,rating\n{b},{a},3,4"), "ties")
    assert write(people, upload).result == {"pair": {"made": 1, "updated": 0, "left": 0}}
    tie = Tie.objects.get()
    assert {tie.a.number, tie.b.number} == {a, b}
    assert (tie.times, tie.rating) == (3, 4)
    rows = [f"{a},{a},3,9", f"124-81-00998,{b},1,1", f"{a},{b},2,2", f"{b},{a},2,2"]
    text = "\n".join(["firm_a,firm_b,times,rating", *rows])
    faults = {
        (row.number, fault.field, fault.code)
        for row in imports.checked(bring(people, csv_file(tmp_path, text), "ties"))
        for fault in row.faults
    }
    assert faults == {
        (2, "firm_b", "same-firm"),
        (2, "rating", "range"),
        (3, "firm_a", "unknown-firm"),
        (5, "firm_b", "repeated"),
    }


def _zip(path: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, octets in {"xl/workbook.xml": b"<workbook/>", **parts}.items():
            file.writestr(name, octets)
    return path


def _bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", "<workbook/>")
        with file.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(200):
                part.write(bytes(2**20))
    return path


def _lying_bomb(path: Path) -> Path:
    """Its directory says that the part is ten bytes long."""
    octets = bytearray(_bomb(path).read_bytes())
    size = (200 * 2**20).to_bytes(4, "little")
    octets[:] = octets.replace(size, (10).to_bytes(4, "little"))
    path.write_bytes(octets)
    return path


def _far_cell(path: Path) -> Path:
    xlsx(path, [["firm"], ["1"]])
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b'r="A2"', b'r="XFD1048576"')
    return _zip(path, **parts)


BAD = {
    "zip-bomb": _bomb,
    "broken": _lying_bomb,
    "too-many-rows": _far_cell,
    "no-xlsx": lambda path: zipfile.ZipFile(path, "w").close() or path,
    "xls": lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99) and path,
    "binary": lambda path: path.write_bytes(bytes(range(128)) * 9) and path,
    "encoding": lambda path: path.write_bytes(b"firm,name\n\xff\xfe\xfd\x80") and path,
    "csv": lambda path: path.write_bytes(b'firm,name\n"open,1\n') and path,
    "empty": lambda path: path.touch() or path,
    "ragged": lambda path: path.write_bytes(b"firm\n1,2\n") and path,
    "too-many-columns": lambda path: path.write_bytes(b"a," * 101 + b"a\n1\n") and path,
    "long-cell": lambda path: path.write_bytes(b"firm\n" + b"9" * 5000) and path,
    "too-large": lambda path: path.write_bytes(bytes(FILE_MOST + 1)) and path,
}


@pytest.mark.parametrize("code", BAD)
def test_a_bad_file_ends_in_a_sentence_and_leaves_nothing(people, tmp_path, code):
    path = BAD[code](tmp_path / "table.xlsx")
    with pytest.raises(Refused) as refused:
        bring(people, path)
    [fault] = refused.value.faults
    assert (fault.field, fault.code) == ("file", code)
    assert fault.problem
    assert fault.remedy
    assert not Upload.objects.exists()
    assert list(store.folder().iterdir()) == []


def test_too_many_rows_are_counted_before_they_are_read(people, tmp_path):
    with pytest.raises(Refused, match=f"{ROWS_MOST:,}"):
        bring(people, csv_file(tmp_path, "firm\n" + "1\n" * (ROWS_MOST + 1)))


def test_formulas_of_a_workbook_count_as_their_last_value(people, tmp_path):
    path = tmp_path / "table.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD.split(","))
        sheet.write_row(1, 0, ROW.split(","))
        sheet.write_formula(1, 5, "=40+6", None, 46)
    upload = bring(people, path)
    assert upload.formulas == 1
    assert [row.offer["price"] for row in imports.checked(upload)] == [46]


def test_headings_without_a_needed_column_are_told_by_their_names(people, tmp_path):
    upload = bring(people, csv_file(tmp_path, "사업자등록번호,상호,별명\n124-81-00998,한빛,빛"))
    assert upload.mapping == {"firm": 0, "name": 1}
    with pytest.raises(Refused) as refused:
        imports.map_columns(people.actor("coordinator"), upload, chosen={0: "firm", 1: "name"})
    assert [fault.code for fault in refused.value.faults] == ["missing-column"] * 2


def test_a_worker_that_died_in_the_middle_is_followed_by_one_that_finishes(people, tmp_path):
    upload = bring(people, csv_file(tmp_path, f"{HEAD}\n{ROW}"))
    imports.begin(people.actor("coordinator"), upload)
    real, imports.index = imports.index, _die
    try:
        with pytest.raises(KeyboardInterrupt):
            work(until_idle=True)
    finally:
        imports.index = real
    assert not Firm.objects.filter(number="124-81-00998").exists()
    Job.objects.update(lease_until="2020-01-01T00:00:00Z", state="running")
    work(until_idle=True)
    upload.refresh_from_db()
    assert upload.state == "done"
    assert Firm.objects.filter(number="124-81-00998").count() == 1


def _die(ids: object) -> None:
    raise KeyboardInterrupt


def test_what_nobody_finished_is_gone_after_two_weeks(
    people, tmp_path, django_capture_on_commit_callbacks
):
    """The rows of an old table, of a table that has ended, and of none; a new one's stay."""
    path = xlsx(tmp_path / "firms.xlsx", [["사업자등록번호", "업체명"], ["124-81-00998", "가"]])

    with clock.at(clock.now() - timedelta(days=15)):
        old = bring(people, path)
    new, ended = bring(people, path), bring(people, path)
    Upload.objects.filter(id=ended.id).update(state=Upload.State.DONE)
    (store.folder() / "tmpleft").write_text("what a server that was killed left")
    long_ago = time.time() - 2 * 86_400
    for file in store.folder().iterdir():
        os.utime(file, (long_ago, long_ago))
    fresh = store.folder() / "tmpcoming"
    fresh.write_text("what is coming in just now")
    with django_capture_on_commit_callbacks(execute=True):
        told = daily.clear_uploads(None)
    assert told["dropped"] == 1
    old.refresh_from_db()
    assert old.state == Upload.State.DROPPED
    assert {file.name for file in store.folder().iterdir()} == {f"{new.id}.jsonl", fresh.name}
    assert daily.clear_uploads(None) == {"dropped": 0, "removed": 0}
