"""What a firm's own software asks and reports through the API, as docs/network.md shows it."""

import hashlib
import json
import re
import shlex
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django_scopes import scopes_disabled
from tests.network.consortium import acting, agreed

from moyeora.network.frame import clock
from moyeora.network.frame.clock import now
from moyeora.network.ledger import payouts, receipts
from moyeora.network.members import once
from moyeora.network.members.models import IdempotencyKey, Token
from moyeora.network.orders.actions import contracts
from moyeora.network.orders.models import Delivery

PAGE = Path(__file__).parents[2] / "docs" / "network.md"


class Software:
    """Speaks with the API by the token of a person."""

    def __init__(self, people, who):
        secret = f"moyeora_{who}"
        digest = hashlib.sha256(secret.encode()).hexdigest()
        Token.objects.create(holding=people.holdings[who], label="ERP", digest=digest)
        self.headers = {"authorization": f"Bearer {secret}"}
        self.client = Client(enforce_csrf_checks=True)

    def get(self, path):
        return self.client.get(f"/api/{path}", headers=self.headers)

    def post(self, path, body=None, key=None):
        headers = self.headers | ({"idempotency-key": key} if key else {})
        return self.client.post(
            f"/api/{path}", body or {}, content_type="application/json", headers=headers
        )


@pytest.fixture
def group(people):
    made = agreed(people)
    with acting(people.actor("ours.owner")) as actor:
        contracts.conclude(actor, made, email="order@store.example", concluded=date(2026, 12, 1))
    return made


@pytest.fixture
def package(people, group):
    with scopes_disabled():
        return group.packages.get(firm=people.firms["ours"])


def made():
    with scopes_disabled():
        return Delivery.objects.count()


