"""Whatever is wrong is told to whoever can mend it, and nothing is lost on the way."""

import fcntl
import io
import os
import shutil
import stat

import pytest
from mailings import without_space

from moyeora.press.faults import (
    FolderError,
    JobError,
    Kind,
    PolicyError,
    PressError,
    SourceError,
)

CARD = '#place(dx: 5mm, dy: 5mm, part("name", width: 90mm, height: 40mm))'
NAME = {"name": {"kind": "text", "lines": ["{name}"]}}
PRINTED = ("printed", None)


def people(*names, **more):
    return [{"id": f"K{n}", "name": name, **more} for n, name in enumerate(names, 1)]


def refused(job, error=PressError, **more):
    """The message of the error that printing ends with; nothing is left behind."""
    with pytest.raises(error) as caught:
        job.print(**more)
    assert not (job.folder.parent / "out").exists()
    return str(caught.value)


# The job's own files --------------------------------------------------------------------------


def test_all_that_is_wrong_with_a_job_is_told_at_once(mailing):
    parts = {
        "name": {"kind": "text", "lines": ["{nmae}"], "algin": "left"},
        "letter": {"kind": "paragraph", "text": "{name}", "align": "middle"},
        "face": {"kind": "picture"},
        "bars": {"kind": "barcode", "value": "{id}"},
    }
    job = mailing(CARD, parts, source={"from": "customer.csv"}, faults={"oversett": "hold"})
    said = refused(job, JobError)
    for place, hint in {
        "parts.name": "did you mean 'align'?",
        "parts.letter": "must be one of left, center, right, justify, not 'middle'",
        "parts.face.file": "is missing",
        "parts.bars": "kind must be one of text, paragraph, picture, code, block",
        "customers.from": "there is no 'customer.csv'",
        "faults": "must be one of",
    }.items():
        lines = [line for line in said.splitlines() if place in line]
        assert any(hint in line for line in lines), (place, said)


def test_an_unknown_column_in_a_part(mailing):
    parts = {
        "name": {"kind": "text", "lines": ["{nmae} {id}"]},
        "code": {"kind": "code", "symbology": "qr", "value": "{coupon}"},
        "letter": {"kind": "paragraph", "text": "{point:,}", "when": "segmant = 'A'"},
    }
    job = mailing(CARD + '#part("code")#part("letter")', parts, people("김", points="3"))
    said = refused(job)
    if "segmant" not in said:
        assert "parts.name: there is no column 'nmae'" in said
        assert "did you mean {name}?" in said
        assert "parts.code: there is no column 'coupon'" in said
        assert "the columns are: id, name, points" in said
        assert "did you mean {points}?" in said


@pytest.mark.parametrize(
    ("lines", "hint"),
    [
        (["{name"], "a single '{'"),
        (["{}"], "without a name"),
        (["{name:zz}"], "unknown format 'zz'"),
    ],
)
def test_a_template_that_is_not_well_formed(mailing, lines, hint):
    said = refused(mailing(CARD, {"name": {"kind": "text", "lines": lines}}))
    assert "parts.name.lines" in said
    assert hint in said


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("*굵게", "'*' without its second"),
        ("[값](price", "'[' without"),
        ("[값](price)", 'the style "price"'),
    ],
)
def test_a_span_that_is_not_well_formed(mailing, text, hint):
    said = refused(mailing(CARD, {"name": {"kind": "paragraph", "text": text}}))
    assert hint in said


def test_a_part_that_no_design_places_and_a_place_without_a_part(mailing):
    both = NAME | {"extra": {"kind": "text", "lines": ["x"]}}
    said = refused(mailing(CARD, both, people("김"), name="unplaced"))
    assert "parts.extra: no design has a place for it" in said
    said = refused(mailing(CARD + '#part("extra")', NAME, people("김"), name="unknown"), JobError)
    assert 'mailing.toml has no part called "extra"' in said


