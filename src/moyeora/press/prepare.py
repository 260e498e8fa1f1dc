"""A job up to the point where pieces can be composed."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from moyeora.press.design.artwork import PageArt, Typst, compile_layout
from moyeora.press.faults import JobError, PressError
from moyeora.press.forme import Forme
from moyeora.press.job import Job
from moyeora.press.lockup import lock_up
from moyeora.press.records.freeze import Amend, freeze
from moyeora.press.records.frozen import Frozen
from moyeora.press.survey import PIECE, Words, read_words, survey

_NO_ROWS: npt.NDArray[np.int64] = np.zeros(0, np.int64)

Layouts = Mapping[str, Sequence[PageArt]]


@dataclass(frozen=True)
class Prepared:
    """A job with its records frozen and its forme locked up."""

    job: Job
    frozen: Frozen
    forme: Forme


def prepare(
    job: Job,
    work: Path,
    amend: Amend = lambda source: None,
    printed: npt.NDArray[np.int64] = _NO_ROWS,
) -> Prepared:
    """Freeze a job's records, amended, into ``work`` and lock up its forme; ``printed`` are rows
    that were printed before. Raises JobError with
    all that is wrong with designs, templates and fonts, and what :func:`freeze` raises."""
    compiler = Typst(job)
    words = read_words(job)
    with ThreadPoolExecutor(1) as beside:
        compiling = beside.submit(_compiled, job, compiler)
        frozen = freeze(job, work, amend=amend, printed=printed)
        layouts = compiling.result()
    problems = [*_unplaced(job, layouts), *_unknown_columns(job, words, frozen)]
    if problems:
        raise JobError(problems)
    found = survey(job, words, frozen.path)
    return Prepared(job, frozen, lock_up(job, words, found, compiler, layouts, work, frozen.digest))


def _compiled(job: Job, compiler: Typst) -> Layouts:
    made: dict[str, Sequence[PageArt]] = {}
    problems: list[PressError] = []
    for name, design in job.layouts.items():
        try:
            made[name] = compile_layout(compiler, design)
        except PressError as problem:
            problems.append(problem)
    if problems:
        raise JobError(problems)
    return made


def _unplaced(job: Job, layouts: Layouts) -> Iterator[PressError]:
    """The parts that no design has a place for."""
    placed = {
        hole.part
        for arts in layouts.values()
        for art in arts
        for group in art.holes
        for hole in group
    }
    for name in job.parts:
        if name not in placed:
            yield PressError(
                "no design has a place for it",
                place=f"mailing.toml: parts.{name}",
                remedy=f'put part("{name}", width: …, height: …) into a design, or take it out',
            )


def _unknown_columns(job: Job, words: Words, frozen: Frozen) -> Iterator[PressError]:
    """The fields that no column fills."""
    known = {*frozen.columns, PIECE}
    for name in job.parts:
        for missing in sorted(words.columns_of(name) - known):
            near = difflib.get_close_matches(missing, known, 1)
            yield PressError(
                f"there is no column {missing!r}",
                place=f"mailing.toml: parts.{name}",
                remedy=f"did you mean {{{near[0]}}}?"
                if near
                else "the columns are: " + ", ".join(frozen.columns),
            )
