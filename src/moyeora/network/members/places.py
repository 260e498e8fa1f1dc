"""The places that firms are in, by name: a city's or district's middle, from formation's list."""

import csv
from functools import cache
from importlib.resources import files


@cache
def places() -> dict[str, tuple[str, str]]:
    """ "서울 중구" -> (latitude, longitude), degrees as they are written in the list."""
    text = (files("moyeora.formation") / "places.csv").read_text(encoding="utf-8")
    return {
        f"{row['region']} {row['city']}": (row["latitude"], row["longitude"])
        for row in csv.DictReader(text.splitlines())
    }


def place_of(region: str) -> tuple[str, str] | None:
    """Where a place is, or None when the list does not have it."""
    return places().get(" ".join(region.split()))
