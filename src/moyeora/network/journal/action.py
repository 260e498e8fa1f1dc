"""One action: may this actor do it, do it, record it, in one transaction.

    @action("members.firm.rename")
    def rename(act: Act, firm: Firm, *, name: str) -> Firm:
        ...
        act.record("firm.renamed", subject=firm.id, facts={"name": name}, audience=PUBLIC)
        return firm

    rename(actor, firm, name="가나디엠")

Pages, the API and the command line call actions and change nothing by themselves. The name is the
permission that :mod:`rules` knows; the predicate gets the actor and the first argument. An action
that records nothing is a mistake of ours and fails. An action may call others: all is one
transaction then, and the entries of all of them are its last writes.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial, wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

import rules
from django.db import transaction

from moyeora.network.frame.actor import Actor
from moyeora.network.frame.clock import now
from moyeora.network.frame.faults import NotAllowed, NotFresh
from moyeora.network.journal.audience import Audience
from moyeora.network.journal.chains import NETWORK, Record, append
from moyeora.network.journal.checkpoints import checkpoint
from moyeora.network.journal.hashing import not_exact

P = ParamSpec("P")
R = TypeVar("R")


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
        """Note what was done; it is written last, when all else has succeeded.

        ``kind``: a verb in the past ("offer.changed"), told in words by :func:`.words.describe`.
        ``facts``: JSON without floats and without secrets; raises ValueError for another value.
        """
        wrong = not_exact(facts)
        if wrong:
            raise ValueError(f"{kind}: {wrong} is not text, a list, or an integer below 2**53")
        self.records.append(
            Record(self.actor, self.at, kind, subject, dict(facts), audience, chain)
        )


@dataclass(frozen=True)
class Described:
    """An action as the permission matrix sees it."""

    name: str
    signs: bool
    call: Callable[..., Any]


ACTIONS: Final[dict[str, Described]] = {}
"""Every action of the application by its permission's name."""

_GOING: ContextVar[list[Record] | None] = ContextVar("going", default=None)


@contextmanager
def together() -> Iterator[list[Record]]:
    """Several actions as one: one transaction, all done or none, their entries its last writes.

    Written earlier, the entries would lock the heads of chains while more is done, and two such
    transactions could wait for each other.
    """
    outer = _GOING.get()
    records = [] if outer is None else outer
    so_far = len(records)
    with transaction.atomic():
        token = _GOING.set(records)
        try:
            yield records
        except BaseException:
            del records[so_far:]
            raise
        finally:
            _GOING.reset(token)
        if outer is None:
            append(records)


def action(
    name: str, *, signs: bool = False
) -> Callable[[Callable[Concatenate[Act, P], R]], Callable[Concatenate[Actor, P], R]]:
    """Make a function an action. ``signs``: it binds a firm, so it wants an actor that gave the
    password a moment ago, and never a token; and a checkpoint of its chains follows it.

    The action raises NotAllowed, NotFresh, or Refused with all that is wrong.
    """

    def decorate(do: Callable[Concatenate[Act, P], R]) -> Callable[Concatenate[Actor, P], R]:
        @wraps(do)
        def run(actor: Actor, *arguments: P.args, **named: P.kwargs) -> R:
            if not rules.has_perm(name, actor, arguments[0] if arguments else None):
                raise NotAllowed(name)
            if signs and (actor.by_token or not actor.fresh):
                raise NotFresh
            with together() as records:
                act = Act(actor, now())
                result = do(act, *arguments, **named)
                assert act.records, f"{name} recorded nothing"
                records.extend(act.records)
                if signs:
                    for chain in sorted({record.chain for record in act.records}):
                        # Robust: what was signed stands, and the day's checkpoint comes anyway.
                        transaction.on_commit(partial(checkpoint, chain), robust=True)
            return result

        assert name not in ACTIONS, f"two actions are called {name}"
        ACTIONS[name] = Described(name, signs, run)
        return run

    return decorate