def test_a_delivery_that_is_reported_again_is_made_once(people, package):
    staff = Software(people, "ours.staff")
    path, body = f"orders/packages/{package.id}/deliveries", {"quantity": 1200}
    first = staff.post(path, body, key="a-1")
    again = staff.post(path, body, key="a-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert made() == 1
    assert staff.post(path, body, key="a-2").json()["number"] == 2
    # The key is the person's own, and of one request.
    assert Software(people, "ours.owner").post(path, body, key="a-1").json()["number"] == 3
    other = staff.post(path, {"quantity": 5}, key="a-1")
    assert other.status_code == 422
    assert other.json()["faults"][0]["code"] == "key-used"
    assert made() == 3
    with clock.at(now() + once.KEPT + timedelta(minutes=1)):
        assert once.forget() == 3
    assert not IdempotencyKey.objects.exists()


def test_what_was_refused_has_used_no_key(people, package):
    staff = Software(people, "ours.staff")
    path = f"orders/packages/{package.id}/deliveries"
    refused = staff.post(path, {"quantity": 300_001}, key="b")
    assert refused.status_code == 422
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert [fault["field"] for fault in refused.json()["faults"]] == ["quantity"]
    assert staff.post(path, {"quantity": 300_000}, key="b").status_code == 201


def test_the_order_and_its_versions_are_read(people, group, package):
    partner = Software(people, "partner.staff")
    assert partner.get(f"orders/{group.id}/contract").json()["customer"] == "한빛백화점"
    (version,) = partner.get(f"orders/{group.id}/versions").json()
    assert version["state"] == "in_force"
    assert {row["key"] for row in version["packages"]} == {
        row["key"] for row in partner.get(f"orders/{group.id}/packages").json()
    }
    Software(people, "ours.owner").post(
        f"orders/packages/{package.id}/deliveries", {"quantity": 100_000}
    )
    seen = partner.get(f"orders/packages/{package.id}").json()
    assert (seen["open"], seen["state"]) == (200_000, "running")
    assert [one["state"] for one in seen["deliveries"]] == ["waiting"]


def test_from_the_receipt_to_the_payout_file(people, group):
    """Only the lead records and fetches the file; each sees its own part and its reasons."""
    lead, partner = Software(people, "ours.owner"), Software(people, "partner.accountant")
    told = {"on": "2027-03-02", "amount": 27_000_000, "bank_reference": "IBK-7"}
    path = f"money/{group.id}/receipts"
    assert Software(people, "partner.owner").post(path, told).status_code == 403
    first = lead.post(path, told | {"evidence": "a" * 64}).json()
    assert lead.post(path, told).json() == first, "the bank's reference names the receipt"
    assert (first["evidence"], first["state"]) == ("a" * 64, "recorded")
    statement = lead.post(f"money/receipts/{first['id']}/divide").json()
    assert sum(step["total"] for step in statement["steps"]) == 27_000_000
    theirs = partner.get(f"money/statements/{first['id']}").json()
    assert theirs["due"] == sum(step["mine"] or 0 for step in theirs["steps"]) > 0
    assert all(step["why"] for step in theirs["steps"] if step["mine"])
    assert not any(step["lines"] for step in theirs["steps"])
    (position,) = partner.get(f"money/{group.id}/balance").json()
    assert (position["due"], position["paid"]) == (theirs["due"], 0)
    books = Software(people, "partner.staff").get(f"money/{group.id}/books").json()
    assert sum(row["balance"] for row in books) == 0
    third = people.firms["third"].name
    assert not any(third in row["whose"] for row in books)
    with acting(people.actor("ours.owner")) as actor:
        batch = payouts.instruct(actor, group)
    file = lead.get(f"money/batches/{batch.id}/file")
    assert b"110-partner" in file.content
    assert partner.get(f"money/batches/{batch.id}/file").status_code == 403
    sent = lead.post(f"money/batches/{batch.id}/sent").json()
    mine = next(one for one in sent["payouts"] if one["party"] == people.firms["partner"].number)
    assert lead.post(f"money/payouts/{mine['id']}/confirm").json()["state"] == "confirmed"
    (paid,) = partner.get(f"money/{group.id}/payouts").json()
    assert (paid["amount"], paid["state"]) == (theirs["due"], "confirmed")
    rows = partner.get(f"money/{group.id}/export").content.decode("utf-8-sig").splitlines()
    assert sum(int(row.split(",")[4]) for row in rows[1:]) == theirs["due"]


def test_what_binds_a_firm_no_software_does(people, group):
    """There is no operation that signs, votes or instructs; a seat's wants the password."""
    paths = Client().get("/api/openapi.json").json()["paths"]
    assert not [path for path in paths if re.search(r"sign|vote|instruct|conclude", path)]


@pytest.mark.parametrize("amount", [0, -1, 2**53, 10**30, "1e3", None])
def test_an_amount_that_is_none_is_refused_at_its_field(people, group, amount):
    told = {"on": "2027-03-02", "amount": amount, "bank_reference": "IBK-7"}
    answer = Software(people, "ours.owner").post(f"money/{group.id}/receipts", told)
    assert answer.status_code == 422
    assert any("amount" in fault["field"] for fault in answer.json()["faults"])


def test_every_curl_line_of_the_page_is_answered(people, group, package):
    part = PAGE.read_text("utf-8").partition("## A firm's own software")[2].partition("\n## ")[0]
    block = re.search(r"(?ms)^```sh\n(.*?)^```$", part)[1].replace("\\\n", " ")
    lines = [line for line in block.splitlines() if line.startswith("curl ")]
    with acting(people.actor("ours.owner")) as actor:
        receipt = receipts.record_receipt(
            actor, group, on=date(2027, 3, 1), amount=10_000_000, bank_reference="IBK-1"
        )
        receipts.divide(actor, receipt)
        batch = payouts.instruct(actor, group)
    Software(people, "ours.owner")
    known = {
        "TOKEN": "moyeora_ours.owner",
        "MOYEORA": "",
        "CONSORTIUM": group.id,
        "PACKAGE": package.id,
        "EVIDENCE": "b" * 64,
        "RECEIPT": receipt.id,
        "BATCH": batch.id,
    }
    for line in lines:
        told = re.sub(r"\$([A-Z]+)", lambda name: str(known[name[1]]), line)
        headers, body, method, path = {}, None, "GET", ""
        words = iter(shlex.split(told)[1:])
        for word in words:
            if word == "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            elif word == "-d":
                body, method = next(words), "POST"
            elif word == "-X":
                method = next(words)
            elif word == "-o":
                next(words)
            else:
                assert not path, f"curl would take “{word}” for an address too: {line}"
                path = word
        answer = Client(enforce_csrf_checks=True).generic(
            method, path, body or "", headers.pop("Content-Type", "text/plain"), headers=headers
        )
        assert answer.status_code in (200, 201), (line, answer.content)
        if body:
            json.loads(body)
    assert len(lines) >= 8
