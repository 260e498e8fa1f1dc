"""Every reader of PDF accepts the volumes, and all draw the same picture."""

import subprocess
from collections import Counter

import numpy as np
import pikepdf
import pymupdf
import pypdfium2
import pytest
import zxingcpp
from everything import ROWS
from mailings import apart, called, drawn, ink
from PIL import Image

DPI = 200


@pytest.fixture(scope="module")
def volumes(everything):
    _, printed = everything
    assert printed.result.counts.printed == len(ROWS), printed.faults
    assert len(printed.result.volumes) == 2
    return printed.result.volumes


def test_qpdf_finds_nothing(volumes, program):
    qpdf = program("qpdf")
    for path in volumes:
        assert "No syntax or stream encoding errors found" in called(qpdf, "--check", path)


def test_qpdfs_library_finds_nothing(volumes):
    for path in volumes:
        with pikepdf.open(path) as pdf:
            assert pdf.check_pdf_syntax() == []


def test_mupdf_and_pdfium_need_to_repair_nothing(volumes):
    for path in volumes:
        pymupdf.TOOLS.reset_mupdf_warnings()
        with pymupdf.open(path) as document:
            pages = len(document)
            for page in document:
                page.get_pixmap(dpi=30)
            assert not document.is_repaired
        assert pymupdf.TOOLS.mupdf_warnings() == ""
        assert len(pypdfium2.PdfDocument(path)) == pages


def by_mutool(program, path, folder):
    called(
        program("mutool"),
        "draw",
        "-q",
        "-r",
        str(DPI),
        "-c",
        "rgb",
        "-o",
        folder / "m-%03d.png",
        path,
    )


def by_poppler(program, path, folder):
    called(program("pdftoppm"), "-r", str(DPI), "-png", path, folder / "p")


def by_ghostscript(program, path, folder):
    called(
        program("gs"),
        "-q",
        "-dBATCH",
        "-dNOPAUSE",
        "-dSAFER",
        "-sDEVICE=png16m",
        f"-r{DPI}",
        "-dTextAlphaBits=4",
        "-dGraphicsAlphaBits=4",
        f"-sOutputFile={folder / 'g-%03d.png'}",
        path,
    )


@pytest.mark.parametrize("by", [by_mutool, by_poppler, by_ghostscript])
def test_others_draw_what_pdfium_draws(volumes, program, tmp_path, by):
    for path in volumes:
        folder = tmp_path / path.stem
        folder.mkdir()
        by(program, path, folder)
        others = sorted(folder.iterdir())
        ours = drawn(path, DPI)
        assert len(others) == len(ours)
        for number, (a, other) in enumerate(zip(ours, others, strict=True), 1):
            b = np.array(Image.open(other).convert("RGB"))
            b = b[: a.shape[0], : a.shape[1]]
            a = a[: b.shape[0], : b.shape[1]]
            # Programs turn ink into light differently: what is compared is where there is ink.
            a, b = (x.min(axis=2, keepdims=True) for x in (a, b))
            assert ink(a) > 1000
            assert apart(a, b, pixels=2, shade=100) <= 10, (path.name, number)


def test_poppler_reads_without_a_word(volumes, program):
    for path in volumes:
        done = subprocess.run(
            [program("pdftoppm"), "-r", "20", "-png", path, "/dev/null"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "rror" not in done.stderr


def test_the_codes_are_read_from_the_drawn_pages(volumes):
    found = []
    for path in volumes:
        for page in drawn(path, 300):
            found += zxingcpp.read_barcodes(page)
    texts = Counter(code.text for code in found)
    for row in ROWS:
        assert texts[f"https://example.com/c/{row['id']}"] == 1
        assert texts[row["id"]] == 1


def test_the_boxes_tell_trim_and_bleed(volumes):
    mm = 72 / 25.4
    for path in volumes:
        with pikepdf.open(path) as pdf:
            for page in pdf.pages:
                assert [float(x) for x in page.mediabox] == pytest.approx(
                    [0, 0, 106 * mm, 66 * mm], abs=0.01
                )
                assert [float(x) for x in page.TrimBox] == pytest.approx(
                    [3 * mm, 3 * mm, 103 * mm, 63 * mm], abs=0.01
                )
                assert [*page.BleedBox] == [*page.mediabox]


def test_each_page_names_only_the_resources_it_uses(volumes):
    """A dictionary of 3,000 pictures on every page made Ghostscript thirty times slower."""
    operators = {"/XObject": "Do", "/ExtGState": "gs"}
    for path in volumes:
        with pikepdf.open(path) as pdf:
            for page in pdf.pages:
                content = pikepdf.parse_content_stream(page)
                for category, operator in operators.items():
                    used = {str(i.operands[0]) for i in content if str(i.operator) == operator}
                    named = set(page.obj.Resources.get(category, {}).keys())
                    assert named == used, (path.name, category)
                fonts = {str(i.operands[0]) for i in content if str(i.operator) == "Tf"}
                assert fonts <= set(page.obj.Resources.get("/Font", {}).keys())
                assert "/Resources" not in page.obj.Parent


def test_the_page_tree_is_balanced(mailing):
    part = {"name": {"kind": "text", "lines": ["{piece}"]}}
    rows = [{"id": str(n)} for n in range(5000)]
    (path,) = mailing('#part("name", width: 20mm, height: 5mm)', part, rows).print().result.volumes
    with pikepdf.open(path) as pdf:

        def depth(node):
            kids = node.get("/Kids")
            if kids is None:
                return 0
            assert len(kids) <= 64
            found = {depth(kid) for kid in kids}
            assert len(found) == 1
            return 1 + found.pop()

        assert depth(pdf.Root.Pages) == 3
        assert len(pdf.pages) == 5000
    assert len(pypdfium2.PdfDocument(path)) == 5000


def test_a_volume_of_pieces_is_small(volumes, mailing):
    """What differs between pieces is all that is stored of them."""
    with pikepdf.open(volumes[0]) as pdf:
        strata = Counter(stream.objgen for page in pdf.pages for stream in list(page.Contents)[::2])
        fonts = [o for o in pdf.objects if isinstance(o, pikepdf.Stream) and "/Length1" in o]
    # Both sides of seven pieces share the streams of their static artwork.
    assert set(strata.values()) == {7}
    # Two weights of Pretendard and three other scripts, in the press's subset and in Typst's.
    assert len(fonts) <= 7
