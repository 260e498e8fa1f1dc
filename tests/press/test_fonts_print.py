"""Fonts of every make print what they hold: TrueType, CFF with names, CFF with identifiers."""

import io
import shutil
from pathlib import Path

import pikepdf
import pytest
import typst
from mailings import apart, drawn, ink, without_space

TEXT = {
    "Noto Sans CJK KR": "김민준 님, 가나다 123 漢字 ABC.",
    "Noto Sans Cut By Name": "AVATAR Toyota 1234 (a-z) fi",
    "Noto Sans Thai": "AVATAR Toyota 1234 (a-z) fi",
}


@pytest.fixture(scope="module")
def all_fonts(tmp_path_factory, fonts):
    folder = tmp_path_factory.mktemp("cff") / "fonts"
    shutil.copytree(fonts, folder)
    for path in (Path(__file__).parent / "fonts" / "cff").glob("*.otf"):
        shutil.copy(path, folder)
    return folder


@pytest.mark.parametrize("family", TEXT)
def test_a_font_prints_as_typst_prints_it(mailing, all_fonts, program, family):
    style = f'#set text(font: "{family}", size: 16pt)\n'
    design = style + '#place(dx: 5mm, dy: 5mm, part("name", width: 90mm, height: 20mm))'
    part = {"name": {"kind": "text", "lines": ["{name}"]}}
    job = mailing(
        design, part, [{"id": "1", "name": TEXT[family]}], fonts={"folder": str(all_fonts)}
    )
    printed = job.print()
    assert printed.result.counts.printed == 1, printed.faults
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[all_fonts]
    )
    source = (
        "#set page(width: 100mm, height: 60mm, margin: 0mm)\n#set text(fill: cmyk(0%, 0%, 0%, "
        "100%))\n"
        f"{style}#place(dx: 5mm, dy: 5mm, {TEXT[family]!r})".replace("'", '"')
    )
    reference = typst.compile(source.encode(), font_paths=fonts, format="pdf")
    (path,) = printed.result.volumes
    ours, theirs = drawn(path)[0], drawn(io.BytesIO(reference))[0]
    assert ink(theirs) > 500
    assert apart(ours, theirs) == 0
    assert [without_space(text) for text in printed.texts()] == [without_space(TEXT[family])]


def test_other_programs_read_cff_fonts(mailing, all_fonts, program, tmp_path):
    import subprocess

    import numpy as np
    from PIL import Image

    design = (
        '#place(dx: 5mm, dy: 5mm, text(font: "Noto Sans CJK KR", size: 16pt, part("name", '
        "width: 90mm, height: 9mm)))"
        '#place(dx: 5mm, dy: 25mm, text(font: "Noto Sans Cut By Name", size: 16pt, '
        'part("latin", width: 90mm, height: 9mm)))'
    )
    parts = {key: {"kind": "text", "lines": [f"{{{key}}}"]} for key in ("name", "latin")}
    rows = [{"id": "1", "name": TEXT["Noto Sans CJK KR"], "latin": TEXT["Noto Sans Cut By Name"]}]
    (path,) = mailing(design, parts, rows, fonts={"folder": str(all_fonts)}).print().result.volumes
    (wanted,) = drawn(path, 200)
    for name, command in {
        "mutool": ["draw", "-q", "-r", "200", "-c", "rgb", "-o", tmp_path / "mutool.png", path],
        "pdftoppm": ["-r", "200", "-png", "-singlefile", path, tmp_path / "pdftoppm"],
        "gs": [
            "-q",
            "-dBATCH",
            "-dNOPAUSE",
            "-dSAFER",
            "-sDEVICE=png16m",
            "-r200",
            "-dTextAlphaBits=4",
            f"-sOutputFile={tmp_path / 'gs.png'}",
            path,
        ],
    }.items():
        subprocess.run([program(name), *command], check=True, capture_output=True)
        found = np.array(Image.open(tmp_path / f"{name}.png").convert("RGB"))
        height, width = (min(a, b) for a, b in zip(found.shape[:2], wanted.shape[:2], strict=True))
        assert apart(found[:height, :width], wanted[:height, :width], pixels=2, shade=100) == 0, (
            name
        )


def test_a_font_is_stored_once_and_only_what_is_printed_of_it(mailing):
    part = {"name": {"kind": "text", "lines": ["{name}"]}}
    design = '#place(part("name", width: 60mm, height: 9mm))'
    few = mailing(design, part, [{"id": str(n), "name": "김민준"} for n in range(500)], name="few")
    (path,) = few.print("few-out").result.volumes
    with pikepdf.open(path) as pdf:
        files = [o for o in pdf.objects if isinstance(o, pikepdf.Stream) and "/Length1" in o]
        assert len(files) == 1
        assert len(files[0].read_bytes()) < 60_000  # of 2.7 MB
