"""A proof shows the records that try the design, says why, and the client's yes holds for it."""

import itertools
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pikepdf
import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mailings import drawn, without_slugs, without_space

from moyeora.cli import main
from moyeora.press.approval import ApprovalError, approve
from moyeora.press.extremes import Why, _cover, _Measure
from moyeora.press.faults import FolderError, PressError
from moyeora.press.proof import proof
from moyeora.press.run import run

CARD = (
    '#place(dx: 5mm, dy: 3mm, part("name", width: 50mm, height: 8mm))'
    '#place(dx: 5mm, dy: 14mm, part("letter", width: 40mm, height: 24mm))'
    '#place(dx: 50mm, dy: 14mm, part("note", width: 40mm, height: 8mm))'
)
PARTS = {
    "name": {"kind": "text", "lines": ["{name} 님"], "least_size_pt": 6},
    "letter": {"kind": "paragraph", "text": "{letter}"},
    "note": {"kind": "text", "lines": ["{note}"], "when": "shown = 'Y'"},
}
WHOLE = {"one": CARD, "two": CARD + "#pagebreak()뒷면"}


def record(n, **more):
    usual = {"id": f"K{n:02}", "name": "이서연", "letter": "안녕 하세요", "note": "덤",
             "shown": "Y", "kind": "one"}  # fmt: skip
    return usual | more


ROWS = [
    record(0),
    record(1, name="남궁하늘별빛가람온누리새솔아라한결"),
    record(2, letter="가을 " * 20),
    record(3, letter="가을 " * 30),
    record(4, name="아주" * 30),  # held: overset
    record(5, note="보이지 않는 긴 덧붙임 말씀", shown="N"),
    record(6, note="조금 긴 덧붙임", kind="two"),
    record(7, name="i" * 30),
    record(8, kind="two"),
    *(record(n) for n in range(9, 40)),
]


@pytest.fixture
def job(mailing):
    return mailing(WHOLE, PARTS, ROWS, layout="kind")


def whys(made):
    return {piece.id: {(r.why, r.place) for r in piece.reasons} for piece in made.pieces}


def test_the_extremes_are_found_and_held_records_are_not_among_them(job, tmp_path):
    made = proof(job.folder, tmp_path / "proof", extremes=40)
    found = whys(made)
    told = {each: id for id, reasons in found.items() for each in reasons}
    assert told[Why.LONGEST_VALUE, "name"] == "K07"
    assert told[Why.LONGEST_TEXT, "name (one)"] == "K01"  # fewer letters, and wider
    assert told[Why.SMALLEST_TYPE, "name (one)"] == "K01"
    assert told[Why.MOST_LINES, "letter (one)"] == "K03"
    assert told[Why.LEAST_ROOM, "letter (one)"] == "K03"
    assert told[Why.LAYOUT, "two"] in {"K06", "K08"}
    # What a part's condition hides is not the longest of the part, but it is of the column.
    assert told[Why.LONGEST_VALUE, "note"] == "K05"
    assert told[Why.LONGEST_TEXT, "note (two)"] == "K06"
    assert (Why.LONGEST_TEXT, "note (one)") not in told  # alike wherever it is shown
    assert "K04" not in found
    assert made.left_out == 0
    # Each extreme is told once, and no piece is there for nothing.
    everything = list(itertools.chain.from_iterable(found.values()))
    assert len(everything) == len(set(everything))
    assert all(found.values())


def test_a_limit_shows_every_layout_first_and_says_what_is_left(job, tmp_path):
    whole = proof(job.folder, tmp_path / "whole", extremes=40)
    made = proof(job.folder, tmp_path / "proof", extremes=2)
    assert len(made.pieces) == 2
    shown = set().union(*whys(made).values())
    assert {(Why.LAYOUT, "one"), (Why.LAYOUT, "two")} <= shown
    reasons = sum(len(piece.reasons) for piece in whole.pieces)
    assert made.left_out == reasons - len(shown) > 0


MEASURES = [_Measure(Why.LONGEST_VALUE, f"c{n}", "") for n in range(6)]


@settings(max_examples=200)
@given(
    shows=st.dictionaries(
        st.integers(0, 20), st.sets(st.sampled_from(MEASURES), min_size=1), min_size=1, max_size=7
    ),
    limit=st.integers(1, 9),
)
def test_few_records_cover_all_extremes(shows, limit):
    """Greedy cover: all is shown if the limit allows, nothing twice, and at most the harmonic
    number times as many as the fewest (Chvátal 1979)."""
    chosen = _cover(shows, limit)
    wanted = set().union(*shows.values())
    new = list(itertools.chain.from_iterable(chosen.values()))
    assert len(new) == len(set(new))
    assert all(chosen[row] <= shows[row] for row in chosen)
    if len(chosen) < limit:
        assert set(new) == wanted
        fewest = next(
            size
            for size in range(1, len(shows) + 1)
            for rows in itertools.combinations(shows, size)
            if set().union(*(shows[row] for row in rows)) == wanted
        )
        assert len(chosen) <= fewest * sum(1 / n for n in range(1, len(MEASURES) + 1))


