"""``make bench-press``: the press against its floors, its aims and its peers, on this machine.

Everything is measured end to end and from outside: a CSV on disk to volumes on disk, the
judgement of the list and the register included, the start of Python and the imports too. Peers
compose the same flyer from the same CSV in the same run, with as many processes, but judge
nothing, register nothing and are given their QR matrices.

    python -m benchmarks.press.bench --sizes 10000 100000 300000
"""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import pikepdf
import pyarrow.parquet as pq
from rich.console import Console

from benchmarks.press import claims, rasterising
from benchmarks.press.claims import Claim
from benchmarks.press.flyers import FLYERS, NOTO, PRETENDARD, Unavailable, write_job
from benchmarks.press.measure import Cost, RunFailed, bare_write, machine, run
from benchmarks.press.peers.records import prepare
from benchmarks.press.tables import claims_table, markdown, runs_table

PEERS = ("typst", "reportlab", "fullbleed")
OTHER_FLYERS = ("kerned", "pictures", "layouts", "scripts")
SHARE_PIECES = 20_000  # the list whose volumes tell the shared bytes from a piece's own


@dataclass
class Run:
    """One line of the table of runs; ``seconds`` are all the timed ones, in order."""

    who: str
    flyer: str
    pieces: int
    processes: int
    seconds: list[float]
    core_s: float
    peak_mb: float
    bytes: int

    @property
    def wall_s(self) -> float:
        return median(self.seconds)

    @property
    def speed(self) -> float:
        return self.pieces / self.wall_s


@dataclass
class Measured:
    """A claim's number as measured, and how."""

    claim: Claim
    value: float
    how: str


def _console() -> Console:
    """Wide enough for the tables where there is no terminal to ask."""
    console = Console()
    return console if console.is_terminal else Console(width=140)


