"""``moyeora manual``: show, check, draw and play a manual."""

import argparse
import os
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from moyeora.resolution.checker import Report, check
from moyeora.resolution.duration import Longest
from moyeora.resolution.errors import ResolutionError
from moyeora.resolution.manual import Manual
from moyeora.resolution.reading import default_manual, read_manual

DEFAULT = "default"


def main(arguments: list[str]) -> int:
    """Run ``moyeora manual ...``: 0 done, 1 a fault or a broken property, 2 a wrong call."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except ResolutionError as error:
        print(f"moyeora manual: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever reads has read enough (a pager, head); nothing is left to say to it.
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="moyeora manual", description="The manual that settles differences, as data that runs."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    manual_help = f"a manual.toml, or the word {DEFAULT} for the one that is shipped"

    show = commands.add_parser("show", help="the manual as a document a person reads")
    show.add_argument("manual", nargs="?", default=DEFAULT, help=manual_help)
    show.add_argument("--toml", action="store_true", help="the file itself, to start your own from")
    _language(show)
    show.set_defaults(run=_show)

    checks = commands.add_parser("check", help="prove what it promises, or show what breaks it")
    checks.add_argument("manual", help=manual_help)
    checks.add_argument("--firms", type=_sizes, help="sizes of consortia: 3, or 2-12")
    _language(checks)
    checks.set_defaults(run=_check)

    draw = commands.add_parser("draw", help="the manual as a picture (SVG)")
    draw.add_argument("manual", help=manual_help)
    draw.add_argument("-o", "--output", type=Path, required=True, help="the SVG file to write")
    draw.add_argument("--track", help="one track only")
    _language(draw)
    draw.set_defaults(run=_draw)

    play = commands.add_parser("play", help="play a case, step by step, with every date")
    play.add_argument("manual", help=manual_help)
    play.add_argument("events", type=Path, help="an events.toml")
    _language(play)
    play.set_defaults(run=_play)
    return parser


def _language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lang", choices=("ko", "en"), default="ko", help="ko (default) or en")


def _sizes(written: str) -> tuple[int, int]:
    first, _, last = written.partition("-")
    try:
        return int(first), int(last or first)
    except ValueError:
        raise argparse.ArgumentTypeError("write a size such as 3, or 2-12") from None


def _manual(written: str) -> Manual:
    return default_manual() if written == DEFAULT else read_manual(written)


def _show(chosen: argparse.Namespace) -> int:
    from moyeora.resolution.show import document

    if chosen.toml:
        print(source(chosen.manual), end="")
    else:
        print(document(_manual(chosen.manual), chosen.lang), end="")
    return 0


def source(written: str) -> str:
    """The text of a manual's file, once it has been read without a fault."""
    _manual(written)
    path = (
        files("moyeora.resolution") / "default_manual.toml" if written == DEFAULT else Path(written)
    )
    return path.read_text(encoding="utf-8")


def _check(chosen: argparse.Namespace) -> int:
    manual = _manual(chosen.manual)
    least, most = chosen.firms or manual.firms
    if not manual.firms[0] <= least <= most <= manual.firms[1]:
        print(
            f"moyeora manual: --firms {least}-{most} is outside the manual's "
            f"{manual.firms[0]}-{manual.firms[1]}",
            file=sys.stderr,
        )
        return 2
    report = check(manual, firms=(least, most))
    print("\n".join(report_lines(report, chosen.lang)))
    return 0 if report.sound else 1


def report_lines(report: Report, language: str) -> Iterator[str]:
    """The report of a check for a reader."""
    ko = language == "ko"
    least, most = report.firms
    yield report.manual.title.of(language) + f" {report.manual.version}"
    yield (
        f"회사 {least}~{most}곳, 당사자 {report.party_sets:,}가지; 점 {report.nodes:,}개, 길 "
        f"{report.ways:,}개 (누가 무엇을 했는지까지 {report.configurations:,}가지)"
        if ko
        else f"{least} to {most} firms, {report.party_sets:,} sets of parties; "
        f"{report.nodes:,} nodes, {report.ways:,} ways (standing for {report.configurations:,} "
        "combinations of who has acted)"
    )
    yield ""
    for verdict in report.verdicts:
        mark = ("증명됨" if ko else "proved") if verdict.holds else ("깨짐" if ko else "BROKEN")
        yield f"{mark:<7} {verdict.name:<10} {verdict.promise.of(language)}"
        if verdict.broken is not None:
            yield f"        {verdict.broken.says.of(language)}"
            for at, stop in enumerate(verdict.broken.path):
                yield f"          {'path: ' if at == 0 else '      '}{stop}"
    yield ""
    for found in report.longest:
        title = report.manual.tracks[found.track].title.of(language)
        yield (
            f"{title}: 가장 길어도 {found.days}일 ({found.start} ~ {found.end})"
            if ko
            else f"{title}: at most {found.days} days ({found.start} to {found.end})"
        )
    if report.bound is not None:
        yield ""
        yield from _bound_lines(report, report.bound, language)
    if report.laws:
        yield ""
        yield "법이 먼저일 수 있는 곳:" if ko else "Where a law may come first:"
        for law in report.laws:
            yield f"  {', '.join(law.touches)}: {law.body.of(language)} ({law.cite.of(language)})"


def _bound_lines(report: Report, bound: Longest, language: str) -> Iterator[str]:
    first, last = report.manual.years
    parties = bound.parties.of(language)
    yield (
        f"{first}~{last}년의 모든 시작일에서 가장 긴 길: {bound.days}일 ({parties})"
        if language == "ko"
        else f"The longest way over every start date of {first} to {last}: {bound.days} days "
        f"({parties})"
    )
    for stop in bound.path:
        until = f" .. {stop.last_day}" if stop.last_day else ""
        left = f"  -> {stop.left_by}" if stop.left_by else ""
        title = report.manual.states[stop.state].title.of(language)
        yield f"  {stop.entered}{until:<15} {title}{left}"


def _draw(chosen: argparse.Namespace) -> int:
    from moyeora.resolution.draw import drawing

    manual = _manual(chosen.manual)
    if chosen.track is not None and chosen.track not in manual.tracks:
        print(
            f"moyeora manual: there is no track {chosen.track!r}; write one of "
            f"{', '.join(manual.tracks)}",
            file=sys.stderr,
        )
        return 2
    svg = drawing(manual, chosen.lang, chosen.track)
    try:
        chosen.output.write_text(svg, encoding="utf-8", newline="\n")
    except OSError as error:
        print(
            f"moyeora manual: {chosen.output} cannot be written ({error.strerror}); "
            "give a path in a folder that exists",
            file=sys.stderr,
        )
        return 1
    print(chosen.output)
    return 0


def _play(chosen: argparse.Namespace) -> int:
    from moyeora.resolution.calendar import Calendar
    from moyeora.resolution.play import play, read_script, story_lines

    manual = _manual(chosen.manual)
    script = read_script(chosen.events)
    firms = min(max(len(script.opening.firms), manual.firms[0]), manual.firms[1])
    report = check(manual, firms=(firms, firms))
    if not report.sound:
        broken = next(verdict for verdict in report.verdicts if not verdict.holds)
        print(
            f"moyeora manual: the manual is refused: {broken.promise.of('en')} does not hold; "
            f"run: moyeora manual check {chosen.manual}",
            file=sys.stderr,
        )
        return 1
    scenes = play(manual, script, Calendar(), chosen.events.name)
    print("\n".join(story_lines(manual, script, scenes, chosen.lang)))
    return 1 if any(scene.refusal is not None for scene in scenes) else 0
