"""Reads the steps of an agreement, one method a kind; faults are noted in their tables."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from moyeora.sharing.claims import CLAIMS_RULES
from moyeora.sharing.division import Division, FirmGame, read_division
from moyeora.sharing.language import percent
from moyeora.sharing.steps import (
    Adjust,
    Advance,
    Amount,
    Bracket,
    Fee,
    Loss,
    Reimburse,
    Remaining,
    Reserve,
    Share,
    Step,
)
from moyeora.sharing.tables import Table, Words

KINDS = (
    "tax",
    "advance",
    "reimburse",
    "fee",
    "reserve",
    "adjust",
    "share",
    "loss",
    "remaining",
)
ROUNDINGS = ("down", "half_up", "up")
# A waterfall longer than this is no agreement.
MOST_STEPS = 200
# What `of` and `from` say besides ids.
RESERVED = ("receipt", "left")

# What every step begins with: id, number, title, note.
_Head = tuple[str, str, Words, Words]


class StepReader:
    """Reads all steps; ``names`` are the ids of firms and accounts, ``roles`` firms by role."""

    def __init__(
        self,
        top: Table,
        firms: Sequence[str],
        names: Sequence[str],
        roles: Mapping[str, list[str]],
        facts: Sequence[str],
        game: FirmGame | None,
    ) -> None:
        self.top, self.firms, self.names = top, firms, names
        self.roles, self.facts, self.game = roles, facts, game
        self.ids: list[Any] = []
        self.earlier: list[str] = []
        self.shares: dict[str, Division] = {}
        # The part of the receipt that steps take by rate, to see that they leave something.
        self.of_receipt = Fraction(0)

    def read(self) -> tuple[Step, ...]:
        """The steps, in order."""
        tables = self.top.tables("step", least=1)
        self.ids = [each.data.get("id") for each in _nested(tables)]
        if len(self.ids) > MOST_STEPS:
            self.top.fault("step", "too-many", f"{len(self.ids)} steps", f"at most {MOST_STEPS}")
        check_unique(self.top, "step", [name for name in self.ids if isinstance(name, str)])
        steps = self._steps(tables, "")
        self._check_whole(steps)
        return steps

    def _check_whole(self, steps: Sequence[Step]) -> None:
        kinds = Counter(
            kind for s in steps if isinstance(s, Reimburse) for kind in s.costs or ("every kind",)
        )
        for kind, count in kinds.items():
            if count > 1:
                self.top.fault(
                    "step",
                    "twice",
                    f"costs of {kind} are reimbursed by {count} steps",
                    "each kind of cost in one step",
                )
        if not any(isinstance(step, Loss) for step in steps):
            self.top.fault(
                "step",
                "no-loss",
                "the agreement does not say who bears a loss",
                '[[step]] kind = "loss" with a rule',
            )
        if self.of_receipt > 1:
            self.top.fault(
                "step",
                "over-100",
                f"the steps take {percent(self.of_receipt)} of each receipt",
                "rates that sum to at most 100 %",
            )

    def _steps(self, tables: Sequence[Table], above: str) -> tuple[Step, ...]:
        steps = []
        for number, each in enumerate(tables, 1):
            step = self._step(each, f"{above}{number}")
            if step is not None:
                steps.append(step)
                self.earlier.append(step.id)
            each.finish()
        paying = [each for each in tables if each.data.get("kind") not in ("loss", "adjust")]
        if tables and (not paying or paying[-1].data.get("kind") != "remaining"):
            tables[-1].fault(
                "kind",
                "no-remaining",
                "nothing says where the last won goes",
                'a last step with kind = "remaining" and to = "..."',
            )
        return tuple(steps)

    def _step(self, table: Table, number: str) -> Step | None:
        kind = table.choice("kind", KINDS)
        name = table.text("id")
        if name in RESERVED or name in self.names:
            table.fault("id", "reserved", f"{name} already names something", "another id")
        head = (name, number, table.words("title", name), table.words("note", ""))
        read = getattr(self, f"_read_{kind}", None)
        step: Step | None = read(head, table) if read else None
        return step

    def _party(self, table: Table, key: str, more: Sequence[str] = (), default: Any = ...) -> str:
        name = table.text(key, default)
        if name and name != default and name not in self.names and name not in more:
            table.fault(
                key,
                "unknown-firm",
                f"there is no firm or account {name!r}",
                " | ".join([*self.names, *more]),
            )
        return name

    def _of(self, table: Table, needed: bool) -> str:
        """The base of a rate. A rate without one would be read differently by different people."""
        if not needed:
            if table.has("of"):
                table.fault("of", "unused", "only a rate is a rate of something", "leave it out")
            return "receipt"
        of = table.text("of")
        if not of:
            return "receipt"
        if of not in RESERVED and of not in self.earlier:
            if of in self.ids:
                table.fault(
                    "of",
                    "cycle",
                    f"{of!r} comes later, or holds this step",
                    "an earlier step, receipt or left",
                )
            else:
                table.fault(
                    "of",
                    "unknown-step",
                    f"there is no step {of!r}",
                    " | ".join([*RESERVED, *self.earlier]),
                )
        return of

    def _fact(self, table: Table, key: str, default: Any = ...) -> str:
        name = table.text(key, default)
        known = self.facts
        if name and name != default and name not in known:
            table.fault(
                key,
                "unknown-fact",
                f"there is no fact {name!r}",
                " | ".join(known) or f'[[fact]] id = "{name}"',
            )
        return name

    def _amount(self, table: Table, per: str = "item") -> Amount:
        ways = [key for key in ("rate", "amount", "brackets") if table.has(key)]
        if len(ways) != 1:
            table.fault(
                "rate",
                "missing" if not ways else "twice",
                f"{' and '.join(ways) or 'no amount'} given",
                'one of rate = "10%", amount = 12345, brackets = [...]',
            )
        of = self._of(table, needed="amount" not in ways)
        brackets: tuple[Bracket, ...] = ()
        if "rate" in ways:
            rate = table.ratio("rate")
            if table.truth("included"):
                rate = rate / (1 + rate)
            brackets = (Bracket(None, rate),)
            if of == "receipt" and not table.has("cap"):
                self.of_receipt += rate
        elif "brackets" in ways:
            brackets = self._brackets(table)
        fixed = table.whole("amount") if "amount" in ways else None
        cap = table.whole("cap") if table.has("cap") else None
        overflow = "left"
        if cap is not None:
            overflow = self._party(table, "overflow_to", ["left"])
        elif table.has("overflow_to"):
            table.fault("overflow_to", "unused", "without a cap nothing flows over", "cap = 12345")
        floor = table.whole("floor", 0)
        if cap is not None and floor > cap:
            table.fault(
                "floor", "over-cap", f"the floor {floor} is above the cap {cap}", f"at most {cap}"
            )
        return Amount(
            of,
            brackets,
            fixed,
            floor,
            cap,
            overflow,
            table.choice("rounding", ROUNDINGS, "down"),
            table.whole("unit", 1, least=1),
            table.choice("per", ("item", "receipt"), per),
        )

    def _brackets(self, table: Table) -> tuple[Bracket, ...]:
        brackets, last = [], 0
        inner = table.tables("brackets", least=1)
        for number, each in enumerate(inner, 1):
            rate = each.ratio("rate")
            up_to = each.whole("up_to") if each.has("up_to") else None
            if up_to is None and number < len(inner):
                each.fault(
                    "up_to", "missing", "only the last bracket is without end", "up_to = 12345"
                )
            elif up_to is not None and up_to <= last:
                each.fault("up_to", "order", f"{up_to} is not above {last}", "rising amounts")
            last = up_to or last
            brackets.append(Bracket(up_to, rate))
            each.finish()
        return tuple(brackets)

    def _read_tax(self, head: _Head, table: Table) -> Step:
        amount = self._amount(table)
        return Fee(*head, kind="tax", amount=amount, to=self._party(table, "to"), steps=())

    def _read_fee(self, head: _Head, table: Table) -> Step:
        amount = self._amount(table)
        if table.has("to") == table.has("step"):
            table.fault(
                "to",
                "missing",
                "a fee goes to one party, or into steps of its own",
                'to = "..." or [[step.step]]',
            )
        to = self._party(table, "to") if table.has("to") else ""
        inner = table.tables("step", least=int(table.has("step")))
        for each in inner:
            if each.data.get("kind") not in ("fee", "share", "remaining", "reserve"):
                each.fault(
                    "kind",
                    "nested",
                    f"{each.data.get('kind')} cannot be nested",
                    "fee, share, reserve or remaining",
                )
        return Fee(*head, kind="fee", amount=amount, to=to, steps=self._steps(inner, f"{head[1]}."))

    def _read_advance(self, head: _Head, table: Table) -> Step:
        rate = table.ratio("rate") if table.has("rate") else None
        of = self._of(table, needed=rate is not None)
        return Advance(
            *head, of=of, rate=rate, parties=tuple(table.names("to", self.names, self.names))
        )

    def _read_reimburse(self, head: _Head, table: Table) -> Step:
        costs = table.get("costs", list, '["freight"]', []) or []
        return Reimburse(
            *head, rule=table.choice("rule", list(CLAIMS_RULES)), costs=tuple(map(str, costs))
        )

    def _read_reserve(self, head: _Head, table: Table) -> Step:
        amount = self._amount(table)
        fact, day = self._fact(table, "release_fact", ""), table.day("release_on", None)
        if not fact and day is None:
            table.fault(
                "release_on",
                "missing",
                "nothing says when the reserve is released",
                'release_on = 2027-06-30 or release_fact = "..."',
            )
        return Reserve(*head, amount=amount, release_fact=fact, release_on=day)

    def _read_adjust(self, head: _Head, table: Table) -> Step:
        fact, free = self._fact(table, "fact"), table.whole("free", 0)
        if table.has("each") == table.has("rate"):
            table.fault(
                "each",
                "missing",
                "what does one unit cost?",
                'each = 12345, or rate = "0.1%" with of',
            )
        each = table.whole("each") if table.has("each") else None
        rate = table.ratio("rate") if table.has("rate") else None
        of = self._of(table, needed=rate is not None)
        cap = table.whole("cap") if table.has("cap") else None
        source = self._party(table, "from", ["left"])
        to = self._party(table, "to", list(self.shares))
        if source == to:
            table.fault("to", "cycle", f"{to} would pay itself", "another party")
        elif to in self.shares:
            self._check_others(table, source, to)
        return Adjust(
            *head, fact=fact, free=free, each=each, rate=rate, of=of, cap=cap, source=source, to=to
        )

    def _check_others(self, table: Table, source: str, to: str) -> None:
        """A penalty that goes to a share step needs others with a weight there."""
        division = self.shares[to]
        pairs = zip(division.firms, division.weights, strict=True)
        if source == "left" or not any(weight for firm, weight in pairs if firm != source):
            table.fault(
                "to",
                "no-weights",
                f"{to} does not say how much each of the others gets",
                " | ".join(self.names),
            )

    def _read_share(self, head: _Head, table: Table) -> Step:
        division = read_division(table, self.firms, self.roles, self.game)
        self.shares[head[0]] = division
        return Share(*head, division=division)

    def _read_loss(self, head: _Head, table: Table) -> Step:
        division = read_division(table, self.firms, self.roles, self.game)
        if division.claims or sum(division.weights) != division.scale:
            table.fault(
                "rule",
                "loss-rule",
                "a loss is borne in full, by weights",
                "equal, fixed (100 %), proportional, points or a game rule",
            )
        return Loss(*head, division=division)

    def _read_remaining(self, head: _Head, table: Table) -> Step:
        return Remaining(*head, to=self._party(table, "to"))


def check_unique(top: Table, key: str, names: Sequence[str]) -> None:
    """Note every id that names more than one thing."""
    for name, count in Counter(names).items():
        if count > 1:
            top.fault(
                key, "twice", f"{name!r} is the id of {count} things", "an id of its own for each"
            )


def _nested(tables: Sequence[Table]) -> Iterator[Table]:
    for table in tables:
        yield table
        inner = table.data.get("step")
        if isinstance(inner, list):
            yield from _nested([Table(each, "", []) for each in inner if isinstance(each, dict)])
