"""The whole job, from the retailer's tables to volumes ready for the press.

python examples/department-store/run.py [--households N] [--out FOLDER]
"""

import argparse
from pathlib import Path

from prepare import prepare
from rich.console import Console

HERE = Path(__file__).resolve().parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--households", type=int, metavar="N", help="how many customers to make")
    parser.add_argument("--out", type=Path, default=Path("out/department-store"))
    chosen = parser.parse_args()
    console = Console()
    with console.status("Laying out the households' purchases, names and addresses"):
        prepare(HERE / "data", chosen.households)


if __name__ == "__main__":
    main()
