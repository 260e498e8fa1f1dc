"""A job: what is printed, for whom, by which rules, as frozen values.

The file says what is printed, for whom and by which rules; how it looks is in the design.
All lengths are in the unit that the key names (``_mm``, ``_pt``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from moyeora.press.faults import RULES, Kind, Policy


@dataclass(frozen=True)
class Page:
    """The trimmed sheet and what is printed beyond its edges, in millimetres."""

    width_mm: float
    height_mm: float
    bleed_mm: float = 0.0


@dataclass(frozen=True)
class Customers:
    """Where the records come from, and the SQL rules over them.

    ``source`` is a CSV, XLSX or Parquet file, or a ``.sql`` file with one DuckDB query over
    ``tables`` (name -> Parquet, CSV or XLSX file). ``id`` names the column that tells records
    apart, ``postcode`` the one that must hold five digits, ``segment`` the one by which the report
    counts. ``columns`` are computed (name -> SQL), ``suppress`` leaves records out (reason -> SQL
    condition), ``order_by`` sorts.
    ``deduplicate`` are SQL expressions: of records with the same values for all of them only the
    first is printed. ``decoys`` is a file with addresses of the sender's own, which are mailed
    with the others and show whether the list is used again, and how the mail arrives.
    """

    source: Path
    id: str
    encoding: str | None = None
    sheet: str | None = None
    postcode: str | None = None
    segment: str | None = None
    tables: Mapping[str, Path] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    suppress: Mapping[str, str] = field(default_factory=dict)
    order_by: tuple[str, ...] = ()
    deduplicate: tuple[str, ...] = ()
    decoys: Path | None = None


@dataclass(frozen=True)
class TextPart:
    """Lines in one style, each a template; shrunk to ``least_size_pt`` if need be, or overset.

    A line whose fields are all empty is left out and the lines after it move up.
    """

    lines: tuple[str, ...]
    align: Literal["left", "center", "right"] = "left"
    vertical_align: Literal["top", "middle", "bottom"] = "top"
    least_size_pt: float | None = None
    when: str | None = None


@dataclass(frozen=True)
class ParagraphPart:
    """Running text with fields and styled spans, broken into lines anew for each record.

    ``breaks``: between words (Korean as it is set today), or between syllables with the
    forbidden line starts and ends kept.
    """

    text: str
    align: Literal["left", "center", "right", "justify"] = "left"
    vertical_align: Literal["top", "middle", "bottom"] = "top"
    breaks: Literal["word", "syllable"] = "word"
    when: str | None = None


@dataclass(frozen=True)
class PicturePart:
    """An image whose file name, relative to the job's folder, is given by a template.

    JPEG, PNG, SVG, or the first page of a PDF.
    """

    file: str
    fit: Literal["contain", "cover", "stretch"] = "contain"
    when: str | None = None


@dataclass(frozen=True)
class CodePart:
    """A machine-readable code of a template's value, with its quiet zone inside the part.

    ``level`` is the error correction of a QR code: 7, 15, 25 or 30 % of it may be lost. One that
    is ``unique`` may be on one piece only.
    """

    symbology: Literal["qr", "code128"]
    value: str
    level: Literal["L", "M", "Q", "H"] = "M"
    quiet_zone: bool = True
    unique: bool = False
    when: str | None = None


@dataclass(frozen=True)
class BlockPart:
    """Any Typst content: ``function`` of the file ``source``, called with a dictionary of
    ``columns``; compiled once for each distinct combination of their values."""

    source: Path
    function: str
    columns: tuple[str, ...]
    when: str | None = None


Part = TextPart | ParagraphPart | PicturePart | CodePart | BlockPart

KINDS: dict[str, type[Part]] = {
    "text": TextPart,
    "paragraph": ParagraphPart,
    "picture": PicturePart,
    "code": CodePart,
    "block": BlockPart,
}


@dataclass(frozen=True)
class Fonts:
    """The folder of the job's fonts, and the families to look in, in this order, for
    characters that a part's own font lacks."""

    folder: Path
    fallback: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """A whole job, as written; paths are absolute, inside ``folder``.

    ``layouts`` are the designs by name; ``layout`` is the SQL expression that chooses one for
    each record (not needed for a single design). ``parts`` fill the places that the designs
    leave. ``faults`` are the policies that differ from :data:`moyeora.press.faults.RULES`.
    """

    title: str
    page: Page
    customers: Customers
    layouts: Mapping[str, Path]
    parts: Mapping[str, Part]
    fonts: Fonts
    folder: Path
    layout: str | None = None
    faults: Mapping[Kind, Policy] = field(default_factory=dict)

    def policy(self, kind: Kind) -> Policy:
        """What happens to a record with a fault of this kind."""
        return self.faults.get(kind, RULES[kind].policy)
