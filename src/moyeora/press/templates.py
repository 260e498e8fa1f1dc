"""Words with fields: ``{name}``, ``{product:을/를}``, ``*bold*``, ``[words](style)``.

A template is parsed once into :class:`Cell` values, the unbreakable stretches between its
spaces, and evaluated by column: each distinct value of a field is formatted once.

In a field, each ``:`` adds a format to its value:

- ``,`` groups a number's thousands;
- ``YYYY YY MM M DD D`` spell a date that is written ``YYYY-MM-DD``;
- ``A/B`` adds a Korean particle: A after a final consonant, B after a vowel.
"""

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moyeora.press.faults import Kind, PressError
from moyeora.press.marks import Ragged, joined, offsets

BASE, STRONG = "", "strong"  # the style of the part itself, and of *…*

Format = Callable[[str], str]


@dataclass(frozen=True)
class Field:
    """A column's value, and the formats it goes through."""

    column: str
    formats: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """What stands between two break opportunities: literals and fields of one style.

    ``space`` is the style of the space before it, or None where it is glued to the cell before
    (the style changes inside a word) or begins a line.
    """

    pieces: tuple[str | Field, ...]
    style: str
    space: str | None

    @property
    def literal(self) -> str | None:
        """The whole text, when no field is in it."""
        return None if self.fields else "".join(p for p in self.pieces if isinstance(p, str))

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(p for p in self.pieces if isinstance(p, Field))


Line = tuple[Cell, ...]

_TOKEN = re.compile(
    r"\\(?P<escaped>.)|\{(?P<field>[^{}]*)\}|(?P<strong>\*)|(?P<open>\[)|\]\((?P<style>[^()]*)\)"
    r"|(?P<stray>[{}\]])|(?P<text>[^\\{}*\[\]]+)",
    re.DOTALL,
)


def parse(template: str, place: str, *, spans: bool = True) -> tuple[Line, ...]:
    """The lines of a template (split at its line breaks), each a tuple of cells.

    ``place`` is named in the :class:`PressError` of a template that is not well formed. Without
    ``spans``, ``*`` and ``[`` are ordinary characters.
    """
    lines: list[Line] = []
    for number, text in enumerate(template.strip("\n").split("\n"), 1):
        try:
            lines.append(tuple(_cells(_items(text.strip(), spans))))
        except ValueError as error:
            raise PressError(f"line {number}: {error}", place=place) from None
    return tuple(lines)


def _items(text: str, spans: bool) -> Iterator[tuple[str | Field, str]]:
    """(literal or field, style), in reading order."""
    style, opened = BASE, None
    items: list[tuple[str | Field, str]] = []
    for match in _TOKEN.finditer(text):
        kind, value = match.lastgroup, match[match.lastgroup or 0]
        if kind == "field":
            name, *formats = value.split(":")
            if not name.strip():
                raise ValueError("a field {} without a name")
            for form in formats:
                formatter(form)
            items.append((Field(name.strip(), tuple(formats)), style))
        elif kind == "stray" and value in "{}":
            raise ValueError(f"a single {value!r}; write \\{value} for the character itself")
        elif not spans or kind in {"text", "escaped", "stray"}:
            literal = value if kind in {"text", "escaped"} else match[0]
            items.append((literal, style))
        elif kind == "strong":
            if opened is not None:
                raise ValueError("'*' inside [ ]")
            style = BASE if style == STRONG else STRONG
        elif kind == "open":
            if style != BASE:
                raise ValueError("'[' inside another span")
            style, opened = "[", len(items)
        else:
            if opened is None:
                raise ValueError("']' without '['")
            items[opened:] = [(piece, value) for piece, _ in items[opened:]]
            style, opened = BASE, None
    if style != BASE:
        raise ValueError("a '*' without its second" if style == STRONG else "a '[' without '](…)'")
    return iter(items)


def _cells(items: Iterator[tuple[str | Field, str]]) -> Iterator[Cell]:
    pieces: list[str | Field] = []
    style, space = BASE, None
    for item, item_style in items:
        for part in re.split(r"( +)", item) if isinstance(item, str) else [item]:
            if part == "":
                continue
            blank = isinstance(part, str) and part.isspace()
            if pieces and (blank or item_style != style):
                yield Cell(tuple(pieces), style, space)
                pieces, space = [], None
            if blank:
                space = item_style
            else:
                pieces.append(part)
                style = item_style
    if pieces:
        yield Cell(tuple(pieces), style, space)


# --- values ---------------------------------------------------------------------------------


class Bad(ValueError):
    """A value that a format cannot take; carries the kind of the fault."""

    def __init__(self, kind: Kind, what: str) -> None:
        self.kind = kind
        super().__init__(what)