@dataclass
class Bench:
    """The state of one bench: where it works, how often it repeats, what it found."""

    given: argparse.Namespace
    console: Console = field(default_factory=_console)
    runs: list[Run] = field(default_factory=list)
    measured: list[Measured] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    failed: bool = False

    def job(self, flyer: str, pieces: int) -> Path:
        """The job folder of a flyer, with this many customers."""
        return write_job(
            self.given.folder / flyer,
            flyer,
            pieces,
            pretendard=self.given.pretendard,
            noto=self.given.noto,
        )

    def remark(self, text: str) -> None:
        self.remarks.append(text)
        self.console.print(f"[yellow]{text}[/yellow]", highlight=False)

    # Ours

    def press(self, job: Path, out: Path, *more: str, sample: bool = False) -> Cost:
        """One run of the press into a fresh folder."""
        shutil.rmtree(out, ignore_errors=True)
        command = [
            sys.executable,
            "-m",
            "moyeora.cli",
            "press",
            "run",
            str(job),
            "-o",
            str(out),
            "--workers",
            str(self.given.workers),
            *more,
        ]
        return run([command], sample=sample)

    def ours(self, flyer: str, pieces: int, runs: int) -> Run:
        """Time the press ``runs`` times, and once more, untimed, for the memory."""
        job, out = self.job(flyer, pieces), self.given.folder / "ours"
        watched = self.press(job, out, sample=True)
        timed = [self.press(job, out) for _ in range(runs)]
        self.check(out, pieces, pages=2 * pieces if len(FLYERS[flyer].layouts) == 1 else None)
        written = _size(out)
        shutil.rmtree(out)
        return self.add(
            Run(
                "moyeora",
                flyer,
                pieces,
                self.given.workers,
                [cost.wall_s for cost in timed],
                median(cost.core_s for cost in timed),
                watched.peak_mb,
                written,
            )
        )

    def check(self, out: Path, pieces: int, pages: int | None) -> None:
        """A run counts only if the register holds every row and the volumes every page."""
        register = out / "pieces.parquet"
        if register.exists() and pq.read_metadata(register).num_rows != pieces:
            raise RunFailed(f"the register in {out} does not hold {pieces} rows")
        found = 0
        for volume in out.glob("**/*.pdf"):
            with pikepdf.open(volume) as pdf:
                found += len(pdf.pages)
        if pages is not None and found != pages:
            raise RunFailed(f"the volumes in {out} hold {found} pages, not {pages}")

    def own_bytes(self, flyer: str) -> float:
        """Bytes of a piece beyond what a volume's pieces share.

        The same list is written in one volume and in two; the second costs the shared part once
        more, so their difference is that part, and what remains of the first is the pieces'.
        """
        job, out = self.job(flyer, SHARE_PIECES), self.given.folder / "ours"
        sizes = []
        for volumes in (1, 2):
            self.press(job, out, "--volume-pieces", str(SHARE_PIECES // volumes))
            sizes.append(_size(out))
        shutil.rmtree(out)
        shared = sizes[1] - sizes[0]
        return (sizes[0] - shared) / SHARE_PIECES

    # Peers

    def peer(self, name: str, pieces: int, processes: int) -> Run:
        """One run of a peer over the bench flyer, its list split among processes."""
        job, out = self.job("plain", pieces), self.given.folder / name
        prepare(job)
        shutil.rmtree(out, ignore_errors=True)
        each = -(-pieces // processes)
        commands = [
            [
                sys.executable,
                "-m",
                f"benchmarks.press.peers.{name}_peer",
                str(job),
                str(out),
                "--first",
                str(first),
                "--count",
                str(min(each, pieces - first)),
            ]
            for first in range(0, pieces, each)
        ]
        # A peer is timed once and watched in the same run, so watching may take 1 % of its time.
        cost = run(commands, sampling_share=0.01)
        self.check(out, pieces, pages=2 * pieces)
        written = _size(out)
        shutil.rmtree(out)
        return self.add(
            Run(name, "plain", pieces, processes, [cost.wall_s], cost.core_s, cost.peak_mb, written)
        )

    def add(self, line: Run) -> Run:
        self.runs.append(line)
        self.console.print(
            f"{line.who}, {line.flyer}, {line.pieces:,}: {line.wall_s:.2f} s, "
            f"{line.speed:,.0f} pieces/s, {line.peak_mb:,.0f} MB",
            highlight=False,
        )
        return line

    def bare(self, size: int, pieces: int) -> None:
        """The floor of any engine: writing so many bytes and nothing else."""
        seconds = [bare_write(self.given.folder / "bare", size) for _ in range(self.given.runs)]
        self.add(Run("bare write", "", pieces, 1, seconds, 0.0, 0.0, size))

    def rasterise(self, flyer: str, core_s_per_piece: float) -> None:
        """Claim by claim and RIP by RIP, personalised against static."""
        pieces = self.given.raster_pieces
        job, out = self.job(flyer, pieces), self.given.folder / "ours"
        self.press(job, out, "--volume-pieces", str(pieces))
        (volume,) = out.glob("**/*.pdf")
        static = self.given.folder / "static.pdf"
        rasterising.write_static(volume, static, pieces)
        paper = "white page" if flyer == "white" else "JPEG"
        for tool, (ours, same) in rasterising.seconds(volume, static, self.given.runs).items():
            composed = ours + pieces * core_s_per_piece
            self.measured.append(
                Measured(
                    claims.RASTER,
                    composed / same,
                    f"{tool}, {paper}, {pieces} pieces at {rasterising.DPI} dpi: "
                    f"{composed:.2f} s against {same:.2f} s",
                )
            )
        static.unlink()
        shutil.rmtree(out)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("**/*.pdf"))


def measure(bench: Bench) -> None:
    """The whole bench; a part that fails is told in the remarks and the rest goes on."""
    given = bench.given
    sizes = sorted({*given.sizes, *([3_000_000] if given.millions else [])})
    ours: dict[int, Run] = {}

    def attempt(what: str, step: Callable[[], object]) -> None:
        bench.console.rule(what, style="dim")
        try:
            step()
        except Unavailable as error:
            bench.remark(f"{what}: left out, {error}")
        except RunFailed as error:
            bench.failed = True
            bench.remark(f"{what}: {error}")

    def bench_flyer(pieces: int) -> None:
        # Three million are one long run: its claim is memory, not time.
        ours[pieces] = line = bench.ours("plain", pieces, 1 if pieces > 500_000 else given.runs)
        bench.bare(line.bytes, pieces)

    for pieces in sizes:
        attempt(f"the bench flyer, {pieces:,}", lambda pieces=pieces: bench_flyer(pieces))
    for flyer in ("static", *OTHER_FLYERS):
        if flyer in given.flyers:
            attempt(flyer, lambda flyer=flyer: bench.ours(flyer, given.flyer_pieces, given.runs))
    if ours:
        _speed_and_memory(bench, ours)
        attempt(
            "bytes",
            lambda: bench.measured.append(
                Measured(
                    claims.BYTES,
                    bench.own_bytes("plain"),
                    f"{SHARE_PIECES:,} pieces in one volume and in two; the difference is shared",
                )
            ),
        )
    for name in given.peers:
        for pieces, processes in ((given.peer_pieces, given.workers), (given.peer_alone, 1)):
            if pieces:
                attempt(
                    f"{name}, {pieces:,}, {processes} process(es)",
                    lambda name=name, pieces=pieces, processes=processes: bench.peer(
                        name, pieces, processes
                    ),
                )
    _against_typst(bench, ours)
    if ours and given.raster_pieces:
        line = ours.get(100_000) or ours[max(ours)]
        for flyer in ("plain", "white"):
            attempt(
                f"rasterising, {flyer}",
                lambda flyer=flyer: bench.rasterise(flyer, line.core_s / line.pieces),
            )


def _speed_and_memory(bench: Bench, ours: dict[int, Run]) -> None:
    timed = ours.get(300_000) or ours[max(ours)]
    how = f"{timed.pieces:,} pieces, {timed.processes} processes, median of {len(timed.seconds)}"
    bench.measured += [
        Measured(claims.SPEED, timed.speed, how),
        Measured(claims.CORE, timed.core_s / timed.pieces * 1e6, how),
        *(
            Measured(claims.MEMORY, line.peak_mb, f"{pieces:,} pieces, PSS every 50 ms")
            for pieces, line in ours.items()
            if pieces >= min(300_000, max(ours))
        ),
    ]


def _against_typst(bench: Bench, ours: dict[int, Run]) -> None:
    for line in bench.runs:
        if line.who == "typst" and line.processes == bench.given.workers and line.pieces in ours:
            bench.measured.append(
                Measured(
                    claims.RATIO,
                    line.wall_s / ours[line.pieces].wall_s,
                    f"{line.pieces:,} pieces, {line.processes} processes each: "
                    f"{line.wall_s:.1f} s against {ours[line.pieces].wall_s:.2f} s",
                )
            )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.press.bench", description=__doc__.split("\n")[0]
    )
    number = {"type": int, "metavar": "N"}
    parser.add_argument("--sizes", nargs="*", default=[10_000, 100_000, 300_000], **number)
    parser.add_argument("--millions", action="store_true", help="also 3,000,000 pieces")
    parser.add_argument("--runs", default=3, help="timed runs, of which the median", **number)
    parser.add_argument("--workers", default=min(2, os.cpu_count() or 1), **number)
    parser.add_argument(
        "--flyers", nargs="*", choices=("static", *OTHER_FLYERS), default=["static", *OTHER_FLYERS]
    )
    parser.add_argument("--flyer-pieces", default=100_000, help="of each other flyer", **number)
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--peer-pieces", default=100_000, help="with all workers", **number)
    parser.add_argument("--peer-alone", default=10_000, help="with one process", **number)
    parser.add_argument("--raster-pieces", default=50, help="0: no rasterising", **number)
    parser.add_argument("--folder", type=Path, default=Path("out/bench"))
    parser.add_argument(
        "--pretendard", type=Path, default=PRETENDARD, help="the folder of static Pretendard fonts"
    )
    parser.add_argument("--noto", type=Path, default=NOTO, help="the folder of static Noto fonts")
    return parser.parse_args()


def _told(facts: dict[str, Any], command: str) -> str:
    versions = ", ".join(
        f"{name} {found.split()[-1]}" for name, found in facts["versions"].items() if found
    )
    return (
        f"`{command}` on {facts['cpu']}, {facts['cores']} cores, {facts['memory_gib']} GiB, "
        f"{facts['system']}, Python {facts['python']}; {versions}."
    )


def main() -> int:
    bench = Bench(arguments())
    bench.given.folder.mkdir(parents=True, exist_ok=True)
    facts = machine()
    try:
        measure(bench)
    finally:
        found = {
            "machine": facts,
            "command": " ".join(["python", "-m", "benchmarks.press.bench", *sys.argv[1:]]),
            "runs": [asdict(line) for line in bench.runs],
            "claims": [
                asdict(one.claim)
                | {"value": one.value, "how": one.how, "reached": one.claim.verdict(one.value)}
                for one in bench.measured
            ],
            "remarks": bench.remarks,
        }
        file = bench.given.folder / "press.json"
        file.write_text(json.dumps(found, ensure_ascii=False, indent=2), "utf-8")
        tables = [runs_table(bench.runs), claims_table(bench.measured)]
        bench.console.print(*tables)
        bench.console.print(f"{facts['cpu']}, {facts['cores']} cores; {file}", highlight=False)
        page = "\n".join(markdown(table) for table in tables)
        file.with_suffix(".md").write_text(f"{_told(facts, found['command'])}\n\n{page}", "utf-8")
    return 1 if bench.failed or not bench.runs else 0


if __name__ == "__main__":
    raise SystemExit(main())
