"""The agreement: who shares, and the steps of the waterfall, read and checked as one value.

Every fault of the file is reported at once, with its key. An agreement has a home for the last
won (``remaining``) and says who bears a loss (``loss``), or it is refused.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from moyeora.sharing.currency import CURRENCIES
from moyeora.sharing.division import FirmGame
from moyeora.sharing.faults import Fault, Refused
from moyeora.sharing.game_table import read_game
from moyeora.sharing.step_reader import RESERVED, StepReader, check_unique
from moyeora.sharing.steps import Fee, Step
from moyeora.sharing.tables import Table, Words, read_toml

# A consortium larger than this is an association.
MOST_FIRMS = 500


@dataclass(frozen=True, slots=True)
class Party:
    """A firm, or (``firm`` false) an account such as the tax office or the association."""

    id: str
    name: Words
    firm: bool
    roles: tuple[str, ...]
    rank: int


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a receipt may report as a whole number: days late, defective parts, yes (1)."""

    id: str
    name: Words


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """An agreement without faults. ``digest`` names this very version; ``source`` is its data."""

    title: Words
    item: Words
    version: str
    signed: date | None
    currency: str
    parties: tuple[Party, ...]
    facts: tuple[Fact, ...]
    game: FirmGame | None
    steps: tuple[Step, ...]
    digest: str
    source: Mapping[str, Any]

    @property
    def firms(self) -> tuple[Party, ...]:
        """The firms, in the order of the agreement."""
        return tuple(party for party in self.parties if party.firm)

    def party(self, name: str) -> Party:
        """The party of that id; :class:`KeyError` when there is none."""
        for party in self.parties:
            if party.id == name:
                return party
        raise KeyError(name)

    def all_steps(self) -> Iterator[Step]:
        """Every step, nested ones after the one that holds them."""
        return walk(self.steps)

    def step(self, name: str) -> Step:
        """The step of that id; :class:`KeyError` when there is none."""
        for step in self.all_steps():
            if step.id == name:
                return step
        raise KeyError(name)


def walk(steps: Sequence[Step]) -> Iterator[Step]:
    """Some steps and all that are nested in them, in the order in which they run."""
    for step in steps:
        yield step
        if isinstance(step, Fee):
            yield from walk(step.steps)


def load_agreement(path: Path) -> Agreement:
    """Read an agreement from a TOML file; raises ``Refused`` with every fault."""
    return read_agreement(read_toml(path), path.name)


def read_agreement(data: Mapping[str, Any], file: str = "agreement.toml") -> Agreement:
    """Read an agreement from the data of its TOML; raises ``Refused`` with every fault."""
    faults: list[Fault] = []
    agreement = _Reader(dict(data), file, faults).read()
    if faults:
        raise Refused(faults)
    return agreement


def digest_of(data: Any) -> str:
    """The SHA-256 of a value written as canonical JSON."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class _Reader:
    def __init__(self, data: dict[str, Any], file: str, faults: list[Fault]) -> None:
        self.data, self.faults = data, faults
        self.top = Table(data, f"{file}: ", faults)

    def read(self) -> Agreement:
        top = self.top
        title, item = top.words("title"), top.words("item", "")
        version, signed = top.text("version", "1"), top.day("signed", None)
        currency = top.choice("currency", sorted(CURRENCIES))
        firms = self._parties("firm", least=1)
        parties = firms + self._parties("account")
        facts = tuple(
            _finished(each, Fact(each.text("id"), each.words("name", each.data.get("id", ""))))
            for each in top.tables("fact")
        )
        names, fact_names = [party.id for party in parties], [fact.id for fact in facts]
        check_unique(top, "id", [*names, *fact_names])
        # Ids that are there twice are noted above; the reading goes on with one of each.
        firm_names = list(dict.fromkeys(party.id for party in firms))
        game: FirmGame | None = None
        if top.has("game"):
            table = top.table("game")
            game = read_game(table, firm_names)
            table.finish()
        reader = StepReader(top, firm_names, names, _by_role(firms), fact_names, game)
        steps = reader.read()
        top.finish()
        return Agreement(
            title,
            item,
            version,
            signed,
            currency,
            parties,
            facts,
            game,
            steps,
            digest_of(self.data),
            self.data,
        )

    def _parties(self, key: str, least: int = 0) -> tuple[Party, ...]:
        tables = self.top.tables(key, least)
        if len(tables) > MOST_FIRMS:
            self.top.fault(key, "too-many", f"{len(tables)} of {key}", f"at most {MOST_FIRMS}")
            tables = tables[:MOST_FIRMS]
        parties = []
        for number, each in enumerate(tables, 1):
            name = each.text("id")
            if name in RESERVED:
                each.fault("id", "reserved", f"{name} has a meaning of its own", "another id")
            roles = each.get("roles", list, '["design"]', []) or []
            rank = each.whole("rank", number) if key == "firm" else number
            words = each.words("name", name)
            parties.append(Party(name, words, key == "firm", tuple(map(str, roles)), rank))
            each.finish()
        return tuple(parties)


def _finished(table: Table, fact: Fact) -> Fact:
    table.finish()
    return fact


def _by_role(firms: Sequence[Party]) -> dict[str, list[str]]:
    roles: dict[str, list[str]] = {}
    for firm in firms:
        for role in firm.roles:
            roles.setdefault(role, []).append(firm.id)
    return roles
