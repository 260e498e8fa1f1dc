"""Every shell line of the page runs, in its order, in one folder."""

import re
import shlex
from pathlib import Path

import pytest

from moyeora.cli import main

PAGE = Path("docs/formation.md")


def test_every_shell_line_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PAGE.read_text(encoding="utf-8")
    (tmp_path / "examples").symlink_to(Path("examples").resolve())
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path)
    lines = [
        line for block in re.findall(r"```sh\n(.*?)```", text, re.S) for line in block.splitlines()
    ]
    assert len(lines) >= 9
    for line in lines:
        command, _, target = line.partition(" > ")
        words = shlex.split(command)
        assert words[0] == "moyeora"
        assert main(words[1:]) == 0, line
        out = capsys.readouterr().out
        assert out.strip()
        if target:
            Path(target).write_text(out, encoding="utf-8")
    assert re.fullmatch(r"\d+(,\d+){6}\n", Path("out/values.txt").read_text())
    assert "<svg" in Path("out/front.html").read_text(encoding="utf-8")
    assert Path("out/plan.json").stat().st_size > 500
