"""Names in other scripts are drawn beside Korean as HarfBuzz and Typst draw them."""

import io

import numpy as np
import pikepdf
import pytest
import typst
import uharfbuzz as hb
from mailings import apart, drawn, ink

FALLBACK = {"fallback": ["Noto Sans Arabic", "Noto Sans Devanagari", "Noto Sans Thai"]}
FILES = {
    "Hang": "Pretendard-Regular",
    "Latn": "Pretendard-Regular",
    "Arab": "NotoSansArabic-Regular",
    "Deva": "NotoSansDevanagari-Regular",
    "Thai": "NotoSansThai-Regular",
}
SIZE = 20


def outlines(fonts, runs) -> tuple[bytes, float]:
    """Runs (script, text), in the order they lie on the line, as PDF paths drawn by HarfBuzz, and
    their width in points."""
    path: list[str] = []
    x = 0.0
    for script, text in runs:
        face = hb.Face(hb.Blob.from_file_path(str(fonts / f"{FILES[script]}.ttf")))
        font = hb.Font(face)
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.script, buffer.language = script, "ko"
        buffer.direction = "rtl" if script == "Arab" else "ltr"
        hb.shape(font, buffer)
        scale = SIZE / face.upem
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            left, up = x + position.x_offset * scale, position.y_offset * scale
            here = [0.0, 0.0]

            def at(px, py, left=left, up=up, scale=scale):
                return f"{left + px * scale:.4f} {up + py * scale:.4f}"

            def move(px, py, _, at=at, here=here):
                here[:] = px, py
                path.append(f"{at(px, py)} m")

            def line(px, py, _, at=at, here=here):
                here[:] = px, py
                path.append(f"{at(px, py)} l")

            def cubic(ax, ay, bx, by, px, py, _, at=at, here=here):
                here[:] = px, py
                path.append(f"{at(ax, ay)} {at(bx, by)} {at(px, py)} c")

            def quadratic(cx, cy, px, py, _, cubic=cubic, here=here):
                (sx, sy) = here
                cubic(
                    sx + (cx - sx) * 2 / 3,
                    sy + (cy - sy) * 2 / 3,
                    px + (cx - px) * 2 / 3,
                    py + (cy - py) * 2 / 3,
                    px,
                    py,
                    None,
                )

            draw = hb.DrawFuncs()
            draw.set_move_to_func(move)
            draw.set_line_to_func(line)
            draw.set_cubic_to_func(cubic)
            draw.set_quadratic_to_func(quadratic)
            draw.set_close_path_func(lambda _: path.append("h"))
            font.draw_glyph(info.codepoint, draw, None)
            x += position.x_advance * scale
        path.append("f")
    return " ".join(path).encode(), x


def by_harfbuzz(fonts, runs, page: pikepdf.Page, left: float, baseline: float) -> bytes:
    path, _ = outlines(fonts, runs)
    pdf = pikepdf.new()
    made = pdf.add_blank_page(page_size=(float(page.mediabox[2]), float(page.mediabox[3])))
    made.Contents = pdf.make_stream(b"0 0 0 1 k 1 0 0 1 %f %f cm %b" % (left, baseline, path))
    data = io.BytesIO()
    pdf.save(data)
    return data.getvalue()


# The runs stand in visual order; each is one script.
CASES = {
    "kerned": (
        "AVATAR Tóth Ła",
        [("Latn", "AVATAR"), ("Hang", " "), ("Latn", "Tóth"), ("Hang", " "), ("Latn", "Ła")],
    ),
    "kerned figures": ("12:30-13:45", [("Hang", "12:30-13:45")]),
    "Arabic": ("محمد", [("Arab", "محمد")]),
    "Arabic of two words": ("نور الهدى", [("Arab", "الهدى"), ("Hang", " "), ("Arab", "نور")]),
    "Arabic beside Korean": ("김 نور 서연", [("Hang", "김 "), ("Arab", "نور"), ("Hang", " 서연")]),
    "marks": ("مُحَمَّد", [("Arab", "مُحَمَّد")]),
    "Devanagari": ("क्षत्रिय", [("Deva", "क्षत्रिय")]),
    "Devanagari beside Korean": (
        "박 प्रिया 님",
        [("Hang", "박 "), ("Deva", "प्रिया"), ("Hang", " 님")],
    ),
    "Thai": ("อภิสิทธิ์", [("Thai", "อภิสิทธิ์")]),
    "Thai beside Korean": ("최 น้ำผึ้ง", [("Hang", "최 "), ("Thai", "น้ำผึ้ง")]),
    "all": (
        "가A नि สู่ خ",
        [
            ("Hang", "가"),
            ("Latn", "A"),
            ("Hang", " "),
            ("Deva", "नि"),
            ("Hang", " "),
            ("Thai", "สู่"),
            ("Hang", " "),
            ("Arab", "خ"),
        ],
    ),
}
DESIGN = f'#place(dx: 5mm, dy: 10mm, text(size: {SIZE}pt, part("name", width: 90mm, height: 12mm)))'


