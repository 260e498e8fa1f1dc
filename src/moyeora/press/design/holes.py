"""The places that a design leaves for its parts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

UNIT = 100  # the press counts in hundredths of a point

# As in PDF (ISO 32000-2, 8.3.4): x' = ax + cy + e, y' = bx + dy + f.
Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Specimen:
    """How text looks in a hole: the font's PostScript name, size in points, tracking as a
    fraction of an em (with the digits' own kerning still in it), ink as PDF operators."""

    font: str
    size: float
    tracking: float
    ink: bytes


@dataclass(frozen=True)
class Hole:
    """Where a part is on a page, and its name among the page's resources. ``frame`` maps its own
    points (origin at the lower left of its box, y upwards) to the page's; ``baseline`` is the
    first line's distance from the top of the box, ``leading`` from baseline to baseline;
    ``looks`` are the specimens by style."""

    part: str
    name: str
    frame: Matrix
    width: float
    height: float
    baseline: float
    leading: float
    looks: Mapping[str, Specimen] = field(hash=False, compare=False)


def inverse(m: Matrix) -> Matrix:
    """The matrix that undoes ``m``."""
    a, b, c, d, e, f = m
    det = a * d - b * c
    return (d / det, -b / det, -c / det, a / det, (c * f - d * e) / det, (b * e - a * f) / det)
