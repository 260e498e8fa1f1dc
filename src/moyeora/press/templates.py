"""Words with fields: ``{name}``, ``{product:을/를}``, ``*bold*``, ``[words](style)``.

A template is parsed once into :class:`Cell` values, the unbreakable stretches between its
spaces, and evaluated by column: each distinct value of a field is formatted once.

In a field, each ``:`` adds a format to its value:

- ``,`` groups a number's thousands;
- ``YYYY YY MM M DD D`` spell a date that is written ``YYYY-MM-DD``;
- ``A/B`` adds a Korean particle: A after a final consonant, B after a vowel.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from moyeora.press.faults import PressError
from moyeora.press.formats import formatter

BASE, STRONG = "", "strong"  # the style of the part itself, and of *…*


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
