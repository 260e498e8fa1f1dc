"""Held records, corrected, go into the same folder and the same register; nobody gets two."""

import csv
import datetime
import shutil

import pyarrow.parquet as pq
import pymupdf
import pytest
from killed import digests, moments, operations, run_until
from mailings import without_space, write_csv

from moyeora.cli import main
from moyeora.press.approval import ApprovalError, approve
from moyeora.press.faults import FolderError, JobError, PolicyError, SourceError
from moyeora.press.proof import proof
from moyeora.press.release import Released, release
from moyeora.press.reprint import reprint
from moyeora.press.run import run

CARD = """
#place(dx: 5mm, dy: 5mm, part("name", width: 40mm, height: 9mm))
#place(dx: 70mm, dy: 5mm, part("code", width: 20mm))
"""
PARTS = {
    "name": {"kind": "text", "lines": ["{name} 님 {piece}", "{amount:,}원"]},
    "code": {"kind": "code", "symbology": "qr", "value": "https://example.com/{id}"},
}
LISTED = [
    {"id": f"K{n}", "name": f"이름{n}", "amount": str(n * 1000), "out": ""} for n in range(1, 31)
]
LISTED[3]["name"] = "𓀀"
LISTED[7]["amount"] = "x"
LISTED[11]["id"] = "K2"
LISTED[15]["name"] = "아주" * 30
LISTED[19]["out"] = "Y"
LISTED[23]["id"] = ""
MENDED = {
    4: {"name": "성춘향"},
    8: {"amount": "8000"},
    12: {"id": "K12"},
    16: {"name": "긴이름"},
    24: {"id": "K24", "name": "새이름"},
}
HELD = sorted(MENDED)


def mended() -> list[dict[str, str]]:
    return [row | MENDED.get(n, {}) for n, row in enumerate(LISTED, 1)]


def corrections(path, lines):
    names = [*dict.fromkeys(name for line in lines for name in line)]
    return write_csv(path, [{name: line.get(name, "") for name in names} for line in lines])


NOW = datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC)
SOURCE = {"suppress": {"수신 거부": "\"out\" = 'Y'"}}


@pytest.fixture
def job(mailing):
    return mailing(CARD, PARTS, LISTED, source=SOURCE)


@pytest.fixture
def fixes(tmp_path):
    """By id where that is enough, by row where there is none, or one that is there twice."""
    return corrections(
        tmp_path / "fixes.csv",
        [
            {"id": "K4", "name": "성춘향"},
            {"id": "K8", "amount": "8000"},
            {"row": "12", "id": "K12"},
            {"id": "K16", "name": "긴이름"},
            {"row": "24", "id": "K24", "name": "새이름"},
        ],
    )


def test_what_was_held_is_printed_as_if_it_had_never_been(job, fixes, mailing, tmp_path):
    printed = job.print(volume_pieces=8)
    before = {row["row"]: row for row in printed.register}
    assert sorted(n for n, row in before.items() if row["status"] == "held") == HELD
    kept = {v.name: v.read_bytes() for v in printed.result.volumes}

    made = release(job.folder, printed.folder, corrections=fixes, workers=2, volume_pieces=3)
    assert [path.name for path in made.volumes] == ["volume-0005.pdf", "volume-0006.pdf"]
    assert (made.printed, made.pages, made.suppressed) == (5, 5, 0)
    assert {name: (printed.folder / name).read_bytes() for name in kept} == kept

    # Each row once; those of the run as they were, those released under their own number.
    register = printed.register
    after = {row["row"]: row for row in register}
    assert [row["row"] for row in register] == [row["row"] for row in before.values()]
    assert {n: row for n, row in after.items() if n not in MENDED} == {
        n: row for n, row in before.items() if n not in MENDED
    }
    assert all(after[n]["piece"] == before[n]["piece"] for n in MENDED)
    assert made.counts.inputs == 30 == made.counts.printed + made.counts.suppressed
    assert printed.faults == []

    # What is drawn is what a run of the mended list draws.
    whole = mailing(CARD, PARTS, mended(), source=SOURCE, name="whole").print("of-whole")
    wanted = {row["row"]: row for row in whole.register}
    for n in MENDED:
        for column in ("id", "status", "piece", "checksum", "reason"):
            assert after[n][column] == wanted[n][column]
        with pymupdf.open(printed.folder / f"volume-{after[n]['volume']:04}.pdf") as pdf:
            text = without_space(pdf[after[n]["page"] - 1].get_text())
        row = mended()[n - 1]
        assert text == f"{row['name']}님{after[n]['piece']}{int(row['amount']):,}원"

    # All pieces are pages, and all pages pieces.
    pages = {
        (int(path.stem[-4:]), number)
        for path in printed.folder.glob("volume-*.pdf")
        for number in range(1, len(pymupdf.open(path)) + 1)
    }
    assert pages == {(r["volume"], r["page"]) for r in register if r["status"] == "printed"}

    # The same job finds its folder whole, and a released piece can be printed again.
    assert job.print(volume_pieces=8).result.counts == made.counts
    assert release(job.folder, printed.folder, corrections=fixes, workers=1).printed == 0
    assert reprint(printed.folder, [after[24]["piece"]], at=NOW).pages == 1


