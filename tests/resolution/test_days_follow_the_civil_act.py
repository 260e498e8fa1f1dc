"""Korean working days and terms, against the law's own list and a slow reading of it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moyeora.resolution.calendar import CHECKED_YEARS, Calendar
from moyeora.resolution.errors import CalendarError

# Public holidays of 2024 to 2028 that fall on a weekday. Written out from the Public Holidays Act
# (공휴일에 관한 법률, as amended in 2026 for 노동절 and 제헌절), its decree on substitute holidays,
# the lunar calendar, the Public Official Election Act, article 34, and the proclaimed days.
WEEKDAY_HOLIDAYS = {
    2024: "0101 0209 0212 0301 0410 0506 0515 0606 0815 0916 0917 0918 1001 1003 1009 1225",
    2025: "0101 0127 0128 0129 0130 0303 0505 0506 0603 0606 0815 1003 1006 1007 1008 1009 1225",
    2026: "0101 0216 0217 0218 0302 0501 0505 0525 0603 0717 0817 0924 0925 1005 1009 1225",
    2027: "0101 0208 0209 0301 0503 0505 0513 0719 0816 0914 0915 0916 1004 1011 1227",
    2028: "0126 0127 0128 0301 0412 0501 0502 0505 0606 0717 0815 1002 1003 1004 1005 1009 1225",
}
CALENDAR = Calendar()


def every_day(year):
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


@pytest.mark.parametrize("year", range(CHECKED_YEARS[0], CHECKED_YEARS[1] + 1))
def test_the_list_is_that_of_the_law(year):
    closed = {f"{d:%m%d}" for d in every_day(year) if d.weekday() < 5 and not CALENDAR.works(d)}
    assert closed == set(WEEKDAY_HOLIDAYS[year].split())


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        # Civil Act 157: the first day is not counted.
        (date(2026, 3, 3), 3, date(2026, 3, 6)),
        # 161: a term that would end on a Saturday ends on Monday,
        (date(2026, 3, 4), 3, date(2026, 3, 9)),
        # one that would end on a holiday (Constitution Day, a Friday) on the next working day,
        (date(2026, 7, 7), 10, date(2026, 7, 20)),
        # and one that would end in the middle of Seollal after it.
        (date(2026, 2, 2), 14, date(2026, 2, 19)),
        # A holiday on the way is counted.
        (date(2026, 2, 13), 10, date(2026, 2, 23)),
        # Chuseok 2025 ran into Hangul Day: 3 October to 9 October, a week.
        (date(2025, 9, 26), 8, date(2025, 10, 10)),
        # 1 January 2028 is a Saturday and has no substitute.
        (date(2027, 12, 29), 3, date(2028, 1, 3)),
    ],
)
def test_terms_in_calendar_days(start, days, last):
    assert CALENDAR.last_day(start, days) == last


def test_a_term_in_business_days_counts_working_days_only():
    assert CALENDAR.last_day(date(2026, 2, 13), 1, "business") == date(2026, 2, 19)
    assert CALENDAR.last_day(date(2026, 4, 30), 2, "business") == date(2026, 5, 6)


days = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@given(days, st.integers(0, 200), st.integers(0, 40), st.sampled_from(["calendar", "business"]))
def test_terms_are_monotone_and_end_on_working_days(start, days, later, unit):
    last = CALENDAR.last_day(start, days, unit)
    assert CALENDAR.works(last)
    assert last >= start
    assert CALENDAR.last_day(start + timedelta(days=later), days, unit) >= last
    assert CALENDAR.last_day(start, days + 1, unit) >= last
    if unit == "business" and days:
        passed = (start + timedelta(days=k) for k in range(1, (last - start).days + 1))
        assert sum(map(CALENDAR.works, passed)) == days


def test_a_holiday_proclaimed_later_can_be_added_and_one_taken_away():
    calendar = Calendar({date(2027, 10, 8): "임시공휴일", date(2027, 12, 27): None})
    assert not calendar.works(date(2027, 10, 8))
    assert calendar.works(date(2027, 12, 27))
    assert CALENDAR.works(date(2027, 10, 8))


@pytest.mark.parametrize(("start", "length"), [(date(1999, 1, 1), 1), (date(2026, 1, 1), -1)])
def test_what_the_calendar_does_not_cover_is_refused(start, length):
    with pytest.raises(CalendarError):
        CALENDAR.last_day(start, length)