@pytest.mark.parametrize("kind", ["text", "paragraph"])
def test_names_are_drawn_as_harfbuzz_draws_them(mailing, fonts, kind):
    words = {"lines": ["{name}"]} if kind == "text" else {"text": "{name}"}
    rows = [{"id": case, "name": name} for case, (name, _) in CASES.items()]
    job = mailing(DESIGN, {"name": {"kind": kind} | words}, rows, fonts=FALLBACK)
    printed = job.print()
    assert printed.result.counts.printed == len(CASES), printed.faults
    (path,) = printed.result.volumes
    pages = drawn(path)
    face = hb.Face(hb.Blob.from_file_path(str(fonts / "Pretendard-Regular.ttf")))
    cap_height = (
        int.from_bytes(bytes(face.reference_table("OS/2").data)[88:90], "big") * SIZE / face.upem
    )
    mm = 72 / 25.4
    with pikepdf.open(path) as pdf:
        for number, (case, (_, runs)) in enumerate(CASES.items()):
            page = pdf.pages[number]
            baseline = float(page.mediabox[3]) - 10 * mm - cap_height
            (wanted,) = drawn(io.BytesIO(by_harfbuzz(fonts, runs, page, 5 * mm, baseline)))
            assert ink(wanted) > 100
            assert apart(pages[number], wanted) == 0, case


def test_a_line_of_several_scripts_is_drawn_as_typst_draws_it(mailing, fonts):
    """Centred, so that the widths count too."""
    names = ["김 نور 서연", "प्रिया शर्मा", "อภิสิทธิ์", "AVATAR Tóth"]
    design = (
        f'#place(dx: 5mm, dy: 10mm, text(size: {SIZE}pt, part("name", width: 90mm, height: 12mm)))'
    )
    part = {"name": {"kind": "text", "lines": ["{name} 님"], "align": "center"}}
    rows = [{"id": str(n), "name": name} for n, name in enumerate(names)]
    printed = mailing(design, part, rows, fonts=FALLBACK).print()
    families = ("Pretendard", *FALLBACK["fallback"])
    source = (
        "#set page(width: 100mm, height: 60mm, margin: 0mm)\n"
        f"#set text(font: {str(families).replace(chr(39), chr(34))}, size: {SIZE}pt, fill: "
        "cmyk(0%, 0%, 0%, 100%), "
        'lang: "ko", top-edge: 0.705em)\n'
        "#for name in json(bytes(sys.inputs.names)) { page(place(dx: 5mm, dy: 10mm, "
        'block(width: 90mm, align(center, name + " 님")))) }\n'
    )
    import json

    pdf = typst.compile(
        source.encode(),
        sys_inputs={"names": json.dumps(names)},
        format="pdf",
        font_paths=typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts]
        ),
    )
    (path,) = printed.result.volumes
    for name, a, b in zip(names, drawn(path), drawn(io.BytesIO(pdf)), strict=True):
        # Typst's cap height is a whole ratio here: up to a pixel of difference in height.
        assert apart(a, b, pixels=2) == 0, name


def test_shrunk_names_of_other_scripts_keep_their_shape(mailing):
    """A word of a fallback font names its own size, which must shrink with its line."""
    design = (
        '#place(dx: 5mm, dy: 5mm, text(size: 20pt, part("name", width: 30mm, height: 12mm)))'
        '#place(dx: 5mm, dy: 40mm, text(size: 10pt, part("small", width: 90mm, height: 12mm)))'
    )
    parts = {
        "name": {"kind": "text", "lines": ["{name}"], "least_size_pt": 4},
        "small": {"kind": "text", "lines": ["{name}"]},
    }
    rows = [
        {"id": str(n), "name": name}
        for n, name in enumerate(["김 نور الهدى 서연 नि", "สมชาย ใจดี มาก 김"])
    ]
    printed = mailing(design, parts, rows, fonts=FALLBACK).print()
    assert printed.result.counts.printed == 2, printed.faults
    for picture in drawn(printed.result.volumes[0], 300):
        half = picture.shape[0] // 2
        columns = [
            np.flatnonzero((part.min(axis=2) < 128).any(axis=0))
            for part in (picture[:half], picture[half:])
        ]
        shrunk, small = (c[-1] - c[0] for c in columns)
        # The shrunk line fills its 30 mm but for less than a quarter of a point of size.
        room = 30 / 25.4 * 300
        assert 0.93 * room <= shrunk <= room
        top, below = (
            np.flatnonzero((p.min(axis=2) < 128).any(axis=1))
            for p in (picture[:half], picture[half:])
        )
        assert (top[-1] - top[0]) / (below[-1] - below[0]) == pytest.approx(
            shrunk / small, rel=0.05
        )
