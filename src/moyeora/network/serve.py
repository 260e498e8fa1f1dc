"""``moyeora serve``: the pages and a background worker, until Ctrl-C or SIGTERM.

It brings the database up to date, takes the port, starts gunicorn and one worker as children, says
the address when the first page answers, starts a child anew that died, and ends both cleanly.
"""

import argparse
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType
from typing import Final

from moyeora.network.work import ORPHAN_ENDS

PATIENCE: Final = 15.0
"""Seconds that a child has to end what it does."""

_READY: Final = 60.0
_RESTS: Final = (0.0, 1.0, 5.0, 15.0, 30.0)  # seconds before a child that keeps dying starts anew


def main(arguments: Sequence[str]) -> int:
    """Serve; exit code 0 after a signal, 1 when it cannot begin."""
    parser = argparse.ArgumentParser(prog="moyeora serve", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=8000, help="the port (default: 8000)")
    parser.add_argument(
        "--workers",
        type=int,
        # Two a core: a page that waits for its turn in one process leaves no core without work.
        default=2 * (os.cpu_count() or 1),
        metavar="N",
        help="processes that answer pages (default: two a core)",
    )
    asked = parser.parse_args(arguments)
    if not 0 <= asked.port < 65536:
        parser.error("--port is a number from 0 to 65535")
    if asked.workers < 1:
        parser.error("--workers is at least 1")
    try:
        listening = _listen(asked.host, asked.port)
    except OSError as error:
        print(f"moyeora serve: {_why(error, asked.host, asked.port)}", file=sys.stderr)
        return 1
    with listening:
        prepare()
        return Supervisor(listening, asked.workers).run()


def prepare() -> None:
    """Bring the database up to date, and make the keys that a first run lacks."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "moyeora.network.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    from django.db import connections

    from moyeora.network.journal.keys import signing_key

    signing_key()
    connections.close_all()


class Supervisor:
    """Two children, gunicorn and a worker, of which neither outlives this process."""

    def __init__(self, listening: socket.socket, pages: int) -> None:
        self.listening = listening
        self.leaving = threading.Event()
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.deaths: dict[str, dict[int, float]] = {"pages": {}, "worker": {}}
        self.commands = {
            "pages": [
                *(sys.executable, "-m", "gunicorn", "moyeora.network.wsgi:application"),
                *("--config", "python:moyeora.network.web"),
                *("--bind", f"fd://{listening.fileno()}", "--workers", str(pages)),
            ],
            "worker": [sys.executable, "-m", "moyeora.network.work"],
        }

    def run(self) -> int:
        """Serve until a signal; returns the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._leave)
        host, port = self.listening.getsockname()[:2]
        try:
            for name in self.commands:
                self._start(name)
            if not self._answers(host, port):
                if self.leaving.is_set():
                    return 0
                print("moyeora serve: the pages do not answer; see above.", file=sys.stderr)
                return 1
            shown = f"[{host}]" if ":" in host else host
            print(f"Moyeora is at http://{shown}:{port} (Ctrl-C ends it)", flush=True)
            while not self.leaving.wait(0.2):
                self._revive()
            return 0
        finally:
            self._end()

    def _leave(self, number: int, frame: FrameType | None) -> None:
        self.leaving.set()

    def _start(self, name: str) -> None:
        # A session of its own: Ctrl-C reaches this process alone, which ends them in order.
        self.children[name] = subprocess.Popen(
            self.commands[name],
            stdin=subprocess.PIPE,
            start_new_session=True,
            pass_fds=[self.listening.fileno()],
            env={**os.environ, ORPHAN_ENDS: "1"},
        )

    def _revive(self) -> None:
        for name, child in self.children.items():
            if child.poll() is None:
                continue
            deaths, now = self.deaths[name], time.monotonic()
            if deaths.get(child.pid) is None:
                print(f"moyeora serve: the {name} ended; it starts anew.", file=sys.stderr)
                deaths[child.pid] = now
            lately = sum(now - died < 120 for died in deaths.values())
            if now - deaths[child.pid] >= _RESTS[min(lately, len(_RESTS)) - 1]:
                self._start(name)

    def _answers(self, host: str, port: int) -> bool:
        end = time.monotonic() + _READY
        target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        while time.monotonic() < end and not self.leaving.is_set():
            if self.children["pages"].poll() is not None:
                return False
            try:
                asking = http.client.HTTPConnection(target, port, timeout=2)
                asking.request("HEAD", "/", headers={"Host": "localhost"})
                asking.getresponse()
                return True
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
        return False

    def _end(self) -> None:
        for child in self.children.values():
            child.terminate()
        end = time.monotonic() + PATIENCE
        for child in self.children.values():
            try:
                child.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()  # a job's lease lets another worker begin it again
                child.wait()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except OSError:
        listening.close()
        raise
    return listening


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} is in use, perhaps by Moyeora itself. End that program, or say another "
            f"port: moyeora serve --port {port + 1 if port < 65535 else 8000}"
        )
    if error.errno == errno.EACCES:
        return f"port {port} is for the system alone; say one above 1023: --port 8000"
    return f"it cannot listen on {host}, port {port}: {error.strerror or error}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
