"""Verifies the export of a journal offline: no database, no Django, nobody of ours is asked.

    verdict = verify(export_text, checkpoint_texts, key_texts)

Found: an entry that was changed, inserted, left out, or put elsewhere; facts that are not those
that were sealed; a tail that was cut off; and a chain that somebody inside changed and hashed anew
as a whole, because it does not end where a signed checkpoint says. What came after the newest
checkpoint given only hangs together by itself; a verdict says how many entries that are.
An entry that is hidden from the reader is a leaf alone: that it stands there, unchanged, is
verified, but not what it tells.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from moyeora.network.journal.hashing import (
    COVERED,
    START,
    canonical,
    leaf,
    link,
    not_exact,
    seal,
)

FORMAT: Final = "moyeora-journal-1"
ERASED: Final = "payload.erased"
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_OPENING: Final = {"format", "chain", "length", "head", "entries"}
_ALLOWED: Final = (
    {"number", "leaf", "hash"},
    {*COVERED, "hash", "facts", "salt"},
    {*COVERED, "hash", "erased"},
)


@dataclass(frozen=True)
class Finding:
    """Something wrong. ``number``: at which entry, or None. ``code``: format, changed, gap,
    reordered, payload, erased, cut, rehashed, key, checkpoint.
    """

    code: str
    number: int | None
    text: str

    def __str__(self) -> str:
        return f"entry {self.number}: {self.text}" if self.number else self.text


@dataclass(frozen=True)
class Verdict:
    """``length`` entries were read, of which ``hidden`` from this reader and ``erased``; the first
    ``covered`` stand under a signed checkpoint. It holds when nothing was found.
    """

    findings: tuple[Finding, ...]
    chain: str = ""
    length: int = 0
    hidden: int = 0
    erased: int = 0
    covered: int = 0
    covered_at: str = ""

    @property
    def holds(self) -> bool:
        return not self.findings


@dataclass(frozen=True)
class _Checkpoint:
    chain: str
    length: int
    head: str
    at: str


class _Wrong(ValueError):
    pass


def verify(export: str, checkpoints: Iterable[str], keys: Iterable[str]) -> Verdict:
    """Verify the text of an export against the texts of checkpoints (JWS, one a line) and of
    public keys (a JWK, or a JWK Set). At least one checkpoint must be given and hold.
    """
    findings: list[Finding] = []
    signed = _checkpoints(checkpoints, _keys(keys, findings), findings)
    try:
        opening, entries = _read(export)
    except _Wrong as wrong:
        return Verdict((*findings, Finding("format", None, str(wrong))))
    heads = _follow(opening, entries, findings)
    _erasures(entries, findings)
    _compare(opening["chain"], heads, signed, findings)
    newest = max(signed, key=lambda one: one.length, default=None)
    return Verdict(
        tuple(findings),
        opening["chain"],
        len(entries),
        sum("leaf" in entry for entry in entries),
        sum("erased" in entry for entry in entries),
        newest.length if newest else 0,
        newest.at if newest else "",
    )


def _follow(
    opening: dict[str, Any], entries: list[dict[str, Any]], findings: list[Finding]
) -> list[bytes]:
    """Hash the chain anew; returns the hash after 0, 1, ... entries, as they should be."""
    heads = [START]
    seen: set[int] = set()
    for place, entry in enumerate(entries, 1):
        number = entry["number"]
        if number != place:
            missing = place not in {one["number"] for one in entries[place - 1 :]}
            code = "gap" if missing and number > place and number not in seen else "reordered"
            findings.append(Finding(code, place, f"the entry with the number {number} stands here"))
        seen.add(number)
        own = bytes.fromhex(entry["leaf"]) if "leaf" in entry else leaf(opening["chain"], entry)
        heads.append(link(heads[-1], own))
        if heads[-1].hex() != entry["hash"]:
            findings.append(Finding("changed", place, "it is not what its hash was made of"))
            # With its stated hash we see whether what follows is whole in itself.
            heads[-1] = bytes.fromhex(entry["hash"])
        if "facts" in entry:
            sealed = seal(bytes.fromhex(entry["salt"]), canonical(entry["facts"]))
            if sealed.hex() != entry["seal"]:
                findings.append(Finding("payload", place, "its facts are not those sealed"))
    if opening["length"] != len(entries):
        findings.append(
            Finding("cut", None, f"{len(entries)} entries, where {opening['length']} are announced")
        )
    if opening["head"] != heads[-1].hex():
        findings.append(Finding("changed", None, "the last hash is not the head announced"))
    return heads


def _erasures(entries: list[dict[str, Any]], findings: list[Finding]) -> None:
    told = {one["subject"]: one["number"] for one in entries if one.get("kind") == ERASED}
    for entry in entries:
        erased = "erased" in entry
        if erased and told.get(entry["id"], 0) <= entry["number"]:
            text = "its facts are missing, and no later entry says that they were erased"
            findings.append(Finding("erased", entry["number"], text))
        if "facts" in entry and entry["id"] in told:
            text = f"its facts are here, though entry {told[entry['id']]} says they were erased"
            findings.append(Finding("erased", entry["number"], text))


def _compare(
    chain: str, heads: list[bytes], signed: list[_Checkpoint], findings: list[Finding]
) -> None:
    for one in signed:
        if one.chain != chain:
            text = f"a checkpoint is of the chain {one.chain}; give those of {chain}"
            findings.append(Finding("checkpoint", None, text))
        elif one.length >= len(heads):
            text = (
                f"{len(heads) - 1} entries, but the checkpoint of {one.at} counted {one.length}: "
                "the end was cut off, or the export is older than the checkpoint"
            )
            findings.append(Finding("cut", None, text))
        elif one.head != heads[one.length].hex():
            text = (
                f"the chain is not the one signed on {one.at}: an entry up to here was changed, "
                "and the chain was hashed anew"
            )
            findings.append(Finding("rehashed", one.length, text))
    if not signed:
        text = "no checkpoint holds: without one, a chain hashed anew is not found out"
        findings.append(Finding("checkpoint", None, text))


def _keys(texts: Iterable[str], findings: list[Finding]) -> dict[str, OKPKey]:
    keys: dict[str, OKPKey] = {}
    for text in texts:
        try:
            found = _json(text)
            for one in found.get("keys", [found]):
                key = OKPKey.import_key({name: one[name] for name in ("kty", "crv", "x")})
                keys[key.thumbprint()] = key
        except (JoseError, ValueError, KeyError, TypeError, AttributeError):
            text = "a key file is not an Ed25519 key as a JSON Web Key (Set)"
            findings.append(Finding("key", None, text))
    return keys


def _checkpoints(
    texts: Iterable[str], keys: dict[str, OKPKey], findings: list[Finding]
) -> list[_Checkpoint]:
    signed = []
    for line in (line.strip() for text in texts for line in text.splitlines() if line.strip()):
        try:
            header = jws.extract_compact(line.encode()).headers()
            key = keys.get(str(header.get("kid")))
            if key is None:
                text = f"a checkpoint is signed with the key {header.get('kid')}; give it by --key"
                findings.append(Finding("key", None, text))
                continue
            payload = jws.deserialize_compact(line, key, algorithms=["Ed25519"]).payload
            statement = _Checkpoint(**_json(payload.decode()))
            if not _whole(statement.length) or not _HASH.fullmatch(statement.head):
                raise _Wrong
            signed.append(statement)
        except (JoseError, ValueError, TypeError):
            text = "a checkpoint was changed: its signature does not fit"
            findings.append(Finding("checkpoint", None, text))
    return signed


def _read(text: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The parts of an export; raises _Wrong for anything that an export never has."""
    try:
        opening = _json(text)
    except ValueError as error:
        raise _Wrong(f"the export is not JSON that says each thing once: {error}") from None
    if not isinstance(opening, dict) or set(opening) != _OPENING or opening["format"] != FORMAT:
        raise _Wrong(f"the export is not of the format {FORMAT}")
    entries = opening["entries"]
    if not isinstance(opening["chain"], str) or not _whole(opening["length"]):
        raise _Wrong("the chain's id or length is not written as an export writes it")
    if not isinstance(entries, list):
        raise _Wrong("the entries are not a list")
    for place, entry in enumerate(entries, 1):
        if not isinstance(entry, dict) or set(entry) not in _ALLOWED or not _entry(entry):
            raise _Wrong(f"entry {place} is not written as an export writes it")
    return opening, entries


def _entry(entry: dict[str, Any]) -> bool:
    hashes = [entry[key] for key in ("leaf", "hash", "seal", "salt") if key in entry]
    return (
        _whole(entry["number"])
        and all(isinstance(one, str) and _HASH.fullmatch(one) for one in hashes)
        and entry.get("erased", True) is True
        and not_exact({key: entry[key] for key in entry if key != "number"}) is None
        and all(isinstance(entry[key], str) for key in ("id", "subject", "kind") if key in entry)
    )


def _whole(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**53


def _json(text: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        if len(set(keys)) != len(keys):
            raise _Wrong("a key stands twice")
        return dict(pairs)

    return json.loads(text, object_pairs_hook=once)