def test_a_list_by_rows_and_corrections_by_id_are_the_same(job, fixes, tmp_path):
    one, two = job.print("one"), job.print("two")
    release(job.folder, one.folder, corrections=fixes, workers=1)
    listed = write_csv(tmp_path / "customers.csv", mended())
    release(job.folder, two.folder, corrected_list=listed, workers=1)
    assert digests(one.folder) == digests(two.folder)


def say_yes(job, tmp_path):
    proof(job.folder, tmp_path / "proof", ["K1"])
    approve(job.folder, tmp_path / "proof", by="김대표", at=NOW)


def test_a_release_asks_for_the_yes_that_the_run_asked_for(job, fixes, tmp_path):
    say_yes(job, tmp_path)
    out = tmp_path / "out"
    run(job.folder, out, workers=1, require_approval=True)
    before = digests(out)

    # Whatever is not a value of a held record is what the client said yes to.
    for file, old, new in (
        ("mailing.toml", "{name} 님", "{name} 귀하"),
        ("card.typ", "dx: 5mm", "dx: 6mm"),
        ("customers.csv", "이름30", "이름서른"),
    ):
        path = job.folder / file
        whole = path.read_text("utf-8")
        path.write_text(whole.replace(old, new), "utf-8")
        assert path.read_text("utf-8") != whole
        for given in ({}, {"corrections": fixes}):
            with pytest.raises(ApprovalError, match="김대표 said yes at"):
                release(job.folder, out, workers=1, **given)
            assert digests(out) == before
        path.write_text(whole, "utf-8")

    made = release(job.folder, out, workers=1, corrections=fixes)
    assert (made.printed, made.counts.held) == (5, 0)


def test_a_further_release_asks_too_and_a_new_yes_is_enough(job, fixes, tmp_path):
    say_yes(job, tmp_path)
    out = tmp_path / "out"
    run(job.folder, out, workers=1)
    # The same run again, and now it asks: so do all releases into its folder.
    run(job.folder, out, workers=1, require_approval=True)
    one = corrections(tmp_path / "one.csv", [{"id": "K8", "amount": "8000"}])
    assert release(job.folder, out, workers=1, corrections=one).printed == 1
    words = job.folder / "mailing.toml"
    words.write_text(words.read_text("utf-8").replace("{name} 님", "{name} 귀하"), "utf-8")
    with pytest.raises(ApprovalError, match=r"parts\.name\.lines has changed"):
        release(job.folder, out, workers=1, corrections=fixes)
    say_yes(job, tmp_path)
    assert release(job.folder, out, workers=1, corrections=fixes).printed == 4


def test_a_release_asks_for_a_yes_where_it_is_told_to(job, fixes, tmp_path, capsys):
    out = tmp_path / "out"
    run(job.folder, out, workers=1)
    command = ["press", "release", str(job.folder), "-o", str(out), "--corrections", str(fixes)]
    assert main([*command, "--require-approval"]) == 1
    assert "has not said yes" in capsys.readouterr().err
    assert main(command) == 0


