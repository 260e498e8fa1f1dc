"""The numbers asked of the press, and how a measured one stands to them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """A number with what it aims at and the floor it must not fall through.

    With ``more`` greater is better, otherwise less.
    """

    what: str
    unit: str
    aim: float
    floor: float
    more: bool = False

    def verdict(self, value: float) -> str:
        """``aim``, ``floor`` or ``short``: the best of them that the value reaches."""
        for name, bound in (("aim", self.aim), ("floor", self.floor)):
            if value >= bound if self.more else value <= bound:
                return name
        return "short"


SPEED = Claim("the bench flyer", "pieces/s", 100_000, 50_000, more=True)
# On two cores: 100,000 pieces a second are 20 µs of core time a piece, 50,000 are 40.
CORE = Claim("core time a piece, imports included", "µs", 20, 40)
RATIO = Claim("against Typst", "times", 50, 30, more=True)
MEMORY = Claim("peak memory of all processes", "MB", 500, 800)
BYTES = Claim("bytes a piece beyond what is shared", "B", 1_500, 2_000)
RASTER = Claim("personalised against static, composed and rasterised", "times", 1.2, 1.3)
