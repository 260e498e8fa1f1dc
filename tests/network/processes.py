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
from django.db import connection

Environment = dict[str, str]


@pytest.fixture(scope="session")
def own_database(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Environment]:
    """The environment of programs that work on one migrated database, apart from the tests'."""
    with django_db_blocker.unblock(), new_database(tmp_path_factory.mktemp("home")) as environment:
        yield environment


@contextmanager
def new_database(home: Path) -> Iterator[Environment]:
    """The environment of programs whose database is new, and goes at the end: a copy of the tests'
    own one, which is migrated and, between two tests, empty.
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
        tests_own = connection.settings_dict["NAME"]
        connection.close()  # nobody may use what is copied
        with psycopg.connect(served, autocommit=True) as server:
            server.execute(f'CREATE DATABASE {name} TEMPLATE "{tests_own}"')
    else:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [f"{home}/network.sqlite3"])
        connection.close()
    try:
        yield environment
    finally:
        if served.startswith("postgres"):
            with psycopg.connect(served, autocommit=True) as server:
                server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_database(
    tmp_path: Path, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Environment]:
    """The same for one test alone: what it makes is there once."""
    with django_db_blocker.unblock(), new_database(tmp_path) as environment:
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
