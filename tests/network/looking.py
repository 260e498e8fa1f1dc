"""A page in a real browser, looked at on a screen and on a phone: what is wrong with it."""

import re
import shutil
from collections.abc import Iterator
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
TELLS_APART = re.compile(r"<(\w+)|class=\"([^\"]*)\"| (type|role|lang|aria-\w+|disabled|checked)\b")


@pytest.fixture(scope="session")
def chromium(playwright: Any) -> Iterator[Browser]:
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    )
    yield browser
    browser.close()


def skeleton(page: str) -> int:
    """The page's elements without their text: pages of one skeleton are built alike."""
    return hash(tuple(TELLS_APART.findall(page)))


def parts(page: str) -> frozenset[tuple[str, ...]]:
    """Which kinds of elements a page has, however often: as long tables as short ones have."""
    return frozenset(TELLS_APART.findall(page))


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
