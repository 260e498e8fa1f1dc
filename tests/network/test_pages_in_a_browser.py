"""Every page in a real browser: both languages, a screen and a phone, for all who may see it.

No axe violation, no console error (Chromium tells breaches of the security policy there), no
scrolling sideways on a phone. The pages are those of the permission matrix, so that a new page is
walked by itself.
"""

import json
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.network.looking import (
    WIDTHS,
    chromium,  # noqa: F401  a fixture
    faults_of,
    places,
    without_chromium,
)
from tests.network.permissions import table
from tests.network.processes import new_database

PAGES = [
    name
    for name, (_, expected) in table("PAGES").items()
    if " " not in name and {"ok", "again"} & set(expected.values())
]
pytestmark = without_chromium


@pytest.fixture(scope="session")
def site(tmp_path_factory, migrated):
    """The served application: its address and what its rows are."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with new_database(tmp_path_factory.mktemp("site"), migrated) as environment:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.network.site", str(port)],
            env=environment,
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        told = server.stdout.readline()
        assert told, "the application did not begin to serve: see what it wrote"
        told = json.loads(told)
        yield {"address": f"http://127.0.0.1:{port}", **told}
        server.stdin.close()
        server.wait(10)


@pytest.fixture(scope="session")
def walker(site, chromium):  # noqa: F811  a fixture
    return Walker(site, chromium.new_context())


class Walker:
    """One tab that goes from page to page, so that styles and fonts are loaded once."""

    def __init__(self, site, context) -> None:
        self.site, self.context = site, context
        self.tab = context.new_page()
        self.said = []
        self.tab.on(
            "console", lambda m: m.type in ("error", "warning") and self.said.append(m.text)
        )
        self.tab.on("pageerror", lambda error: self.said.append(str(error)))
        self.server = HTTPConnection(urlsplit(site["address"]).netloc)
        self.seen = set()

    def become(self, kind: str, room: str, language: str) -> None:
        self.tab.goto("about:blank")  # or a page that asks for its progress would go on with these
        self.context.clear_cookies()
        self.context.add_cookies(
            [
                {"name": name, "value": value, "url": self.site["address"]}
                for name, value in self.cookies(kind, room, language).items()
            ]
        )

    def cookies(self, kind: str, room: str, language: str) -> dict[str, str]:
        told = {"session": self.site["sessions"][room][kind], "django_language": language}
        return {name: value for name, value in told.items() if value}

    def new_to_us(self, path: str, kind: str, room: str, language: str) -> bool:
        """Whether this page was not seen in this language yet, or has an element in a place where
        no page had one."""
        sent = "; ".join(f"{k}={v}" for k, v in self.cookies(kind, room, language).items())
        self.server.request("GET", path, headers={"Cookie": sent})
        answer = self.server.getresponse()
        body = answer.read()
        assert answer.status < 400, f"{path}: {answer.status}"
        if b"<html" not in body:
            return False  # a file, or a part that stands in another page
        shown = {(path, language), *places(body.decode())}
        new = not shown <= self.seen
        self.seen |= shown
        return new

    def faults(self, path: str, status: int = 200) -> list[str]:
        """What is wrong with the page on a screen and on a phone."""
        self.said.clear()
        self.tab.set_viewport_size({"width": WIDTHS[0], "height": 800})
        answer = self.tab.goto(self.site["address"] + path)
        found = [] if answer.status == status else [f"status {answer.status}"]
        found += faults_of(self.tab)
        expected = f"status of {status} "  # Chromium tells of the page's own status as of an error
        drawing = "GL Driver Message"  # the graphics card's own, of how quick it is
        found += [said for said in self.said if expected not in said and drawing not in said]
        return found


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound_for_all_who_see_it(walker, name):
    page = walker.site["pages"][name]
    found = {}
    for kind in page["for"]:
        for language in ("ko", "en"):
            # Mostly a page is built alike for many; each way it is built is looked at once.
            if walker.new_to_us(page["path"], kind, page["room"], language):
                walker.become(kind, page["room"], language)
                if faults := walker.faults(page["path"]):
                    found[f"{kind}, {language}"] = faults
    assert not found, json.dumps(found, ensure_ascii=False, indent=2)


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing/", 404), ("/broken/", 500)], ids=["missing", "broken"]
)
def test_what_goes_wrong_is_told_on_a_sound_page(walker, path, status):
    for language in ("ko", "en"):
        walker.become("owner", walker.site["pages"]["home"]["room"], language)
        assert walker.faults(path, status) == []
