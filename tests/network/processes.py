"""Tests with processes that can be killed: a database of their own, on the kind under test."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

Environment = dict[str, str]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a migrated database without rows, to make copies of: migrating takes long."""
    with new_database(tmp_path_factory.mktemp("migrated")) as environment:
        program(environment, "moyeora.network.command", "migrate", "--verbosity", "0")
        yield environment["DATABASE_URL"]


@pytest.fixture(scope="session")
def own_database(migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """The environment of programs that work on one migrated database, apart from the tests'."""
    with new_database(tmp_path_factory.mktemp("home"), migrated) as environment:
        yield environment


@pytest.fixture
def empty_database(migrated: str, tmp_path: Path) -> Iterator[Environment]:
    """The same for one test alone: what it makes is there once."""
    with new_database(tmp_path, migrated) as environment:
        yield environment


@contextmanager
def new_database(home: Path, copied: str = "") -> Iterator[Environment]:
    """The environment of programs whose database is new, empty or a copy of the one at an address,
    and goes at the end.
    """
    served = os.environ.get("DATABASE_URL", "")
    environment = {
        **os.environ,
        "MOYEORA_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "tests.network.settings",
        "DATABASE_URL": f"sqlite:///{home}/network.sqlite3",
    }
    name = f"moyeora_{uuid4().hex}"
    if served.startswith("postgres"):
        environment["DATABASE_URL"] = urlsplit(served)._replace(path=f"/{name}").geturl()
        template = urlsplit(copied).path.strip("/") or "template1"
        with psycopg.connect(served, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    elif copied:
        shutil.copy(copied.removeprefix("sqlite:///"), home / "network.sqlite3")
    try:
        yield environment
    finally:
        if served.startswith("postgres"):
            with psycopg.connect(served, autocommit=True) as server:
                server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def program(environment: Environment, module: str, *arguments: str) -> str:
    """Run a module to its end and return what it printed; fails with its errors."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=80,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def answer(environment: Environment, module: str, *arguments: str) -> Any:
    """What a module prints last, as JSON."""
    return json.loads(program(environment, module, *arguments).splitlines()[-1])


def begin(environment: Environment, module: str, *arguments: str) -> "subprocess.Popen[str]":
    """Start a module; whoever starts it also ends it."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=environment,
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
