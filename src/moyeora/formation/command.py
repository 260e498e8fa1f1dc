"""``moyeora form``: the command line of this room."""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from moyeora.formation.faults import BadInput, Fault, FormationError, NoConsortium


def main(arguments: list[str]) -> int:
    """Run one sub-command; 0 when done, 1 when the input or the item does not allow it, 2 when
    the command line is wrong."""
    options = _parser().parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except FormationError as wrong:
        print(f"moyeora form: {wrong}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="moyeora form", description="Find the proven best consortium for a business item."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], about: str) -> Any:
        sub = commands.add_parser(name, help=about, description=about)
        sub.set_defaults(run=run)
        return sub

    def item_command(name: str, run: Callable[[argparse.Namespace], int], about: str) -> Any:
        sub = command(name, run, about)
        sub.add_argument("item", type=Path, metavar="ITEM.toml")
        sub.add_argument(
            "--members", required=True, help="CSV, XLSX, Parquet, or a query (SELECT ...)"
        )
        sub.add_argument("--ties", help="who worked with whom")
        sub.add_argument("--exclusions", help="who must not sit together")
        sub.add_argument("--trades", type=Path, help="a trade list of your own")
        sub.add_argument("--skip-bad", action="store_true", help="go on with the good rows")
        sub.add_argument("--today", type=date.fromisoformat, help="default: the computer's date")
        sub.add_argument("--workers", type=int, default=1, help="the answer is the same on any")
        sub.add_argument("--seconds", type=float, default=600.0, help="time limit of each solve")
        sub.add_argument("--json", action="store_true")
        sub.add_argument(
            "--for-others", action="store_true", help="JSON with money in bands of 5 %%"
        )
        return sub

    solve = item_command("solve", _solve, "the best consortium, its proof, the runners-up")
    solve.add_argument("--runners-up", type=int, default=2, metavar="N")
    front = item_command("front", _front, "the Pareto front of cost against time and cohesion")
    front.add_argument("--html", type=Path, metavar="OUT", help="write a page with charts")
    why = item_command("why", _why, "why each firm is in, and what each demand costs")
    why.add_argument("--firm", help="what would get this firm in")
    repair = item_command("repair", _repair, "a firm drops out: keep as much as possible")
    repair.add_argument("--plan", required=True, type=Path, help="the JSON of form solve")
    repair.add_argument("--without", required=True, action="append", metavar="F")
    value = item_command("value", _value, "v(S) of every group of some firms")
    value.add_argument("--firms", required=True, help="numbers, separated by commas")
    recommend = command("recommend", _recommend, "who fits a seat, ranked")
    recommend.add_argument("--consortia", required=True, type=Path, help="past consortia, Parquet")
    recommend.add_argument("--with", dest="together", default="", help="who is in already")
    recommend.add_argument("--topics", default="", help="what it is about")
    recommend.add_argument("--on", type=date.fromisoformat, help="what was known on this day")
    recommend.add_argument("--kind", default="", help="the seat's kind of firm")
    recommend.add_argument("--country", default="", help="the seat's country")
    recommend.add_argument("--top", type=int, default=10)
    recommend.add_argument("--json", action="store_true")
    sample = command("sample", _sample, "a made-up network of real shape")
    sample.add_argument("--firms", type=int, default=780)
    sample.add_argument("--seed", type=int, default=7)
    sample.add_argument("-o", dest="out", type=Path, required=True, metavar="DIR")
    return parser


def _inputs(options: argparse.Namespace) -> Any:
    """The item and the members; the faults of both together when both have some."""
    from moyeora.formation.item import read_item
    from moyeora.formation.members import read_members
    from moyeora.formation.problem import unoffered
    from moyeora.formation.trades import default_trades, read_trades

    faults: list[Fault] = []
    item = members = None
    trades = read_trades(options.trades) if options.trades else default_trades()
    try:
        item = read_item(options.item, options.today or date.today(), trades)
    except BadInput as wrong:
        faults.extend(wrong.faults)
    except OSError as wrong:
        faults.append(Fault(str(options.item), 0, "", "unreadable", f"{wrong.strerror}."))
    try:
        members = read_members(
            options.members,
            options.ties,
            options.exclusions,
            trades=trades,
            skip_bad=options.skip_bad,
        )
    except BadInput as wrong:
        faults.extend(wrong.faults)
    if item is not None and members is not None:
        faults.extend(unoffered(item, members))
    if faults:
        raise BadInput(faults)
    assert members is not None
    if members.faults:
        print(f"Left out: {BadInput(members.faults)}", file=sys.stderr)
    return item, members


def _limits(options: argparse.Namespace) -> Any:
    from moyeora.formation.program import Limits

    return Limits(options.workers, options.seconds)


def _print(options: argparse.Namespace, answer: Any, text: Callable[[], str]) -> None:
    from moyeora.formation.discretion import for_others

    if options.for_others:
        answer = for_others(answer)
    if options.json or options.for_others:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        print(text())


def _solve(options: argparse.Namespace) -> int:
    from moyeora.formation.alternatives import runners_up
    from moyeora.formation.answers import outcome_json, outcome_text
    from moyeora.formation.problem import build
    from moyeora.formation.solve import solve

    item, members = _inputs(options)
    try:
        outcome = solve(build(item, members), _limits(options))
    except NoConsortium:
        return _conflict(options, item, members)
    others = runners_up(outcome, options.runners_up, _limits(options))
    _print(options, outcome_json(outcome, others), lambda: outcome_text(outcome, others))
    return 0


def _conflict(options: argparse.Namespace, item: Any, members: Any) -> int:
    from moyeora.formation.conflict import smallest_conflict

    conflict = smallest_conflict(item, members, _limits(options))
    words = [demand.words for demand in conflict]
    answer = {"impossible": [{"key": d.key, "words": d.words} for d in conflict]}
    lines = ["No consortium can do this. Together these demands are impossible:"]
    lines += [f"  - {each}" for each in words]
    lines.append("Without any one of them the others can be met.")
    _print(options, answer, lambda: "\n".join(lines))
    return 1


def _front(options: argparse.Namespace) -> int:
    from moyeora.formation.alternatives import front
    from moyeora.formation.answers import front_json, front_text
    from moyeora.formation.pages import front_page

    item, members = _inputs(options)
    try:
        fronts = [front(item, members, wish, _limits(options)) for wish in ("time", "cohesion")]
    except NoConsortium:
        return _conflict(options, item, members)
    if options.html:
        options.html.parent.mkdir(parents=True, exist_ok=True)
        options.html.write_text(front_page(item, members, fronts), encoding="utf-8")
    answer = {"fronts": [front_json(points, item) for points in fronts]}
    _print(options, answer, lambda: "\n\n".join(front_text(points, item) for points in fronts))
    if options.html:
        print(f"Written: {options.html}", file=sys.stderr)
    return 0


def _why(options: argparse.Namespace) -> int:
    from moyeora.formation.answers import ways_json, ways_text, why_json, why_text
    from moyeora.formation.explain import ways_in, why

    item, members = _inputs(options)
    if options.firm:
        ways = ways_in(item, members, options.firm, _limits(options))
        _print(options, ways_json(ways), lambda: ways_text(ways, item, members, options.firm))
        return 0
    try:
        answer = why(item, members, _limits(options))
    except NoConsortium:
        return _conflict(options, item, members)
    _print(options, why_json(answer), lambda: why_text(answer))
    return 0


def _repair(options: argparse.Namespace) -> int:
    from moyeora.formation.alternatives import repair
    from moyeora.formation.answers import outcome_json, outcome_text

    item, members = _inputs(options)
    try:
        data = json.loads(options.plan.read_text(encoding="utf-8"))
        firms = (data.get("plan") or data)["firms"]
    except (OSError, ValueError, KeyError, AttributeError) as wrong:
        problem = f"this is not a plan: {type(wrong).__name__}."
        remedy = "Give what form solve --json wrote."
        raise BadInput([Fault(str(options.plan), 0, "", "plan", problem, remedy)]) from None
    outcome = repair(item, members, firms, options.without, _limits(options))
    kept = [firm for firm in outcome.plan.firms if firm in firms]
    new = [firm for firm in outcome.plan.firms if firm not in firms]
    lines = [
        outcome_text(outcome),
        f"Kept: {len(kept)} of {len(firms) - len(options.without)} firms; "
        f"new: {', '.join(new) or 'none'}",
    ]
    answer = {**outcome_json(outcome), "kept": kept, "new": new}
    _print(options, answer, lambda: "\n".join(lines))
    return 0


def _value(options: argparse.Namespace) -> int:
    from moyeora.formation.answers import game_json
    from moyeora.formation.value import value_game

    item, members = _inputs(options)
    firms = [firm.strip() for firm in options.firms.split(",") if firm.strip()]
    game = value_game(item, members, firms, _limits(options))
    _print(options, game_json(game), lambda: ",".join(map(str, game.values)))
    if game.superadditive:
        print("Superadditive: no two groups lose by joining.", file=sys.stderr)
    for one, other in game.breaches:
        print(f"Not superadditive: {'+'.join(one)} and {'+'.join(other)}", file=sys.stderr)
    return 0


def _recommend(options: argparse.Namespace) -> int:
    from moyeora.formation.answers import table
    from moyeora.formation.recommend import Seat, read_consortia, recommend

    consortia = read_consortia(options.consortia)
    together = tuple(int(each) for each in options.together.split(",") if each.strip())
    topics = tuple(each.strip() for each in options.topics.split(",") if each.strip())
    seat = Seat(together, topics, options.on or date.today(), options.kind, options.country)
    ranked = recommend(consortia, seat, options.top)
    if options.json:
        print(json.dumps([each.__dict__ for each in ranked], ensure_ascii=False, indent=2))
        return 0
    rows = [("rank", "organisation", "kind", "country", "score", "because")]
    for rank, each in enumerate(ranked, start=1):
        rows.append(
            (
                str(rank),
                str(each.organisation),
                each.kind,
                each.country,
                f"{each.score:.2f}",
                each.because,
            )
        )
    print(table(rows, right={0, 1, 4}))
    return 0


def _sample(options: argparse.Namespace) -> int:
    from moyeora.formation.sample import sample

    try:
        made = sample(options.firms, options.seed)
    except ValueError as wrong:
        raise BadInput([Fault("--firms", 0, "", "range", f"{wrong}.")]) from None
    for path in made.write(options.out):
        print(path)
    return 0
