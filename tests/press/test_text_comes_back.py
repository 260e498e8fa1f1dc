"""The text that readers take out of a piece is that of its record."""

import re
import unicodedata

import pymupdf
import pytest
from everything import ROWS as RICH
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from mailings import called, without_space


def letters(text: str) -> str:
    return without_space(unicodedata.normalize("NFC", text))


def texts(path, reader, program, order="-raw"):
    if reader == "mupdf":
        return [page.get_text() for page in pymupdf.open(path)]
    if reader == "pdfium":
        import pypdfium2

        return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path)]
    return called(program("pdftotext"), *filter(None, [order]), "-enc", "UTF-8", path, "-").split(
        "\f"
    )[:-1]


DESIGN = (
    '#place(dx: 4mm, dy: 4mm, text(size: 12pt, weight: "semibold", part("name", width: 92mm, '
    "height: 12mm)))"
    '#place(dx: 4mm, dy: 20mm, part("letter", width: 70mm, height: 36mm))'
)
PARTS = {
    "name": {"kind": "text", "lines": ["{name} 님", "{street}"], "least_size_pt": 4},
    "letter": {
        "kind": "paragraph",
        "align": "justify",
        "text": "{name} 고객님, *{product:을/를}* {amount:,}원에 ({date:YY.MM.DD}) "
        "드려요.\n\n{name}!",
    },
}
NAMES = [
    "김민준",
    "뷁똠 쀍",
    "AVATAR Tóth-Łódź",
    "12:30-13:00 1/2",
    "Ｆｕｌｌ ㈜한국",
    "“따옴표” ‘작은’ …",
    "fi ffi fl Of",
    "O'Brien & Søn",
    "김\u1100\u1161나",
    "①②③ ★☆",
    "x" * 35,
    "€1,000 ₩2,000",
]


def wanted(row) -> str:
    from moyeora.press.formats import formatter

    name = f"{row['name']} 님 {row['street']}"
    year, month, day = row["date"].split("-")
    product = formatter("을/를")(row["product"])
    letter = (
        f"{row['name']} 고객님, {product} {int(row['amount']):,}원에 "
        f"({year[2:]}.{month}.{day}) 드려요. {row['name']}!"
    )
    return letters(name + letter)


@pytest.mark.parametrize("reader", ["mupdf", "pdfium", "poppler"])
def test_the_text_of_every_piece_is_its_records(mailing, program, reader):
    rows = [
        {
            "id": str(n),
            "name": name,
            "street": "서울특별시 세종대로 172" if n % 2 else "",
            "product": ["사과", "감", "Tee", "2"][n % 4],
            "amount": str(10**n),
            "date": f"2026-10-{n + 10}",
        }
        for n, name in enumerate(NAMES)
    ]
    printed = mailing(DESIGN, PARTS, rows).print()
    assert printed.result.counts.printed == len(rows), printed.faults
    (path,) = printed.result.volumes
    found = texts(path, reader, program)
    assert [letters(text) for text in found] == [wanted(row) for row in rows]


@pytest.mark.parametrize("reader", ["mupdf", "poppler"])
def test_names_in_all_scripts_come_back(everything, program, reader):
    _, printed = everything
    pages = [text for path in printed.result.volumes for text in texts(path, reader, program, "")]
    for row, front in zip(RICH, pages[::2], strict=True):
        # pdftotext marks the direction of what it has put in order.
        front = without_space(re.sub("[\u202a-\u202e]", "", front))
        assert front.count(without_space(row["name"])) >= 2, (row["name"], front)


# Each try is a whole job: what fails is told as it was found.
@settings(max_examples=20, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(data=st.data())
def test_any_text_of_the_fonts_comes_back(data, tmp_path_factory, fonts):
    """Texts drawn at random from all characters of the font, with spaces and kerned pairs."""
    import uharfbuzz as hb
    from mailings import write_job

    face = hb.Face(hb.Blob.from_file_path(str(fonts / "Pretendard-Regular.ttf")))
    characters = [
        chr(c)
        for c in sorted(face.unicodes)
        if unicodedata.category(chr(c))[0] in "LNPS"
        and unicodedata.normalize("NFC", chr(c)) == chr(c)
        and not (0xE000 <= c <= 0xF8FF)
    ]
    word = st.text(
        st.sampled_from(characters) | st.sampled_from("AVTyo.,:-12가힣"), min_size=1, max_size=12
    )
    names = data.draw(
        st.lists(st.lists(word, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=20)
    )
    names = [name for name in names if re.search(r"[가-힣A-Za-z0-9]", name)] or ["가"]
    folder = tmp_path_factory.mktemp("any")
    part = {"name": {"kind": "paragraph", "text": "{name}"}}
    rows = [{"id": str(n), "name": name} for n, name in enumerate(names)]
    job = write_job(folder / "job", fonts, '#part("name", width: 100mm, height: 60mm)', part, rows)
    printed = job.print()
    assert printed.result.counts.printed == len(names), printed.faults
    assert [letters(text) for text in printed.texts()] == [letters(name) for name in names]
