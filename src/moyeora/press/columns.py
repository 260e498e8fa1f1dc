"""The columns of a batch, what templates make of them (each distinct value once), and what is
wrong with them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moyeora.press.faults import Kind
from moyeora.press.formats import Bad, formatter, grouped_together
from moyeora.press.marks import Ragged, joined, offsets
from moyeora.press.templates import Field


@dataclass(frozen=True)
class Defects:
    """One kind of fault at several rows of a batch, with the same words about each, or with words
    of its own for each (a string array)."""

    kind: Kind
    rows: np.ndarray
    what: str | pa.Array

    def at(self, index: np.ndarray) -> "Defects":
        """The same where row r of these is row ``index[r]``."""
        return replace(self, rows=index[self.rows])

    def only(self, keep: np.ndarray) -> "Defects":
        """Those at the rows where ``keep`` is true."""
        kept = keep[self.rows]
        what = self.what if isinstance(self.what, str) else self.what.filter(pa.array(kept))
        return Defects(self.kind, self.rows[kept], what)


class Columns:
    """The columns of a batch: string arrays of ``rows`` values, and what templates make of them.
    A null reads as the empty text."""

    def __init__(self, columns: Mapping[str, pa.Array], rows: int) -> None:
        self.rows = rows
        self._columns = columns
        self._filled: dict[str, pa.Array] = {}
        self._words: dict[tuple[str | Field, ...], WordRows] = {}
        self._formatted: dict[Field, tuple[pa.Array, list[Defects]]] = {}

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
            values, defects = self.text(pieces)
            found = self._words[pieces] = split(values, defects)
        return found

    def text(self, pieces: tuple[str | Field, ...]) -> tuple[pa.Array, list[Defects]]:
        """The text of these pieces for all rows, and what is wrong with the fields in it."""
        defects: list[Defects] = []
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
            values, wrong = self._formatted[piece]
            defects += wrong
            parts.append(values)
        if len(parts) == 1 and isinstance(parts[0], pa.Array):
            return parts[0], defects
        joined = pc.binary_join_element_wise(*parts, pa.scalar("", pa.string()))
        return joined if isinstance(joined, pa.Array) else pa.repeat(joined, self.rows), defects


@dataclass(frozen=True)
class WordRows:
    """Texts as rows of words: ``rows`` has places in ``distinct``."""

    rows: Ragged
    distinct: list[str]
    defects: list[Defects]


# The lead bytes, in UTF-8, of the blocks of Unicode's right-to-left scripts; and these blocks.
_MAYBE_BACKWARD = re.compile(rb"[\xd6-\xdf]|\xe0[\xa0-\xa3]|\xef[\xac-\xbb]|\xf0[\x90\x9e]")
_BACKWARD = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def split(values: pa.Array, defects: list[Defects]) -> WordRows:
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
    return WordRows(rows, distinct, defects)


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


def _formatted(values: pa.Array, formats: tuple[str, ...]) -> tuple[pa.Array, list[Defects]]:
    if formats == (",",):
        quick = grouped_together(values)
        if quick is not None:
            return quick, []
        # A few are not digits alone: the others need not go one by one.
        plain = pc.match_substring_regex(values, "^[0-9]{0,18}$")
        quick = grouped_together(pc.if_else(plain, values, ""))
        assert quick is not None
        odd = np.flatnonzero(~plain.to_numpy(zero_copy_only=False))
        made, wrong = _formatted_singly(values.take(pa.array(odd)), formats)
        whole = pc.replace_with_mask(quick, pc.invert(plain), made)
        return whole, [defects.at(odd) for defects in wrong]
    return _formatted_singly(values, formats)


def _formatted_singly(values: pa.Array, formats: tuple[str, ...]) -> tuple[pa.Array, list[Defects]]:
    """Each distinct value formatted by itself; a bad one is empty."""
    encoded = values.dictionary_encode()
    made: list[str] = encoded.dictionary.to_pylist()
    # The words and not the errors: those would hold, by their tracebacks, the columns of the batch.
    bad: dict[tuple[Kind, str], list[int]] = {}
    for form in map(formatter, formats):
        for number, text in enumerate(made):
            if text:
                try:
                    made[number] = form(text)
                except Bad as error:
                    bad.setdefault((error.kind, str(error)), []).append(number)
                    made[number] = ""
    result = pa.array(made, pa.string()).take(encoded.indices)
    if not bad:
        return result, []
    indices = encoded.indices.to_numpy(zero_copy_only=False)
    return result, [
        Defects(kind, np.flatnonzero(np.isin(indices, numbers)), what)
        for (kind, what), numbers in bad.items()
    ]