def test_what_was_missing_in_the_job_is_enough(mailing):
    parts = PARTS | {"picture": {"kind": "picture", "file": "{picture}.svg"}}
    listed = [row | {"picture": "ab"[n == 2]} for n, row in enumerate(LISTED[:3])]
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
    job = mailing(CARD + '#part("picture", width: 9mm)', parts, listed, files={"a.svg": svg})
    printed = job.print()
    assert printed.status()[3] == ("held", "missing-picture")
    assert release(job.folder, printed.folder, workers=1).printed == 0
    (job.folder / "b.svg").write_text(svg)
    made = release(job.folder, printed.folder, workers=1)
    assert (made.printed, made.counts.held) == (1, 0)
    assert "the pictures" in made.differs
    assert "the list" not in made.differs


def test_who_was_printed_or_has_refused_gets_nothing(job, tmp_path):
    printed = job.print()
    fixes = corrections(
        tmp_path / "fixes.csv",
        [
            {"row": "24", "id": "K5"},  # an id that was printed
            {"id": "K4", "name": "성춘향", "out": "Y"},  # refused meanwhile
            {"id": "K9", "name": "다른 이름"},  # was printed
            {"id": "K20", "out": "N"},  # was suppressed
        ],
    )
    made = release(job.folder, printed.folder, corrections=fixes, workers=1)
    assert (made.printed, made.suppressed, made.volumes) == (0, 1, ())
    assert "fixes.csv, row 3: its record was printed before" in made.notes[0]
    assert "fixes.csv, row 4: its record was suppressed before" in made.notes[1]
    status = printed.status()
    assert status[24] == ("held", "duplicate-id")
    assert status[4] == ("suppressed", "수신 거부")
    assert status[9] == ("printed", None)
    assert {f["row"]: f["what"] for f in printed.faults}["24"] == "row 5 has the same one"


def test_a_piece_that_was_printed_counts_though_its_record_is_suppressed_now(job, tmp_path):
    printed = job.print()
    listed = [dict(row) for row in LISTED]
    listed[1]["out"] = "Y"  # K2 was printed; row 12 was held, for it has the same id
    path = write_csv(tmp_path / "now.csv", listed)
    assert release(job.folder, printed.folder, corrected_list=path, workers=1).printed == 0
    assert printed.status()[2] == ("printed", None)
    assert printed.status()[12] == ("held", "duplicate-id")
    (fault,) = [f for f in printed.faults if f["row"] == "12"]
    assert fault["what"] == "a piece with this id was printed already"
    assert fault["file"] == "now.csv"


def test_rows_that_could_not_be_read(mailing, tmp_path):
    lines = ["id,name,amount,out", "A,가,1,", "B,나", "C,다,3,", "D,라,4,,,", "E,마,5,"]
    job = mailing(CARD, PARTS, "\n".join(lines))
    printed = job.print()
    assert {n for n, (status, _) in printed.status().items() if status == "held"} == {2, 4}
    fixes = corrections(
        tmp_path / "fixes.csv",
        [{"row": "4", "id": "D", "name": "라", "amount": "4"}],
    )
    made = release(job.folder, printed.folder, corrections=fixes, workers=1)
    assert made.counts.held == 1
    # It had no number, so it gets the next.
    (row,) = [row for row in printed.register if row["row"] == 4]
    assert (row["id"], row["piece"], row["volume"], row["page"]) == ("D", 4, 2, 1)
    assert [f["row"] for f in printed.faults] == ["2"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([{"id": "K99", "name": "x"}], "row 1: names a record that the list has not"),
        ([{"row": "31", "name": "x"}], "row 1: names a row that the list has not"),
        ([{"row": "4", "id": "", "name": "x"}, {"row": "", "id": "K4", "name": "y"}],
         "row 2: corrects a record again"),
        ([{"id": "K4", "nmae": "x"}], "has a column that customers.csv has not: 'nmae'"),
        ([{"name": "x"}], "has neither a column 'id' nor a column 'row'"),
    ],
)  # fmt: skip
def test_corrections_that_do_not_fit(job, tmp_path, lines, said):
    printed = job.print()
    before = digests(printed.folder)
    fixes = corrections(tmp_path / "fixes.csv", lines)
    with pytest.raises((JobError, SourceError)) as refused:
        release(job.folder, printed.folder, corrections=fixes, workers=1)
    assert "fixes.csv" in str(refused.value)
    assert said in str(refused.value)
    assert digests(printed.folder) == before


