"""Workers that are killed while they divide receipts or print a mailing; each is gone on with.

python -m tests.network.settling world SECRET   an order of two mailings, receipts to divide
python -m tests.network.settling divide         divide what is left, after a look at the books
python -m tests.network.settling work           do the jobs that wait, with a short lease
python -m tests.network.settling judge          what came of it
"""

# ruff: noqa: E402 (models can be imported only after Django is set up)

import hashlib
import json
import sys
import time
from datetime import date, timedelta

import django

django.setup()

from django.conf import settings
from django_scopes import scope, scopes_disabled
from tests.network import test_mailing as sample
from tests.network.conftest import make_people
from tests.network.consortium import acting, agreed

from moyeora.network.frame.actor import Actor, Office
from moyeora.network.frame.clock import today
from moyeora.network.jobs.actions import again
from moyeora.network.jobs.failures import GIVEN_UP
from moyeora.network.jobs.models import Job, State
from moyeora.network.jobs.work import work
from moyeora.network.journal.models import Entry
from moyeora.network.ledger import receipts
from moyeora.network.ledger.balance import out_of_balance, trial_balance
from moyeora.network.ledger.models import Posting, Receipt, Statement
from moyeora.network.ledger.statements import recompute
from moyeora.network.members.acting import actor_of
from moyeora.network.members.models import Holding
from moyeora.network.orders.actions import contracts
from moyeora.network.orders.mailings import actions as mailings
from moyeora.network.orders.mailings.upload import JOB
from moyeora.network.orders.mailings.vault import Vault
from moyeora.network.orders.models import Mailing

settings.JOB_LEASE = timedelta(seconds=1)
RECEIPTS, PIECES = 24, 3_000
CUSTOMER = Actor(office=Office.CUSTOMER)


def world() -> None:
    people = make_people()
    group = agreed(people)
    with acting(people.actor("ours.owner")) as actor:
        contracts.conclude(
            actor,
            group,
            email="o@store.example",
            concluded=date(2026, 12, 1),
            mailings=frozenset({"need-1", "need-2"}),
        )
        for at in range(RECEIPTS):
            receipts.record_receipt(
                actor,
                group,
                on=date(2027, 1, 4) + timedelta(days=at),
                amount=1_000_003 + at,
                bank_reference=f"IBK-{at}",
            )
    for key in ("partner", "third"):
        with acting(people.actor(f"{key}.owner")) as actor:
            row = mailings.begin(actor, group.packages.get(firm=people.firms[key]))
        with acting(people.actor("ours.owner")) as actor:
            for firm in ("ours", key):
                mailings.record_consent(
                    actor, row, firm=people.firms[firm].id, given=today(), document="동의서"
                )
        Vault(row.id).add(JOB, [sample.packed(PIECES)])
        with acting(people.actor(f"{key}.owner")) as actor:
            mailings.take_upload(actor, row, digest="0" * 64, size=1)
    work(until_idle=True)
    for key in ("partner", "third"):
        with scopes_disabled():
            row = Mailing.objects.get(package__firm=people.firms[key])
            assert row.state == Mailing.State.PROOFED, row.problem
            mailings.approve(CUSTOMER, row, fingerprint=row.fingerprint)
        with acting(people.actor(f"{key}.owner")) as actor:
            mailings.print_it(actor, row)
        if key == "partner":
            work(until_idle=True)  # undisturbed: what the other must be like
    print("{}")


def do_the_jobs() -> None:
    """What waits; the lease of whoever was killed has run out. A task that was given up, since it
    was begun and killed so often, its owner begins again, as the page offers it.
    """
    time.sleep(1.1 * settings.JOB_LEASE.total_seconds())
    print("begun", flush=True)
    work(until_idle=True)
    with scopes_disabled():
        given_up = list(Job.objects.filter(state=State.FAILED, failure=GIVEN_UP))
        for job in given_up:
            owner = actor_of(Holding.objects.get(firm=job.firm, office=Office.OWNER))
            with scope(**owner.scopes()):
                again(owner, job)
    if given_up:
        work(until_idle=True)


def divide() -> None:
    """Each restart looks at the books first: whatever was killed left both or neither."""
    look()
    print("begun", flush=True)
    with scopes_disabled():
        lead = Holding.objects.get(person__email="owner@ours.example")
    actor = actor_of(lead, fresh=True)
    with scope(**actor.scopes()):
        for receipt in Receipt.objects.filter(state=Receipt.State.RECORDED).order_by("number"):
            receipts.divide(actor, receipt)
            print(receipt.number, flush=True)


def look() -> int:
    with scopes_disabled():
        done = set(
            Receipt.objects.filter(state=Receipt.State.DIVIDED).values_list("number", flat=True)
        )
        stated = set(Statement.objects.values_list("receipt__number", flat=True))
        posted = {
            int(key.partition("/")[2])
            for key in Posting.objects.filter(kind="receipt").values_list("key", flat=True)
        }
        told = Entry.objects.filter(kind="receipt.divided").count()
        assert done == stated == posted, (done, stated, posted)
        assert told == len(done), (told, len(done))
        assert out_of_balance(trial_balance()) == {}
        return len(done)


def judge() -> None:
    divided = look()
    with scopes_disabled():
        for statement in Statement.objects.all():
            recompute(statement)
        rows = {row.package.key: row for row in Mailing.objects.select_related("package")}
        volumes = {
            key: {
                name: hashlib.sha256(b"".join(Vault(row.id).read(name))).hexdigest()
                for name in Vault(row.id).names()
                if "volume" in name or "pieces" in name
            }
            for key, row in rows.items()
        }
        first, second = volumes.values()
        print(
            json.dumps(
                {
                    "divided": divided,
                    "states": sorted(row.state for row in rows.values()),
                    "deliveries": [row.package.deliveries.count() for row in rows.values()],
                    "printed": [row.counts.get("printed") for row in rows.values()],
                    "same": first == second and len(first) > 1,
                    "open": [Vault(row.id).open_.exists() for row in rows.values()],
                }
            )
        )


if __name__ == "__main__":
    {"world": world, "divide": divide, "work": do_the_jobs, "judge": judge}[sys.argv[1]]()