class Columns:
    """The columns of a batch: string arrays of ``rows`` values, and what templates make of them.
    A null reads as the empty text."""

    def __init__(self, columns: Mapping[str, pa.Array], rows: int) -> None:
        self.rows = rows
        self._columns = columns
        self._filled: dict[str, pa.Array] = {}
        self._words: dict[tuple[str | Field, ...], WordRows] = {}
        self._formatted: dict[Field, tuple[pa.Array, list[tuple[np.ndarray, Bad]]]] = {}

    def __getitem__(self, name: str) -> pa.Array:
        found = self._filled.get(name)
        if found is None:
            found = self._columns[name]
            if found.null_count:
                found = found.fill_null("")
            self._filled[name] = found
        return found

    def words(self, pieces: tuple[str | Field, ...]) -> "WordRows":
        """:meth:`text`, split into words."""
        found = self._words.get(pieces)
        if found is None:
            values, bad = self.text(pieces)
            found = self._words[pieces] = split(values, bad)
        return found

    def text(
        self, pieces: tuple[str | Field, ...]
    ) -> tuple[pa.Array, list[tuple[np.ndarray, Bad]]]:
        """The text of these pieces for all rows, and (row indices, what is bad about them)."""
        bad: list[tuple[np.ndarray, Bad]] = []
        parts: list[pa.Array | pa.Scalar] = []
        for piece in pieces:
            if isinstance(piece, str):
                parts.append(pa.scalar(piece, pa.string()))
                continue
            if piece not in self._formatted:
                values = self[piece.column]
                self._formatted[piece] = (
                    _formatted(values, piece.formats) if piece.formats else (values, [])
                )
            values, faults = self._formatted[piece]
            bad += faults
            parts.append(values)
        if len(parts) == 1 and isinstance(parts[0], pa.Array):
            return parts[0], bad
        joined = pc.binary_join_element_wise(*parts, pa.scalar("", pa.string()))
        return joined if isinstance(joined, pa.Array) else pa.repeat(joined, self.rows), bad


@dataclass(frozen=True)
class WordRows:
    """Texts as rows of words: ``rows`` has places in ``distinct``; ``bad`` as in Columns."""

    rows: Ragged
    distinct: list[str]
    bad: list[tuple[np.ndarray, Bad]]


# The lead bytes, in UTF-8, of the blocks of Unicode's right-to-left scripts; and these blocks.
_MAYBE_BACKWARD = re.compile(rb"[\xd6-\xdf]|\xe0[\xa0-\xa3]|\xef[\xac-\xbb]|\xf0[\x90\x9e]")
_BACKWARD = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def split(values: pa.Array, bad: list[tuple[np.ndarray, Bad]]) -> WordRows:
    """Split texts at white space. Neighbours that read from right to left stay one word, since
    their order on the line is the reverse of their order in the text."""
    listed = pc.utf8_split_whitespace(values)
    flat = listed.flatten()
    lengths = np.diff(offsets(listed))
    some = pc.binary_length(flat).to_numpy(zero_copy_only=False) > 0
    if not some.all():
        row = np.repeat(np.arange(len(lengths)), lengths)
        lengths = np.bincount(row[some], minlength=len(lengths))
        flat = flat.filter(pa.array(some))
    encoded = flat.dictionary_encode()
    distinct = encoded.dictionary.to_pylist()
    places = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    rows = Ragged.of_lengths(places, lengths)
    if _MAYBE_BACKWARD.search(joined(encoded.dictionary.cast(pa.binary()))):
        rows = _kept_together(rows, distinct)
    return WordRows(rows, distinct, bad)


def _kept_together(rows: Ragged, distinct: list[str]) -> Ragged:
    """Join neighbouring words that read from right to left; new ones go to ``distinct``."""
    backward = np.array([_BACKWARD.search(word) is not None for word in distinct], bool)
    row = np.repeat(np.arange(len(rows)), rows.lengths)
    at = backward[rows.values]
    follows = np.zeros(len(at), bool)
    follows[1:] = at[1:] & at[:-1] & (row[1:] == row[:-1])
    heads = np.flatnonzero(~follows)
    numbers = {word: number for number, word in enumerate(distinct)}
    values = rows.values[heads]
    ends = np.append(heads[1:], len(at))
    for place in np.flatnonzero(ends - heads > 1).tolist():
        words = rows.values[heads[place] : ends[place]].tolist()
        word = " ".join(distinct[number] for number in words)
        if word not in numbers:
            numbers[word] = len(distinct)
            distinct.append(word)
        values[place] = numbers[word]
    return Ragged.of_lengths(values, np.bincount(row[heads], minlength=len(rows)))


def _formatted(
    values: pa.Array, formats: tuple[str, ...]
) -> tuple[pa.Array, list[tuple[np.ndarray, Bad]]]:
    if formats == (",",):
        quick = _grouped_together(values)
        if quick is not None:
            return quick, []
    encoded = values.dictionary_encode()
    made: list[str] = encoded.dictionary.to_pylist()
    bad: dict[int, Bad] = {}
    for form in map(formatter, formats):
        for number, text in enumerate(made):
            if text:
                try:
                    made[number] = form(text)
                except Bad as error:
                    bad.setdefault(number, error)
    result = pa.array(made, pa.string()).take(encoded.indices)
    if not bad:
        return result, []
    indices = encoded.indices.to_numpy(zero_copy_only=False)
    return result, [(np.flatnonzero(indices == number), error) for number, error in bad.items()]


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


# 0 to 999, and the same as three digits after a comma: what a grouped number is made of.
_GROUPS = pa.array([str(n) for n in range(1000)] + [f",{n:03}" for n in range(1000)], pa.string())


def _grouped_together(values: pa.Array) -> pa.Array | None:
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
    fragments = _GROUPS.take(pa.array(made.values))
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
