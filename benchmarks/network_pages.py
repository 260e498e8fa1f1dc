"""Fifty users at once click through the demonstration network: how long does each page take?

The network of 780 firms and 27 consortia, ``moyeora serve`` with its processes for pages and its
worker for jobs, and users who follow the links of the page they are on (a seeded choice), each
after a short thought. So every page that the menu leads to is measured, new ones too. Their
percentiles are what users wait for, with the network cable left out. Then every page once more,
alone: what it costs the processor.

    make bench-network                  ARGS="--users 50 --seconds 60"
    python -m tests.network.on_postgresql python -m benchmarks.network_pages
"""

import argparse
import http.client
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from html import unescape
from urllib.parse import urljoin, urlsplit

THOUGHT_SECONDS = (0.5, 1.5)
PORT = 8931
LEFT_OUT = ("/static/", "/account/logout/", "/api/")


class User(threading.Thread):
    """Somebody with an open session who goes from link to link until the time is over."""

    def __init__(self, number: int, session: str, begin: float, end: float) -> None:
        super().__init__(daemon=True)
        self.choose, self.session = random.Random(number), session
        self.begin, self.end = begin, end
        self.took: list[tuple[str, float]] = []
        self.wrong: list[str] = []

    def run(self) -> None:
        server = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        path, links = "/", ["/"]
        time.sleep(self.choose.uniform(*THOUGHT_SECONDS))
        while (now := time.monotonic()) < self.end:
            server.request("GET", path, headers={"Cookie": f"session={self.session}"})
            answer = server.getresponse()
            body = answer.read()
            if answer.status >= 400:
                self.wrong.append(f"{answer.status} {path}")
            if now > self.begin:
                self.took.append((path, time.monotonic() - now))
            if answer.status == 200 and answer.headers.get_content_type() == "text/html":
                links = links_of(body.decode(), path) or links
            path = self.choose.choice(links)
            time.sleep(self.choose.uniform(*THOUGHT_SECONDS))


def links_of(page: str, path: str) -> list[str]:
    """Where the page leads to within the application."""
    found = []
    for href in re.findall(r'<a [^>]*href="([^"#]+)"', page):
        parts = urlsplit(urljoin(path, unescape(href)))
        if not parts.netloc and not parts.path.startswith(LEFT_OUT):
            found.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--warm-up", type=float, default=8)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="moyeora-bench-") as home:
        os.environ.update(MOYEORA_HOME=home, DJANGO_SETTINGS_MODULE="moyeora.network.settings")
        sessions = fill(chosen.users)
        command = [sys.executable, "-m", "moyeora.cli", "serve", "--port", str(PORT)]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            wait_for_server()
            begin = time.monotonic() + chosen.warm_up
            end = begin + chosen.seconds
            users = [User(n, session, begin, end) for n, session in enumerate(sessions)]
            for user in users:
                user.start()
            for user in users:
                user.join()
        finally:
            server.terminate()
            server.wait()
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        report(users, chosen.seconds, spent.ru_utime + spent.ru_stime)
        cost_alone(users, sessions)
        return 1 if any(user.wrong for user in users) else 0


def fill(users: int) -> list[str]:
    """The demonstration network, and an open session for each user: all its people in turn."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from moyeora.network.demo import filling
    from moyeora.network.frame.actor import CLOCK
    from moyeora.network.members.models import Person

    call_command("migrate", verbosity=0)
    filling.fill(CLOCK, None)
    people = list(Person.objects.filter(holdings__isnull=False).distinct().order_by("email"))
    sessions = []
    for number in range(users):
        browser = Client()
        browser.force_login(
            people[number % len(people)],
            backend="allauth.account.auth_backends.AuthenticationBackend",
        )
        sessions.append(browser.cookies["session"].value)
    return sessions


def wait_for_server() -> None:
    for _ in range(200):
        try:
            server = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
            server.request("GET", "/account/login/")
            server.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("moyeora serve did not begin to serve")


def name_of(path: str) -> str:
    from django.urls import Resolver404, resolve

    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return "?"


def report(users: list[User], seconds: float, cpu_seconds: float) -> None:
    took = defaultdict(list)
    for user in users:
        for path, each in user.took:
            took[name_of(path)].append(1000 * each)
    everything = sorted(each for some in took.values() for each in some)
    print(f"{len(users)} users, {len(everything) / seconds:.0f} pages a second for {seconds:.0f} s")
    print(f"load of the machine meanwhile: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'page':<28}{'seen':>7}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}")
    for name, some in sorted(took.items(), key=lambda item: -quantile(item[1], 0.95)):
        row = quantile(some, 0.5), quantile(some, 0.95), max(some)
        print(f"{name:<28}{len(some):>7}" + "".join(f"{each:>9.0f}" for each in row))
    row = quantile(everything, 0.5), quantile(everything, 0.95), everything[-1]
    print(f"{'all':<28}{len(everything):>7}" + "".join(f"{each:>9.0f}" for each in row))
    print(f"processor: {1000 * cpu_seconds / len(everything):.1f} ms a page, start-up included")
    for wrong in sorted({wrong for user in users for wrong in user.wrong}):
        print("wrong:", wrong)


def cost_alone(users: list[User], sessions: list[str]) -> None:
    """Processor time and queries of each page, one after the other in this process."""
    from django.conf import settings
    from django.db import connection, reset_queries
    from django.test import Client

    seen: dict[str, tuple[str, str]] = {}
    for user in users:
        for path, _ in user.took:
            seen.setdefault(name_of(path), (path, user.session))
    print(f"{'page, alone':<28}{'cpu ms':>9}{'queries':>9}")
    for name, (path, session) in sorted(seen.items()):
        browser = Client(SERVER_NAME="localhost")
        browser.cookies["session"] = session
        browser.get(path)
        settings.DEBUG = True
        reset_queries()
        browser.get(path)
        queries = len(connection.queries)
        settings.DEBUG = False
        costs = []
        for _ in range(7):
            begun = time.process_time()
            browser.get(path)
            costs.append(1000 * (time.process_time() - begun))
        print(f"{name:<28}{statistics.median(costs):>9.1f}{queries:>9}")


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    sys.exit(main())
