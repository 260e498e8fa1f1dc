"""The export example: one command tells the whole story, and its money adds up."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_one_command_prints_the_story_and_writes_a_page_without_network(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "examples.lcd-export.run", "--out", str(tmp_path), "--lang", "en"],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    rows = re.findall(
        r"(?m)^  (\w+)" + r"\s+([\d,.−]+)" * 3 + "$", done.stdout.split("The final statements")[1]
    )
    amounts = [
        [round(float(a.replace(",", "").replace("−", "-")) * 100) for a in row[1:]] for row in rows
    ]
    assert len(rows) == 6
    assert all(stated + moved == ends for stated, moved, ends in amounts)
    assert sum(moved for _, moved, _ in amounts) == 0
    assert any(moved for _, moved, _ in amounts)
    for lang in ("ko", "en"):
        page = (tmp_path / f"lcd-export-{lang}.html").read_text("utf-8")
        assert page.count("<svg") >= 8
        assert not re.search(r"(?:src|href)=[\"'](?!#)|@import|url\(", page)
        assert (tmp_path / f"agreement-{lang}.pdf").read_bytes().startswith(b"%PDF-")