def test_a_list_whose_rows_are_not_in_their_places(job, tmp_path):
    printed = job.print()
    before = digests(printed.folder)
    listed = mended()
    for wrong, said in (
        ([*listed[:9], *listed[10:]], "has 29 rows"),
        ([*listed[:8], listed[9], listed[8], *listed[10:]], "row 9 is another record"),
    ):
        path = write_csv(tmp_path / "wrong.csv", wrong)
        with pytest.raises(SourceError, match=f"wrong.csv: {said}"):
            release(job.folder, printed.folder, corrected_list=path, workers=1)
    assert digests(printed.folder) == before


def test_a_folder_that_is_not_printed_or_not_whole(job, fixes, tmp_path):
    with pytest.raises(FolderError, match="is not there"):
        release(job.folder, tmp_path / "none", corrections=fixes)
    printed = job.print()
    (printed.folder / "volume-0001.pdf").write_bytes(b"%PDF")
    with pytest.raises(FolderError, match=r"is not as it was printed: volume-0001.pdf"):
        release(job.folder, printed.folder, corrections=fixes)


def test_a_fault_that_must_stop_the_job_stops_a_release(job, fixes):
    printed = job.print()
    before = digests(printed.folder)
    file = job.folder / "mailing.toml"
    file.write_text(file.read_text("utf-8") + '[faults]\noverset = "fail"\n', "utf-8")
    with pytest.raises(PolicyError, match="row 16"):
        release(job.folder, printed.folder, workers=1)
    assert digests(printed.folder) == before


def released(job, out, fixes) -> Released:
    return release(job, out, corrections=fixes, workers=1, volume_pieces=2)


def test_a_release_that_is_killed_goes_on(job, fixes, tmp_path):
    printed, out = job.print("before", volume_pieces=8), tmp_path / "out"
    whole = tmp_path / "whole"
    shutil.copytree(printed.folder, whole)
    log = tmp_path / "log"
    count = operations(released, whole, job.folder, whole, fixes, log=log)
    for moment in moments(6, count, seed=3):
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(printed.folder, out)
        killed = run_until(released, out, moment, job.folder, out, fixes)
        if killed and (out / "work" / "moyeora-press.json").exists():
            with pytest.raises(FolderError, match="holds no finished run"):
                reprint(out, [1], at=NOW)
            with pytest.raises(FolderError, match="a release into it was not finished"):
                run(job.folder, out, workers=1)
        released(job.folder, out, fixes)
        assert digests(out) == digests(whole), moment
    with (whole / "faults.csv").open(encoding="utf-8-sig") as file:
        assert [*csv.DictReader(file)] == []
    assert pq.read_table(whole / "pieces.parquet").num_rows == 30


def test_a_code_of_ones_own_is_on_one_piece_only(mailing, tmp_path):
    listed = [
        {"id": f"K{n}", "name": name, "amount": "1", "coupon": coupon, "out": ""}
        for n, (name, coupon) in enumerate(
            [("가", "A"), ("𓀀", "B"), ("나", "A"), ("다", "D"), ("라", ""), ("마", "")], 1
        )
    ]
    code = {"kind": "code", "symbology": "code128", "value": "{coupon}", "unique": True}
    printed = mailing(CARD, PARTS | {"code": code}, listed).print()
    assert printed.status() == {
        1: ("printed", None), 2: ("held", "missing-glyph"), 3: ("held", "code-clash"),
        4: ("printed", None), 5: ("printed", None), 6: ("printed", None),
    }  # fmt: skip
    assert {f["row"]: (f["place"], f["what"]) for f in printed.faults}["3"] == (
        "code", "row 1 has the same code",
    )  # fmt: skip

    # What was printed has its code, though its row comes later.
    lines = [{"id": "K2", "name": "바", "coupon": "D"}, {"id": "K3", "coupon": "C"}]
    job = printed.result.folder.parent / "job"
    release(job, printed.folder, corrections=corrections(tmp_path / "c.csv", lines), workers=1)
    status = printed.status()
    assert (status[2], status[3]) == (("held", "code-clash"), ("printed", None))
    (fault,) = printed.faults
    assert (fault["row"], fault["what"]) == ("2", "row 4 has the same code")
