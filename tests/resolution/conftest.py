"""The manuals and the calendar that the tests of this room share."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from moyeora.resolution import Calendar, default_manual

BROKEN = Path(__file__).parent / "broken"
SMALL = Path(__file__).parents[2] / "examples" / "manuals" / "small.toml"


@pytest.fixture(scope="session")
def manual():
    return default_manual()


@pytest.fixture(scope="session")
def calendar():
    return Calendar()


@pytest.fixture
def default_data():
    return tomllib.loads(
        (files("moyeora.resolution") / "default_manual.toml").read_text(encoding="utf-8")
    )
