"""1,000 random tamperings with exports and checkpoints are found; what is untouched verifies."""

import copy
import json
import random
import subprocess
import sys
from collections import Counter
from uuid import UUID

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from moyeora.network.journal.command import main
from moyeora.network.journal.hashing import START, canonical, leaf, link, seal
from moyeora.network.journal.verify import FORMAT, verify

FIRMS = [str(UUID(int=n)) for n in range(1, 5)]
KINDS = ["offer.changed", "firm.renamed", "agreement.signed"]
KEY = OKPKey.generate_key("Ed25519")
PUBLIC = json.dumps({"keys": [KEY.as_dict(private=False)]})


def facts(rng):
    return rng.choice(
        [
            {"name": rng.choice(["가나디엠", "O'Hara & Co", "\u2028", ""])},
            {"amount": rng.randrange(10**12), "currency": "KRW"},
            {"list": [rng.randrange(9), {"deep": [True, None]}], "ä": "ö"},
        ]
    )


def journal(rng, length):
    """A chain as an export shows it: some entries hidden, some erased by later ones."""
    entries = []
    for number in range(1, length + 1):
        told = facts(rng)
        salt = rng.randbytes(32)
        entry = {
            "number": number,
            "id": str(UUID(int=rng.getrandbits(128))),
            "at": f"2026-11-{rng.randrange(1, 29):02}T09:00:00.{number:06}+00:00",
            "person": rng.choice([None, str(UUID(int=rng.getrandbits(128)))]),
            "firm": rng.choice([None, *FIRMS]),
            "office": rng.choice(["owner", "staff", "clock"]),
            "kind": rng.choice(KINDS),
            "subject": str(UUID(int=rng.getrandbits(128))),
            "audience": rng.choice(["public", "firms"]),
            "firms": rng.sample(FIRMS, rng.randrange(3)),
            "facts": told,
            "salt": salt.hex(),
        }
        open_ones = [one for one in entries if "facts" in one and one["kind"] in KINDS]
        if open_ones and rng.random() < 0.15:
            erased = rng.choice(open_ones)
            del erased["facts"], erased["salt"]
            erased["erased"] = True
            entry |= {"kind": "payload.erased", "subject": erased["id"]}
        entry["seal"] = seal(bytes.fromhex(entry["salt"]), canonical(entry["facts"])).hex()
        entries.append(entry)
    chain = {"format": FORMAT, "chain": str(UUID(int=rng.getrandbits(128))), "entries": entries}
    hash_anew(chain)
    told = {one["subject"] for one in entries if one["kind"] == "payload.erased"}
    for place, entry in enumerate(entries):
        visible = entry["kind"] == "payload.erased" or entry["id"] in told
        if not visible and rng.random() < 0.25:
            shade = leaf(chain["chain"], entry).hex()
            entries[place] = {"number": entry["number"], "leaf": shade, "hash": entry["hash"]}
    return chain


def hash_anew(chain, start=0):
    """As somebody inside would: every hash from ``start`` on, and the head."""
    entries = chain["entries"]
    head = bytes.fromhex(entries[start - 1]["hash"]) if start else START
    for entry in entries[start:]:
        own = bytes.fromhex(entry["leaf"]) if "leaf" in entry else leaf(chain["chain"], entry)
        head = link(head, own)
        entry["hash"] = head.hex()
    chain["length"], chain["head"] = len(entries), head.hex()


def signed(chain, length=None, key=KEY):
    length = length or len(chain["entries"])
    statement = {
        "chain": chain["chain"],
        "length": length,
        "head": chain["entries"][length - 1]["hash"],
        "at": "2026-11-24T09:00:00+00:00",
    }
    header = {"alg": "Ed25519", "kid": key.thumbprint()}
    return jws.serialize_compact(header, canonical(statement), key, algorithms=["Ed25519"])


