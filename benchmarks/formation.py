"""How fast a consortium is proven, beside peers in the same run.

    python -m benchmarks.formation [--members 780 10000 100000 1000000] [--needs 4 8 12]

Families of items over a made-up network: ``loose`` capacity, ``tight`` capacity (nobody can do
more than a third of a need), ``equal`` prices, ``ties`` dominate, ``deep`` (the optimum's firms
rank below the 5,000 cheapest of their capability, whose set-up costs more than they save; the
column ``rank`` is the best rank by price of any offer in the optimum), ``seats`` (no cheap firm is
large, and only 14 firms may be in). Each row runs in a process of its own, so that its peak memory
is its own; the members are read before the clock starts. Seconds are those of the processor, which
other work on the machine changes least.

Peers, where the problem is small enough for them (up to 1,000 pairs): the plain CP-SAT model
without our cuts, HiGHS on the same program, and the greedy heuristic of Lappas, Liu and Terzi
(Finding a team of experts in social networks, KDD 2009), RarestFirst with cost in the place of
distance. Last, small random items against brute force.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import ortools.sat.python.cp_model  # noqa: F401  so that no clock below counts its import
import polars as pl
from tests.formation.small import best_values, small_item, small_members

from moyeora.formation.faults import NoConsortium
from moyeora.formation.item import Item, parse_item
from moyeora.formation.linear import arrays
from moyeora.formation.members import Members, read_members
from moyeora.formation.model import Model
from moyeora.formation.problem import Problem, build
from moyeora.formation.program import Limits, solve_cp_sat
from moyeora.formation.sample import sample
from moyeora.formation.solve import Outcome, solve, stages_of
from moyeora.formation.trades import default_trades

FAMILIES = ("loose", "tight", "equal", "ties", "deep", "seats")
MORE = {"tight": 2, "seats": 2}
"""How many times the usual quantities a family asks for."""

SEED = 7
PEER_PAIRS_MAX = 1000
SECONDS = 30.0
"""The limit of each solve, ours and the peers'."""

SMALL_ITEMS = 100

CHAIN = (
    ("product-design", 60),
    ("circuit-engineering", 90),
    ("board-assembly", 30_000),
    ("injection-moulding", 30_000),
    ("metal-pressing", 30_000),
    ("cable-harness", 30_000),
    ("monitor-assembly", 12_000),
    ("export-sales", 30_000),
    ("graphic-design", 40),
    ("carton-making", 20_000),
    ("freight-forwarding", 20_000),
    ("application-software", 60),
)


def the_item(needs: int, family: str) -> Item:
    """An item of so many needs; the tight ones and those short of seats ask for much."""
    trades = default_trades()
    tables = [
        {
            "id": term,
            "role": trades.capabilities[term].function,
            "capability": term,
            "quantity": quantity * MORE.get(family, 1),
            "unit": trades.capabilities[term].unit,
        }
        for term, quantity in CHAIN[:needs]
    ]
    if needs >= 3:
        tables[2]["after"] = ["circuit-engineering"]
    weights = {"cost": 1, "cohesion": 200_000} if family == "ties" else {"cost": 1}
    return parse_item(
        {
            "item": {
                "title": f"{family} {needs}",
                "start": "2027-01-04",
                "due": "2027-06-20",
                "period_days": 14,
                "latitude": 37.5,
                "longitude": 127.0,
            },
            "need": tables,
            "wishes": {"weights": weights, "firms_max": {"tight": 64, "seats": 14}.get(family, 24)},
        },
        "item.toml",
        date(2026, 11, 24),
        trades,
    )