@pytest.mark.parametrize(
    ("body", "line", "hint"),
    [
        ("문장\n#let x = \n#y", 5, "expected expression"),
        ("문장\n\n#text(fil: red)[a]", 6, "unexpected argument: fil"),
        ('문장\n#text(font: "Nanum Gothic")[가]', 5, "unknown font family: nanum gothic"),
        ('문장\n#image("none.png")', 5, "file not found"),
        ('#import "other.typ": name', 4, "unresolved import"),
    ],
)
def test_a_design_that_does_not_compile_is_told_with_its_line(mailing, body, line, hint):
    job = mailing(CARD[:0] + body, NAME, people("김"), files={"other.typ": "#let other = 1"})
    said = refused(job, JobError)
    assert hint in said
    assert f"card.typ, line {line}" in said


def test_an_error_in_an_imported_file_names_that_file(mailing):
    body = '#import "store.typ": headline\n#headline(1)'
    files = {"store.typ": "#let headline(x) = {\n  let y = x\n  y + [a]\n}"}
    said = refused(mailing(body, NAME, people("김"), files=files), JobError)
    assert "cannot add" in said
    assert "store.typ, line 3" in said


def test_all_designs_are_told_at_once(mailing):
    designs = {"a": "#nothing", "b": "#(1 + [b])"}
    said = refused(mailing(designs, NAME, people("김"), layout="'a'"), JobError)
    assert "a.typ, line 4" in said
    assert "b.typ, line 4" in said


def test_a_page_of_another_size(mailing):
    said = refused(mailing("#set page(width: 50mm)\n" + CARD, NAME, people("김")), JobError)
    assert "50.0 x 60.0 mm" in said


def test_a_missing_font_and_a_broken_one(mailing, tmp_path, fonts):
    said = refused(
        mailing(CARD, NAME, people("김"), fonts={"fallback": ["Noto Sans Arabc"]}, name="a")
    )
    assert "there is no font family 'Noto Sans Arabc'" in said
    assert "Noto Sans Arabic" in said
    own = tmp_path / "own"
    shutil.copytree(fonts, own)
    (own / "broken.ttf").write_bytes(b"this is no font")
    said = refused(mailing(CARD, NAME, people("김"), fonts={"folder": str(own)}, name="b"))
    assert "broken.ttf: is not a font" in said


# Customers' files -----------------------------------------------------------------------------


def test_wrong_encodings(mailing):
    table = "id,name\n1,김민준\n2,뷁똠\n"
    job = mailing(CARD, NAME, table.encode("cp949"), name="cp949")
    printed = job.print("cp949-out")
    assert any("CP949" in note for note in printed.result.notes)
    assert [without_space(text) for text in printed.texts()] == ["김민준", "뷁똠"]

    marked = mailing(CARD, NAME, table.encode("utf-8-sig"), name="bom").print("bom-out")
    assert [row["id"] for row in marked.register] == ["1", "2"]

    named = mailing(CARD, NAME, table.encode("cp949"), source={"encoding": "utf-8"}, name="named")
    assert "is not UTF-8" in refused(named, SourceError)

    # One damaged row is held, the rest is printed.
    damaged = table.encode() + b"3,\xff\xfe\n4,\xea\xb9\x80\n"
    printed = mailing(CARD, NAME, damaged, name="damaged").print("damaged-out")
    assert printed.status() == {
        1: PRINTED,
        2: PRINTED,
        3: ("held", "bad-encoding"),
        4: PRINTED,
    }


def test_ragged_rows_are_held(mailing):
    table = "id,name\n1,가\n2\n3,다,라\n4,마\n"
    printed = mailing(CARD, NAME, table).print()
    assert printed.status() == {
        1: PRINTED,
        2: ("held", "ragged-row"),
        3: ("held", "ragged-row"),
        4: PRINTED,
    }
    assert [fault["row"] for fault in printed.faults] == ["2", "3"]
    assert "has 1 fields, the header 2" in printed.faults[0]["what"]


def test_quotes_and_line_breaks_in_fields(mailing):
    table = 'id,name\n1,"김 ""달"", 민"\n2,"첫째\n둘째"\n3,"a\r\nb"\n'
    printed = mailing(CARD, NAME, table).print("closed")
    assert [without_space(text) for text in printed.texts()] == ['김"달",민', "첫째둘째", "ab"]
    unclosed = mailing(CARD, NAME, 'id,name\n1,"김\n2,이\n', name="unclosed")
    assert "opens a quote that is never closed" in refused(unclosed, SourceError)


