"""A town of people at browsers: each signs in with a password and sees the served pages.

Every page that somebody comes to is looked at once for each way in which it is built: with axe, on
a screen and on a phone. What the consoles say is kept. ``Town.later`` moves the clock of the
application.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, expect
from tests.network.looking import faults_of
from tests.network.processes import Environment, begin, new_database, program

PASSWORD = "느린 거북이 열두 마리"
POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")  # draws nothing differently
PATIENCE = 30_000  # milliseconds
expect.set_options(timeout=PATIENCE)
FORM_WITH_FAULTS = "status of 422"  # Chromium tells of the page's own status as of an error


class Somebody:
    """One person at a browser of their own."""

    def __init__(self, town: "Town", email: str) -> None:
        self.address, self.email, self.town = town.address, email, town
        self.expected = FORM_WITH_FAULTS
        self.tab: Page = town.browser.new_context(locale="ko-KR").new_page()
        self.tab.set_default_timeout(PATIENCE)
        self.tab.on(
            "console",
            lambda said: (
                said.type in ("error", "warning")
                and not re.search(self.expected, said.text)
                and town.complaints.append(f"{email}, {self.tab.url}: {said.text}")
            ),
        )
        self.tab.on("pageerror", lambda error: town.complaints.append(f"{email}: {error}"))

    def take_office(self, link: str) -> None:
        """Open an invitation's link, choose a password, sign in with it."""
        self.go(link)
        self.fill("비밀번호", PASSWORD)
        self.press("수락하기")
        self.fill("이메일", self.email)
        self.fill("비밀번호", PASSWORD)
        self.press("로그인")
        expect(self.tab.get_by_role("button", name="로그인")).to_have_count(0)

    def go(self, where: str) -> None:
        """To a path of the application, or to a whole address."""
        self.tab.goto(where if "://" in where else self.address + where)
        self.look()

    def turned_away(self, where: str) -> None:
        """Nothing at this path is for this person, or before signing in; the page says so."""
        self.expected = "status of 40[34]"
        answer = self.tab.goto(self.address + where)
        signs_in = "/account/login/" in self.tab.url
        assert signs_in or answer.status in (403, 404), f"{where}: {answer.status}"
        self.look()
        self.tab.goto("about:blank")
        self.expected = FORM_WITH_FAULTS

    def until(self, where: str, text: str) -> None:
        """To a page again and again until it says this."""
        for _ in range(PATIENCE // 500):
            self.tab.goto(where if "://" in where else self.address + where)
            if text in self.tab.get_by_role("main").inner_text():
                break
            self.tab.wait_for_timeout(500)
        self.reads(text)

    def fill(self, label: str, text: str) -> None:
        self.field(label).fill(text)

    def field(self, label: str) -> Locator:
        """The field of this label, whether the label says that it is optional or not."""
        return self.tab.get_by_label(re.compile(rf"^{re.escape(label)}( 선택)?$"))

    def press(self, name: str) -> None:
        self.tab.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str | re.Pattern[str]) -> None:
        self.tab.get_by_role("link", name=name).first.click()

    def sign(self, name: str) -> None:
        """Press what binds the firm; the password is asked again, and then it goes on by itself."""
        self.press(name)
        self.fill("비밀번호", PASSWORD)
        self.press("계속하기")

    def download(self, name: str) -> bytes:
        """The file behind a link of the page, as this person gets it."""
        address = self.tab.get_by_role("link", name=name, exact=True).get_attribute("href")
        answer = self.tab.request.get(self.address + address)
        assert answer.ok, f"{address}: {answer.status}"
        return answer.body()

    def reads(self, text: str | re.Pattern[str]) -> None:
        expect(self.tab.get_by_role("main")).to_contain_text(text)
        self.look()

    def heading(self, name: str | re.Pattern[str], timeout: float = PATIENCE) -> None:
        expect(self.tab.get_by_role("heading", name=name)).to_be_visible(timeout=timeout)
        self.look()

    def part(self, heading: str) -> Locator:
        """The section under a heading."""
        return self.tab.get_by_role("region", name=heading, exact=True)

    def row(self, text: str) -> Locator:
        """The row of a table that has this in it."""
        return self.tab.get_by_role("row").filter(has_text=text)

    def figure(self, label: str) -> str:
        """The large number of this name."""
        named = self.tab.get_by_role("term").filter(has_text=re.compile(f"^{re.escape(label)}$"))
        return named.locator("xpath=following-sibling::dd[1]").inner_text()

    @property
    def office(self) -> str:
        """The firm and the office, as the top of the page says it."""
        return self.tab.locator("details.account .office").text_content()

    def look(self) -> None:
        """Whatever is wrong with this page, at its first sight; in all its forms and languages
        every page is looked at in ``test_pages_in_a_browser``."""
        page = re.sub(r"[0-9a-f-]{36}|/c/.*|/invitations/.*|\?.*", "", urlsplit(self.tab.url).path)
        if page not in self.town.seen and not POSTGRESQL:
            self.town.seen.add(page)
            found = faults_of(self.tab)
            self.town.complaints += [f"{self.email}, {self.tab.url}: {fault}" for fault in found]


