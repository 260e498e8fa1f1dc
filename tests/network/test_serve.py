"""``moyeora serve`` says where it is, survives its children's deaths, and leaves nothing behind."""

import os
import re
import signal
import socket
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from tests.network.processes import begin

from moyeora.network import serve

of_linux = pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes in /proc")


def children(pid):
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return {command(one): int(one) for one in found}


def command(pid):
    line = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
    return "worker" if "moyeora.network.work" in line else "pages"


def until(true, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


@of_linux
def test_it_serves_restarts_a_worker_and_ends_cleanly(own_database):
    serving = begin(own_database, "moyeora.cli", "serve", "--port", "0", "--workers", "1")
    try:
        address = re.search(r"http://\S+", serving.stdout.readline())[0]
        with urlopen(f"{address}/account/login/") as page:
            assert page.status == 200
        before = children(serving.pid)
        assert set(before) == {"pages", "worker"}
        os.kill(before["worker"], signal.SIGKILL)
        until(lambda: children(serving.pid).get("worker") not in (None, before["worker"]))
        serving.send_signal(signal.SIGINT)
        assert serving.wait(20) == 0
        port = int(address.rpartition(":")[2])
        with socket.socket() as free:
            assert free.connect_ex(("127.0.0.1", port)) != 0
    finally:
        serving.kill()
        serving.communicate()


@of_linux
def test_its_children_end_when_it_is_killed(own_database):
    serving = begin(own_database, "moyeora.cli", "serve", "--port", "0", "--workers", "1")
    try:
        assert "http://" in serving.stdout.readline()
        left = children(serving.pid).values()
    finally:
        serving.kill()
        serving.wait()
    until(lambda: not any(alive(pid) for pid in left))


def alive(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_a_port_in_use_is_said_with_what_to_do(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert serve.main(["--port", str(port)]) == 1
    told = capsys.readouterr().err
    assert f"port {port} is in use" in told
    assert "--port" in told
