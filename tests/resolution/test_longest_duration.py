"""The proved bound is the true longest case: a second reading finds the same day."""

import itertools
from datetime import date, timedelta

from moyeora.resolution import check, manual_of, read_manual
from moyeora.resolution.tables import load

from .conftest import SMALL
from .simulator import Simulator, latest_end
from .soak import small_data


def closed_days(calendar, first, last):
    days = (first + timedelta(days=k) for k in range((last - first).days + 1))
    return frozenset(day for day in days if day.weekday() < 5 and not calendar.works(day))


def test_small_manual_over_every_start_date(calendar):
    data, _ = load(SMALL)
    holidays = closed_days(calendar, date(2026, 1, 1), date(2027, 12, 31))
    starts = [date(2026, 1, 1) + timedelta(days=k) for k in range(365)]
    simulators = [Simulator(data, firms) for firms in (2, 3, 4)]
    slowest = max(
        (latest_end(simulator, holidays, start) - start).days
        for simulator in simulators
        for start in starts
    )
    report = check(read_manual(SMALL), calendar)
    assert report.bound is not None
    assert report.bound.days == slowest


def test_default_manual_with_three_firms(default_data, calendar):
    # Every fifth day of 2026 and a holiday season whole; terms in business days as well.
    data = small_data(default_data)
    for state in data["state"]:
        if state["id"] in {"board", "negotiation"}:
            state["unit"] = "business"
    data["manual"]["years"] = {"least": 2026, "most": 2026}
    report = check(manual_of(data, "small.toml"), calendar, (3, 3))
    assert report.bound is not None
    holidays = closed_days(calendar, date(2026, 1, 1), date(2030, 12, 31))
    simulator = Simulator(data, 3)
    for start in [report.bound.start, date(2026, 9, 23), date(2026, 12, 31)]:
        found = (latest_end(simulator, holidays, start) - start).days
        assert found <= report.bound.days
        if start == report.bound.start:
            assert found == report.bound.days


def test_the_path_of_the_bound_can_be_played(manual, calendar):
    report = check(manual, calendar, (3, 3))
    for found in report.longest:
        stops = found.path
        assert stops[0].entered == found.start
        assert stops[-1].entered == found.end
        assert (found.end - found.start).days == found.days
        assert all(a.entered <= b.entered for a, b in itertools.pairwise(stops))
