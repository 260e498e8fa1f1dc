"""Processes that act at once or are killed; each part prints what came of it as JSON."""

# ruff: noqa: E402 (models can be imported only after Django is set up)

import json
import os
import random
import signal
import sys
import time
from unittest.mock import patch
from uuid import UUID

import django

django.setup()

import rules
from django.db import connection

from moyeora.network.frame.actor import CLOCK
from moyeora.network.journal import action as acting
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import PUBLIC, Reader
from moyeora.network.journal.chains import NETWORK
from moyeora.network.journal.checkpoints import checkpoint
from moyeora.network.journal.export import export
from moyeora.network.journal.keys import public_keys
from moyeora.network.journal.models import Chain, Entry
from moyeora.network.journal.verify import verify
from moyeora.network.members.models import Firm

CHAINS = [UUID(int=n << 64) for n in range(1, 5)]

for name in ("found", "tell"):
    rules.add_perm(f"test.{name}", rules.always_true)


@action("test.found")
def found(act: Act, number: str) -> None:
    place = {"region": "서울 중구", "latitude": "37.5", "longitude": "126.9"}
    firm = Firm.objects.create(number=number, name=f"펌 {number}", trade="18111", **place)
    act.record("test.founded", subject=firm.id, facts={"number": number}, audience=PUBLIC)


@action("test.tell")
def tell(act: Act, chains: list[UUID]) -> None:
    for chain in chains:
        act.record("test.told", subject=chain, facts={}, audience=PUBLIC, chain=chain)


def killed(rounds: int) -> None:
    """kill -9 in an action: at random, after its write, after its entries."""
    rng = random.Random(rounds)
    stopped_in_the_middle = 0
    for number in range(rounds):
        where = ("anywhere", "written", "recorded")[number % 3]
        before = Firm.objects.count(), Entry.objects.count()
        connection.close()
        child, told = fork(lambda say, n=number, w=where: act_until_killed(say, n, w))
        os.read(told, 1)
        if where == "anywhere":
            time.sleep(rng.random() * 0.2)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(told)
        if where != "anywhere":
            assert (Firm.objects.count(), Entry.objects.count()) == before, where
            stopped_in_the_middle += 1
    subjects = set(Entry.objects.filter(kind="test.founded").values_list("subject", flat=True))
    print(
        json.dumps(
            {
                "firms": Firm.objects.count(),
                "in_the_middle": stopped_in_the_middle,
                "both": set(Firm.objects.values_list("id", flat=True)) == subjects,
                "holds": holds(NETWORK),
            }
        )
    )


def act_until_killed(say: int, number: int, where: str) -> None:
    append = acting.append

    def in_the_middle(records: object) -> None:
        if where == "recorded":
            append(records)
        os.write(say, b".")
        time.sleep(60)

    if where != "anywhere":
        with patch.object(acting, "append", in_the_middle):
            found(CLOCK, f"{number:03}-{where[:5]}")
    for more in range(10000):
        found(CLOCK, f"{number:03}-{more:05}")
        os.write(say, b".")


def crossing(processes: int, acts: int) -> None:
    """Many processes write to several chains at once, named in any order."""
    connection.close()
    lengths = {chain: Chain.objects.filter(id=chain).count() for chain in CHAINS}
    assert not any(lengths.values())
    connection.close()
    children = [fork(lambda _, n=n: tell_at_random(n, acts))[0] for n in range(processes)]
    failed = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    told = Entry.objects.filter(kind="test.told").count()
    lengths = [Chain.objects.get(id=chain).length for chain in CHAINS]
    outcome = {"failed": sum(failed), "told": told, "lengths": sum(lengths)}
    print(json.dumps({**outcome, "holds": all(map(holds, CHAINS))}))


def tell_at_random(seed: int, acts: int) -> None:
    rng = random.Random(seed)
    for _ in range(acts):
        tell(CLOCK, rng.sample(CHAINS, 2))


def holds(chain: UUID) -> bool:
    signed = [checkpoint(chain).signed]
    return verify("".join(export(chain, Reader())), signed, [json.dumps(public_keys())]).holds


def fork(do: object) -> tuple[int, int]:
    """A child that does this and ends, and the pipe on which it speaks."""
    ear, mouth = os.pipe()
    child = os.fork()
    if child:
        os.close(mouth)
        return child, ear
    code = 1
    try:
        do(mouth)
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    {"killed": killed, "crossing": crossing}[sys.argv[1]](*map(int, sys.argv[2:]))
