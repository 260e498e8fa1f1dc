"""Twenty people at once in one consortium: what each does over HTTP, as programs of their own.

python -m tests.network.crowd world            fills the database; prints sessions and ids
python -m tests.network.crowd client PORT WORLD SEED
python -m tests.network.crowd judge WORLD      what the database says afterwards
"""

import http.client
import json
import random
import sys
import time
from collections import Counter
from urllib.parse import urlencode

REFERENCES = 12  # receipts of which every client tries to enter some: each must be there once
AMOUNT = 1_000_000


def world() -> None:
    """An agreement in force, an amendment to sign, an order to deliver."""
    import django

    django.setup()
    from dataclasses import replace
    from datetime import date

    from django.conf import settings
    from tests.network.conftest import make_people
    from tests.network.consortium import acting, agreed
    from tests.network.site import session

    from moyeora.network.consortia.agreements import actions as agreements
    from moyeora.network.consortia.agreements import terms as terms_
    from moyeora.network.orders.actions import contracts

    people = make_people()
    group = agreed(people)
    with acting(people.actor("ours.owner")) as actor:
        contracts.conclude(actor, group, email="o@store.example", concluded=date(2026, 12, 1))
        in_force = group.agreements.get(state="in_force")
        changed = replace(terms_.from_json(in_force.terms), liability_percent=200)
        agreements.write_draft(actor, group, terms=changed)
        amendment = agreements.offer_for_signature(actor, group, days=7)
        packages = {str(p.firm_id): str(p.id) for p in group.packages.all()}
    owners = ("ours", "partner", "third")
    print(
        json.dumps(
            {
                "sessions": {who: session(people.client(f"{who}.owner")) for who in owners},
                "packages": {who: packages[str(people.firms[who].id)] for who in owners},
                "cookies": [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME],
                "group": str(group.id),
                "amendment": str(amendment.id),
                "hash": amendment.text_hash,
            }
        )
    )


def client(port: int, told: dict, seed: int) -> None:
    """One client: enters and divides receipts, instructs payouts, signs, delivers, claims."""
    rng = random.Random(seed)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    codes: Counter[str] = Counter()

    def ask(who: str, method: str, path: str, data: dict | None = None) -> tuple[int, str]:
        cookie = f"{told['cookies'][0]}={told['sessions'][who]}; {told['cookies'][1]}={'a' * 32}"
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({**(data or {}), "csrfmiddlewaretoken": "a" * 32})
        connection.request(method, path, body if method == "POST" else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        codes[f"{method} {path.split('/')[1]} {answer.status}"] += 1
        return answer.status, answer.headers.get("Location") or text

    group = told["group"]
    for _ in range(8):
        what = rng.choice(["receipt", "receipt", "payout", "sign", "deliver", "cost", "read"])
        who = rng.choice(list(told["sessions"]))
        if what == "receipt":
            reference = f"IBK-{rng.randrange(REFERENCES)}"
            ask(
                "ours",
                "POST",
                f"/money/{group}/receipt/",
                {"on": "2027-01-04", "amount": AMOUNT, "bank_reference": reference},
            )
        elif what == "payout":
            ask("ours", "POST", f"/money/{group}/payout/")
        elif what == "sign":
            path = f"/consortia/agreements/{told['amendment']}/"
            ask(who, "POST", path, {"text_hash": told["hash"], "answer": "sign"})
        elif what == "deliver":
            ask(who, "POST", f"/orders/packages/{told['packages'][who]}/", {"quantity": 50_000})
        elif what == "cost":
            data = {
                "what": f"운반 {seed}",
                "amount": 10_000,
                "document": f"영수증 {time.time_ns()}",
            }
            ask(who, "POST", f"/money/{group}/cost/", data)
        else:
            ask(who, "GET", f"/money/{group}/")
    print(json.dumps(codes))


def judge(told: dict) -> None:
    """What must hold, read from the database."""
    import django

    django.setup()
    from django_scopes import scopes_disabled

    from moyeora.network.journal.models import Chain
    from moyeora.network.ledger.balance import out_of_balance, trial_balance
    from moyeora.network.ledger.models import Account, Payout, Posting, Receipt
    from moyeora.network.orders.actions.deliveries import delivered
    from moyeora.network.orders.models import WorkPackage

    with scopes_disabled():
        rows = trial_balance(told["group"])
        receipts = list(Receipt.objects.all())
        chain = Chain.objects.get(id=told["group"])
        kinds = Counter(chain.entries.values_list("kind", flat=True))
        bank = sum(r.balance for r in rows if r.account.kind == Account.Kind.BANK)
        print(
            json.dumps(
                {
                    "out_of_balance": out_of_balance(rows),
                    "receipts": len(receipts),
                    "references": len({r.bank_reference for r in receipts}),
                    "divided": sum(r.state == "divided" for r in receipts),
                    "postings": Posting.objects.filter(kind="receipt").count(),
                    "bank": bank,
                    "elsewhere": -sum(r.balance for r in rows) + bank,
                    "instructed": sum(p.amount for p in Payout.objects.all()),
                    "left": sum(
                        -r.balance
                        for r in rows
                        if r.account.kind not in (Account.Kind.BANK, Account.Kind.TRANSIT)
                    ),
                    "over": [p.key for p in WorkPackage.objects.all() if delivered(p) > p.quantity],
                    "signed": kinds["agreement.signed"],
                    "recorded": kinds["receipt.recorded"],
                    "divisions": kinds["receipt.divided"],
                    "length": chain.length,
                    "entries": chain.entries.count(),
                    "numbers": chain.entries.values("number").distinct().count(),
                }
            )
        )


if __name__ == "__main__":
    if sys.argv[1] == "world":
        world()
    elif sys.argv[1] == "client":
        client(int(sys.argv[2]), json.loads(sys.argv[3]), int(sys.argv[4]))
    else:
        judge(json.loads(sys.argv[2]))
