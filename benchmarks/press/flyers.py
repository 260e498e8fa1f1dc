"""The jobs of the bench, made as real job folders from a seed.

    python -m benchmarks.press.flyers plain --pieces 1000 --out out/bench/plain

``plain`` is the bench flyer. The others differ from it in one thing each, so that the engine
is no engine for one flyer: ``kerned`` (a font that kerns), ``pictures`` (3,000 of them),
``layouts`` (three designs) and ``scripts`` (5 % of the names in Arabic, Devanagari, Thai and
kerned Latin). ``white`` has no background, and in ``static`` every record holds the same values.
"""

import argparse
import shutil
from dataclasses import dataclass
from pathlib import Path

from fontTools.ttLib import TTFont

from benchmarks.press import content
from benchmarks.press.content import PLACES, TYPES
from benchmarks.press.customers import write_customers
from benchmarks.press.images import write_background, write_pictures

SEED = 20260924
PRETENDARD = Path("examples/department-store/fonts")
NOTO = Path("/usr/share/fonts/truetype/noto")
FALLBACK = {
    "Arabic": "Noto Sans Arabic",
    "Devanagari": "Noto Sans Devanagari",
    "Thai": "Noto Sans Thai",
}
PLAIN_FAMILY = "Plain Hangul"


@dataclass(frozen=True)
class Flyer:
    """One job of the bench and how it differs from the bench flyer."""

    name: str
    why: str
    kerned: bool = False
    pictures: int = 12
    picture_bytes: int = 30_000
    layouts: tuple[str, ...] = ("card",)
    scripts: bool = False
    background: bool = True
    static: bool = False


FLYERS = {
    flyer.name: flyer
    for flyer in (
        Flyer("plain", "the bench flyer"),
        Flyer("kerned", "Pretendard with its kerning", kerned=True),
        Flyer("pictures", "3,000 pictures", pictures=3000, picture_bytes=8_000),
        Flyer("layouts", "three layouts", layouts=("card", "mirrored", "single")),
        Flyer("scripts", "5 % of names in other scripts", kerned=True, scripts=True),
        Flyer("white", "the bench flyer on white paper", background=False),
        Flyer("static", "the same values for all", static=True),
    )
}


class Unavailable(Exception):
    """A flyer cannot be made here; the message says what to install."""


def write_job(
    folder: Path,
    name: str,
    pieces: int,
    *,
    seed: int = SEED,
    pretendard: Path = PRETENDARD,
    noto: Path = NOTO,
) -> Path:
    """Make the job ``name`` (a key of :data:`FLYERS`) for ``pieces`` records in ``folder``.

    ``pretendard`` holds Pretendard-Regular.ttf and Pretendard-SemiBold.ttf, ``noto`` the static
    Noto Sans fonts. Images and fonts already there are kept, so that sizes can follow one another.
    Raises :class:`Unavailable` when fonts are missing.
    """
    flyer = FLYERS[name]
    folder.mkdir(parents=True, exist_ok=True)
    family = _write_fonts(folder / "fonts", flyer, pretendard, noto)
    if not (folder / "images").exists():
        if flyer.background:
            write_background(folder / "images" / "background.jpg", seed=seed)
        write_pictures(
            folder / "images",
            flyer.pictures,
            seed=seed,
            size=flyer.picture_bytes,
            small=flyer.pictures > 100,
        )
    for layout in flyer.layouts:
        design = _design(flyer, layout, family, _cap_height(folder / "fonts"))
        (folder / f"{layout}.typ").write_text(design, "utf-8")
    (folder / "mailing.toml").write_text(_mailing(flyer), "utf-8")
    write_customers(
        folder / "customers.csv",
        pieces,
        seed=seed,
        pictures=flyer.pictures,
        layouts=flyer.layouts if len(flyer.layouts) > 1 else (),
        scripts=flyer.scripts,
        static=flyer.static,
    )
    return folder


def _write_fonts(folder: Path, flyer: Flyer, pretendard: Path, noto: Path) -> str:
    """Fill the job's font folder; returns the family that the design is set in."""
    folder.mkdir(exist_ok=True)
    for weight, of_pretendard in (("Regular", "Regular"), ("Bold", "SemiBold")):
        source = pretendard / f"Pretendard-{of_pretendard}.ttf"
        if not source.exists():
            raise Unavailable(
                f"there is no {source}: name the folder of the static fonts with --pretendard"
            )
        if flyer.kerned:
            shutil.copy(source, folder / source.name)
        elif not (folder / f"Plain-{weight}.ttf").exists():
            _without_kerning(source, folder / f"Plain-{weight}.ttf", weight)
        if flyer.scripts:
            for script in FALLBACK:
                font = noto / f"NotoSans{script}-{weight}.ttf"
                if not font.exists():
                    raise Unavailable(
                        f"there is no {font}: apt-get install fonts-noto-core, or name the folder "
                        "of the static Noto fonts with --noto"
                    )
                shutil.copy(font, folder / font.name)
    return "Pretendard" if flyer.kerned else PLAIN_FAMILY