@pytest.mark.parametrize(
    ("table", "hint"),
    [
        ("", "is empty"),
        ("id,name\n", "has no rows"),
        ("id,name", "has no rows"),
        (",\n1,2\n", "no name for column"),
        ("id,id\n1,2\n", "several columns named"),
        ("name\n김\n", "there is no column 'id'"),
    ],
)
def test_no_rows_or_no_columns(mailing, table, hint):
    assert hint in refused(mailing(CARD, {"name": {"kind": "text", "lines": ["x"]}}, table))


def test_duplicate_ids_are_printed_once(mailing):
    table = "id,name\nA,가\nB,나\nA,다\n,라\nA,마\n"
    printed = mailing(CARD, NAME, table).print()
    assert printed.status() == {
        1: PRINTED,
        2: PRINTED,
        3: ("held", "duplicate-id"),
        4: ("held", "no-id"),
        5: ("held", "duplicate-id"),
    }
    assert [without_space(text) for text in printed.texts()] == ["가", "나"]


# What cannot be printed -----------------------------------------------------------------------


def test_missing_and_broken_pictures(mailing):
    part = {"name": {"kind": "picture", "file": "images/{name}"}}
    png = io.BytesIO()
    from PIL import Image

    Image.new("RGB", (4, 4), "red").save(png, "png")
    files = {
        "images/good.png": png.getvalue(),
        "images/broken.png": b"\x89PNG\r\n",
        "images/text.txt": b"",
        "images/broken.svg": b"<svg",
        "images/good.svg": b'<svg xmlns="http://www.w3.org/2000/svg" '
        b'width="9" height="9"><rect width="9" height="9" fill="#f00"/></svg>',
        "images/broken.pdf": b"%PDF-1.7\n",
    }
    names = [
        "good.png",
        "none.png",
        "broken.png",
        "text.txt",
        "broken.svg",
        "good.svg",
        "broken.pdf",
        "../../secret.png",
        "/etc/passwd",
        "",
    ]
    printed = mailing(CARD, part, people(*names), files=files).print()
    held = ("held", "missing-picture")
    assert [printed.status()[row] for row in range(1, 11)] == [
        PRINTED,
        held,
        held,
        held,
        held,
        PRINTED,
        held,
        held,
        held,
        held,
    ]
    said = {fault["row"]: fault["what"] for fault in printed.faults}
    assert "'none.png' is not there" in said["2"]
    assert "cannot be read" in said["3"]
    assert "neither JPEG, PNG, SVG nor PDF" in said["4"]
    assert "outside of the job's folder" in said["8"]


def test_a_character_that_no_font_has(mailing):
    printed = mailing(CARD, NAME, people("김", "𓀀왕", "이")).print()
    assert printed.status() == {1: PRINTED, 2: ("held", "missing-glyph"), 3: PRINTED}
    (fault,) = printed.faults
    assert "U+13000" in fault["what"]
    assert "fallback" in fault["what to do"]


def test_text_that_does_not_fit_is_held_and_told_by_how_much(mailing):
    design = (
        '#place(dx: 5mm, dy: 5mm, part("name", width: 20mm, height: 6mm))'
        '#place(dx: 5mm, dy: 20mm, part("letter", width: 20mm, height: 9mm))'
    )
    parts = NAME | {"letter": {"kind": "paragraph", "text": "{letter}"}}
    rows = [
        {"id": "1", "name": "짧다", "letter": "두 줄 글"},
        {"id": "2", "name": "아주아주아주아주긴이름", "letter": "짧다"},
        {
            "id": "3",
            "name": "짧다",
            "letter": "여러 줄로 이어지는 아주 긴 글이라서 들어가지 않는다",
        },
        {"id": "4", "name": "짧다", "letter": "나눌수없이아주아주아주긴낱말"},
    ]
    printed = mailing(design, parts, rows).print()
    overset = ("held", "overset")
    assert printed.status() == {1: PRINTED, 2: overset, 3: overset, 4: overset}
    told = {fault["row"]: (fault["place"], fault["what"]) for fault in printed.faults}
    # Eleven syllables of 0.864 em (Pretendard) at 9 pt take 30.2 mm.
    assert told["2"] == ("name", "the text is 10.2 mm too wide")
    assert told["3"][0] == "letter"
    assert "mm too tall" in told["3"][1]
    assert "mm too wide" in told["4"][1]


