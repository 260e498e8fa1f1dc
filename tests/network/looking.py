"""A page in a real browser, looked at on a screen and on a phone: what is wrong with it."""

import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
without_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium: apt-get install chromium"
)
WIDTHS = (1280, 390)
TELLS_APART = {"class", "type", "role", "disabled", "checked", "hidden", "open"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


@pytest.fixture(scope="session")
def chromium(playwright: Any) -> Iterator[Browser]:
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    )
    yield browser
    browser.close()


class _Places(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.within: list[tuple[str, ...]] = []
        self.found: set[tuple[tuple[str, ...], ...]] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = sorted(f"{name}={value}" for name, value in attributes if name in TELLS_APART)
        self.within.append((tag, *told))
        self.found.add(tuple(self.within))
        if tag in VOID:
            self.within.pop()

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.within.pop()

    def handle_endtag(self, tag: str) -> None:
        open_tags = [name for name, *_ in self.within]
        if tag in open_tags:
            del self.within[len(open_tags) - 1 - open_tags[::-1].index(tag) :]


def places(page: str) -> set[tuple[tuple[str, ...], ...]]:
    """Each kind of element of a page with all that it stands in, however often: of a long table as
    of a short one."""
    parser = _Places()
    parser.feed(page)
    return parser.found


def faults_of(tab: Page) -> list[str]:
    """What axe finds, and whether the page scrolls sideways, at each width."""
    found = []
    tab.evaluate(AXE_SCRIPT)
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 800})
        wide = tab.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{width} px: scrolls sideways to {wide}")
        violations = tab.evaluate(
            "axe.run({resultTypes: ['violations']}).then(told => told.violations)"
        )
        found += [
            f"{width} px: {rule['id']}: {node['html'][:200]} {node['failureSummary']}"
            for rule in violations
            for node in rule["nodes"]
        ]
    return found
