"""Every shell line of docs/manual.md runs, its pictures are current, and the example settles."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from moyeora.resolution import Calendar, check, read_manual
from moyeora.resolution.draw import drawing

ROOT = Path(__file__).parents[2]
DOC = ROOT / "docs" / "manual.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", DOC.read_text("utf-8"), re.M | re.S)


def test_every_shell_line_runs(tmp_path):
    for name in ("lcd-export", "manuals"):
        shutil.copytree(ROOT / "examples" / name, tmp_path / "examples" / name)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    assert len(lines) >= 8
    for line in lines:
        expected = int(match[1]) if (match := re.search(r"# exit (\d)", line)) else 0
        done = subprocess.run(
            line,
            shell=True,
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == expected, (line, done.stdout[-500:], done.stderr)
    assert (tmp_path / "difference.svg").read_text("utf-8").startswith("<svg")


def test_every_python_block_runs(capsys):
    for block in blocks("python"):
        exec(compile(block, str(DOC), "exec"), {})
    assert "negotiation 2026-03-23" in capsys.readouterr().out


def test_what_the_doc_quotes_is_what_is_printed():
    written = DOC.read_text("utf-8")
    story = dispute().story("en")
    for line in (
        "notice 2026-10-01, arrived 2026-10-06, last day 2026-10-12",
        "in dispute 113,400.00; paid 2,683,800.00; held 113,400.00 USD",
    ):
        assert line in story
        assert line in written


def dispute():
    spec = importlib.util.spec_from_file_location(
        "run_dispute", ROOT / "examples" / "lcd-export" / "run_dispute.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pictures_are_those_that_the_program_draws(manual):
    pictures = ROOT / "docs" / "pictures"
    drawn = {
        "manual-ko.svg": drawing(manual, "ko"),
        "manual-difference-en.svg": drawing(manual, "en", "difference"),
        "lcd-dispute-en.svg": dispute().picture("en"),
    }
    for name, svg in drawn.items():
        assert (pictures / name).read_text("utf-8") == svg, f"draw {name} again"


def test_the_example_goes_its_whole_way_to_a_settlement():
    example = dispute()
    scenes = example.scenes()
    assert all(scene.refusal is None for scene in scenes)
    case = scenes[-1].case
    assert case.state == "settled"
    visited = [scene.case.state for scene in scenes]
    assert list(dict.fromkeys(visited)) == [
        "raised",
        "negotiation",
        "expert",
        "board",
        "board_decided",
        "mediation",
        "settled",
    ]
    assert example.settled() == {
        "hanbit": 0,
        "daeyang": 7_050_000,
        "seoul": 0,
        "hangang": -1_200_000,
        "mirae": 0,
        "narae": -5_850_000,
    }
    for scene in scenes:
        money = scene.case.money
        assert money.total == sum(money.statement.values())


def test_the_board_of_the_example_decides_by_degree_of_contribution():
    example = dispute()
    board = next(s for s in example.scenes() if s.entry and s.entry.id == "decide")
    terms = board.entry.data["terms"]
    bears = example.by_contribution()
    assert terms["bad-panels"]["daeyang"] == sum(bears.values()) - bears["daeyang"]
    assert terms["dents"]["hangang"] == -bears["hangang"]
    carrier = terms["bad-panels"]["narae"] + terms["dents"]["narae"]
    assert carrier == -bears["narae"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_story_is_told_in_both_languages(language):
    story = dispute().story(language)
    assert {"ko": "합의", "en": "Settled"}[language] in story
    assert "2027-01-22" in story


def test_the_small_manual_to_begin_with_is_sound():
    assert check(read_manual(ROOT / "examples" / "manuals" / "small.toml"), Calendar()).sound