HOSTILE = {
    "typst": '#read("/etc/passwd")',
    "pdf": ") Tj ET (",
    "backslashes": "\\) \\\\ \\( \\",
    "template": "{id} *굵게* [a](b) {",
    "sql": "'; DROP TABLE customers; --",
    "percent": "%d %s %% {0}",
    "formula": "=1+1",
}


@pytest.mark.parametrize("kind", ["text", "paragraph"])
def test_names_that_are_source_are_printed_as_they_are(mailing, kind):
    words = {"lines": ["{name}"]} if kind == "text" else {"text": "{name}"}
    printed = mailing(CARD, {"name": {"kind": kind} | words}, people(*HOSTILE.values())).print()
    assert printed.result.counts.printed == len(HOSTILE), printed.faults
    assert [without_space(t) for t in printed.texts()] == [
        without_space(n) for n in HOSTILE.values()
    ]


def test_a_block_takes_values_as_data(mailing):
    source = '#let badge(value) = text(font: "Pretendard", size: 8pt, value.name)'
    part = {
        "name": {"kind": "block", "source": "blocks.typ", "function": "badge", "columns": ["name"]}
    }
    job = mailing(CARD, part, people(*HOSTILE.values()), files={"blocks.typ": source})
    texts = [without_space(text) for text in job.print().texts()]
    assert texts == [without_space(name) for name in HOSTILE.values()]


def test_what_cannot_be_seen_is_left_out_and_said(mailing):
    """NUL, controls, direction marks: by default out of the print, and in the list of faults."""
    names = ["김\x00민준", "이\u200f서연", "\u202e박지훈", "최\x07윤"]
    printed = mailing(CARD, NAME, people(*names)).print()
    assert printed.result.counts.printed == 4
    assert [without_space(text) for text in printed.texts()] == [
        "김민준",
        "이서연",
        "박지훈",
        "최윤",
    ]
    assert [fault["kind"] for fault in printed.faults] == ["control-character"] * 4
    assert {fault["policy"] for fault in printed.faults} == {"fix"}

    strict = mailing(
        CARD, NAME, people(*names), faults={"control-character": "hold"}, name="strict"
    )
    assert strict.print("strict-out").result.counts.held == 4


def test_emoji_are_held_when_no_font_has_them(mailing):
    printed = mailing(CARD, NAME, people("👩‍👩‍👧‍👦 가족", "😀", "김")).print()
    held = ("held", "missing-glyph")
    assert printed.status() == {1: held, 2: held, 3: PRINTED}


def test_ten_thousand_characters(mailing):
    long = "가나다라 마바사 " * 1112 + "끝"
    assert len(long) > 10_000
    design = '#set text(size: 2pt)\n#place(part("name", width: 100mm, height: 60mm))'
    part = {"name": {"kind": "paragraph", "text": "{name}"}}
    printed = mailing(design, part, people(long, "a" * 10_000, "김")).print()
    assert printed.status() == {1: PRINTED, 2: ("held", "overset"), 3: PRINTED}
    assert without_space(printed.texts()[0]) == without_space(long)


def test_numbers_and_dates_that_are_none_are_held(mailing):
    part = {"name": {"kind": "text", "lines": ["{amount:,}원 {date:M월 D일}"]}}
    rows = [
        {"id": str(n), "amount": amount, "date": date}
        for n, (amount, date) in enumerate(
            [
                ("1234", "2026-02-28"),
                ("1,234", "2026-02-28"),
                ("12", "2026-02-30"),
                ("", ""),
                ("천", "어제"),
            ]
        )
    ]
    printed = mailing(CARD, part, rows).print()
    assert [printed.status()[n] for n in range(1, 6)] == [
        PRINTED,
        ("held", "bad-number"),
        ("held", "bad-date"),
        PRINTED,
        ("held", "bad-number"),
    ]
    assert without_space(printed.texts()[0]) == "1,234원2월28일"


