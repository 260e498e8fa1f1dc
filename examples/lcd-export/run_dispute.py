"""The difference over the second shipment, played by the default manual to its settlement.

    python -m examples.lcd-export.run_dispute --out out/lcd-export --lang en

prints the case with every date and writes it as a picture. Another program can import
:func:`story` and :func:`picture` for its page, and :func:`settled` for its final statements.
"""

import argparse
from fractions import Fraction
from functools import cache
from pathlib import Path

from moyeora.resolution import Calendar, check, default_manual
from moyeora.resolution.play import Scene, Script, play, read_script, story_lines
from moyeora.resolution.remedies import by_degree
from moyeora.resolution.timeline import timeline

EVENTS = Path(__file__).parent / "dispute" / "events.toml"

# What the expert counted among the 1,040 panels that were charged.
CAUSES = {"daeyang": 520, "narae": 390, "hangang": 130}


def script() -> Script:
    """The opening and the acts."""
    return read_script(EVENTS)


@cache
def scenes() -> tuple[Scene, ...]:
    """Every moment of the case under the shipped manual, which is checked first."""
    manual = default_manual()
    firms = len(script().opening.firms)
    assert check(manual, firms=(firms, firms)).sound
    return tuple(play(manual, script(), Calendar(), EVENTS.name))


def story(language: str) -> str:
    """The case with every date, as text."""
    return "\n".join(story_lines(default_manual(), script(), list(scenes()), language))


def picture(language: str) -> str:
    """The case as an SVG picture."""
    return timeline(default_manual(), script(), list(scenes()), language)


def settled() -> dict[str, int]:
    """What the settlement moves from the statement as it stood: firm -> US cents, sum 0."""
    moved = dict.fromkeys(script().opening.firms, 0)
    for item in scenes()[-1].case.items:
        assert item.settled is not None
        for firm, amount in item.settled.items():
            moved[firm] += amount
    return moved


def by_contribution() -> dict[str, int]:
    """Who bears the 1,040 bad panels by degree of contribution: firm -> US cents."""
    charged = next(item for item in script().opening.items if item.id == "bad-panels")
    return by_degree(
        max(charged.claimed.values()), {firm: Fraction(count) for firm, count in CAUSES.items()}
    )


def main() -> None:
    """Print the case; write its picture in both languages."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("out/lcd-export"))
    parser.add_argument("--lang", choices=["ko", "en"], default="ko")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    print(story(options.lang))
    for language in ("ko", "en"):
        path = options.out / f"dispute-{language}.svg"
        path.write_text(picture(language), encoding="utf-8", newline="\n")
        print(path)


if __name__ == "__main__":
    main()
