"""Days and terms in Korea: which days work, and on which day a term ends.

The first day is not counted (Civil Act, article 157); a term ends with the end of its last
day (159); if that is a Saturday or a public holiday it ends with the next working day (161).
All dates are dates in Asia/Seoul.

The list of public holidays comes from the package ``holidays``; the table ``OVERRIDES``
stands above it, because temporary holidays are proclaimed late and the law of 2026 changed
the list while older versions of the package are still installed. For 2024 to 2028 the two
together were checked against the Public Holidays Act and its decree (대체공휴일: articles 2
and 3) and against the holidays proclaimed by 2026-11; a holiday that is proclaimed later
goes into the table or into ``Calendar(extra=...)``.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

import holidays

from moyeora.resolution.errors import CalendarError

Unit = Literal["calendar", "business"]
CHECKED_YEARS = (2024, 2028)
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
MOST_DAYS = 3650

# Date -> name of the holiday, or None: a working day after all.
OVERRIDES: Mapping[date, str | None] = {
    date(2024, 4, 10): "제22대 국회의원선거일",  # Public Official Election Act, article 34
    date(2024, 10, 1): "국군의 날 임시공휴일",  # proclaimed 2024-09
    date(2025, 1, 27): "설 연휴 임시공휴일",  # proclaimed 2025-01
    date(2025, 6, 3): "제21대 대통령선거일",  # early election; proclaimed 2025-04
    date(2026, 5, 1): "노동절",  # Public Holidays Act as amended in 2026
    date(2026, 6, 3): "전국동시지방선거일",  # Public Official Election Act, article 34
    date(2026, 7, 17): "제헌절",  # Public Holidays Act as amended on 2026-02-10
    date(2027, 5, 1): "노동절",
    date(2027, 5, 3): "노동절 대체공휴일",
    date(2027, 7, 17): "제헌절",
    date(2027, 7, 19): "제헌절 대체공휴일",
    date(2028, 4, 12): "제23대 국회의원선거일",
    date(2028, 5, 1): "노동절",
    date(2028, 7, 17): "제헌절",
}

_ONE_DAY = timedelta(days=1)


@lru_cache(maxsize=128)
def _public_holidays(year: int) -> Mapping[date, str]:
    return dict(holidays.country_holidays("KR", years=year, language="ko").items())


class Calendar:
    """The working days of Korea, with holidays added or taken away by whoever uses it.

    Args:
        extra: date -> name of a holiday proclaimed since, or None for a day that works.
    """

    def __init__(self, extra: Mapping[date, str | None] | None = None) -> None:
        self._overrides = {**OVERRIDES, **(extra or {})}

    def holiday(self, day: date) -> str | None:
        """The name of the public holiday on ``day``; None on other days, Sundays included."""
        if not FIRST_DAY <= day <= LAST_DAY:
            raise CalendarError(f"{day} is outside {FIRST_DAY} to {LAST_DAY}")
        if day in self._overrides:
            return self._overrides[day]
        return _public_holidays(day.year).get(day)

    def works(self, day: date) -> bool:
        """Whether ``day`` is a working day: no Saturday, no Sunday, no public holiday."""
        return day.weekday() < 5 and self.holiday(day) is None

    def next_working_day(self, day: date) -> date:
        """``day`` itself if it works, else the first working day after it."""
        while not self.works(day):
            day += _ONE_DAY
        return day

    def last_day(self, start: date, days: int, unit: Unit = "calendar") -> date:
        """The last day of a term of ``days`` that starts during ``start``.

        ``start`` itself is not counted (Civil Act 157). A term in calendar days that would
        end on a Saturday or a holiday ends on the next working day (161); a term in business
        days counts working days only.

        Raises:
            CalendarError: ``days`` is not 0 to 3,650, or the term leaves the calendar.
        """
        if not 0 <= days <= MOST_DAYS:
            raise CalendarError(f"a term of {days} days; write 0 to {MOST_DAYS}")
        if unit == "calendar":
            return self.next_working_day(start + timedelta(days=days))
        day = start
        for _ in range(days):
            day = self.next_working_day(day + _ONE_DAY)
        return self.next_working_day(day)