def test_codes_that_cannot_be_made_are_held(mailing):
    parts = {
        "name": {"kind": "code", "symbology": "qr", "value": "{url}", "level": "H"},
        "bars": {"kind": "code", "symbology": "code128", "value": "{bars}"},
    }
    rows = [
        {"id": "1", "url": "https://example.com/1", "bars": "AB-12"},
        {"id": "2", "url": "x" * 1274, "bars": "AB-12"},
        {"id": "3", "url": "x", "bars": "쿠폰"},
    ]
    design = CARD + '#place(dx: 5mm, dy: 48mm, part("bars", width: 60mm, height: 10mm))'
    printed = mailing(design, parts, rows).print()
    bad = ("held", "bad-code")
    assert printed.status() == {1: PRINTED, 2: bad, 3: bad}


def test_a_policy_of_failing_stops_the_job_and_names_the_rows(mailing):
    job = mailing(CARD, NAME, people("김", "𓀀", "𓀁"), faults={"missing-glyph": "fail"})
    said = refused(job, PolicyError)
    assert "row 2, name: no font has 𓀀 (U+13000) (missing-glyph)" in said
    assert "row 3" in said


# Output folders -------------------------------------------------------------------------------


def test_an_output_folder_that_holds_something_else(mailing, tmp_path):
    job = mailing(CARD, NAME, people("김"))
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.docx").write_bytes(b"three years of work")
    with pytest.raises(FolderError, match="not a print job"):
        job.print()
    assert [path.name for path in out.iterdir()] == ["thesis.docx"]
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(FolderError, match="is not a folder"):
        job.print("file")


def test_an_output_folder_that_holds_another_job(mailing):
    job = mailing(CARD, NAME, people("김"))
    before = {p.name: p.read_bytes() for p in job.print().folder.iterdir()}
    other = mailing(CARD, NAME, people("이"), name="other")
    with pytest.raises(FolderError, match="holds another job"):
        other.print()
    assert {p.name: p.read_bytes() for p in (job.folder.parent / "out").iterdir()} == before
    # The same job again may be printed into it.
    assert job.print().result.counts.printed == 1


def test_two_runs_into_one_folder(mailing, tmp_path):
    job = mailing(CARD, NAME, people("김"))
    job.print()
    held = os.open(tmp_path / "out", os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        with pytest.raises(FolderError, match="another run is printing into it"):
            job.print()
    finally:
        os.close(held)
    assert job.print().result.counts.printed == 1


def test_only_the_owner_may_read_what_is_printed(mailing):
    folder = mailing(CARD, NAME, people("김")).print().folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(path.name for path in folder.iterdir()) == [
        "faults.csv",
        "moyeora-press.json",
        "pieces.parquet",
        "timing.json",
        "volume-0001.pdf",
    ]


# No customers' data in what is said -----------------------------------------------------------

SECRET = "비밀스러운"


@pytest.mark.parametrize(
    "change",
    [
        {"source": {"columns": {"age": "name::INTEGER"}}},
        {"source": {"suppress": {"x": "name::BOOLEAN"}}},
        {"source": {"columns": {"d": "strptime(name, '%Y')"}}},
        {"layout": "error(name)"},
        {"faults": {k.value: "fail" for k in Kind}},
    ],
    ids=str,
)
def test_no_message_holds_customers_data(mailing, change):
    parts = {
        "name": {"kind": "text", "lines": ["{name:,}", "{name:YYYY}"]},
        "pic": {"kind": "picture", "file": "{id}.png"},
        "code": {"kind": "code", "symbology": "code128", "value": "{name}"},
    }
    design = CARD + '#place(part("pic"))#place(part("code"))'
    rows = people(SECRET + "𓀀" + "긴이름" * 50, SECRET)
    job = mailing(design, parts, rows, **change)
    said = refused(job)
    assert SECRET not in said
    assert "row 1" in said


def test_a_block_that_fails_does_not_tell_the_value(mailing):
    source = '#let badge(value) = panic("bad value " + value.name)'
    part = {
        "name": {"kind": "block", "source": "blocks.typ", "function": "badge", "columns": ["name"]}
    }
    said = refused(mailing(CARD, part, people(SECRET), files={"blocks.typ": source}))
    assert "blocks.typ" in said or "parts.name" in said
    assert SECRET not in said