def _without_kerning(source: Path, target: Path, weight: str) -> None:
    """Pretendard's outlines without its layout tables: a Hangul font that does not kern.

    The two flyers then differ in nothing but kerning. The font goes by another name, as the
    Open Font License asks of changed fonts.
    """
    font = TTFont(source, recalcTimestamp=False)
    for table in ("GPOS", "GSUB", "GDEF", "DSIG"):
        if table in font:
            del font[table]
    names = font["name"]
    names.names = [record for record in names.names if record.nameID in (0, 5, 13, 14)]
    font["OS/2"].usWeightClass = 700 if weight == "Bold" else 400
    postscript = f"{PLAIN_FAMILY.replace(' ', '')}-{weight}"
    for number, text in (
        (1, PLAIN_FAMILY),
        (2, weight),
        (3, postscript),
        (4, f"{PLAIN_FAMILY} {weight}"),
        (6, postscript),
    ):
        names.setName(text, number, 3, 1, 0x409)
    font.save(target)


def _cap_height(fonts: Path) -> float:
    """Of the job's regular font, in em."""
    font = TTFont(next(iter(sorted(fonts.glob("P*-Regular.ttf")))), lazy=True)
    return font["OS/2"].sCapHeight / font["head"].unitsPerEm


def _design(flyer: Flyer, layout: str, family: str, cap_height: float) -> str:
    """A Typst design: ``card``, ``mirrored`` (front and back changed over) or ``single`` (the
    front alone, smaller)."""

    def box(name: str) -> str:
        place = PLACES[name]
        x = content.WIDTH_MM - place.x - place.width if layout == "mirrored" else place.x
        return f"#place(dx: {x}mm, dy: {place.y}mm, "

    def styled(name: str, body: str) -> str:
        kind = TYPES[name]
        bold = "semibold" if flyer.kerned else "bold"
        weight = bold if kind.bold else "regular"
        leading = kind.pitch_pt - cap_height * kind.size_pt
        return (
            f'{box(name)}text(size: {kind.size_pt}pt, weight: "{weight}", '
            f"{{ set par(leading: {leading:.4f}pt); {body} }}))"
        )

    def part(name: str) -> str:
        place = PLACES[name]
        return f'part("{name}", width: {place.width}mm, height: {place.height}mm)'

    front = [
        f'#place(image("images/background.jpg", width: {content.WIDTH_MM}mm, '
        f"height: {content.HEIGHT_MM}mm))"
    ] * flyer.background
    front += [
        styled("headline", part("headline")),
        styled("points", part("points")),
        f"{box('panel')}rect(width: {PLACES['panel'].width}mm, height: {PLACES['panel'].height}mm, "
        "fill: cmyk(0%, 0%, 0%, 0%)))",
        styled("heading", f"[{content.HEADING}]"),
        *(f"{box(f'picture_{slot}')}{part(f'picture_{slot}')})" for slot in (1, 2, 3)),
    ]
    back = [
        styled("fixed", "[" + " \\ ".join(content.FIXED) + "]"),
        styled("letter", part("letter")),
        styled("address", part("address")),
        f"{box('coupon')}{part('coupon')})",
    ]
    sides = {"card": [front, back], "mirrored": [back, front], "single": [front]}[layout]
    head = [
        '#import "@local/moyeora:0.1.0": sheet, part',
        "#show: sheet",
        f'#set text(font: "{family}", size: 9pt, lang: "ko")',
    ]
    return (
        "\n".join(head) + "\n\n" + "\n#pagebreak()\n".join("\n".join(side) for side in sides) + "\n"
    )


def _mailing(flyer: Flyer) -> str:
    letter = content.LETTER.replace("{expires}", f"{{expires:{content.DATE}}}")
    lines = ", ".join(f'"{line}"' for line in content.ADDRESS)
    several = len(flyer.layouts) > 1
    fallback = ", ".join(f'"{family}"' for family in FALLBACK.values()) if flyer.scripts else ""
    pictures = "\n".join(
        f'[parts.picture_{slot}]\nkind = "picture"\nfile = "images/{{picture_{slot}}}.jpg"\n'
        for slot in (1, 2, 3)
    )
    layouts = "\n".join(f'{layout} = "{layout}.typ"' for layout in flyer.layouts)
    return f"""\
title = "{flyer.why}"
{'layout = "design"' if several else ""}

[page]
width_mm = {content.WIDTH_MM}
height_mm = {content.HEIGHT_MM}
bleed_mm = 0.0

[customers]
from = "customers.csv"
id = "id"
postcode = "postcode"

[fonts]
fallback = [{fallback}]

[layouts]
{layouts}

[parts.headline]
kind = "text"
lines = ["{content.HEADLINE}"]

[parts.points]
kind = "text"
lines = ["{content.POINTS}"]

{pictures}
[parts.letter]
kind = "paragraph"
text = "{letter}"

[parts.address]
kind = "text"
lines = [{lines}]

[parts.coupon]
kind = "code"
symbology = "qr"
value = "{content.CODE_URL}{{coupon}}"
level = "M"
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("flyer", choices=FLYERS)
    parser.add_argument("--pieces", type=int, default=1000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--pretendard", type=Path, default=PRETENDARD)
    parser.add_argument("--noto", type=Path, default=NOTO)
    given = parser.parse_args()
    try:
        write_job(
            given.out,
            given.flyer,
            given.pieces,
            seed=given.seed,
            pretendard=given.pretendard,
            noto=given.noto,
        )
    except Unavailable as error:
        parser.exit(1, f"{given.flyer}: {error}\n")
    print(f"{given.out}: {given.pieces:,} records, {FLYERS[given.flyer].why}")


if __name__ == "__main__":
    main()