class Town:
    """Who is there so far, by firm; the coordinator invites the owners on the firms' pages."""

    def __init__(self, browser: Browser, environment: Environment, address: str) -> None:
        self.browser, self.address = browser, address
        self.environment = environment
        self.complaints: list[str] = []
        self.seen: set[str] = set()
        self.owners: dict[str, Somebody] = {}
        told = program(
            environment, "moyeora.network.command", "coordinator", "hyeop@example.kr", "김협회"
        )
        self.coordinator = self.comes("hyeop@example.kr")
        self.coordinator.take_office(address + re.search(r"/members/invitations/\S+", told)[0])

    def comes(self, email: str) -> Somebody:
        return Somebody(self, email)

    def owner(self, number: str) -> Somebody:
        """A firm's owner, who comes by the coordinator's invitation the first time."""
        if number not in self.owners:
            desk = self.coordinator
            desk.go(f"/members/?q={number}")
            desk.tab.get_by_role("rowheader").get_by_role("link").click()
            desk.tab.goto(f"{desk.tab.url}people/")
            self.owners[number] = self.invited(desk, f"owner@{number}.example.kr", "이대표")
        return self.owners[number]

    def invited(self, by: Somebody, email: str, name: str, office: str = "") -> Somebody:
        """Who takes an office that somebody gives on the page of people where they are."""
        comes = self.comes(email)
        by.fill("이름", name)
        by.fill("이메일", email)
        if office:
            by.field("직책").select_option(office)
        by.press("초대")
        by.heading("이 링크를 전해 주십시오. 지금 한 번만 보입니다.")
        comes.take_office(by.tab.get_by_text("/members/invitations/").inner_text())
        return comes

    def later(self, **by: float) -> None:
        """Let so much time pass for the application: ``later(days=3)``."""
        ahead = Path(self.environment["CLOCK_AHEAD"])
        so_far = float(ahead.read_text()) if ahead.exists() else 0
        part = ahead.with_suffix(".part")
        part.write_text(str(so_far + timedelta(**by).total_seconds()))
        part.replace(ahead)  # the application never reads half of it


@contextmanager
def founded(browser: Browser, home: Path, migrated: str) -> Iterator[Town]:
    """A town around ``moyeora serve`` on a new database; its errors fail the test."""
    with new_database(home, migrated) as environment:
        # Whatever binds a firm asks for the password again, however short ago it was given.
        environment |= {"PASSWORD_AGAIN_AFTER": "0", "CLOCK_AHEAD": str(home / "ahead")}
        serving = begin(environment, "moyeora.cli", "serve", "--port", "0", "--workers", "1")
        try:
            address = re.search(r"http://\S+?:\d+", serving.stdout.readline())[0]
            yield Town(browser, environment, address)
        finally:
            serving.terminate()
            said = serving.communicate(timeout=30)[1]
    assert "Traceback" not in said, said
