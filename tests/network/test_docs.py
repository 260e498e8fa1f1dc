"""docs/network.md: its lines run or are there, its pictures are, and it names every setting."""

import importlib.util
import re
import shlex
from pathlib import Path

import pytest

from moyeora import cli
from moyeora.network import settings

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "network.md"
TEXT = PAGE.read_text("utf-8")
LINES = [
    line
    for block in re.findall(r"(?ms)^```sh\n(.*?)^```$", TEXT)
    for line in block.splitlines()
    if line.startswith("moyeora ")
] + re.findall(r"(?m)^\| `(moyeora [^`]+)`", TEXT)

_spec = importlib.util.spec_from_file_location("pages", ROOT / "docs" / "pages.py")
pages = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(pages)


def test_an_association_begins_with_its_first_coordinator(tmp_path, monkeypatch):
    for name in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "MOYEORA_HOME"):
        monkeypatch.delenv(name, raising=False)
    *before, last = pages.walk(PAGE, tmp_path)
    assert [step.code for step in before] == [0] * len(before)
    assert last.code == 0, last.printed
    assert re.search(r"/members/invitations/[\w-]{20,}/", last.printed)
    assert (tmp_path / "moyeora-home" / "network.sqlite3").exists()


@pytest.mark.parametrize("line", sorted(set(LINES)))
def test_every_command_of_the_page_is_there(line, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    words = shlex.split(line)[1:]
    # The command proper: small letters before the first option and the first value.
    path = words[:1]
    for word in words[1:]:
        if not re.fullmatch(r"[a-z_]+", word):
            break
        path.append(word)
    with pytest.raises(SystemExit) as ended:
        cli.main([*path, "--help"])
    told = capsys.readouterr().out
    assert ended.value.code == 0, line
    for word in words:
        assert not word.startswith("--") or word in told, f"{line}: no {word}"
    for value in re.findall(r"(?<= )(?:EMAIL|NAME)\b", line):
        assert value.lower() in told, f"{line}: no {value}"


def test_the_page_names_every_setting():
    known = set(re.findall(r'environ\.get\("(\w+)"', Path(settings.__file__).read_text("utf-8")))
    table = set(re.findall(r"(?m)^\| `([A-Z_]+)` \|", TEXT))
    assert table == known | {"MOYEORA_HOME"}


def test_each_picture_is_shown_and_each_shown_is_there():
    shown = set(re.findall(r"!\[[^]]+\]\(network/([\w-]+\.png)\)", TEXT))
    assert shown == {path.name for path in (PAGE.parent / "network").iterdir()}


def test_links_lead_somewhere():
    anchors = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"(?m)^#+ (.+)$", TEXT)
    }
    for target in re.findall(r"\]\(((?!https?:)[^)\s]+)\)", TEXT):
        file, _, anchor = target.partition("#")
        assert not file or (PAGE.parent / file).exists(), target
        assert file or anchor in anchors, target
