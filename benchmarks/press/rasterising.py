"""Personalised against static at the printer's: the same number of cards through three RIPs.

The static print run is the first card of the personalised one, its two pages repeated with all
their streams shared: the same looks and colours, and nothing that differs.
"""

import shutil
import subprocess
import time
from pathlib import Path
from statistics import median

import pikepdf

DPI = 150


def commands(file: Path) -> dict[str, list[str]]:
    """Each RIP drawing every page at 150 dpi into nothing."""
    return {
        "mutool": [
            "mutool",
            "draw",
            "-q",
            "-r",
            str(DPI),
            "-F",
            "ppm",
            "-o",
            "/dev/null",
            str(file),
        ],
        "pdftoppm": ["pdftoppm", "-q", "-r", str(DPI), str(file)],
        "gs": [
            "gs",
            "-q",
            "-dNOPAUSE",
            "-dBATCH",
            "-dSAFER",
            "-sDEVICE=ppmraw",
            f"-r{DPI}",
            "-sOutputFile=/dev/null",
            str(file),
        ],
    }


def write_static(personalised: Path, file: Path, pieces: int, pages: int = 2) -> None:
    """The first ``pages`` pages of a volume, ``pieces`` times."""
    with pikepdf.open(personalised) as source, pikepdf.new() as pdf:
        pdf.pages.extend(list(source.pages)[:pages])
        card = [pdf.pages[number].obj for number in range(pages)]
        for _ in range(pieces - 1):
            for page in card:
                # A shallow copy: contents and resources stay the same objects.
                pdf.pages.append(pikepdf.Page(pdf.make_indirect(pikepdf.Dictionary(page))))
        pdf.save(file, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def seconds(personalised: Path, static: Path, runs: int) -> dict[str, tuple[float, float]]:
    """For each RIP at hand the median seconds for the personalised and for the static file;
    the two take turns, so that a busy moment of the machine does not fall on one alone."""
    taken = {}
    for tool in commands(static):
        if shutil.which(tool) is None:
            continue
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(runs):
            for file, measured in zip((personalised, static), times, strict=True):
                begun = time.perf_counter()
                subprocess.run(
                    commands(file)[tool],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    check=True,
                )
                measured.append(time.perf_counter() - begun)
        taken[tool] = (median(times[0]), median(times[1]))
    return taken
