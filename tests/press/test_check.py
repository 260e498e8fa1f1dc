"""``press check`` says beforehand, row by row, what a run would say."""

import csv
import re
from html import escape

import pyarrow.parquet as pq
import pytest
from killed import Moment, run_until
from mailings import without_space
from spreadsheets import write_xlsx

from moyeora.cli import main
from moyeora.press.check import Judgement, check
from moyeora.press.check_page import page
from moyeora.press.faults import RULES, Kind, Policy, SourceError

CARD = """
#place(dx: 5mm, dy: 5mm, part("name", width: 60mm, height: 9mm))
#place(dx: 5mm, dy: 16mm, part("letter", width: 50mm, height: 30mm))
#place(dx: 70mm, dy: 5mm, part("code", width: 20mm, height: 8mm))
#place(dx: 70mm, dy: 25mm, part("picture", width: 9mm))
"""
PARTS = {
    "name": {"kind": "text", "lines": ["{name} 님 {piece}", "{postcode}"]},
    "letter": {"kind": "paragraph", "text": "{amount:,}원을 {day:M월 D일}까지 드립니다."},
    "code": {"kind": "code", "symbology": "code128", "value": "{code}", "unique": True},
    "picture": {"kind": "picture", "file": "{picture}.svg"},
}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
GOOD = {
    "name": "김민준", "postcode": "03154", "amount": "1000", "day": "2026-11-08", "code": "A1",
    "picture": "a", "design": "card", "out": "",
}  # fmt: skip
# What makes a row have a fault of a kind, and that alone.
WRONG = {
    Kind.NO_ID: {"id": ""},
    Kind.DUPLICATE_ID: {"id": "1"},
    Kind.DUPLICATE_RECORD: {"name": "이름1"},
    Kind.BAD_POSTCODE: {"postcode": "3154x"},
    Kind.BAD_NUMBER: {"amount": "x"},
    Kind.BAD_DATE: {"day": "11월"},
    Kind.NO_LAYOUT: {"design": "none"},
    Kind.CONTROL_CHARACTER: {"name": "김\u200e민"},
    Kind.MISSING_GLYPH: {"name": "𓀀"},
    Kind.OVERSET: {"name": "아주" * 40},
    Kind.MISSING_PICTURE: {"picture": "b"},
    Kind.BAD_CODE: {"code": "가"},
    Kind.CODE_CLASH: {"code": "A1"},
}


def rows(count: int = 14) -> list[dict[str, str]]:
    return [GOOD | {"id": str(n), "name": f"이름{n}", "code": f"A{n}"} for n in range(1, count + 1)]


@pytest.fixture
def faulty(mailing):
    """A list with a fault of every kind, some rows out, and decoys, one of which is wrong."""
    listed = rows()
    listed[1]["out"] = "Y"
    listed += [
        GOOD | {"id": f"F{n}", "name": f"틀린{n}", "code": f"F{n}"} | wrong
        for n, wrong in enumerate(WRONG.values(), 1)
    ]
    text = [[*listed[0]], *(list(row.values()) for row in listed)]
    lines = [",".join(row) for row in text]
    lines.insert(5, "짧은 줄,1")
    data = "\n".join(lines).encode()
    data = data.replace("이름9".encode(), b"\xff\xfe")
    return mailing(
        CARD, PARTS, data, source={
            "postcode": "postcode", "decoys": "decoys.csv", "deduplicate": ["name", "postcode"],
            "suppress": {"수신 거부": "\"out\" = 'Y'", "서울": "name = '우리 집'"},
        },
        layout="design",
        files={
            "a.svg": SVG,
            "decoys.csv": "id,name,postcode,amount,day,code,picture,design\n"
            "D1,우리 집,04524,1,2026-01-01,A,a,card\nD2,𓀀,04525,2,2026-01-01,A,a,card\n",
        },
    )  # fmt: skip


