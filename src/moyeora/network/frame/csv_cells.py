"""Cells of a CSV that a spreadsheet must not take for formulas."""

from typing import Any, Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def plain(value: Any) -> Any:
    """The value with an apostrophe before a text that begins as a formula does, as OWASP's page on
    CSV injection advises; numbers as they are.
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
