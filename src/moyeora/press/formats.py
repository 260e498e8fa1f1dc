"""The forms that a field's value can take: ``,``, ``YYYY년 M월 D일``, ``을/를``."""

import datetime
import re
from collections.abc import Callable
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moyeora.press.faults import Kind
from moyeora.press.marks import Ragged, offsets

Format = Callable[[str], str]


class Bad(ValueError):
    """A value that a format cannot take; carries the kind of the fault."""

    def __init__(self, kind: Kind, what: str) -> None:
        self.kind = kind
        super().__init__(what)


def formatter(form: str) -> Format:
    """The function of a format; ValueError for an unknown one."""
    if form == ",":
        return grouped
    if "/" in form:
        first, _, second = form.partition("/")
        if any("가" <= c <= "힣" for c in form):
            return lambda text: text + particle(text, first, second)
    if re.search("[YMD]", form):
        return lambda text: dated(text, form)
    raise ValueError(f"unknown format {form!r}; known: ',', 'YYYY년 M월 D일', '을/를'")


@cache
def _groups() -> pa.Array:
    """0 to 999, and the same as three digits after a comma: what a grouped number is made of.

    Not made while importing: Arrow's first array imports pandas, where that is installed.
    """
    return pa.array([str(n) for n in range(1000)] + [f",{n:03}" for n in range(1000)], pa.string())


def grouped_together(values: pa.Array) -> pa.Array | None:
    """A column of plain whole numbers (or empty texts) grouped; None if it has anything else."""
    length = pc.binary_length(values).to_numpy(zero_copy_only=False)
    empty = length == 0
    digits = pc.ascii_is_decimal(values).to_numpy(zero_copy_only=False)
    if not np.all(digits | empty) or length.max(initial=0) > 18:
        return None
    if empty.any():
        values = pc.if_else(pa.array(empty), "0", values)
    rest = values.cast(pa.int64()).to_numpy()
    count = np.where(empty, 0, 1 + sum((rest >= 1000**n).astype(np.int64) for n in range(1, 6)))
    made = Ragged.of_lengths(np.empty(int(count.sum()), np.int32), count)
    place = made.starts[1:] - 1
    for n in range(int(count.max(initial=0))):
        here = np.flatnonzero(count > n)
        rest, last = np.divmod(rest, 1000)
        made.values[place[here] - n] = last[here] + 1000 * (count[here] > n + 1)
    fragments = _groups().take(pa.array(made.values))
    ends = offsets(fragments)[made.starts].astype(np.int32)
    return pa.StringArray.from_buffers(len(ends) - 1, pa.py_buffer(ends), fragments.buffers()[2])


def grouped(text: str) -> str:
    """``1234567.5`` -> ``1,234,567.5``."""
    if text.isdecimal():
        return f"{int(text):,}"
    match = re.fullmatch(r"([+-]?)(\d+)(\.\d+)?", text.strip())
    if not match:
        raise Bad(Kind.BAD_NUMBER, "is not a plain number")
    return f"{match[1]}{int(match[2]):,}{match[3] or ''}"


def dated(text: str, form: str) -> str:
    """``2026-11-24`` in the given form."""
    try:
        day = datetime.date.fromisoformat(text.strip()[:10])
    except ValueError:
        raise Bad(Kind.BAD_DATE, "is not a date written YYYY-MM-DD") from None
    spelled = {
        "YYYY": f"{day.year:04}",
        "YY": f"{day.year % 100:02}",
        "MM": f"{day.month:02}",
        "M": str(day.month),
        "DD": f"{day.day:02}",
        "D": str(day.day),
    }
    return re.sub("YYYY|YY|MM|M|DD|D", lambda match: spelled[match[0]], form)


# The pairs that people write in either order, by what follows a final consonant.
_PAIRS = {
    frozenset(pair): pair
    for pair in (
        ("을", "를"),
        ("이", "가"),
        ("은", "는"),
        ("과", "와"),
        ("으로", "로"),
        ("아", "야"),
    )
}
_NO_FINAL, _RIEUL, _OTHER_FINAL = range(3)
_DIGITS = {"0": 2, "1": 1, "2": 0, "3": 2, "4": 0, "5": 0, "6": 2, "7": 1, "8": 1, "9": 0}
# The Korean names of the letters end in a consonant only for these: 엘, 엠, 엔, 알.
_LETTERS = {"L": _RIEUL, "M": _OTHER_FINAL, "N": _OTHER_FINAL, "R": _RIEUL}


def particle(text: str, consonant: str, vowel: str) -> str:
    """The particle after ``text``: ``consonant`` after a final consonant, else ``vowel``.

    Hangul and numbers are read exactly, capitals by their letters' names. What cannot be known
    (a foreign word) gets both, as ``을(를)``, the way Korean forms are written.
    """
    consonant, vowel = _PAIRS.get(frozenset((consonant, vowel)), (consonant, vowel))
    final = _final(text)
    if final is None:
        return f"{consonant}({vowel})" if vowel else f"({consonant})"
    with_rieul = consonant.startswith("으로") and final == _RIEUL
    return vowel if final == _NO_FINAL or with_rieul else consonant


def _final(text: str) -> int | None:
    text = text.rstrip(" \"')]}>”’」』》〉.!?")
    if not text:
        return None
    last = text[-1]
    if "가" <= last <= "힣":
        jong = (ord(last) - 0xAC00) % 28
        return _NO_FINAL if jong == 0 else _RIEUL if jong == 8 else _OTHER_FINAL
    number = re.search(r"(?:\d|,(?=\d))+(\.\d+)?$", text)
    if number and last in _DIGITS:
        digits = number[0].replace(",", "")
        zeros = len(digits) - len(digits.rstrip("0"))
        # Whole numbers: 십 백 천 만 억 end in a consonant, 조 (10^12 to 10^15) does not.
        if not number[1] and 12 <= zeros < 16 and digits.strip("0"):
            return _NO_FINAL
        return _DIGITS[last]
    if re.search(r"(?:^|[^A-Za-z])[A-Z]+$", text):
        return _LETTERS.get(last, _NO_FINAL)
    return None
