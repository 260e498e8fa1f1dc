"""What is printed in black is black ink alone, pictures keep their colours and their fit."""

import io
import re

import numpy as np
import pikepdf
import pytest
from everything import pictures
from mailings import drawn
from PIL import Image

COLOURS = {"g", "G", "rg", "RG", "k", "K", "cs", "CS", "sc", "SC", "scn", "SCN"}


def painted(page) -> set[tuple[str, ...]]:
    """Every colour that a page sets, in its content and in the forms that it draws."""
    found: set[tuple[str, ...]] = set()

    def look(content, resources):
        for instruction in content:
            operator = str(instruction.operator)
            if operator in COLOURS:
                found.add((*map(str, instruction.operands), operator))
            elif operator == "Do":
                form = resources.XObject[str(instruction.operands[0])]
                if form.Subtype == "/Form":
                    look(pikepdf.parse_content_stream(form), form.get("/Resources"))

    look(pikepdf.parse_content_stream(page), page.Resources)
    return found


def test_text_codes_and_blocks_are_black_ink_alone(mailing):
    design = (
        '#place(dx: 5mm, dy: 5mm, part("name", width: 40mm, height: 9mm)) 고정된 글'
        '#place(dx: 5mm, dy: 15mm, part("letter", width: 40mm, height: 30mm))'
        '#place(dx: 50mm, dy: 5mm, part("qr", width: 20mm, height: 20mm))'
        '#place(dx: 50mm, dy: 30mm, part("bars", width: 30mm, height: 8mm))'
        '#place(dx: 50mm, dy: 45mm, part("mark", width: 30mm, height: 8mm))'
    )
    parts = {
        "name": {"kind": "text", "lines": ["{id} 님 {piece}"]},
        "letter": {"kind": "paragraph", "text": "*{id} 님*께 드립니다.", "align": "justify"},
        "qr": {"kind": "code", "symbology": "qr", "value": "{id}"},
        "bars": {"kind": "code", "symbology": "code128", "value": "{id}"},
        "mark": {"kind": "block", "source": "b.typ", "function": "mark", "columns": ["id"]},
    }
    blocks = '#let mark(value) = text(font: "Pretendard", size: 8pt, value.id)'
    job = mailing(design, parts, [{"id": "A1"}, {"id": "B2"}], files={"b.typ": blocks})
    (path,) = job.print().result.volumes
    with pikepdf.open(path) as pdf:
        for page in pdf.pages:
            colours = painted(page)
            spaces = {c for c in colours if c[-1] in {"cs", "CS"}}
            assert {c for c in colours - spaces if c[-1] in {"k", "K"}} == {
                ("0", "0", "0", "1", "k")
            }
            # Typst names its colour space for CMYK; what it names must be the device's own.
            for name, _ in spaces:
                space = page.Resources.get("/ColorSpace", {}).get(name, name)
                assert str(space) == "/DeviceCMYK"
            assert {c[:4] for c in colours - spaces if c[-1] in {"sc", "scn", "SC", "SCN"}} <= {
                ("0", "0", "0", "1")
            }
            assert not {c for c in colours if c[-1] in {"g", "G", "rg", "RG"}}
            # No transparency group stands between ink and paper.
            assert "/Group" not in page.obj
            for form in page.obj.Resources.get("/XObject", {}).values():
                assert "/Group" not in form
        streams = [o for o in pdf.objects if isinstance(o, pikepdf.Stream)]
        assert not [o for o in streams if "/N" in o and "/Alternate" in o], "an ICC profile"


def placed(fit):
    return (
        '#place(dx: 10mm, dy: 10mm, part("picture", width: 40mm, height: 20mm))'
        '#place(dx: 60mm, dy: 5mm, rotate(90deg, reflow: true, part("turned", width: 40mm, '
        "height: 20mm)))"
    ), {
        name: {"kind": "picture", "file": "images/{file}", "fit": fit}
        for name in ("picture", "turned")
    }


