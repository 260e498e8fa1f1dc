"""Draws the pictures of docs/sharing.md from the rules themselves.

python docs/sharing/draw.py
"""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from moyeora.sharing.claims import CLAIMS_RULES

FOLDER = Path(__file__).parent
INK, SOFT, LINE, BLUE, PALE = "#1c2430", "#5b6675", "#dfe4ea", "#0b5c8e", "#e8f1f7"
COLORS = ("#0b5c8e", "#c96f12", "#1a7f4b")
STYLE = (
    f"<style>text{{font:14px Pretendard,'Noto Sans KR',sans-serif;fill:{INK}}}"
    f".soft{{fill:{SOFT}}}.small{{font-size:12px}}.bold{{font-weight:700}}</style>"
)


def svg(width: int, height: int, parts: Iterable[str]) -> str:
    """A picture on white."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}">'
        f'{STYLE}<rect width="{width}" height="{height}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def text(x: float, y: float, words: str, more: str = "") -> str:
    """A line of text."""
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{words}</text>'


def waterfall() -> str:
    """5,000,000 won on their way down the steps of the page's agreement."""
    left, top, wide, step = 40, 46, 330, 62
    flow = [
        ("receipt", 5_000_000, None, ""),
        ("1 VAT", 4_545_455, 454_545, "10 % inside the price → tax office"),
        ("2 costs", 4_225_455, 320_000, "approved costs → who paid them"),
        ("3 office", 4_125_455, 100_000, "2 % of the receipt → the association"),
        ("4 retention", 3_875_455, 250_000, "5 % of the receipt → held until 2027"),
        ("5 profit", 0, 3_875_455, "what is left → bakery 5 : printer 3 : courier 2"),
    ]
    parts = [text(left, 26, "What is left, step by step (won)", 'class="bold"')]
    scale = wide / flow[0][1]
    for place, (name, rest, taken, says) in enumerate(flow):
        y = top + place * step
        before = rest + (taken or 0)
        parts.append(
            f'<rect x="{left}" y="{y}" width="{rest * scale:.1f}" height="34" fill="{PALE}"/>'
        )
        if taken:
            parts.append(
                f'<rect x="{left + rest * scale:.1f}" y="{y}" width="{taken * scale:.1f}" '
                f'height="34" fill="{BLUE}"/>'
            )
        amount = f"{before if taken is None else taken:,}"
        parts.append(text(left + wide + 16, y + 14, f"{name}: {amount}", 'class="bold"'))
        parts.append(text(left + wide + 16, y + 32, says, 'class="soft small"'))
        if place < len(flow) - 1:
            middle = left + rest * scale / 2
            parts.append(
                f'<path d="M{middle:.1f} {y + 38} v16 m-4 -5 l4 5 l4 -5" fill="none" '
                f'stroke="{SOFT}"/>'
            )
    return svg(760, top + len(flow) * step, parts)


def claims() -> str:
    """What claims of 100, 200 and 300 get of every estate, under four rules."""
    owed = [Fraction(100), Fraction(200), Fraction(300)]
    names = {
        "proportional": "proportional",
        "equal_awards": "equal awards",
        "equal_losses": "equal losses",
        "talmud": "Talmud",
    }
    parts, wide, high = [], 160, 150
    for place, (rule, name) in enumerate(names.items()):
        x0, y0 = 36 + place * (wide + 30), 190
        parts.append(text(x0, 26, name, 'class="bold"'))
        for award in (100, 200, 300):
            y = y0 - award * high / 300
            parts.append(
                f'<line x1="{x0}" x2="{x0 + wide}" y1="{y}" y2="{y}" stroke="{LINE}"/>'
                + text(x0 - 4, y + 4, str(award), 'class="soft small" text-anchor="end"')
            )
        for claimant, color in enumerate(COLORS):
            points = []
            for estate in range(0, 601, 5):
                share = CLAIMS_RULES[rule](Fraction(estate), owed)[claimant]
                points.append(
                    f"{x0 + estate * wide / 600:.1f},{y0 - float(share) * high / 300:.1f}"
                )
            parts.append(
                f'<polyline points="{" ".join(points)}" fill="none" stroke="{color}" '
                'stroke-width="2.5"/>'
            )
        for estate in (0, 300, 600):
            where = x0 + estate * wide / 600
            parts.append(
                text(where, y0 + 18, str(estate), 'class="soft small" text-anchor="middle"')
            )
    for place, (claim, color) in enumerate(zip(owed, COLORS, strict=True)):
        x = 36 + place * 130
        parts.append(f'<rect x="{x}" y="228" width="22" height="4" fill="{color}"/>')
        parts.append(text(x + 30, 234, f"claims {claim}", 'class="small"'))
    parts.append(text(786, 234, "across: the estate", 'class="soft small" text-anchor="end"'))
    return svg(800, 250, parts)


if __name__ == "__main__":
    (FOLDER / "waterfall.svg").write_text(waterfall(), encoding="utf-8")
    (FOLDER / "claims.svg").write_text(claims(), encoding="utf-8")