def change_a_value(rng, chain):
    entry = rng.choice(chain["entries"])
    key = rng.choice([key for key in entry if key not in ("number", "erased", "facts")])
    value = entry[key]
    if isinstance(value, list):
        entry[key] = [*value, FIRMS[0]]
    elif value is None:
        entry[key] = FIRMS[0]
    else:
        at = rng.randrange(len(value)) if value else 0
        entry[key] = value[:at] + ("0" if value[at : at + 1] != "0" else "1") + value[at + 1 :]


def change_facts(rng, chain):
    entry = rng.choice([one for one in chain["entries"] if "facts" in one])
    entry["facts"] = {**entry["facts"], rng.choice(["amount", "name", "new"]): "forged"}


def change_a_number(rng, chain):
    rng.choice(chain["entries"])["number"] += rng.choice([-1, 1, 7])


def leave_one_out(rng, chain):
    del chain["entries"][rng.randrange(len(chain["entries"]))]


def leave_one_out_and_count_anew(rng, chain):
    leave_one_out(rng, chain)
    for number, entry in enumerate(chain["entries"], 1):
        entry["number"] = number
    chain["length"] = len(chain["entries"])


def swap_two(rng, chain):
    a, b = rng.sample(range(len(chain["entries"])), 2)
    chain["entries"][a], chain["entries"][b] = chain["entries"][b], chain["entries"][a]


def swap_two_and_count_anew(rng, chain):
    swap_two(rng, chain)
    for number, entry in enumerate(chain["entries"], 1):
        entry["number"] = number


def repeat_one(rng, chain):
    at = rng.randrange(len(chain["entries"]))
    chain["entries"].insert(at, copy.deepcopy(chain["entries"][at]))


def cut_the_tail(rng, chain):
    del chain["entries"][rng.randrange(len(chain["entries"])) :]


def cut_the_tail_and_the_head_with_it(rng, chain):
    cut_the_tail(rng, chain)
    hash_anew(chain)


def seem_erased(rng, chain):
    entry = rng.choice([one for one in chain["entries"] if "facts" in one])
    del entry["facts"], entry["salt"]
    entry["erased"] = True


def hash_a_forgery_anew(rng, chain):
    at = rng.randrange(len(chain["entries"]))
    entry = chain["entries"][at]
    if "leaf" in entry:
        entry["leaf"] = rng.randbytes(32).hex()
    else:
        entry["kind"] = "offer.withdrawn"
        if "facts" in entry:
            entry["facts"] = {"amount": 1}
            salt = rng.randbytes(32)
            entry |= {"salt": salt.hex(), "seal": seal(salt, canonical({"amount": 1})).hex()}
    hash_anew(chain, at)


def reorder_and_hash_anew(rng, chain):
    swap_two_and_count_anew(rng, chain)
    hash_anew(chain)


def leave_out_and_hash_anew(rng, chain):
    leave_one_out_and_count_anew(rng, chain)
    hash_anew(chain)


def rename_the_chain(rng, chain):
    chain["chain"] = str(UUID(int=rng.getrandbits(128)))


def claim_another_end(rng, chain):
    if rng.random() < 0.5:
        chain["length"] += rng.choice([-1, 1])
    else:
        chain["head"] = rng.randbytes(32).hex()


TAMPERINGS = [
    change_a_value,
    change_facts,
    change_a_number,
    leave_one_out,
    leave_one_out_and_count_anew,
    swap_two,
    swap_two_and_count_anew,
    repeat_one,
    cut_the_tail,
    cut_the_tail_and_the_head_with_it,
    seem_erased,
    hash_a_forgery_anew,
    reorder_and_hash_anew,
    leave_out_and_hash_anew,
    rename_the_chain,
    claim_another_end,
]


def test_a_thousand_tamperings_are_found_and_the_untouched_verify():
    rng = random.Random(20261124)
    found = Counter()
    while found.total() < 1000:
        chain = journal(rng, rng.randrange(3, 25))
        text = json.dumps(chain, ensure_ascii=False)
        if not any("facts" in one for one in chain["entries"]):
            continue
        checkpoints = [signed(chain), signed(chain, rng.randrange(1, len(chain["entries"]) + 1))]
        verdict = verify(text, checkpoints, [PUBLIC])
        assert verdict.findings == ()
        assert verdict.covered == len(chain["entries"])
        for tamper in TAMPERINGS:
            forged = copy.deepcopy(chain)
            tamper(rng, forged)
            assert forged != chain
            verdict = verify(json.dumps(forged), checkpoints, [PUBLIC])
            assert verdict.findings, (tamper.__name__, chain, forged)
            found[tamper] += 1
    assert set(found) == set(TAMPERINGS)