@pytest.mark.parametrize("fit", ["contain", "cover", "stretch"])
def test_pictures_of_all_kinds_fit_their_place(mailing, fit):
    design, parts = placed(fit)
    files = pictures()
    rows = [{"id": name, "file": name.removeprefix("images/")} for name in files]
    printed = mailing(design, parts, rows, files=files).print()
    assert printed.result.counts.printed == len(rows), printed.faults
    dpi = 254  # ten pixels a millimetre
    for name, picture in zip(files, drawn(printed.result.volumes[0], dpi), strict=True):
        dark = picture.min(axis=2) < 200
        if name.endswith("alpha.png"):  # its corners are clear
            continue
        for left, top, width, height in ((100, 100, 400, 200), (600, 50, 200, 400)):
            ys, xs = np.nonzero(
                dark[:, : left + width + 60]
                if left == 100
                else np.pad(dark[:, 560:], ((0, 0), (560, 0)))
            )
            box = [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]
            if fit == "contain":  # 4:3 in 2:1, upright or turned
                across, down = (266.7, 200) if left == 100 else (200, 266.7)
            else:
                across, down = width, height
            wanted = [
                left + (width - across) / 2,
                top + (height - down) / 2,
                left + (width + across) / 2,
                top + (height + down) / 2,
            ]
            assert box == pytest.approx(wanted, abs=2.5), name


def test_a_picture_keeps_its_colours_and_its_transparency(mailing):
    """A CMYK JPEG stays ink, an RGB one RGB, a PNG's clear parts show what lies below."""
    files = pictures()
    design = (
        "#place(rect(width: 100mm, height: 60mm, fill: cmyk(100%, 0%, 0%, 0%)))"
        '#place(dx: 10mm, dy: 10mm, part("picture", width: 40mm, height: 30mm))'
    )
    part = {"picture": {"kind": "picture", "file": "images/{file}"}}
    names = ["ink.jpg", "photo.jpg", "grey.jpg", "alpha.png"]
    rows = [{"id": name, "file": name} for name in names]
    (path,) = mailing(design, part, rows, files=files).print().result.volumes
    with pikepdf.open(path) as pdf:
        spaces = {}
        for name, page in zip(names, pdf.pages, strict=True):
            (image,) = [o for o in page.Resources.XObject.values() if o.Subtype == "/Image"]
            spaces[name] = (str(image.ColorSpace), "/SMask" in image)
            if name.endswith("jpg"):
                assert image.read_raw_bytes() == files[f"images/{name}"]
    assert spaces == {
        "ink.jpg": ("/DeviceCMYK", False),
        "photo.jpg": ("/DeviceRGB", False),
        "grey.jpg": ("/DeviceGray", False),
        "alpha.png": ("/DeviceRGB", True),
    }
    pages = dict(zip(names, drawn(path, 254), strict=True))
    corner, centre = (slice(105, 110), slice(105, 110)), (slice(200, 205), slice(300, 305))
    ground = pages["photo.jpg"][20, 20]
    assert np.allclose(pages["alpha.png"][corner], ground, atol=3)
    assert not np.allclose(pages["alpha.png"][centre], ground, atol=60)
    for name in ("ink.jpg", "photo.jpg"):
        red = pages[name][160, 430].astype(int)
        assert red[0] > 150, name
        assert red[2] < 60, name


def test_a_cmyk_jpeg_from_adobe_is_not_a_negative(mailing):
    """Pillow writes the Adobe marker and inverted values, as Adobe's programs do."""
    data = io.BytesIO()
    Image.new("CMYK", (40, 30), (0, 0, 0, 0)).save(data, "jpeg")
    assert b"Adobe" in data.getvalue()
    design = '#place(dx: 10mm, dy: 10mm, part("picture", width: 40mm, height: 30mm))'
    part = {"picture": {"kind": "picture", "file": "white.jpg"}}
    (path,) = mailing(design, part, files={"white.jpg": data.getvalue()}).print().result.volumes
    assert drawn(path, 72)[0].min() > 250


def test_a_designers_pdf_page_keeps_its_ink(mailing):
    part = {"picture": {"kind": "picture", "file": "images/page.pdf"}}
    design = '#place(dx: 10mm, dy: 10mm, part("picture", width: 40mm, height: 30mm))'
    (path,) = mailing(design, part, files=pictures()).print().result.volumes
    with pikepdf.open(path) as pdf:
        (form,) = pdf.pages[0].Resources.XObject.values()
        assert "/Group" not in form
        assert re.search(rb"0 1 1 0 k", form.read_bytes())
