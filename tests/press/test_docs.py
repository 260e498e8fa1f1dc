"""What the pages say is so: their lines run, and they name every key and every fault."""

import dataclasses
import importlib.util
import re
from pathlib import Path

import pytest

from moyeora.press.faults import RULES, Policy
from moyeora.press.job import KINDS, Customers, Fonts, Job, Page

ROOT = Path(__file__).parents[2]
WALKED = ["docs/press.md", "README.md", "README.ko.md"]
SHELL = [*WALKED, "CONTRIBUTING.md"]

_spec = importlib.util.spec_from_file_location("pages", ROOT / "docs" / "pages.py")
pages = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(pages)


@pytest.mark.parametrize("name", WALKED)
def test_every_line_of_a_page_does_what_the_page_shows(name, tmp_path):
    steps = 0
    for step in pages.walk(ROOT / name, tmp_path):
        steps += 1
        if step.shown:
            assert pages.told(step.printed) == pages.told(step.shown), step.command
        else:
            assert step.code == 0, f"{step.command}\n{step.printed}"
    assert steps


@pytest.mark.parametrize("name", SHELL)
def test_the_other_shell_lines_are_those_of_make_and_the_set_up(name):
    text = (ROOT / name).read_text("utf-8")
    targets = re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"))
    for block in re.findall(r"(?ms)^```sh\n(.*?)^```$", text):
        for line in block.splitlines():
            command, *words = line.split("#")[0].split()
            assert command in {"make", "git", "cd", ".", "apt-get", "pip"}, line
            assert command != "make" or words[0] in targets, line


@pytest.mark.parametrize("name", [*SHELL, "ARCHITECTURE.md", "CHANGELOG.md", "docs/glossary.md"])
def test_links_lead_somewhere(name):
    text = (ROOT / name).read_text("utf-8")
    for target in re.findall(r"\]\(((?!https?:)[^)\s#]+)[^)]*\)", re.sub("`[^`]*`", "", text)):
        assert ((ROOT / name).parent / target).exists(), target


def test_the_page_names_every_key_kind_and_fault():
    text = (ROOT / "docs" / "press.md").read_text("utf-8")
    reference = text[text.index("key by key\n") :]
    values = [Job, Page, Customers, Fonts, *KINDS.values()]
    keys = {field.name for value in values for field in dataclasses.fields(value)}
    keys.add("from")  # `source` of the customers is written so
    assert keys == {key for key in keys if f"`{key}`" in reference or f"[{key}" in reference
                    or f".{key}]" in reference}  # fmt: skip
    assert set(KINDS) == set(re.findall(r'\*\*`kind = "(\w+)"`', reference))
    told = dict(re.findall(r"(?m)^\| `([\w-]+)` \| [^|]+ \| (hold|fix|fail) \| .*\|$", reference))
    assert told == {kind.value: rule.policy.value for kind, rule in RULES.items()}
    for kind, rule in RULES.items():
        fix = re.search(rf"(?m)^\| `{kind}` \|.*\|([^|]*)\|$", reference)[1].strip()
        assert bool(fix) == (rule.fix is not None), kind
    assert {policy.value for policy in Policy} <= set(re.findall(r"`(\w+)`", reference))
