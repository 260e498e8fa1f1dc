"""Tests with processes that can be killed: a database of their own, on the kind under test."""

import json
import os
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
def own_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """The environment of programs that work on one migrated database, apart from the tests'."""
    with new_database(tmp_path_factory.mktemp("home")) as environment:
        program(environment, "moyeora.network.command", "migrate", "--verbosity", "0")
        yield environment


@contextmanager
def new_database(home: Path) -> Iterator[Environment]:
    """The environment of programs whose database is new and empty, and goes at the end."""
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
        with psycopg.connect(served, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
    try:
        yield environment
    finally:
        if served.startswith("postgres"):
            with psycopg.connect(served, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_database(tmp_path: Path) -> Iterator[Environment]:
    """The same for one test alone, migrated: what it makes is there once."""
    with new_database(tmp_path) as environment:
        program(environment, "moyeora.network.command", "migrate", "--verbosity", "0")
        yield environment


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
