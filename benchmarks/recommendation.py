"""Partner recommendation on real consortia, split by time so that the future never leaks.

    python -m benchmarks.recommendation            the table: hits@10, hits@100, MRR
    python -m benchmarks.recommendation --fit      fit the weights to 2018 and 2019 again

From every consortium that began in the test years one member other than the first is hidden, by a
fixed seed; all organisations that were known before its first day are ranked by what was known
then. A hidden member that was never seen before cannot be ranked and counts as a miss.
"""

import argparse
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moyeora.formation.recommend import (
    PARTS,
    WEIGHTS,
    Consortia,
    Knowledge,
    parts_of,
    read_consortia,
    scores,
)

Floats = NDArray[np.float64]
DATA = Path("examples/horizon/horizon.parquet")
SEED = 20
FIT_YEARS, TEST_YEARS = (2018, 2019), (2020, 2021, 2022)
FIT_SEATS, NEGATIVES = 1200, 300


def seats(
    consortia: Consortia, years: tuple[int, ...]
) -> Iterator[tuple[Knowledge, NDArray[np.int64], frozenset[str], int]]:
    """What was known, who was in, the topics, and the member that was hidden."""
    first = (date(years[0], 1, 1) - date(1970, 1, 1)).days
    last = (date(years[-1] + 1, 1, 1) - date(1970, 1, 1)).days
    draw = np.random.default_rng(SEED)
    known: Knowledge | None = None
    for project in np.flatnonzero((consortia.day >= first) & (consortia.day < last)):
        members = consortia.members_of(int(project))
        if len(members) < 3:
            continue
        day = int(consortia.day[project])
        if known is None or known.day != day:
            known = Knowledge(consortia, day)
        hidden = int(members[int(draw.integers(len(members)))])
        yield known, members[members != hidden], consortia.topics[project], hidden


def rank_of(score: Floats, hidden: int, known: Knowledge, together: NDArray[np.int64]) -> int:
    """The hidden member's place (1 is best), ties counted half; 0 when it was not known."""
    if not known.known[hidden]:
        return 0
    fits = known.known.copy()
    fits[together] = False
    better = int((score[fits] > score[hidden]).sum())
    equal = int((score[fits] == score[hidden]).sum()) - 1
    return 1 + better + equal // 2


def fit(consortia: Consortia) -> Floats:
    """Conditional logit by gradient ascent on sampled alternatives (McFadden 1978)."""
    draw = np.random.default_rng(SEED)
    groups = []
    every = list(seats(consortia, FIT_YEARS))
    picked = draw.permutation(len(every))[:FIT_SEATS]
    for at in sorted(picked.tolist()):
        known, together, topics, hidden = every[at]
        if not known.known[hidden]:
            continue
        parts = parts_of(known, together, topics)
        fits = known.known.copy()
        fits[together] = False
        fits[hidden] = False
        others = draw.choice(np.flatnonzero(fits), NEGATIVES, replace=False)
        rough = parts[:, 2] + parts[:, 5] + parts[:, 10]
        near = np.argpartition(-np.where(fits, rough, -1), NEGATIVES)[:NEGATIVES]
        groups.append(parts[np.concatenate([[hidden], near, others])])
    data = np.stack(groups)
    scale = data.reshape(-1, data.shape[2]).std(axis=0)
    data = data / scale
    weights = np.zeros(data.shape[2])
    moment, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, 601):
        score = data @ weights
        chance = np.exp(score - score.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        slope = (data[:, 0] - (chance[:, :, None] * data).sum(axis=1)).mean(axis=0) - 1e-4 * weights
        moment = 0.9 * moment + 0.1 * slope
        second = 0.99 * second + 0.01 * slope**2
        weights += 0.05 * (moment / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-9)
    return weights / scale


def measure(consortia: Consortia, weights: Floats) -> dict[str, Floats]:
    """Every seat's rank by every method."""
    ranks: dict[str, list[int]] = {}
    for known, together, topics, hidden in seats(consortia, TEST_YEARS):
        parts = parts_of(known, together, topics)
        methods = {
            "popularity": parts[:, 0],
            "common neighbours": parts[:, 4],
            "direct ties": parts[:, 10],
            "ours": scores(parts, weights.tolist()),
        }
        for name, score in methods.items():
            ranks.setdefault(name, []).append(rank_of(score, hidden, known, together))
    return {name: np.array(values, dtype=float) for name, values in ranks.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    consortia = read_consortia(DATA)
    began = time.monotonic()
    weights = np.array(WEIGHTS)
    if options.fit:
        weights = fit(consortia)
        for name, weight in zip(PARTS, weights, strict=True):
            print(f"    {weight:.3f},  # {name}")
    ranks = measure(consortia, weights)
    seats_count = len(ranks["ours"])
    unknown = int((ranks["ours"] == 0).sum())
    print(
        f"{seats_count:,} seats of {TEST_YEARS[0]} to {TEST_YEARS[-1]}, "
        f"{len(consortia.organisations):,} organisations; "
        f"{unknown / seats_count:.1%} of the hidden members were never seen before (misses)"
    )
    print(f"{'method':<20}{'hits@10':>10}{'hits@100':>10}{'MRR':>10}")
    for name, values in ranks.items():
        seen = values > 0
        reciprocal = np.where(seen, 1 / np.maximum(values, 1), 0).mean()
        print(
            f"{name:<20}{(seen & (values <= 10)).mean():>10.1%}"
            f"{(seen & (values <= 100)).mean():>10.1%}{reciprocal:>10.4f}"
        )
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
