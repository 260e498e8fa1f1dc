"""Answers as JSON's types and as text for people."""

from collections.abc import Sequence
from typing import Any

from moyeora.formation.alternatives import Point
from moyeora.formation.demands import money_text
from moyeora.formation.explain import WayIn, Why
from moyeora.formation.item import Item
from moyeora.formation.members import Members
from moyeora.formation.plan import plan_to_json
from moyeora.formation.solve import Outcome
from moyeora.formation.value import Game

Json = dict[str, Any]


def outcome_json(outcome: Outcome, others: Sequence[Outcome] = ()) -> Json:
    """The plan, its proof, and the runners-up."""
    return {
        "plan": plan_to_json(outcome.plan, outcome.problem),
        "proven": outcome.proven,
        "stages": [
            {"name": stage.name, "best": stage.value, "bound": stage.bound}
            for stage in outcome.stages
        ],
        "offers": outcome.pairs,
        "offers_left": outcome.candidates,
        "runners_up": [
            {
                "plan": plan_to_json(other.plan, other.problem),
                "extra_cost": other.plan.cost - outcome.plan.cost,
            }
            for other in others
        ],
    }


def outcome_text(outcome: Outcome, others: Sequence[Outcome] = ()) -> str:
    """Who does how much of what, when, at what cost; the proof; the runners-up."""
    item, plan = outcome.problem.item, outcome.plan
    rows = [("need", "firm", "", "quantity", "from", "to", f"cost {item.offer_currency}")]
    for share in plan.shares:
        need = item.need(share.need)
        rows.append(
            (
                need.title,
                share.firm,
                share.name,
                f"{share.units:,} {need.unit}",
                item.period_start(share.begins).isoformat(),
                item.period_end(share.ends).isoformat(),
                f"{share.cost:,}",
            )
        )
    lines = [item.title, "", table(rows, right={3, 6}), ""]
    lines.append(f"{len(plan.firms)} firms, {money(item, plan.cost)}, {_wishes(outcome)}")
    lines.append(_proof(outcome))
    for rank, other in enumerate(others, start=2):
        extra = other.plan.cost - plan.cost
        new = [firm for firm in other.plan.firms if firm not in plan.firms]
        lines.append(
            f"No. {rank}: {money(item, other.plan.cost)} ({extra:+,}), "
            f"{len(new)} other firms: {', '.join(new)}"
        )
    return "\n".join(lines)


def _wishes(outcome: Outcome) -> str:
    wishes = outcome.plan.wishes
    return (
        f"done in {wishes['time']} days, cohesion {wishes['cohesion']:,} km, "
        f"the largest share {wishes['equality']:,}"
    )


def _proof(outcome: Outcome) -> str:
    if outcome.proven:
        return (
            f"Proven: of {outcome.pairs:,} fitting offers no combination is better "
            f"({outcome.candidates:,} could not be ruled out at once and were solved)."
        )
    stage = outcome.stages[-1]
    return (
        f"Stopped by the time limit: {stage.name} is {stage.value:,}; "
        f"it is proven that nothing is below {stage.bound:,}."
    )


def front_json(points: Sequence[Point], item: Item) -> Json:
    """The points of one front."""
    return {
        "wish": points[0].wish,
        "currency": item.offer_currency,
        "points": [{"value": p.value, "cost": p.cost, "firms": list(p.plan.firms)} for p in points],
    }


def front_text(points: Sequence[Point], item: Item) -> str:
    """One front as a table, cheapest first."""
    unit = {"time": "days", "cohesion": "km"}[points[0].wish]
    rows = [(points[0].wish, f"cost {item.offer_currency}", "more than the cheapest", "firms")]
    for point in points:
        extra = point.cost - points[0].cost
        firms = str(len(point.plan.firms))
        rows.append((f"{point.value:,} {unit}", f"{point.cost:,}", f"{extra:+,}", firms))
    return table(rows, right={0, 1, 2, 3})


def why_json(answer: Why) -> Json:
    """Each firm's worth and each demand's price."""
    return {
        **outcome_json(answer.outcome),
        "firms": [
            {
                "firm": each.firm,
                "name": each.name,
                "possible_without": each.cost is not None,
                "extra_cost": each.extra_cost,
                "instead": [f for f in each.firms if f not in answer.outcome.plan.firms],
            }
            for each in answer.firms
        ],
        "demands": [
            {"key": each.key, "words": each.words, "cost": each.cost, "saves": list(each.saves)}
            for each in answer.demands
        ],
    }


def why_text(answer: Why) -> str:
    """Why each firm is in, and what each demand costs."""
    item = answer.outcome.problem.item
    lines = [outcome_text(answer.outcome), "", "Why each firm is in: the best without it", ""]
    rows = [("firm", "", "costs more", "instead")]
    for each in answer.firms:
        extra = "impossible" if each.extra_cost is None else f"{each.extra_cost:+,}"
        new = [firm for firm in each.firms if firm not in answer.outcome.plan.firms]
        rows.append((each.firm, each.name, extra, ", ".join(new)))
    lines += [table(rows, right={2}), "", "What each demand costs: how much cheaper without it", ""]
    rows2 = [("demand", f"{item.offer_currency}")]
    rows2 += [(each.words, f"{each.cost:,}") for each in answer.demands]
    return "\n".join([*lines, table(rows2, right={1})])


def ways_json(ways: Sequence[WayIn]) -> list[Json]:
    """What would get a firm in."""
    return [
        {
            "firm": way.firm,
            "need": way.need,
            "is_in": way.is_in,
            "today": way.today,
            "price": way.price,
            "capacity": way.capacity,
            "missing": list(way.missing),
        }
        for way in ways
    ]


def ways_text(ways: Sequence[WayIn], item: Item, members: Members, firm: str) -> str:
    """What would get a firm in, in words."""
    name = str(members.firms["name"][members.index[firm]])
    if not ways:
        return f"{firm} {name} offers nothing that this item needs."
    lines = []
    for way in ways:
        need = item.need(way.need)
        head = f"{firm} {name} for {need.title}: "
        if way.is_in:
            lines.append(f"{head}every best consortium has it, at today's terms.")
            continue
        first = f"with {', '.join(way.missing)}, and " if way.missing else ""
        options = []
        if way.price is not None:
            price = f"{way.price:,} {item.offer_currency} a {need.unit}"
            options.append(f"at {price} or less (today {way.today:,})")
        if way.capacity is not None:
            options.append(f"with {way.capacity:,} {need.unit} free a week or more")
        answer = " or ".join(options)
        lines.append(head + (f"in {first}{answer}." if answer else "nothing would get it in."))
    return "\n".join(lines)


def game_json(game: Game) -> Json:
    """The table of v(S), with its report."""
    return {
        "firms": list(game.firms),
        "owner": game.owner,
        "values": list(game.values),
        "groups": [list(group) for group in game.groups],
        "superadditive": game.superadditive,
        "breaches": [[list(one), list(other)] for one, other in game.breaches],
    }


def money(item: Item, amount: int) -> str:
    """An amount in the offers' currency, as people read it."""
    return money_text(amount, item.offer_currency)


def table(rows: Sequence[Sequence[str]], right: set[int]) -> str:
    """Columns in line; a Hangul syllable takes two places."""
    widths = [max(_width(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for at, cell in enumerate(row):
            space = " " * (widths[at] - _width(cell))
            cells.append(space + cell if at in right else cell + space)
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    return sum(2 if "\u1100" <= letter <= "\uffdc" else 1 for letter in text)
