"""The application with the world of the permission matrix, served for a browser.

``python -m tests.network.site PORT`` fills an empty database (``MOYEORA_HOME``, ``DATABASE_URL``),
writes as one line of JSON which pages each kind of person may see and their sessions' cookies, and
serves until its standard input is closed.
"""

import importlib
import json
import os
import sys
import threading
import time
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.network.settings"


class Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


def main(port: int) -> None:
    django.setup()
    from django.conf import settings
    from django.urls import clear_url_caches

    settings.ROOT_URLCONF = __name__
    clear_url_caches()
    told = fill()
    from moyeora.network.wsgi import application

    server = make_server("127.0.0.1", port, application, Threads, Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps(told), flush=True)
    sys.stdin.read()


def fill() -> dict:
    """The matrix's rows as addresses, and in each room's world a session for each kind."""
    from django.urls import reverse
    from tests.network.conftest import make_people
    from tests.network.permissions import KINDS, Call, given, table

    pages, sessions = {}, {}
    worlds = {}
    for name, (room, expected) in table("PAGES").items():
        kinds = [kind for kind, cell in expected.items() if cell in ("ok", "again")]
        if " " in name or not kinds:
            continue
        if room not in worlds:
            people = make_people()
            worlds[room] = given(room, people)
            sessions[room.__name__] = {
                kind: session(people.client(who)) for kind, who in KINDS.items()
            }
            step_aside(people, len(worlds))
        call = worlds[room].get(name, Call())
        path = reverse(name, kwargs=call.arguments) + call.query
        pages[name] = {"path": path, "for": kinds, "room": room.__name__}
    return {"pages": pages, "sessions": sessions}


def step_aside(people, number: int) -> None:
    """Take other names, so that the next room's world can have these."""
    from moyeora.network.members.number import check_digit

    for firm_key, firm in enumerate(people.firms.values()):
        nine = f"9{number:02}85{firm_key:04}"
        firm.number = f"{nine[:3]}-{nine[3:5]}-{nine[5:]}{check_digit(nine)}"
        firm.save()
    for holding in people.holdings.values():
        holding.person.email = f"{number}.{holding.person.email}"
        holding.person.save()


def session(browser) -> str:
    """The cookie of somebody who has just given the password again."""
    if "session" not in browser.cookies:
        return ""
    kept = browser.session
    kept["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True}
    ]
    kept.save()
    return browser.cookies["session"].value


def broken(request):
    raise RuntimeError("what a page looks like when it breaks")


def __getattr__(name: str):
    """The addresses, as a URL configuration: the application's and one that breaks."""
    if name == "urlpatterns":
        from django.urls import path

        return [
            path("broken/", broken),
            *importlib.import_module("moyeora.network.urls").urlpatterns,
        ]
    if name.startswith("handler"):
        return getattr(importlib.import_module("moyeora.network.urls"), name)
    raise AttributeError(name)


if __name__ == "__main__":
    main(int(sys.argv[1]))