def test_the_lot_is_the_same_by_seed_and_draws_only_what_is_printed(job, tmp_path):
    def lot(seed, sample=5):
        made = proof(job.folder, tmp_path / "proof", sample=sample, seed=seed)
        assert {r.value for piece in made.pieces for r in piece.reasons} <= {seed}
        return [piece.id for piece in made.pieces]

    assert lot(1) == lot(1)
    assert lot(1) != lot(2)
    assert len(set(lot(1))) == 5
    assert sorted(lot(3, 100)) == sorted({row["id"] for row in ROWS} - {"K04"})


def test_pages_stand_above_their_strips_as_they_are_in_the_volume(job, tmp_path):
    made = proof(job.folder, tmp_path / "proof", ["K06", "K01"], extremes=3, png=True)
    assert [piece.id for piece in made.pieces][:2] == ["K06", "K01"]
    printed = job.print()
    places = {row["id"]: row for row in printed.register}
    pages = drawn(printed.result.volumes[0])
    bare = iter(drawn(without_slugs(made.pdf)))
    with pymupdf.open(made.pdf) as pdf:
        texts = iter([without_space(page.get_text()) for page in pdf])
    for piece in made.pieces:
        first = places[piece.id]["page"] - 1
        assert piece.piece == places[piece.id]["piece"]
        assert len(piece.pictures) == piece.pages
        for page in range(piece.pages):
            assert np.array_equal(next(bare), pages[first + page])
            text = next(texts)
            for said in (piece.id, made.fingerprint[:16], f"{page + 1}/{piece.pages}면"):
                assert said in text
            for reason in piece.reasons:
                assert without_space(reason.told("ko")) in text
    # The pieces' own streams are those of the volume.
    with pikepdf.open(made.pdf) as proved, pikepdf.open(printed.result.volumes[0]) as volume:
        ours, theirs = (
            [stream.read_raw_bytes() for stream in page.obj.Contents]
            for page in (proved.pages[0], volume.pages[places["K06"]["page"] - 1])
        )
        assert ours[1:-1] == theirs


def test_a_proof_in_english_and_of_fonts_without_hangul(job, mailing, tmp_path):
    made = proof(job.folder, tmp_path / "proof", ["K01"], lang="en")
    with pymupdf.open(made.pdf) as pdf:
        assert "chosen" in pdf[0].get_text()
    fonts = tmp_path / "arabic"
    fonts.mkdir()
    (source,) = (Path(__file__).parent / "fonts").glob("NotoSansArabic*.ttf")
    (fonts / source.name).symlink_to(source)
    arabic = mailing(
        '#set text(font: "Noto Sans Arabic")\n#part("name", width: 60mm, height: 20mm)',
        {"name": {"kind": "text", "lines": ["{name}"]}},
        [{"id": "1", "name": "نور"}],
        fonts={"folder": str(fonts)},
        name="arabic-job",
    )
    changed(arabic.folder, "card.typ", "Pretendard", "Noto Sans Arabic")
    made = proof(arabic.folder, tmp_path / "second", extremes=3, lang="ko")
    with pymupdf.open(made.pdf) as pdf:
        assert "layout card" in pdf[0].get_text()


def test_a_second_proof_leaves_nothing_of_the_first(job, tmp_path):
    out = tmp_path / "proof"
    proof(job.folder, out, ["K01", "K06"], png=True)
    made = proof(job.folder, out, ["K08"], png=True)
    assert sorted(out.glob("*.png")) == sorted(made.pictures)
    assert {path.name for path in out.iterdir()} == {
        "proof.pdf", "proof.json", *(path.name for path in made.pictures)
    }  # fmt: skip
    assert out.stat().st_mode & 0o077 == 0
    same = (out / "proof.pdf").read_bytes()
    proof(job.folder, out, ["K08"], png=True)
    assert (out / "proof.pdf").read_bytes() == same
    with pytest.raises(PressError):
        proof(job.folder, out, sample=-1)


