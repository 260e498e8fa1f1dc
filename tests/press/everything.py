"""A job with parts of all kinds, styles, scripts and pictures."""

import io
from pathlib import Path

import pikepdf
from mailings import Mailing, write_job
from PIL import Image, ImageDraw

DESIGN = """
#let ink = cmyk(0%, 0%, 0%, 100%)
#let at(x, y, body) = place(top + left, dx: x * 1mm, dy: y * 1mm, body)
#at(-3, -3, rect(width: 106mm, height: 8mm, fill: cmyk(0%, 100%, 100%, 0%)))
#at(5, 8, text(size: 15pt, weight: "semibold", part("name", width: 60mm, height: 8mm)))
#at(5, 18, part("letter", width: 60mm, height: 30mm,
  styles: (price: text.with(fill: cmyk(100%, 100%, 0%, 0%), size: 11pt))))
#at(70, 8, part("qr", width: 22mm, height: 22mm))
#at(70, 32, part("bars", width: 26mm, height: 8mm))
#at(70, 42, part("picture", width: 10mm, height: 10mm))
#at(82, 42, rotate(20deg, part("stamp", width: 12mm, height: 10mm)))
#at(5, 50, part("mark", width: 30mm, height: 6mm))
#at(95, 52, rotate(-90deg, origin: bottom + left,
  text(size: 6pt, part("piece", width: 20mm, height: 3mm))))
#pagebreak()
#pad(6mm, columns(2)[온결 백화점 소식지. 가을을 담은 이야기를 전합니다.
  #part("address", width: 36mm, height: 18mm)
  #colbreak()
  #box(width: 20mm, height: 12mm, clip: true, part("cover", width: 30mm, height: 20mm))])
"""
PARTS = {
    "name": {"kind": "text", "lines": ["{name} 님"], "least_size_pt": 7},
    "letter": {
        "kind": "paragraph",
        "align": "justify",
        "text": "{name} 고객님, *{product:을/를} 고르신* 것이 벌써 {date:M월 D일}의 일입니다. "
        "이번에는 [{amount:,}원](price)에 "
        "드리니 AVATAR 매장에 와 주세요.\n감사합니다.",
    },
    "qr": {"kind": "code", "symbology": "qr", "value": "https://example.com/c/{id}"},
    "bars": {"kind": "code", "symbology": "code128", "value": "{id}"},
    "picture": {"kind": "picture", "file": "images/{picture}"},
    "stamp": {
        "kind": "picture",
        "file": "images/{picture}",
        "fit": "stretch",
        "when": "amount::INTEGER > 5000",
    },
    "cover": {"kind": "picture", "file": "images/{picture}", "fit": "cover"},
    "mark": {"kind": "block", "source": "blocks.typ", "function": "mark", "columns": ["product"]},
    "piece": {"kind": "text", "lines": ["No. {piece}"]},
    "address": {
        "kind": "text",
        "lines": ["{street}", "{postcode}"],
        "vertical_align": "bottom",
        "least_size_pt": 6,
    },
}
BLOCKS = (
    '#let mark(value) = { set text(font: "Pretendard", size: 8pt)\n'
    "box(fill: cmyk(0%, 100%, 100%, 0%), inset: 1mm, text(fill: cmyk(0%, 0%, 0%, 0%), "
    "value.product)) }"
)
NAMES = [
    "김민준",
    "이서연",
    "남궁하늘",
    "Prof. AVATAR Tóth",
    "최 유진",
    "نور الهدى",
    "อภิสิทธิ์",
    "प्रिया शर्मा",
    "김 نور 서연",
    "박:서-12",
]
PICTURES = [
    "photo.jpg",
    "grey.jpg",
    "ink.jpg",
    "alpha.png",
    "palette.png",
    "drawing.svg",
    "page.pdf",
]
ROWS = [
    {
        "id": f"K{1000 + 37 * n}",
        "name": name,
        "product": ["사과", "햅쌀 10kg", "감"][n % 3],
        "date": f"2026-0{n % 9 + 1}-1{n}",
        "amount": str(1117 * 2**n),
        "picture": PICTURES[n % len(PICTURES)],
        "street": "서울특별시 종로구 세종대로 172" if n % 2 else "",
        "postcode": f"0315{n}",
    }
    for n, name in enumerate(NAMES)
]
FALLBACK = ["Noto Sans Arabic", "Noto Sans Thai", "Noto Sans Devanagari"]


def pictures() -> dict[str, bytes]:
    """The same picture, a dark cross in a frame on a dark red ground, in all forms."""
    made: dict[str, bytes] = {}

    def save(name: str, image: Image.Image, **more: object) -> None:
        data = io.BytesIO()
        image.save(data, "jpeg" if name.endswith("jpg") else "png", **more)
        made[f"images/{name}"] = data.getvalue()

    image = Image.new("RGB", (80, 60), (200, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 79, 59), outline=(0, 0, 60), width=6)
    draw.line((10, 10, 70, 50), fill=(0, 0, 60), width=6)
    save("photo.jpg", image, quality=92)
    save("grey.jpg", image.convert("L"), quality=92)
    save("ink.jpg", image.convert("CMYK"), quality=92)
    save("palette.png", image.convert("P"))
    clear = image.convert("RGBA")
    clear.putalpha(Image.new("L", image.size, 0))
    clear.paste(
        image,
        (0, 0),
        Image.radial_gradient("L").resize(image.size).point(lambda x: 255 * (x < 150)),
    )
    save("alpha.png", clear)
    made["images/drawing.svg"] = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="80" '
        b'height="60"><rect x="3" y="3" width="74" '
        b'height="54" fill="#c80000" stroke="#00003c" stroke-width="6"/>'
        b'<path d="M10 10L70 50" stroke="#00003c" stroke-width="6"/></svg>'
    )
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(100, 80))
    page.TrimBox = [10, 10, 90, 70]
    page.Contents = pdf.make_stream(b"0 1 1 0 k 10 10 80 60 re f 0 0 0 1 k 5 w 15 15 m 85 65 l S")
    data = io.BytesIO()
    pdf.save(data)
    made["images/page.pdf"] = data.getvalue()
    return made


def write_everything(folder: Path, fonts: Path) -> Mailing:
    files = {"blocks.typ": BLOCKS} | pictures()
    return write_job(
        folder,
        fonts,
        DESIGN,
        PARTS,
        ROWS,
        files=files,
        page=(100, 60, 3),
        fonts={"fallback": FALLBACK},
    )
