"""Draw anew the pictures of docs/network.md: the story, played and photographed as it goes.

    python docs/network_pages.py [NAME ...]      # all pictures, or those named

The story of ``examples/story`` is played in a throw-away folder, on SQLite. The application is
served beside it, on the day at which the story is. Before the steps named below the story waits, a
person signs in through the page as anybody would, and the page that this person has to deal with
is photographed.
"""

import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from PIL import Image

DOCS = Path(__file__).resolve().parent
PICTURES = DOCS / "network"
WIDTH, SCALE = 1200, 1.35  # of the window in CSS pixels, and pixels of the picture for each
COLOURS = 128
OWNER = "owner@demo.example"


@dataclass(frozen=True)
class Shot:
    """A page to photograph: its picture, who looks, where, how much of it."""

    picture: str
    who: str
    address: str
    height: int = 760
    top: str = ""  # a selector of what stands at the picture's upper edge
    drawn: str = ""  # a selector of what a script draws, to be waited for


def draw(names: set[str]) -> None:
    """Play the story; photograph what is asked for (everything, if ``names`` is empty)."""
    browser = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
    if browser is None:
        print("no chromium here: the pictures are left as they were", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {
            "MOYEORA_HOME": home,
            "DATABASE_URL": "",
            "MOYEORA_ASSOCIATION": "서울인쇄산업협동조합",
            "DJANGO_SETTINGS_MODULE": "moyeora.network.settings",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright runs a loop in this thread
        }
        import django
        from django.conf import settings
        from django.core.management import call_command
        from django.utils import translation
        from playwright.sync_api import sync_playwright

        django.setup()
        settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
        call_command("migrate", verbosity=0)
        sys.path.insert(0, str(DOCS.parent / "examples" / "story"))
        PICTURES.mkdir(exist_ok=True)
        with sync_playwright() as playwright, translation.override("ko"):
            chromium = playwright.chromium.launch(
                executable_path=browser,
                args=[
                    "--no-sandbox", "--disable-background-networking",
                    "--use-angle=swiftshader", "--enable-unsafe-swiftshader",  # for the map
                ],
            )  # fmt: skip
            _Walk(chromium, names).play()
            chromium.close()


class _Walk:
    """The story as it is told, with a photographer."""

    def __init__(self, chromium: Any, names: set[str]) -> None:
        from telling import Story

        self.chromium, self.names = chromium, names
        self.story = Story(None)
        self.moment = self.story.day_one
        self.server = make_server("127.0.0.1", 0, self._answer, _Threads, _Quiet)
        self.site = f"http://127.0.0.1:{self.server.server_port}"
        self.pages: dict[str, Any] = {}  # by the e-mail of who is signed in there

    def play(self) -> None:
        """Play it all, stopping where somebody has to do something worth seeing."""
        import telling

        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self._before(telling.consortia, "create_item", self._members)
        self._before(telling.consortia, "invite", self._proposal)
        self._before(telling.consortia, "accept", self._seat)
        self._before(telling.agreements, "sign", self._signature)
        self._before(telling.mailings, "approve", self._mailing)
        self.story.play(self)
        self.server.shutdown()

    def end(self) -> None:
        """What is there when all is told."""
        chain = self.story.group.id
        self.photograph(
            Shot("statement", OWNER, f"/money/statements/{self._receipt()}/", 820),
            Shot("journal", OWNER, f"/journal/{chain}/"),
        )

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[Any], None]]:
        """What the story calls around each of its steps."""
        print(name, flush=True)
        yield lambda text: None

    def _members(self) -> None:
        self.photograph(
            Shot("search", OWNER, "/members/?q=인쇄"),
            Shot("map", OWNER, "/members/map/", 900, drawn="#map canvas"),
        )

    def _proposal(self) -> None:
        where = f"/consortia/proposals/{self.story.proposal.id}/"
        self.photograph(
            Shot("proposal", OWNER, where, 900, top=".figures"),
            Shot("reasons", OWNER, where, 900, top="section[aria-labelledby=why]"),
        )

    def _seat(self) -> None:
        seat = self._seat_of("printing")
        who = self._owner(seat.firm)
        self.photograph(
            Shot("home", who, "/", 420),
            Shot("seat", who, f"/consortia/seats/{seat.id}/", 900),
        )

    def _signature(self) -> None:
        from moyeora.network.consortia.models import Agreement

        offered = Agreement.objects.get(consortium=self.story.group, state=Agreement.State.SIGNING)
        who = self._owner(self._seat_of("software").firm)
        where = f"/consortia/{self.story.group.id}/agreements"
        self.photograph(
            Shot("comparison", who, f"{where}/compare/", 1000),
            Shot("agreement", who, f"/consortia/agreements/{offered.id}/", 1000),
        )

    def _mailing(self) -> None:
        from moyeora.network.orders.models import Mailing

        mailing = Mailing.objects.get()
        where = f"/orders/mailings/{mailing.id}/"
        self.photograph(
            Shot("order", OWNER, f"/orders/{self.story.group.id}/", 1060),
            Shot("mailing", OWNER, where, 450),
            Shot("proofs", OWNER, where, 640, top="section[aria-labelledby=proofs]"),
        )

    def _seat_of(self, need: str) -> Any:
        from moyeora.network.consortia.models import Seat

        return Seat.objects.filter(consortium=self.story.group, need=need).first()

    def _receipt(self) -> Any:
        from moyeora.network.ledger.models import Receipt

        with _all_rows():
            return Receipt.objects.order_by("on").last().id

    def _owner(self, firm: Any) -> str:
        """The e-mail of the firm's owner, who is invited first where the firm has none."""
        with self.story._owner_of(firm):
            pass
        from moyeora.network.frame.actor import Office
        from moyeora.network.members.models import Holding

        with _all_rows():
            return Holding.objects.get(firm=firm, office=Office.OWNER).person.email

    def _before(self, room: Any, name: str, look: Callable[[], None]) -> None:
        """Have ``look`` called once, before the story does this for the first time."""
        does = getattr(room, name)

        def stopped(*arguments: Any, **named: Any) -> Any:
            setattr(room, name, does)
            with _all_rows():
                look()
            return does(*arguments, **named)

        setattr(room, name, stopped)

    def photograph(self, *shots: Shot) -> None:
        """Each page as it stands now, signed in as who is to see it."""
        from moyeora.network.frame import clock

        self.moment = clock.now()
        for shot in shots:
            if self.names and shot.picture not in self.names:
                continue
            page = self.pages.get(shot.who) or self._sign_in(shot.who)
            page.set_viewport_size({"width": WIDTH, "height": shot.height})
            page.goto(self.site + shot.address)
            assert page.locator("main h1").count(), f"{shot.picture}: no page at {shot.address}"
            if shot.drawn:
                page.locator(shot.drawn).first.wait_for()
                page.wait_for_timeout(1000)  # a frame or two
            if shot.top:
                page.locator(shot.top).evaluate(
                    "element => scrollTo(0, element.getBoundingClientRect().top - 12)"
                )
            file = PICTURES / f"{shot.picture}.png"
            page.screenshot(path=file)
            Image.open(file).convert("RGB").quantize(COLOURS).save(file, optimize=True)
            print(f"  {file.name}: {page.title()}", flush=True)

    def _sign_in(self, email: str) -> Any:
        from moyeora.network.demo import filling

        page = self.chromium.new_context(
            locale="ko-KR", device_scale_factor=SCALE, reduced_motion="reduce"
        ).new_page()
        page.goto(f"{self.site}/account/login/")
        page.fill("input[name=login]", email)
        page.fill("input[name=password]", filling.password())
        page.click("main button[type=submit]")
        self.pages[email] = page
        return page

    def _answer(self, environ: Any, start: Any) -> Any:
        """The application, on the story's day."""
        from moyeora.network.frame import clock
        from moyeora.network.wsgi import application

        with clock.at(self.moment):
            return application(environ, start)


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        pass


def _all_rows() -> Any:
    from django_scopes import scopes_disabled

    return scopes_disabled()


if __name__ == "__main__":
    draw(set(sys.argv[1:]))
