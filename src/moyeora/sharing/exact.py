"""Numbers as people write them, read without any loss.

Everything is a :class:`fractions.Fraction` or an ``int``; a float never enters.
"""

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

# A billion digits in an exponent would fill the memory before anybody could say no.
LONGEST_NUMBER = 400
_DECIMAL = r"[+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?"
_NUMBER = re.compile(rf"\s*({_DECIMAL})\s*(?:/\s*({_DECIMAL})\s*)?(%?)\s*", re.ASCII)


def read_number(text: object) -> Fraction:
    """``"12"``, ``"0.5"``, ``"1e9"``, ``"2/3"``, ``"10 %"`` or an ``int``, exactly.

    Raises :class:`ValueError` (with a sentence for the reader) for anything else: ``nan``,
    ``inf``, a float, a truth value, words, a zero below the bar.
    """
    if isinstance(text, bool) or not isinstance(text, int | str | Fraction):
        raise ValueError(f"{text!r} is not an exact number")
    if isinstance(text, int | Fraction):
        return Fraction(text)
    found = _NUMBER.fullmatch(text) if len(text) <= LONGEST_NUMBER else None
    if found is None:
        raise ValueError(f"{text[:40]!r} is not a number")
    above, below, percent = found.groups()
    divisor = Fraction(below or 1)
    if not divisor:
        raise ValueError(f"{text!r} divides by zero")
    return Fraction(above) / divisor / (100 if percent else 1)


def write_number(number: Fraction | int) -> str:
    """The exact text of a number: ``"50"`` or ``"200/3"``."""
    return str(Fraction(number))


def write_decimals(number: Fraction, places: int) -> str:
    """A number rounded to so many decimals, for the eye only: ``"1,234.5000"``."""
    whole, rest = divmod(round(abs(number) * 10**places), 10**places)
    sign = "-" if number < 0 and (whole or rest) else ""
    return f"{sign}{whole:,}.{rest:0{places}}"


def to_integers(numbers: Iterable[Fraction | int]) -> tuple[list[int], int]:
    """The same numbers over one denominator: integers ``k`` and ``d`` with ``number = k / d``."""
    listed = list(numbers)
    if all(type(number) is int for number in listed):
        return [int(number) for number in listed], 1
    scale = lcm(*{number.denominator for number in listed})
    return [number.numerator * (scale // number.denominator) for number in listed], scale


def read_decimals(words: list[str]) -> tuple[list[int], int]:
    """Plain decimals over one power of ten, ten times faster than one by one.

    Raises :class:`ValueError` when a word is anything but digits, a point and a sign; then
    :func:`read_number` can say what it is.
    """
    parts = [word.partition(".") for word in words]
    places = max((len(decimals) for _, _, decimals in parts), default=0)
    if places > LONGEST_NUMBER:
        raise ValueError("too many decimals")
    return [int(whole + rest.ljust(places, "0")) for whole, _, rest in parts], 10**places


def split_list(text: str) -> list[str]:
    """The entries of a list in which commas, spaces or new lines stand between them."""
    return [word for word in re.split(r"\s*,\s*|\s+", text.strip()) if word]


def plain(value: Any) -> Any:
    """A value as JSON holds it: fractions as exact text, tuples as lists."""
    if isinstance(value, Fraction):
        return write_number(value)
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(inner) for inner in value]
    return value
