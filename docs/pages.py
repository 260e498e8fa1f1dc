"""Walk through a page of the docs as its reader would.

    python docs/pages.py      # draw anew the pictures that docs/press.md shows

A page is walked in an empty folder that has the clone's ``examples``. What is under a line
"Save as `FILE`:" is saved, what is under "Add to `FILE`:" is added to its end; the lines after
``$`` are run, and what they print must be what the page shows, apart from how long things took and
how large they are, and from hashes, keys and times of day.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

DOCS = Path(__file__).resolve().parent
_BLOCK = re.compile(
    r"(?P<above>[^\n]*)\n\n?```(?P<language>\w+)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE
)
_FILE = re.compile(r"(?P<add>Add to )?(?:Save as )?`(?P<file>[^`]+)`(?:에 저장합니다)?:$")
_MEASURED = re.compile(r"[\d,.]+(?= (?:s\b|MB\b|pieces/s|core s))")
# Hashes and keys, which a new version of a library may change, and times of day.
_MADE_ANEW = re.compile(r"\b[0-9a-f]{16,64}\b|\d{4}-\d\d-\d\dT[\d:]{8}(?:[+-][\d:]{5})?")

_DPI, _BLEED_MM, _HEIGHT_MM = 150, 3, 105  # of the card on the page
# picture -> the proofs side by side in it, and whether they are shown with bleed and strip
PICTURES = {
    "press-first.png": (("proof-1/proof-1-1.png", "proof-1/proof-3-1.png"), False),
    "press-whole.png": (("proof-2/proof-2-1.png", "proof-2/proof-2-2.png"), False),
    "press-proof.png": (("proof/proof-1-2.png", "proof/proof-4-1.png"), True),
}
REPORT, REPORT_PICTURE = "printed/report.html", "press-report.png"
_WINDOW = (1080, 4000)  # higher than the report: what is left empty is cut off


@dataclass(frozen=True)
class Step:
    """A command of a page, what the page says that it prints, what it printed, its exit code."""

    command: str
    shown: str
    printed: str
    code: int


def walk(page: Path, folder: Path) -> Iterator[Step]:
    """Do in ``folder`` what the page says, step by step."""
    (folder / "examples").symlink_to(DOCS.parent / "examples")
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "100",
    }
    for block in _BLOCK.finditer(page.read_text("utf-8")):
        file = _FILE.search(block["above"])
        if file:
            _write(folder / file["file"], block["body"], add=bool(file["add"]))
        elif block["language"] == "console":
            for command, shown in _commands(block["body"]):
                done = subprocess.run(
                    ["bash", "-c", command], cwd=folder, env=environment, encoding="utf-8",
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                )  # fmt: skip
                yield Step(command, shown, done.stdout.replace("\ufeff", ""), done.returncode)


def told(text: str) -> str:
    """What a command prints, without what is measured or made anew and how a table is spaced."""
    lines = _MADE_ANEW.sub("0", _MEASURED.sub("0", text)).strip().split("\n")
    return "\n".join(" ".join(line.split()) for line in lines)


def _write(path: Path, body: str, *, add: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(path.read_text("utf-8") + "\n" + body if add else body, "utf-8")


def _commands(body: str) -> Iterator[tuple[str, str]]:
    """(command, what it prints); a command goes on after a backslash."""
    for part in re.split(r"(?m)^\$ ", body)[1:]:
        command = re.match(r"(?:[^\n]*\\\n)*[^\n]*\n", part)
        assert command
        yield command[0].rstrip("\n"), part[command.end() :]


def draw() -> None:
    """Draw the pictures of docs/press.md: proofs on grey, and the report as a browser shows it."""
    wanted = [REPORT, *(name for names, _ in PICTURES.values() for name in names)]
    with tempfile.TemporaryDirectory() as name:
        folder, kept = Path(name) / "walked", Path(name) / "kept"
        folder.mkdir()
        for step in walk(DOCS / "press.md", folder):
            print(f"$ {step.command}\n{step.printed}", end="")
            for each in wanted:  # at its end the page destroys them
                if (folder / each).exists() and not (kept / each).exists():
                    (kept / each).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(folder / each, kept / each)
        for picture, (names, whole) in PICTURES.items():
            _side_by_side([kept / each for each in names], whole).save(
                DOCS / "pictures" / picture, optimize=True
            )
        _photograph(kept / REPORT, DOCS / "pictures" / REPORT_PICTURE)


def _side_by_side(proofs: list[Path], whole: bool) -> Image.Image:
    """Proofs beside each other on grey; trimmed, unless they are shown whole."""
    bleed, height = (round(mm / 25.4 * _DPI) for mm in (_BLEED_MM, _HEIGHT_MM))
    sheets = []
    for proof in proofs:
        sheet = Image.open(proof).convert("RGB")
        if not whole:
            sheet = sheet.crop((bleed, bleed, sheet.width - bleed, bleed + height))
        size = sheet.width * 2 // 3, sheet.height * 2 // 3
        sheets.append(sheet.resize(size, Image.Resampling.LANCZOS))
    gap = 24
    tallest = max(sheet.height for sheet in sheets)
    together = Image.new(
        "RGB", (sum(s.width + gap for s in sheets) + gap, tallest + 2 * gap), (226, 224, 220)
    )
    left = gap
    for sheet in sheets:
        together.paste(sheet, (left, gap))
        left += sheet.width + gap
    return together


def _photograph(page: Path, picture: Path) -> None:
    """A picture of an HTML page; the old one stays where there is no browser to take it."""
    browser = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
    if browser is None:
        print(f"no chromium here: {picture.name} is left as it was", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                "--disable-background-networking", f"--user-data-dir={profile}",
                f"--window-size={_WINDOW[0]},{_WINDOW[1]}", f"--screenshot={picture}",
                page.as_uri(),
            ],
            check=True, capture_output=True,
        )  # fmt: skip
    shown = Image.open(picture).convert("RGB")
    empty = Image.new("RGB", shown.size, shown.getpixel((0, shown.height - 1)))
    _, _, _, bottom = ImageChops.difference(shown, empty).getbbox() or (0, 0, 0, shown.height)
    shown = shown.crop((0, 0, shown.width, min(bottom + 40, shown.height)))
    shown = shown.resize((shown.width * 3 // 4, shown.height * 3 // 4), Image.Resampling.LANCZOS)
    shown.save(picture, optimize=True)


if __name__ == "__main__":
    draw()
