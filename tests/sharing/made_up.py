"""Made-up agreements and receipts, seeded: every kind of step, caps, brackets, tiny pots."""

from datetime import date, timedelta
from random import Random

from moyeora.sharing.agreement import read_agreement
from moyeora.sharing.receipt import read_receipt

DAY = date(2026, 1, 5)


def made_up_agreement(random: Random, firms: int | None = None):
    """A random agreement of 2 to 12 firms with a waterfall of up to ten steps."""
    names = [f"f{i}" for i in range(firms or random.randint(2, 12))]
    steps = [step for step in _steps(random, names) if random.random() < 0.7]
    return read_agreement(
        {
            "title": "made up",
            "currency": "KRW",
            "firm": [{"id": name, "rank": random.randint(1, 3)} for name in names],
            "account": [{"id": "tax"}, {"id": "office"}],
            "fact": [{"id": "late"}, {"id": "over"}],
            "step": [
                *steps,
                {"id": "profit", "kind": "share", **_rule(random, names)},
                {"id": "loss", "kind": "loss", "rule": "equal"},
                {"id": "rest", "kind": "remaining", "to": "office"},
            ],
        }
    )


def _steps(random: Random, names: list[str]) -> list[dict]:
    cap = random.choice([1, 50, 3000, 10**7])
    brackets = [{"up_to": cap, "rate": "7%"}, {"up_to": 3 * cap, "rate": "5%"}, {"rate": "1/30"}]
    return [
        {"id": "vat", "kind": "tax", "of": "receipt", "rate": "10%", "included": True, "to": "tax",
         "rounding": random.choice(["down", "half_up", "up"])},
        {"id": "advance", "kind": "advance", "of": "receipt", "rate": "25%"},
        {"id": "costs", "kind": "reimburse",
         "rule": random.choice(["proportional", "equal_awards", "equal_losses", "talmud"])},
        {"id": "fee", "kind": "fee", "of": random.choice(["left", "receipt"]), "to": "office",
         "brackets": brackets, "cap": 5 * cap, "overflow_to": random.choice([names[0], "left"])},
        {"id": "lead", "kind": "fee", "of": "left", "rate": "4%", "step": [
            {"id": "lead-a", "kind": "fee", "rate": "100%", "of": "left", "to": names[0],
             "cap": cap, "overflow_to": "left"},
            {"id": "lead-b", "kind": "remaining", "to": names[-1]}]},
        {"id": "warranty", "kind": "reserve", "rate": "5%", "of": "left", "cap": 20 * cap,
         "overflow_to": "left", "release_fact": "over"},
        {"id": "bonus", "kind": "adjust", "fact": "late", "each": 3, "from": "left",
         "to": names[0]},
        {"id": "late", "kind": "adjust", "fact": "late", "each": cap, "free": 1,
         "from": names[-1], "to": random.choice(["office", names[0]]), "cap": 9 * cap},
    ]  # fmt: skip


def _rule(random: Random, names: list[str]) -> dict:
    weights = {name: random.choice([1, 1, 2, 5, 17, 200]) for name in names}
    return random.choice(
        [
            {"rule": "equal"},
            {"rule": "fixed", "weights": weights},
            {"rule": "proportional", "contributions": weights},
            {"rule": "fixed", "weights": {name: f"{90 / len(names):.3f}%" for name in names}},
            {"rule": "equal_awards", "claims": {n: 1000 * w for n, w in weights.items()}},
            {"rule": "talmud", "claims": {n: 1000 * w for n, w in weights.items()}},
            {"rule": "weighted", "mix": [
                {"rule": "equal", "weight": "1/3"},
                {"rule": "fixed", "weights": weights, "weight": "2/3"}]},
        ]
    )  # fmt: skip


def made_up_receipts(random: Random, agreement, count: int, with_facts: bool = True):
    """Receipts in order; some tiny, some with news."""
    largest = random.choice([3, 100, 10**6, 10**11])
    firms = [firm.id for firm in agreement.firms]
    kinds = {step.id for step in agreement.steps}
    for number in range(count):
        data = {
            "id": f"r{number}",
            "date": DAY + timedelta(days=number),
            "amount": random.randint(0, largest),
        }
        if with_facts and random.random() < 0.3:
            data["facts"] = {"late": random.randint(0, 2), "over": int(number > count // 2)}
            if "costs" in kinds:
                data["cost"] = [
                    {"firm": random.choice(firms), "amount": random.randint(0, largest // 3),
                     "document": "D", "approved": random.random() < 0.8}
                    for _ in range(random.randint(0, 3))
                ]  # fmt: skip
            if "advance" in kinds:
                data["advance"] = [
                    {"by": random.choice(firms), "amount": random.randint(0, largest // 5)}
                ]
        yield read_receipt(data, agreement)
