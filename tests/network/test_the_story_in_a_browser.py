"""The whole story in a browser, as each of its people: from 780 firms to the last won.

Everything is done through the pages that ``moyeora serve`` gives, in Korean, each person in a
browser of their own who signs in with a password, the customer by links without signing in; the
background work is its own worker's. No page on the way has a fault that axe finds, on a screen or
on a phone, and no console complains.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.network.looking import chromium, without_chromium  # noqa: F401  a fixture
from tests.network.story_to_the_agreement import to_the_agreement
from tests.network.story_to_the_last_won import to_the_last_won
from tests.network.town import Town, founded

pytestmark = without_chromium


@pytest.fixture
def town(chromium: Browser, migrated: str, tmp_path: Path) -> Iterator[Town]:  # noqa: F811
    home = tmp_path / "town"
    home.mkdir()
    with founded(chromium, home, migrated) as town:
        yield town


def test_from_a_spreadsheet_to_the_last_won(town: Town, tmp_path: Path) -> None:
    address, firms = to_the_agreement(town, tmp_path)
    to_the_last_won(town, address, firms, tmp_path)
    assert town.complaints == []