def test_a_proof_goes_into_a_folder_of_its_own(job, tmp_path):
    """What lies beside a proof would be destroyed with it."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "photo.png").touch()
    for other in (tmp_path / "mine", job.folder, job.print().folder):
        before = sorted(other.iterdir()), other.stat().st_mode
        with pytest.raises(FolderError, match="not a proof"):
            proof(job.folder, other, ["K01"])
        assert (sorted(other.iterdir()), other.stat().st_mode) == before
    with pytest.raises(FolderError, match="not a folder"):
        proof(job.folder, tmp_path / "mine" / "photo.png", ["K01"])


# The client's yes ------------------------------------------------------------------------------

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def test_a_run_that_requires_a_yes_prints_exactly_what_it_was_said_to(job, tmp_path):
    out, proved = tmp_path / "out", tmp_path / "proof"
    with pytest.raises(ApprovalError, match="has not said yes"):
        run(job.folder, out, workers=1, require_approval=True)
    assert not out.exists()
    made = proof(job.folder, proved, ["K01"], extremes=3)
    yes = approve(job.folder, proved, by="김대표", note="이대로", at=AT)
    assert (yes.by, yes.note, yes.at) == ("김대표", "이대로", "2026-11-24T09:30:00+00:00")
    assert yes.pieces == tuple(piece.piece for piece in made.pieces)
    result = run(job.folder, out, workers=1, require_approval=True)
    assert result.fingerprint == yes.fingerprint == made.fingerprint


def changed(folder, file, old, new):
    path = folder / file
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("mailing.toml", "{name} 님", "{name} 귀하"),
            "mailing.toml: parts.name.lines has changed",
        ),
        (("one.typ", "dy: 3mm", "dy: 4mm"), "one.typ has changed"),
        (("customers.csv", "이서연", "이서현"), "has changed (as many rows as before)"),
        (
            ("customers.csv", "K39", "K39,가,나,다,Y,one\nK40"),
            "the list has 41 rows and 41 records",
        ),
    ],
)
def test_a_yes_no_longer_holds_after_a_change_and_it_says_which(
    job, tmp_path, change, said, capsys
):
    proved = tmp_path / "proof"
    proof(job.folder, proved, ["K01"])
    approve(job.folder, proved, by="김대표", at=AT)
    changed(job.folder, *change)
    with pytest.raises(ApprovalError) as caught:
        run(job.folder, tmp_path / "out", workers=1, require_approval=True)
    text = str(caught.value)
    assert said in text
    assert "김대표 said yes at 2026-11-24T09:30:00+00:00" in text
    # One change, one line; and nothing of a customer.
    assert text.count("\n    ") == 1
    assert "이서" not in text
    # Nor can a yes be said to a proof of what would no longer be printed.
    with pytest.raises(ApprovalError, match="since this proof was made") as caught:
        approve(job.folder, proved, by="김대표", at=AT)
    assert said in str(caught.value)


def test_what_does_not_change_the_print_does_not_undo_the_yes(job, tmp_path):
    proof(job.folder, tmp_path / "proof", ["K01"])
    approve(job.folder, tmp_path / "proof", by="김대표", at=AT)
    (job.folder / "notes.typ").write_text("나중에 볼 것", "utf-8")
    moved = job.folder.rename(job.folder.with_name("elsewhere"))
    run(moved, tmp_path / "out", workers=1, require_approval=True)


def test_a_yes_is_to_a_proof_that_is_there_and_unchanged(job, tmp_path):
    empty = tmp_path / "empty"
    with pytest.raises(ApprovalError, match="has no proof"):
        approve(job.folder, empty, by="김대표", at=AT)
    assert not empty.exists()
    proved = tmp_path / "proof"
    proof(job.folder, proved, ["K04"])  # it would be held: a proof of nothing
    with pytest.raises(ApprovalError, match="shows no piece"):
        approve(job.folder, proved, by="김대표", at=AT)
    proof(job.folder, proved, ["K01"])
    with (proved / "proof.pdf").open("ab") as file:
        file.write(b"%")
    with pytest.raises(ApprovalError, match="is not the one that was made"):
        approve(job.folder, proved, by="김대표", at=AT)
    (job.folder / "approval.json").write_text(json.dumps({"by": "x"}))
    with pytest.raises(ApprovalError, match="not an approval"):
        run(job.folder, tmp_path / "out", workers=1, require_approval=True)


def test_the_commands(job, tmp_path, capsys):
    proved, out = str(tmp_path / "proof"), str(tmp_path / "out")
    assert main(["press", "proof", str(job.folder), "-o", proved]) == 0
    said = capsys.readouterr().out
    assert "more extremes" not in said
    assert f"{proved}/proof.pdf" in said
    assert main(["press", "run", str(job.folder), "-o", out, "--require-approval"]) == 1
    assert "has not said yes" in capsys.readouterr().err
    approval = ["press", "approve", str(job.folder), "--by", "김대표", "--proof", proved]
    assert main(approval) == 0
    assert "김대표 said yes to" in capsys.readouterr().out
    assert main(["press", "run", str(job.folder), "-o", out, "--require-approval"]) == 0
