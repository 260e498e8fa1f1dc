"""Who fits this seat: organisations ranked for an open seat of a consortium.

What is known of a seat is who is in already, what it is about, and when it begins. An
organisation is judged by the consortia that began before that day, each weighed by how it
resembles the one in question: by shared topics, by shared members, by age. On top come ties to
those who are in (direct, and through others), and how often its kind and country sit together
with theirs. The parts are put together by a conditional logit (McFadden 1974): the chance of the
seat is proportional to exp(weights * parts). The weights were fitted to consortia of 2018 and
2019; ``python -m benchmarks.recommendation --fit`` fits them again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from moyeora.formation.tables import Column, read_table

Floats = NDArray[Any]
Ints = NDArray[np.int64]

DAYS_PER_YEAR = 365.25
FADE_YEARS = 2.0
"""A consortium of so many years ago says 1/e as much as one of today."""

COLUMNS = (
    Column("project", "int", "the consortium", required=True),
    Column("organisation", "int", "the member", required=True),
    Column("kind", "text", "kind of organisation", required=True),
    Column("country", "text", "two letters", required=True),
    Column("start_date", "date", "when the consortium began", required=True),
    Column("topics", "text", "what it is about, separated by commas", required=True),
)

PARTS = (
    "times",
    "lately",
    "ties",
    "ties lately",
    "common partners",
    "topic",
    "topic lately",
    "same group",
    "country",
    "kind",
    "any tie",
)
"""The parts of a score, in the order of :data:`WEIGHTS`."""

WEIGHTS: tuple[float, ...] = (
    -0.479,
    0.297,
    0.940,
    -0.136,
    -0.496,
    0.331,
    -0.203,
    3.842,
    2.551,
    0.570,
    1.018,
)


@dataclass(frozen=True)
class Seat:
    """An open seat: who is ``together`` already, the ``topics``, the day it is asked on, and,
    when they are asked for, the ``kind`` and ``country`` of the organisation wanted."""

    together: tuple[int, ...]
    topics: tuple[str, ...]
    on: date
    kind: str = ""
    country: str = ""


@dataclass(frozen=True)
class Recommended:
    """One organisation of the ranking; ``because`` names what speaks most for it."""

    organisation: int
    kind: str
    country: str
    score: float
    because: str


@dataclass(frozen=True)
class Consortia:
    """Participations in the order of their consortium's first day.

    ``member`` and ``project`` index into ``organisations`` and the arrays of projects; ``day`` is
    the first day of each project in days since 1970, rising.
    """

    organisations: Ints
    kind: NDArray[np.str_]
    country: NDArray[np.str_]
    member: Ints
    project: Ints
    day: Ints
    topics: tuple[frozenset[str], ...]
    number: Ints

    @cached_property
    def index(self) -> dict[int, int]:
        """The index of each organisation."""
        return {int(each): at for at, each in enumerate(self.organisations)}

    @cached_property
    def ends(self) -> Ints:
        """Where each project's participations end."""
        return np.searchsorted(self.project, np.arange(len(self.day)), side="right")

    @cached_property
    def size(self) -> Ints:
        """Members of each project."""
        return np.bincount(self.project, minlength=len(self.day))

    def members_of(self, project: int) -> Ints:
        """The members (indices) of one project."""
        begin = int(self.ends[project - 1]) if project else 0
        return self.member[begin : int(self.ends[project])]


def read_consortia(path: Path) -> Consortia:
    """Read past consortia (Parquet or CSV with the columns :data:`COLUMNS`).

    Rows without a day are left out: nothing can be known before an unknown day. Raises
    :class:`moyeora.formation.faults.BadInput` when the table cannot be read.
    """
    frame = read_table(path, COLUMNS, Path(path).name).drop_nulls("start_date")
    frame = frame.with_columns(pl.col("start_date").cast(pl.Date))
    frame = frame.unique(["project", "organisation"], keep="first", maintain_order=True)
    frame = frame.sort("start_date", "project", "organisation")
    projects = frame.unique("project", keep="first", maintain_order=True)
    project_at = projects.select("project").with_row_index("at")
    organisations = frame.unique("organisation", keep="last").sort("organisation")
    joined = frame.join(project_at, on="project", how="left", maintain_order="left")
    numbers = organisations["organisation"].to_numpy().astype(np.int64)
    return Consortia(
        organisations=numbers,
        kind=organisations["kind"].fill_null("").to_numpy().astype(np.str_),
        country=organisations["country"].fill_null("").to_numpy().astype(np.str_),
        member=np.searchsorted(numbers, frame["organisation"].to_numpy()).astype(np.int64),
        project=joined["at"].to_numpy().astype(np.int64),
        day=projects["start_date"].cast(pl.Int32).to_numpy().astype(np.int64),
        topics=tuple(
            frozenset(part.strip() for part in (text or "").split(",") if part.strip())
            for text in projects["topics"]
        ),
        number=projects["project"].to_numpy().astype(np.int64),
    )


