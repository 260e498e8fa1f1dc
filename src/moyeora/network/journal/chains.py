"""Appending to the chains: heads locked in the order of their ids, last in the transaction."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from moyeora.network.frame.actor import Actor
from moyeora.network.journal.audience import Audience
from moyeora.network.journal.hashing import START, canonical, leaf, link, seal
from moyeora.network.journal.models import Chain, Entry, Payload

NETWORK: Final = UUID("00000000-0000-7000-8000-000000000001")
"""The chain of the whole network; every consortium has one of its own with the consortium's id."""

ERASED: Final = "payload.erased"
"""The kind of entry that destroys a payload; its subject is the id of the entry concerned."""


@dataclass(frozen=True)
class Record:
    """What will stand in the journal: who did it, when, the ``kind``, the id of what it is about,
    the facts (JSON), who may read them, on which chain.
    """

    actor: Actor
    at: datetime
    kind: str
    subject: UUID
    facts: dict[str, Any]
    audience: Audience
    chain: UUID


def append(records: Iterable[Record]) -> None:
    """Write records, each to its chain, in their order; call it last in the transaction."""
    by_chain = groupby(sorted(records, key=lambda one: one.chain), key=lambda one: one.chain)
    for chain_id, group in by_chain:
        if not Chain.objects.filter(id=chain_id).exists():
            Chain.objects.bulk_create([Chain(id=chain_id, head=START)], ignore_conflicts=True)
        chain = Chain.objects.select_for_update(no_key=True).get(id=chain_id)
        entries, payloads = [], []
        for record in group:
            facts, salt = canonical(record.facts), secrets.token_bytes(32)
            entry = Entry(
                chain=chain,
                number=chain.length + 1,
                at=record.at,
                person=record.actor.person,
                firm=record.actor.firm,
                office=record.actor.office.value,
                kind=record.kind,
                subject=record.subject,
                audience=record.audience.kind,
                firms=" ".join(map(str, record.audience.firms)),
                seal=seal(salt, facts),
            )
            entry.hash = link(bytes(chain.head), leaf(str(chain_id), covered(entry)))
            entries.append(entry)
            payloads.append(Payload(entry=entry, facts=facts.decode(), salt=salt))
            chain.length, chain.head = entry.number, entry.hash
        Entry.objects.bulk_create(entries)
        Payload.objects.bulk_create(payloads)
        gone = [entry.subject for entry in entries if entry.kind == ERASED]
        if gone:
            Payload.objects.filter(entry__in=gone).delete()
        chain.save(force_update=True)


def covered(entry: Entry) -> dict[str, Any]:
    """What an entry's leaf covers, as the values that an export shows."""
    return {
        "id": str(entry.id),
        "number": entry.number,
        # One way to write a moment, whatever zone it came in.
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "person": entry.person and str(entry.person),
        "firm": entry.firm and str(entry.firm),
        "office": entry.office,
        "kind": entry.kind,
        "subject": str(entry.subject),
        "audience": entry.audience,
        "firms": entry.firms.split(),
        "seal": bytes(entry.seal).hex(),
    }