def write_members(count: int, family: str, folder: Path) -> None:
    """Write the made-up network, bent to the family."""
    made = sample(count, SEED)
    offers = made.members
    size = pl.len().over("capability")
    rank = pl.col("price").rank("ordinal").over("capability")
    if family == "equal":
        offers = offers.with_columns(
            price=pl.col("price").median().over("capability").cast(pl.Int64),
            setup_cost=pl.lit(0),
            price_breaks=pl.lit(None, dtype=pl.String),
            own_cost=pl.lit(None, dtype=pl.Int64),
        )
    limit = pl.max_horizontal(size * 2 // 3, pl.min_horizontal(5000, size - 12))
    offers = offers.with_columns(cheap=rank <= limit)
    cheap = pl.col("cheap")
    if family == "deep":
        # At no quantity is one of the cheap ones, set-up included, as cheap as a dearer one is.
        dearest = pl.when(cheap).then(pl.col("price")).max().over("capability")
        short = (dearest * 23 // 20 - pl.col("price")).clip(lower_bound=0)
        offers = offers.with_columns(
            setup_cost=pl.when(cheap)
            .then(pl.col("setup_cost") + short * pl.col("largest"))
            .otherwise("setup_cost"),
            price_breaks=pl.when(cheap).then(None).otherwise("price_breaks"),
        )
    lot = pl.col("lot")
    capacity = pl.col("capacity").str.split(";").list.last().cast(pl.Int64)
    if family == "tight":
        less = pl.max_horizontal(lot, capacity // 2)
        asked = pl.col("capability").replace_strict(
            dict(CHAIN), default=None, return_dtype=pl.Int64
        )
        third = pl.max_horizontal(asked * MORE[family] // 3 // lot * lot, lot)
        offers = offers.with_columns(
            capacity=less.cast(pl.String),
            smallest=pl.lit(0),
            largest=pl.min_horizontal(less * 10, third),
            price_breaks=pl.lit(None, dtype=pl.String),
        )
    if family == "seats":
        # The others are so large that a firm with two offers is worth two firms.
        less = pl.max_horizontal(lot, capacity // 40)
        offers = offers.with_columns(
            capacity=pl.when(cheap).then(less.cast(pl.String)).otherwise("capacity"),
            smallest=pl.when(cheap).then(pl.lit(0)).otherwise("smallest"),
            largest=pl.when(cheap)
            .then(pl.max_horizontal(lot, less * 6))
            .otherwise(pl.col("largest") * 3),
            price_breaks=pl.when(cheap).then(None).otherwise("price_breaks"),
        )
    offers.drop("cheap").write_parquet(folder / "members.parquet")
    made.ties.write_parquet(folder / "ties.parquet")
    made.exclusions.write_parquet(folder / "exclusions.parquet")


def the_members(folder: Path) -> Members:
    """Read what :func:`write_members` wrote."""
    return read_members(
        folder / "members.parquet", folder / "ties.parquet", folder / "exclusions.parquet"
    )


def greedy(problem: Problem) -> int | None:
    """RarestFirst: needs with the fewest offers first, each filled by the offer that covers it at
    the least cost a unit. What the offers so picked cost at the best quantities and times; None
    when they are too many firms, or cannot keep the item's other rules."""
    taken = set[int]()
    counts = np.bincount(problem.need, minlength=len(problem.item.needs))
    for at in np.argsort(counts, kind="stable"):
        left = problem.item.needs[at].quantity
        while left > 0:
            best = None
            for pair in np.flatnonzero(problem.need == at):
                if int(pair) in taken:
                    continue
                lots = min(int(problem.most[pair]), -(-left // int(problem.lot[pair])))
                lots = max(lots, int(problem.least[pair]))
                units = min(left, lots * int(problem.lot[pair]))
                price = problem.cost(int(pair), lots) / units
                if best is None or price < best[0]:
                    best = (price, int(pair), units)
            if best is None:
                return None
            taken.add(best[1])
            left -= best[2]
    model = Model(problem, np.array(sorted(taken)))
    if not model.possible:
        return None
    found = solve_cp_sat(model.program, model.wish("cost"), Limits(seconds=SECONDS))
    return None if found.values is None else found.objective


def by_highs(problem: Problem, seconds: float) -> tuple[float, float, bool]:
    """HiGHS on the same program: seconds, objective, proven."""
    import highspy

    model = Model(problem, np.arange(len(problem)))
    data = arrays(model.program, model.objective(stages_of(problem)[0]))
    began = time.process_time()
    solver = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("time_limit", seconds)):
        solver.setOptionValue(option, value)
    solver.setOptionValue("mip_rel_gap", 0.0)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(data["cost"]), len(data["low"])
    program.col_cost_ = data["cost"]
    program.col_lower_, program.col_upper_ = data["lower"], data["upper"]
    program.row_lower_, program.row_upper_ = data["low"], data["high"]
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_, program.a_matrix_.index_ = data["starts"], data["columns"]
    program.a_matrix_.value_ = data["values"]
    program.integrality_ = [highspy.HighsVarType.kInteger] * len(data["cost"])
    solver.passModel(program)
    solver.run()
    proven = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return time.process_time() - began, solver.getInfo().objective_function_value, proven


def best_rank(outcome: Outcome) -> int:
    """The best rank by price within its capability of any offer in the plan; 1 is the cheapest."""
    offers = outcome.problem.members.offers
    ranked = offers.select(pl.col("price").rank("min").over("capability"))["price"]
    return int(min(ranked[share.offer] for share in outcome.plan.shares))


def one(folder: Path, needs: int, family: str) -> dict[str, Any]:
    """One row of the table."""
    members = the_members(folder)
    item = the_item(needs, family)
    began = time.process_time()
    problem = build(item, members)
    matched = time.process_time() - began
    outcome = solve(problem, Limits(seconds=SECONDS))
    row: dict[str, Any] = {
        "pairs": len(problem),
        "left": outcome.candidates,
        "seconds": time.process_time() - began,
        "matching": matched,
        "value": outcome.stages[0].value,
        "gap": 1 - outcome.stages[0].bound / max(1, outcome.stages[0].value),
        "proven": outcome.proven,
        "rank": best_rank(outcome),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }
    if len(problem) <= PEER_PAIRS_MAX:
        began = time.process_time()
        plain = solve(problem, Limits(seconds=SECONDS), cut=False, canonical=False)
        row["plain"] = time.process_time() - began if plain.proven else None
        row["plain_value"] = plain.stages[0].value
        seconds, value, proven = by_highs(problem, SECONDS)
        row["highs"], row["highs_value"] = seconds if proven else None, round(value)
        cost_only = replace(item, wishes=replace(item.wishes, stages=({"cost": 1},)))
        found = greedy(build(cost_only, members))
        if family != "ties":
            row["greedy_gap"] = None if found is None else found / row["value"] - 1
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, nargs="+", default=[780, 10_000, 100_000, 1_000_000])
    parser.add_argument("--needs", type=int, nargs="+", default=[4, 8, 12])
    parser.add_argument("--families", nargs="+", default=list(FAMILIES), choices=FAMILIES)
    parser.add_argument("--one", nargs=3, metavar=("FOLDER", "NEEDS", "FAMILY"))
    parser.add_argument("--write", nargs=3, metavar=("MEMBERS", "FAMILY", "FOLDER"))
    options = parser.parse_args()
    if options.write:
        write_members(int(options.write[0]), options.write[1], Path(options.write[2]))
        return
    if options.one:
        print(json.dumps(one(Path(options.one[0]), int(options.one[1]), options.one[2])))
        return
    print(
        f"{'members':>9} {'needs':>5} {'family':<6} {'fit':>8} {'left':>7} {'rank':>6} {'s':>7} "
        f"{'gap':>7} {'GB':>5} {'plain s':>8} {'HiGHS s':>8} {'greedy':>8}"
    )
    this = [sys.executable, "-m", "benchmarks.formation"]
    for count in options.members:
        with TemporaryDirectory() as tables:
            for family in options.families:
                # The ties dominate by the item's weights: its members are those of ``loose``.
                folder = Path(tables, "loose" if family == "ties" else family)
                if not folder.exists():
                    folder.mkdir()
                    # In a process of its own: the peak memory of a row is that of the solving.
                    write = [*this, "--write", str(count), folder.name, str(folder)]
                    subprocess.run(write, check=True)
                for needs in options.needs:
                    command = [*this, "--one", str(folder), str(needs), family]
                    run = subprocess.run(command, capture_output=True, text=True)
                    row_of(run, count, needs, family)
    by_brute_force()


def by_brute_force() -> None:
    """Small random items: the optimum of trying everything must be ours."""
    equal, ours, brute = 0, 0.0, 0.0
    with TemporaryDirectory() as folder:
        for seed in range(SMALL_ITEMS):
            item, members = small_item(seed), small_members(seed, Path(folder))
            began = time.process_time()
            try:
                values = solve(build(item, members)).values
            except NoConsortium:
                values = None
            between = time.process_time()
            equal += best_values(item, members) == values
            ours, brute = ours + between - began, brute + time.process_time() - between
    print(
        f"brute force on {SMALL_ITEMS} small items: the same optimum in {equal} "
        f"(ours {ours:.1f} s, brute force {brute:.1f} s)"
    )


def row_of(run: "subprocess.CompletedProcess[str]", count: int, needs: int, family: str) -> None:
    """Print one row, or why there is none."""
    head = f"{count:>9,} {needs:>5} {family:<6}"
    if run.returncode:
        print(head, run.stderr.strip().splitlines()[-1], flush=True)
        return
    print(head, _cells(json.loads(run.stdout.strip().splitlines()[-1])), flush=True)


def _cells(row: dict[str, Any]) -> str:
    """The numbers of a row; a peer that found less is marked, one that was not tried is '-'."""
    cells = f"{row['pairs']:>8,} {row['left']:>7,} {row['rank']:>6,} {row['seconds']:>7.2f} "
    cells += f"{row['gap']:>7.2%} {row['memory']:>5.2f}"
    for peer in ("plain", "highs"):
        if peer not in row:
            cells += f" {'-':>8}"
            continue
        told = "limit" if row[peer] is None else f"{row[peer]:.2f}"
        if row["proven"] and row[f"{peer}_value"] < row["value"]:
            told += " BETTER"
        cells += f" {told:>8}"
    if "greedy_gap" not in row:
        return f"{cells} {'-':>8}"
    gap = row["greedy_gap"]
    return f"{cells} {'none' if gap is None else f'{gap:+.2%}':>8}"


if __name__ == "__main__":
    main()
