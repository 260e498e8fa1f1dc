"""What the judgement costs: the bench flyer's list with 1 % of faults of every kind, against the
same list without any, run by turns.

    python -m benchmarks.press.judging --pieces 300000

Both jobs have the rules that find the faults: a postcode, a layout by column, de-duplication, a
bar code. The faulty list prints fewer pieces; what is told is the whole of each run.
"""

import argparse
import shutil
import sys
from pathlib import Path
from statistics import median

from benchmarks.press.flyers import write_job
from benchmarks.press.measure import Cost, run
from moyeora.press.faults import Kind
from moyeora.press.register import count

BARS = '\n#place(top + left, dx: 8mm, dy: 195mm, part("bars", width: 60mm, height: 8mm))\n'
PART = '\n[parts.bars]\nkind = "code"\nsymbology = "code128"\nvalue = "{coupon}"\nunique = true\n'
# Characters of Unicode's plane 1 that no font of the job has.
RARE = 0x13000


def spoil(kind: Kind, row: dict[str, bytes], number: int, other: dict[str, bytes]) -> None:
    """Give a row a fault of a kind; ``other`` is a sound one before it."""
    match kind:
        case Kind.NO_ID:
            row["id"] = b""
        case Kind.DUPLICATE_ID:
            row["id"] = other["id"]
        case Kind.DUPLICATE_RECORD:
            row |= {name: other[name] for name in ("name", "address", "detail")}
        case Kind.BAD_POSTCODE:
            row["postcode"] = row["postcode"].lstrip(b"0")[:4]
        case Kind.BAD_NUMBER:
            row["points"] += b"P"
        case Kind.BAD_DATE:
            row["expires"] = row["expires"].replace(b"-", b"/")
        case Kind.NO_LAYOUT:
            row["design"] = b""
        case Kind.CONTROL_CHARACTER:
            row["name"] += "\u200e".encode()
        case Kind.MISSING_GLYPH:
            row["name"] += chr(RARE + number % 1000).encode()
        case Kind.OVERSET:
            row["address"] += b" " + b"%d " % number * 30
        case Kind.MISSING_PICTURE:
            row["picture_1"] = b"9%03d" % (number % 1000)
        case Kind.BAD_CODE:
            row["coupon"] += "쿠폰".encode()
        case Kind.CODE_CLASH:
            row["coupon"] = other["coupon"]
        case Kind.BAD_ENCODING:
            row["name"] = b"\xff\xfe"


def write_lists(folder: Path, pieces: int, share: float) -> tuple[Path, Path]:
    """Two job folders, the second with faults of every kind in this share of the rows."""
    sound = write_job(folder / "sound", "plain", pieces)
    toml = (sound / "mailing.toml").read_text("utf-8").replace(
        'postcode = "postcode"',
        'postcode = "postcode"\ndeduplicate = ["name", "address", "detail"]',
    )  # fmt: skip
    (sound / "mailing.toml").write_text('layout = "design"\n' + toml + PART, "utf-8")
    card = sound / "card.typ"
    card.write_text(card.read_text("utf-8") + BARS, "utf-8")
    lines = (sound / "customers.csv").read_bytes().replace(b'"', b"").splitlines()
    names = [*lines[0].decode().split(","), "design"]
    faulty = folder / "faulty"
    shutil.rmtree(faulty, ignore_errors=True)
    shutil.copytree(sound, faulty)
    kinds, every = list(Kind), round(1 / share)
    header = ",".join(names).encode() + b"\n"
    with (sound / "customers.csv").open("wb") as good, (faulty / "customers.csv").open("wb") as bad:
        good.write(header)
        bad.write(header)
        other: dict[str, bytes] = {}
        for number, line in enumerate(lines[1:]):
            row = dict(zip(names, [*line.split(b","), b"card"], strict=True))
            good.write(b",".join(row.values()) + b"\n")
            if number % every < len(kinds) and other:
                spoil(kinds[number % every], row, number, other)
                if kinds[number % every] is Kind.RAGGED_ROW:
                    del row["design"]
            else:
                other = dict(row)
            bad.write(b",".join(row.values()) + b"\n")
    return sound, faulty


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pieces", type=int, default=300_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--share", type=float, default=0.01, help="of rows, for each kind")
    parser.add_argument("--folder", type=Path, default=Path("out/judging"))
    given = parser.parse_args()
    jobs = write_lists(given.folder, given.pieces, given.share)
    costs: dict[str, list[Cost]] = {job.name: [] for job in jobs}
    # Memory is watched in a last round alone, so that watching does not slow what is timed.
    for number in range(given.runs + 1):
        for job in jobs:
            out = given.folder / f"{job.name}-out"
            shutil.rmtree(out, ignore_errors=True)
            command = [sys.executable, "-m", "moyeora.cli", "press", "run", str(job)]
            command += ["-o", str(out), "--workers", str(given.workers)]
            costs[job.name].append(run([command], sample=number == given.runs))
    for name, those in costs.items():
        peak = those.pop().peak_mb
        counts = count(given.folder / f"{name}-out")
        print(f"{name}: {counts.inputs:,} rows, {counts.printed:,} printed, {counts.held:,} held; "
              f"wall {median(c.wall_s for c in those):.2f} s, "
              f"core {median(c.core_s for c in those):.2f} s "
              f"({', '.join(f'{c.core_s:.2f}' for c in those)}), {peak:.0f} MB")  # fmt: skip
    for name, of in (("core", lambda cost: cost.core_s), ("wall", lambda cost: cost.wall_s)):
        sound, faulty = (median(map(of, costs[job.name])) for job in jobs)
        print(f"the judgement costs {faulty / sound - 1:+.1%} of {name} time")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