def test_a_check_says_what_a_run_does(faulty, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    before = sorted(faulty.folder.rglob("*"))
    judged = check(faulty.folder, workers=1)
    assert sorted(faulty.folder.rglob("*")) == before
    assert not [*scratch.iterdir()]

    printed = faulty.print(volume_pieces=9)
    assert judged.counts == printed.result.counts
    assert judged.fingerprint == printed.result.fingerprint
    told = [{name: str(value) for name, value in f.items()} for f in judged.faults.to_pylist()]
    assert told == printed.faults
    assert {f["kind"] for f in told} == {kind.value for kind in Kind}
    for fault in told:
        assert fault["file"] in {"customers.csv", "decoys.csv"}
        assert int(fault["row"]) > 0
        assert fault["what to do"]
    held = {(f["file"], f["row"]) for f in told if f["policy"] == "hold"}
    assert judged.counts.held == len(held)
    mended = [f for f in told if f["policy"] == "fix"]
    assert [f["kind"] for f in mended] == ["control-character"]
    assert mended[0]["what to do"].startswith("nothing; the press leaves out")


def test_decoys_are_mailed_marked_and_named_by_their_own_file(faulty):
    printed = faulty.print()
    assert printed.result.counts.decoys == 2
    decoys = [row for row in printed.register if row["decoy"]]
    inputs = printed.result.counts.inputs
    # A rule that suppresses by name does not reach them.
    assert [(row["row"], row["id"], row["status"]) for row in decoys] == [
        (inputs - 1, "D1", "printed"),
        (inputs, "D2", "held"),
    ]
    assert any("우리집님" in without_space(text) for text in printed.texts())
    (fault,) = [f for f in printed.faults if f["file"] == "decoys.csv"]
    assert (fault["row"], fault["kind"]) == ("2", "missing-glyph")


def test_a_decoy_with_a_column_that_the_list_has_not(mailing):
    part = {"name": {"kind": "text", "lines": ["{name}"]}}
    job = mailing('#part("name", width: 30mm)', part, [{"id": "1", "name": "가"}],
                  source={"decoys": "decoys.csv"},
                  files={"decoys.csv": "id,nmae\nD,나\n"})  # fmt: skip
    with pytest.raises(SourceError, match=r"decoys.csv: has a column that customers.csv has not"):
        job.print()


@pytest.mark.parametrize("fixed", [False, True])
def test_the_lost_zeros_of_a_spreadsheet(mailing, fixed):
    """Excel keeps 03154 as the number 3154; the zero comes back where the job says so."""
    listed = rows(6)
    job = mailing(CARD, PARTS, listed, source={"from": "a.xlsx", "postcode": "postcode"},
                  layout="design", files={"a.xlsx": b"", "a.svg": SVG},
                  faults={"bad-postcode": "fix"} if fixed else {})  # fmt: skip
    listed[4]["postcode"] = "12"
    write_xlsx(job.folder / "a.xlsx", [
        [*listed[0]],
        *([int(v) if k == "postcode" and n != 2 else v for k, v in row.items()]
          for n, row in enumerate(listed)),
    ])  # fmt: skip
    judged = check(job.folder, workers=1)
    (found,) = judged.kinds
    assert (found.kind, found.records, found.mended) == (Kind.BAD_POSTCODE, 5, 4 * fixed)
    printed = job.print()
    assert judged.counts == printed.result.counts
    assert judged.counts.printed == (5 if fixed else 1)
    assert all("03154" in text for text in printed.texts())
    policies = {f["row"]: f["policy"] for f in printed.faults}
    assert policies == {str(n): "fix" if fixed and n != 5 else "hold" for n in (1, 2, 4, 5, 6)}


def test_what_would_stop_the_job_is_told_with_all_the_rest(faulty, tmp_path, capsys):
    file = faulty.folder / "mailing.toml"
    file.write_text(file.read_text("utf-8") + '[faults]\noverset = "fail"\n', "utf-8")
    judged = check(faulty.folder, workers=1)
    assert judged.stops
    assert {f.kind: f.policy for f in judged.kinds}[Kind.OVERSET] is Policy.FAIL
    assert {f.kind for f in judged.kinds} == set(Kind)
    table, html = tmp_path / "faults.csv", tmp_path / "check.html"
    arguments = ["press", "check", str(faulty.folder), "--csv", str(table), "--html", str(html)]
    assert main(arguments) == 1
    said = capsys.readouterr().out
    assert "must stop it" in said
    assert re.search(r"customers.csv, row \d+, name: the text is [\d.]+ mm too wide", said)
    with table.open(encoding="utf-8-sig", newline="") as written:
        assert len([*csv.DictReader(written)]) == judged.faults.num_rows
    assert "이대로는 인쇄할 수 없습니다" in html.read_text("utf-8")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_tells_every_kind_and_needs_no_network(faulty, language):
    judged = check(faulty.folder, workers=1)
    html = page(judged, language)
    for kind in Kind:
        assert f"<small>{kind}</small>" in html
        if language == "en":
            assert escape(RULES[kind].remedy) in html
    assert not re.search(r"(?:src|href)=|https?://|@import", html)
    numbers = [int(n.replace(",", "")) for n in re.findall(r"<b>([\d,]+)</b>", html)]
    assert numbers[0] == sum(numbers[1:])


def test_what_the_list_says_is_never_markup(mailing):
    part = {"name": {"kind": "text", "lines": ["{name}"]},
            "picture": {"kind": "picture", "file": "{picture}"}}  # fmt: skip
    job = mailing('#part("name", width: 30mm)#part("picture", width: 9mm)', part,
                  [{"id": "1", "name": "가", "picture": "<script>.png"}],
                  title="<b>가</b>")  # fmt: skip
    html = page(check(job.folder, workers=1))
    assert "<script>" not in html
    assert "<b>가" not in html


def judge(folder) -> Judgement:
    return check(folder, workers=1)


def test_what_a_killed_check_left_goes_with_the_next(faulty):
    before = sorted(faulty.folder.rglob("*"))
    assert run_until(judge, faulty.folder, Moment(12), faulty.folder)
    assert [*faulty.folder.glob(".moyeora-press-*/*")]
    judge(faulty.folder)
    assert sorted(faulty.folder.rglob("*")) == before


def test_records_that_are_the_same_are_printed_once(mailing):
    listed = rows(6)
    listed[3] |= {"name": " 이름1"}
    listed[5] |= {"name": "이름2", "out": "Y"}
    listed[1] |= {"out": "Y"}
    job = mailing(CARD, PARTS, listed, layout="design", files={"a.svg": SVG}, source={
        "deduplicate": ["trim(name)", "postcode"], "suppress": {"거부": "\"out\" = 'Y'"},
        "order_by": ["id DESC"],
    })  # fmt: skip
    printed = job.print()
    assert printed.status()[4] == ("held", "duplicate-record")
    # The first of two is out, so the second is no repetition.
    assert printed.status()[6] == ("suppressed", "거부")
    assert printed.faults[0]["what"] == "row 1 is the same"
    assert pq.read_table(printed.folder / "pieces.parquet")["decoy"].to_pylist() == [False] * 6
