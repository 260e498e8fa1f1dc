"""Walk through a page of the docs as its reader would.

    python docs/pages.py      # draw anew the pictures that docs/press.md shows

A page is walked in an empty folder that has the clone's ``examples``. What is under a line
"Save as `FILE`:" is saved, what is under "Add to `FILE`:" is added to its end; the lines after
``$`` are run, and what they print must be what the page shows, apart from how long things took and
how large they are.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parent
_BLOCK = re.compile(
    r"(?P<above>[^\n]*)\n\n?```(?P<language>\w+)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE
)
_FILE = re.compile(r"(?P<add>Add to )?(?:Save as )?`(?P<file>[^`]+)`(?:에 저장합니다)?:$")
_MEASURED = re.compile(r"[\d,.]+(?= (?:s\b|MB\b|pieces/s|core s))")

# picture -> the proofs side by side in it
PICTURES = {
    "press-first.png": ("proof-1/proof-1-1.png", "proof-1/proof-3-1.png"),
    "press-whole.png": ("proof-2/proof-2-1.png", "proof-2/proof-2-2.png"),
    "press-mended.png": ("proof-3/proof-6-1.png", "proof-3/proof-6-2.png"),
}


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
    """What a command prints, without what is measured and how a table is spaced."""
    lines = _MEASURED.sub("0", text).strip().split("\n")
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
    """Draw the pictures of docs/press.md: the proofs, trimmed, on grey."""
    from PIL import Image

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for step in walk(DOCS / "press.md", folder):
            print(f"$ {step.command}\n{step.printed}", end="")
        for picture, proofs in PICTURES.items():
            sheets = []
            for proof in proofs:
                sheet = Image.open(folder / proof).convert("RGB")
                bleed = round(3 / 25.4 * 150)
                sheet = sheet.crop((bleed, bleed, sheet.width - bleed, sheet.height - bleed))
                size = sheet.width * 2 // 3, sheet.height * 2 // 3
                sheets.append(sheet.resize(size, Image.Resampling.LANCZOS))
            gap = 24
            together = Image.new(
                "RGB",
                (sum(s.width + gap for s in sheets) + gap, sheets[0].height + 2 * gap),
                (226, 224, 220),
            )
            left = gap
            for sheet in sheets:
                together.paste(sheet, (left, gap))
                left += sheet.width + gap
            together.save(DOCS / "pictures" / picture, optimize=True)


if __name__ == "__main__":
    draw()