class Knowledge:
    """What was known before one day; shared by all seats that are asked about on it."""

    def __init__(self, consortia: Consortia, day: int) -> None:
        self.consortia, self.day = consortia, day
        self.projects = int(np.searchsorted(consortia.day, day, side="left"))
        end = int(consortia.ends[self.projects - 1]) if self.projects else 0
        self.member, self.project = consortia.member[:end], consortia.project[:end]
        age = (day - consortia.day[: self.projects]) / DAYS_PER_YEAR
        self.fade = np.exp(-age / FADE_YEARS)
        self.count = len(consortia.organisations)
        self.times = np.bincount(self.member, minlength=self.count).astype(float)
        self.lately = self.to_members(self.fade)
        self.known = self.times > 0

    def to_members(self, per_project: Floats) -> Floats:
        """Each organisation's sum over its past projects."""
        return np.bincount(self.member, per_project[self.project], minlength=self.count)

    def to_projects(self, per_member: Floats) -> Floats:
        """Each past project's sum over its members."""
        return np.bincount(self.project, per_member[self.member], minlength=self.projects)

    @cached_property
    def partners(self) -> tuple[Ints, Ints]:
        """Every ordered pair of organisations that have sat together, each pair once."""
        pairs = []
        for project in range(self.projects):
            members = self.consortia.members_of(project)
            if len(members) > 1:
                one = np.repeat(members, len(members))
                other = np.tile(members, len(members))
                pairs.append((one * self.count + other)[one != other])
        keys = np.unique(np.concatenate(pairs)) if pairs else np.zeros(0, dtype=np.int64)
        return keys // self.count, keys % self.count

    def neighbours(self, per_member: Floats) -> Floats:
        """For each organisation the sum over those it has sat with."""
        one, other = self.partners
        return np.bincount(one, per_member[other], minlength=self.count)


def parts_of(known: Knowledge, together: Ints, topics: frozenset[str]) -> Floats:
    """The parts of every organisation's score for a seat, shape (organisations, parts)."""
    consortia = known.consortia
    inside = np.zeros(known.count)
    inside[together] = 1.0
    shared = known.to_projects(inside)
    size = np.maximum(1, consortia.size[: known.projects])
    resemblance = shared / np.sqrt(size)
    overlap = np.array(
        [
            len(each & topics) / max(1, len(each | topics))
            for each in consortia.topics[: known.projects]
        ]
    )
    tied = known.neighbours(inside)
    common = known.neighbours(tied)
    same = np.zeros(known.count)
    np.maximum.at(same, known.member, (shared / max(1, len(together)))[known.project])
    kinds, countries = consortia.kind, consortia.country
    return np.stack(
        [
            np.log1p(known.times),
            np.log1p(known.lately),
            np.log1p(known.to_members(resemblance)),
            np.log1p(known.to_members(resemblance * known.fade)),
            np.log1p(common / max(1, len(together))),
            np.log1p(known.to_members(overlap)),
            np.log1p(known.to_members(overlap * known.fade)),
            same,
            _share(countries, countries[together]),
            _share(kinds, kinds[together]),
            np.log1p(tied),
        ],
        axis=1,
    )


def _share(values: NDArray[np.str_], present: NDArray[np.str_]) -> Floats:
    """For each value, what share of those present have the same."""
    names, counts = np.unique(present, return_counts=True)
    share = dict(zip(names.tolist(), (counts / max(1, len(present))).tolist(), strict=True))
    distinct, inverse = np.unique(values, return_inverse=True)
    return np.array([share.get(name, 0.0) for name in distinct.tolist()])[inverse]


def scores(parts: Floats, weights: Sequence[float] = WEIGHTS) -> Floats:
    """The score of each organisation: higher fits better."""
    score: Floats = parts @ np.asarray(weights)
    return score


def recommend(consortia: Consortia, seat: Seat, top: int = 10) -> list[Recommended]:
    """The organisations that fit a seat best, at most ``top`` (1 or more), best first.

    Only organisations known before ``seat.on`` are ranked, and none that is in already. Members
    that are not known are ignored. Ties are broken by the organisation's number.
    """
    day = (seat.on - date(1970, 1, 1)).days
    known = Knowledge(consortia, day)
    together = np.array(
        [consortia.index[each] for each in seat.together if each in consortia.index],
        dtype=np.int64,
    )
    parts = parts_of(known, together, frozenset(seat.topics))
    score = scores(parts)
    fits = known.known.copy()
    fits[together] = False
    if seat.kind:
        fits &= consortia.kind == seat.kind
    if seat.country:
        fits &= consortia.country == seat.country
    some = np.flatnonzero(fits)
    order = some[np.lexsort((some, -score[some]))][:top]
    usual = parts[some].mean(axis=0) if len(some) else np.zeros(len(PARTS))
    return [
        Recommended(
            organisation=int(consortia.organisations[at]),
            kind=str(consortia.kind[at]),
            country=str(consortia.country[at]),
            score=float(score[at]),
            because=_because(parts[at] - usual),
        )
        for at in order
    ]


def _because(more: Floats) -> str:
    worth = more * np.asarray(WEIGHTS)
    best = [int(at) for at in np.argsort(-worth)[:3] if worth[at] > 0]
    return ", ".join(PARTS[at] for at in best)
