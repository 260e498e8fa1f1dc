"""The terms as the program with which :mod:`moyeora.sharing` divides every receipt."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from moyeora.network.consortia.agreements.terms import Terms
from moyeora.sharing import Agreement, read_agreement

ASSOCIATION, TAX = "association", "tax"
SHARE = "work"  # the step that divides among the firms


def program(terms: Terms, version: int = 1) -> Agreement:
    """The agreement as sharing reads it; raises its ``Refused`` when the terms do not close."""
    return read_agreement(program_data(terms, version))


def program_data(terms: Terms, version: int = 1) -> dict[str, Any]:
    """The same as the data of a TOML file."""
    weights = {party.id: f"{party.weight}/1000" for party in terms.parties}
    data: dict[str, Any] = {
        "title": {"ko": f"{terms.title} 공동사업 협약", "en": f"Agreement: {terms.title}"},
        "item": terms.title,
        "version": str(version),
        "currency": terms.currency,
        "firm": [
            {
                "id": party.id,
                "name": {"ko": party.name, "en": party.name_en or party.name},
                "roles": list(party.seats),
                "rank": rank,
            }
            for rank, party in enumerate(terms.parties, 1)
        ],
        "account": [
            {"id": TAX, "name": {"ko": "세무서", "en": "the tax office"}},
            {"id": ASSOCIATION, "name": {"ko": "조합", "en": "the association"}},
        ],
        "step": list(_steps(terms, weights)),
    }
    if terms.late_each:
        data["fact"] = [
            {
                "id": late_fact(party.id),
                "name": {
                    "ko": f"{party.name}의 납기 지연 일수",
                    "en": f"days by which {party.name_en or party.name} is late",
                },
            }
            for party in terms.parties
        ]
    return data


def late_fact(number: str) -> str:
    """The id of the fact that tells a firm's days of delay."""
    return f"late-{number}"


def _steps(terms: Terms, weights: Mapping[str, str]) -> Any:
    if terms.vat_permille:
        yield {
            "id": "vat",
            "kind": "tax",
            "title": {"ko": "부가가치세", "en": "VAT"},
            "of": "receipt",
            "rate": f"{terms.vat_permille}/1000",
            "included": True,
            "to": TAX,
        }
    yield {
        "id": "costs",
        "kind": "reimburse",
        "title": {"ko": "승인된 비용", "en": "Approved costs"},
        "rule": "proportional",
    }
    if terms.association_permille:
        yield {
            "id": "fee",
            "kind": "fee",
            "title": {"ko": "조합 사무비", "en": "The association's fee"},
            "of": "receipt",
            "rate": f"{terms.association_permille}/1000",
            "to": ASSOCIATION,
        }
    if terms.retention_permille:
        yield {
            "id": "retention",
            "kind": "reserve",
            "title": {"ko": "하자보수 유보금", "en": "Retention"},
            "of": "receipt",
            "rate": f"{terms.retention_permille}/1000",
            "release_on": terms.retained_until,
        }
    yield {
        "id": SHARE,
        "kind": "share",
        "title": {"ko": "몫의 배분", "en": "Division"},
        "rule": "fixed",
        "weights": dict(weights),
    }
    if terms.late_each:
        for party in terms.parties:
            others = sum(each.weight for each in terms.parties if each.id != party.id)
            yield {
                "id": f"late-step-{party.id}",
                "kind": "adjust",
                "title": {"ko": f"지체상금: {party.name}", "en": f"Delay: {party.name}"},
                "fact": late_fact(party.id),
                "each": terms.late_each,
                "from": party.id,
                "to": SHARE if others else ASSOCIATION,
            }
    yield {
        "id": "loss",
        "kind": "loss",
        "title": {"ko": "손실 부담", "en": "Loss"},
        "rule": "fixed",
        "weights": dict(weights),
    }
    yield {
        "id": "rest",
        "kind": "remaining",
        "title": {"ko": "남은 돈", "en": "What is still left"},
        "to": terms.lead,
    }


def scenario_receipts(terms: Terms, percent: int) -> list[dict[str, Any]]:
    """The receipts if the customer pays ``percent`` of the price: 30 % at the beginning, the
    rest when all is delivered, and the day on which the retention is released.
    """
    amount = terms.price * percent // 100
    advance = amount * 3 // 10
    last = max(terms.retained_until, terms.due) + timedelta(days=1)
    return [
        {"id": "1", "date": terms.begins, "amount": advance},
        {"id": "2", "date": terms.due, "amount": amount - advance},
        {"id": "3", "date": last, "amount": 0, "final": True},
    ]
