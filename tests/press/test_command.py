"""``moyeora press``: what it says, what it leaves behind, and how it ends."""

import re
import subprocess
import sys

import numpy as np
import pymupdf
import pytest
from mailings import drawn, without_slugs, without_space
from PIL import Image

from moyeora.cli import main

CARD = (
    '#place(dx: 5mm, dy: 5mm, part("name", width: 60mm, height: 9mm))#place(dy: 20mm, '
    'part("code", width: 20mm))'
)
PARTS = {
    "name": {"kind": "text", "lines": ["{name} 님 {piece}"]},
    "code": {"kind": "code", "symbology": "qr", "value": "https://example.com/{id}"},
}
ROWS = [
    {"id": f"K{n}", "name": "𓀀" if n == 4 else f"이름{n}", "out": "Y" if n == 7 else "N"}
    for n in range(20)
]


@pytest.fixture
def job(mailing):
    return mailing(CARD, PARTS, ROWS, source={"suppress": {"수신 거부": "\"out\" = 'Y'"}})


def test_run_says_what_it_made_and_why_some_are_held(job, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["press", "run", str(job.folder), "-o", str(out), "--workers", "1"]) == 0
    said = capsys.readouterr()
    assert "18 of 20 pieces printed on 18 pages" in said.out
    assert "held: 1; suppressed: 1" in said.out
    assert "1 missing-glyph" in said.out
    assert "1 수신 거부" in said.out
    assert str(out) in said.out
    assert "이름" not in said.out + said.err
    assert (out / "volume-0001.pdf").exists()


def test_run_takes_the_file_of_the_job_and_makes_volumes(job, tmp_path, capsys):
    out = tmp_path / "out"
    file = str(job.folder / "mailing.toml")
    assert (
        main(["press", "run", file, "-o", str(out), "--volume-pieces", "8", "--workers", "2"]) == 0
    )
    assert "3 volumes" in capsys.readouterr().out
    assert len(list(out.glob("*.pdf"))) == 3


def test_what_is_wrong_ends_with_one_and_a_message(job, tmp_path, capsys):
    (job.folder / "card.typ").write_text("#let x = ", "utf-8")
    assert main(["press", "run", str(job.folder), "-o", str(tmp_path / "out")]) == 1
    said = capsys.readouterr()
    assert "moyeora press: card.typ, line 1: expected expression" in said.err
    assert said.out == ""
    assert not (tmp_path / "out").exists()
    assert main(["press", "plan", str(tmp_path / "none")]) == 1
    assert "there is no such job" in capsys.readouterr().err


@pytest.mark.parametrize("workers", ["0", "-1"])
def test_a_number_of_workers_that_is_none(job, tmp_path, workers):
    try:
        code = main(
            ["press", "run", str(job.folder), "-o", str(tmp_path / "out"), "--workers", workers]
        )
    except SystemExit as error:
        code = error.code
    assert code in {1, 2}
    assert not (tmp_path / "out").exists()


def test_bad_usage_ends_with_two(job):
    for arguments in (
        ["press", "run", str(job.folder)],
        ["press", "prnt"],
        ["press", "proof"],
        ["press", "approve", str(job.folder)],
    ):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2


def test_plan_tells_parts_bytes_and_seconds_and_leaves_nothing(job, capsys, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    before = sorted(job.folder.rglob("*"))
    assert main(["press", "plan", str(job.folder)]) == 0
    said = capsys.readouterr().out
    assert "20 rows: 19 records to print" in said
    assert "1 suppressed" in said
    for word in ("name", "code", "QR", "bytes"):
        assert word in said
    assert sorted(job.folder.rglob("*")) == before
    assert list(scratch.iterdir()) == []


def test_proof_shows_the_pieces_asked_for_as_they_will_be_printed(job, tmp_path, capsys):
    out = tmp_path / "proof"
    arguments = ["press", "proof", str(job.folder), "--record", "K9", "K2", "--png", "-o", str(out)]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    pngs = sorted(out.glob("*.png"))
    assert len(pngs) == 2
    assert all(str(path) in said for path in [out / "proof.pdf", *pngs])
    # Piece numbers are those of the whole list: K7 is suppressed, so K9 is the ninth.
    bare = without_slugs(out / "proof.pdf")
    with pymupdf.open(bare) as pdf:
        texts = [without_space(page.get_text(clip=page.rect)) for page in pdf]
        assert texts == ["이름9님9", "이름2님3"]
    (volume,) = job.print().result.volumes
    pages = drawn(volume)
    for proof, printed in zip(drawn(bare), (pages[7], pages[2]), strict=True):
        assert np.array_equal(proof, printed)
    for path in pngs:
        assert Image.open(path).info["dpi"] == pytest.approx((150, 150), abs=1)
    assert {path.stat().st_mode & 0o077 for path in [out, *out.iterdir()] if path.is_dir()} == {0}


def test_proof_of_records_that_would_be_held_or_are_not_there(job, tmp_path, capsys):
    out = str(tmp_path / "proof")
    assert main(["press", "proof", str(job.folder), "--record", "K4", "-o", out]) == 1
    assert "K4 would be held" in capsys.readouterr().err
    assert main(["press", "proof", str(job.folder), "--record", "K99", "K7", "-o", out]) == 1
    assert re.search("no record has the id 'K99', 'K7'", capsys.readouterr().err)


def test_the_command_as_a_program(job, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "moyeora.cli", "press", "run", job.folder, "-o", tmp_path / "out"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "18 of 20 pieces printed" in done.stdout
    assert done.stderr == ""
