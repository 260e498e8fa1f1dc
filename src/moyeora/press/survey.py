"""One pass over the frozen table, for what must be known before the first piece is composed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from moyeora.press.columns import Columns
from moyeora.press.job import BlockPart, CodePart, Job, ParagraphPart, PicturePart, TextPart
from moyeora.press.marks import joined, offsets
from moyeora.press.parts import code128
from moyeora.press.parts.images import block_pieces, picture_pieces
from moyeora.press.templates import Field, Line, parse

PIECE = "piece"  # the built-in field: the piece's number


@dataclass
class Survey:
    """What the records of a list hold.

    ``characters``: code points in the text parts' columns. ``keys``: the distinct values of each
    picture and block. ``longest``: bytes of each code's longest value; ``digits``: for each Code
    128 and length of value, which columns hold digits in all records.
    """

    characters: set[int] = field(default_factory=set)
    keys: dict[str, set[str]] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)
    digits: dict[str, dict[int, npt.NDArray[np.bool_]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Words:
    """The parsed templates of a job, and the columns that they read."""

    lines: Mapping[str, tuple[Line, ...]]
    pieces: Mapping[str, tuple[str | Field, ...]]

    def columns_of(self, part: str) -> set[str]:
        """The columns that one part reads."""
        lines, pieces = self.lines.get(part, ()), self.pieces.get(part, ())
        return {field.column for line in lines for cell in line for field in cell.fields} | {
            piece.column for piece in pieces if isinstance(piece, Field)
        }

    def columns(self) -> set[str]:
        """All columns that a part reads."""
        return self.text_columns() | {
            piece.column for pieces in self.pieces.values() for piece in pieces
            if isinstance(piece, Field)
        }  # fmt: skip

    def text_columns(self) -> set[str]:
        """The columns that are set as text."""
        return {
            field.column
            for lines in self.lines.values()
            for line in lines
            for cell in line
            for field in cell.fields
        }


def read_words(job: Job) -> Words:
    """Parse every template of a job. Raises PressError for one that is not well formed."""
    lines: dict[str, tuple[Line, ...]] = {}
    pieces: dict[str, tuple[str | Field, ...]] = {}
    for name, part in job.parts.items():
        place = f"mailing.toml: parts.{name}"
        if isinstance(part, ParagraphPart):
            lines[name] = parse(part.text, f"{place}.text")
        elif isinstance(part, TextPart):
            lines[name] = tuple(
                line for text in part.lines for line in parse(text, f"{place}.lines", spans=False)
            )
        elif isinstance(part, PicturePart):
            pieces[name] = _single(part.file, f"{place}.file")
        elif isinstance(part, CodePart):
            pieces[name] = _single(part.value, f"{place}.value")
        elif isinstance(part, BlockPart):
            pieces[name] = block_pieces(part)
    return Words(lines, pieces)


def _single(template: str, place: str) -> tuple[str | Field, ...]:
    return picture_pieces([cell for line in parse(template, place, spans=False) for cell in line])


def survey(job: Job, words: Words, records: Path) -> Survey:
    """Look through the frozen table, a batch at a time."""
    found = Survey()
    seen = np.zeros(0x110000, bool)
    text_columns = sorted(words.text_columns() - {PIECE})
    for name in words.pieces:
        found.keys[name] = set()
        found.longest[name] = 1
        found.digits[name] = {}
    with pa.OSFile(str(records)) as file:
        reader = pa.ipc.open_file(file)
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            named = {name: batch[name] for name in batch.schema.names}
            named[PIECE] = pa.array(["0"] * batch.num_rows)
            columns = Columns(named, batch.num_rows)
            for name in text_columns:
                text = bytes(joined(columns[name].cast(pa.binary()))).decode()
                seen[np.frombuffer(text.encode("utf-32-le"), np.uint32)] = True
            for name, pieces in words.pieces.items():
                values, _ = columns.text(pieces)
                part = job.parts[name]
                if not isinstance(part, CodePart):
                    found.keys[name].update(values.unique().to_pylist())
                    continue
                lengths = pc.binary_length(values).to_numpy(zero_copy_only=False)
                found.longest[name] = max(found.longest[name], int(lengths.max(initial=0)))
                if part.symbology == "code128":
                    _digits(found.digits[name], values, lengths)
    found.characters.update(np.flatnonzero(seen).tolist())
    return found


def _digits(
    digits: dict[int, npt.NDArray[np.bool_]], values: pa.Array, lengths: npt.NDArray[np.int32]
) -> None:
    binary = values.cast(pa.binary())
    data = np.frombuffer(joined(binary), np.uint8)
    starts = offsets(binary)
    for length in np.unique(lengths[lengths > 0]).tolist():
        at = np.flatnonzero(lengths == length)
        text = data[(starts[at] - starts[0])[:, None] + np.arange(length)]
        here = code128.digit_columns(text)
        digits[length] = digits[length] & here if length in digits else here