@pytest.mark.parametrize(
    ("tamper", "code"),
    [
        (change_facts, "payload"),
        (leave_one_out, "gap"),
        (swap_two, "reordered"),
        (cut_the_tail_and_the_head_with_it, "cut"),
        (seem_erased, "erased"),
        (hash_a_forgery_anew, "rehashed"),
    ],
)
def test_what_is_wrong_is_said(tamper, code):
    rng = random.Random(5)
    chain = journal(rng, 20)
    checkpoints = [signed(chain)]
    tamper(rng, chain)
    findings = verify(json.dumps(chain), checkpoints, [PUBLIC]).findings
    assert code in {finding.code for finding in findings}


def test_the_kept_checkpoint_convicts_whoever_has_the_key_too():
    rng = random.Random(1)
    chain = journal(rng, 10)
    kept = signed(chain)
    hash_a_forgery_anew(rng, chain)
    forged = signed(chain)
    assert verify(json.dumps(chain), [forged], [PUBLIC]).holds
    codes = {one.code for one in verify(json.dumps(chain), [forged, kept], [PUBLIC]).findings}
    assert codes == {"rehashed"}


def test_a_forged_or_foreign_checkpoint_proves_nothing():
    chain = journal(random.Random(2), 5)
    text, good = json.dumps(chain), signed(chain)
    stranger = OKPKey.generate_key("Ed25519")
    head, body, mark = good.split(".")
    changed = f"{head}.{body[:-4]}{'A' * 4}.{mark}"
    for checkpoints in ([changed], [signed(chain, key=stranger)], ["nonsense"], []):
        verdict = verify(text, checkpoints, [PUBLIC])
        assert {one.code for one in verdict.findings} <= {"checkpoint", "key"}
        assert not verdict.holds
    other = journal(random.Random(3), 5)
    assert not verify(text, [good, signed(other)], [PUBLIC]).holds
    assert not verify(text, [good], ["not a key"]).holds


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"facts": {', '"facts": {"amount": 1, "amount": 2, ', 1),
        lambda text: text.replace('"number": 1,', '"number": 1.0,', 1),
        lambda text: text.replace('"number": 1,', '"number": true,', 1),
        lambda text: text.replace('"format"', '"note": "trust me", "format"', 1),
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: text.replace('"amount": ', '"amount": 1.5e', 1),
    ],
)
def test_what_no_export_would_write_is_refused(change):
    rng = random.Random(4)
    chain = journal(rng, 12)
    text = json.dumps(chain)
    assert change(text) != text
    codes = [one.code for one in verify(change(text), [signed(chain)], [PUBLIC]).findings]
    assert codes == ["format"]


def test_the_command_says_what_holds_and_what_does_not(tmp_path, capsys):
    rng = random.Random(6)
    chain = journal(rng, 12)
    paths = {name: tmp_path / name for name in ("export", "checkpoint", "key")}
    paths["checkpoint"].write_text(signed(chain, 10) + "\n")
    paths["key"].write_text(PUBLIC)
    command = ["verify", str(paths["export"])]
    command += ["--checkpoint", str(paths["checkpoint"]), "--key", str(paths["key"])]
    paths["export"].write_text(json.dumps(chain))
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "12 entries" in told
    assert "2 are newer" in told
    del chain["entries"][3]
    paths["export"].write_text(json.dumps(chain))
    assert main(command) == 1
    assert "gap: entry 4: the entry with the number 5 stands here" in capsys.readouterr().out
    paths["key"].unlink()
    assert main(command) == 2


def test_the_verifier_needs_no_django():
    code = "import moyeora.network.journal.command, sys; assert 'django' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
