"""One action: may this actor do it, do it, record it, in one transaction.

    @action("members.firm.rename")
    def rename(act: Act, firm: Firm, *, name: str) -> Firm:
        ...
        act.record("firm.renamed", subject=firm.id, facts={"name": name}, audience=PUBLIC)
        return firm

    rename(actor, firm, name="가나디엠")

Pages, the API and the command line call actions and change nothing by themselves. The name is the
permission that :mod:`rules` knows; the predicate gets the actor and the first argument. An action
that records nothing is a mistake of ours and fails.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

import rules
from django.db import transaction

from moyeora.network.frame.actor import Actor
from moyeora.network.frame.clock import now
from moyeora.network.frame.faults import NotAllowed, NotFresh
from moyeora.network.journal.audience import Audience
from moyeora.network.journal.chains import NETWORK, append

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Record:
    """What will stand in the journal: ``kind`` (a verb in the past: "offer.changed"), the id of
    what it is about, the facts (JSON), who may read them, on which chain.
    """

    kind: str
    subject: UUID
    facts: Mapping[str, Any]
    audience: Audience
    chain: UUID


@dataclass
class Act:
    """An action that is going on: who, when, and what is to be recorded at its end."""

    actor: Actor
    at: datetime
    records: list[Record] = field(default_factory=list)

    def record(
        self,
        kind: str,
        *,
        subject: UUID,
        facts: Mapping[str, Any],
        audience: Audience,
        chain: UUID = NETWORK,
    ) -> None:
        """Note what was done; it is written last, when all else has succeeded."""
        self.records.append(Record(kind, subject, facts, audience, chain))


@dataclass(frozen=True)
class Described:
    """An action as the permission matrix sees it."""

    name: str
    signs: bool
    call: Callable[..., Any]


ACTIONS: Final[dict[str, Described]] = {}
"""Every action of the application by its permission's name."""


def action(
    name: str, *, signs: bool = False
) -> Callable[[Callable[Concatenate[Act, P], R]], Callable[Concatenate[Actor, P], R]]:
    """Make a function an action. ``signs``: it binds a firm, so it wants an actor that gave the
    password a moment ago, and never a token.

    The action raises NotAllowed, NotFresh, or Refused with all that is wrong.
    """

    def decorate(do: Callable[Concatenate[Act, P], R]) -> Callable[Concatenate[Actor, P], R]:
        @wraps(do)
        def run(actor: Actor, *arguments: P.args, **named: P.kwargs) -> R:
            if not rules.has_perm(name, actor, arguments[0] if arguments else None):
                raise NotAllowed(name)
            if signs and (actor.by_token or not actor.fresh):
                raise NotFresh
            with transaction.atomic():
                act = Act(actor, now())
                result = do(act, *arguments, **named)
                assert act.records, f"{name} recorded nothing"
                append(act)
            return result

        assert name not in ACTIONS, f"two actions are called {name}"
        ACTIONS[name] = Described(name, signs, run)
        return run

    return decorate
