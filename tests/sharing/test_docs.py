"""The page that teaches `sharing`: every shell line is run, every output is compared."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "sharing.md"
SHELL = f'set -e; moyeora() {{ "{sys.executable}" -m moyeora.cli "$@"; }}\n'
BLOCKS = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def run(lines, folder):
    made = subprocess.run(
        ["bash", "-c", SHELL + lines], cwd=folder, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, f"{lines}\n{made.stderr}"
    return made.stdout + made.stderr


def test_every_shell_line_of_the_page_does_what_it_shows(tmp_path):
    output, shown = None, 0
    for kind, body in BLOCKS.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "toml":
            name = re.match(r"# (\S+\.toml)\n", body).group(1)
            (tmp_path / name).write_text(body, encoding="utf-8")
        elif kind == "sh":
            output = run(body, tmp_path)
        else:
            assert kind == "text"
            assert body == output
            shown += 1
    assert shown >= 10
    assert (tmp_path / "agreement.pdf").read_bytes().startswith(b"%PDF")
    assert "<svg" in (tmp_path / "compare.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("picture", re.findall(r"\]\((sharing/\S+)\)", PAGE.read_text("utf-8")))
def test_every_picture_of_the_page_is_there(picture):
    assert (PAGE.parent / picture).stat().st_size > 1000


def test_the_drawn_pictures_are_those_of_the_rules(tmp_path):
    before = {path: path.read_text() for path in (PAGE.parent / "sharing").glob("*.svg")}
    run(f'"{sys.executable}" {PAGE.parent}/sharing/draw.py', tmp_path)
    assert {path: path.read_text() for path in before} == before


def test_the_example_runs_and_its_two_sides_differ_by_what_is_disputed(tmp_path):
    run(f'cd {ROOT}; "{sys.executable}" -m examples.lcd-export.run_sharing --out {tmp_path}', "/")
    assert {path.name for path in tmp_path.iterdir()} == {
        f"{name}-{lang}.{kind}"
        for name, kind in (("agreement", "pdf"), ("compare", "html"), ("statements", "html"))
        for lang in ("ko", "en")
    }  # fmt: skip
    sides = run(
        f"""cd {ROOT}/examples/lcd-export; "{sys.executable}" -c '
import json
from run_sharing import statements
firms = ["hanbit", "daeyang", "seoul", "hangang", "mirae", "narae", "association"]
other = dict(bad_panels_made=0, bad_panels_handled=1240)
print(json.dumps([
    [sum(made.of(firm) for made in side) for firm in firms]
    for side in (statements(), statements({{"R3": other}}))
]))'""",
        "/",
    )
    made, handled = json.loads(sides)
    assert sum(made) == sum(handled) == 996_007_500
    # 200 panels were free for the maker: 1,040 or 1,240 panels at 85 dollars.
    change = [b - a for a, b in zip(made, handled, strict=True)]
    assert change == [1_700_000, 8_840_000, 0, 0, 0, -10_540_000, 0]
