"""Appending to the chains: heads locked in the order of their ids, last in the transaction."""

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final
from uuid import UUID

import rfc8785

from moyeora.network.journal.models import Chain, Entry, Payload

if TYPE_CHECKING:
    from moyeora.network.journal.action import Act

NETWORK: Final = UUID("00000000-0000-7000-8000-000000000001")
"""The chain of the whole network; every consortium has one of its own with the consortium's id."""


def append(act: "Act") -> None:
    """Write the records of an act, each to its chain."""
    for chain_id in sorted({record.chain for record in act.records}):
        Chain.objects.get_or_create(id=chain_id, defaults={"head": bytes(32)})
        chain = Chain.objects.select_for_update().get(id=chain_id)
        for record in (one for one in act.records if one.chain == chain_id):
            facts = rfc8785.dumps(dict(record.facts))
            salt = secrets.token_bytes(32)
            seal = hmac.digest(salt, facts, "sha256")
            entry = Entry(
                chain=chain,
                number=chain.length + 1,
                at=act.at,
                person=act.actor.person,
                firm=act.actor.firm,
                office=act.actor.office,
                kind=record.kind,
                subject=record.subject,
                seal=seal,
            )
            entry.hash = hashlib.sha256(bytes(chain.head) + _canonical(entry)).digest()
            entry.save(force_insert=True)
            Payload.objects.create(
                entry=entry,
                facts=facts.decode(),
                salt=salt,
                audience=record.audience.kind,
                firms=[str(firm) for firm in record.audience.firms],
            )
            chain.length, chain.head = entry.number, entry.hash
        chain.save()


def _canonical(entry: Entry) -> bytes:
    """What the hash covers, as canonical JSON (RFC 8785)."""
    return rfc8785.dumps(
        {
            "id": str(entry.id),
            "chain": str(entry.chain_id),
            "number": entry.number,
            "at": entry.at.isoformat(),
            "person": entry.person and str(entry.person),
            "firm": entry.firm and str(entry.firm),
            "office": str(entry.office),
            "kind": entry.kind,
            "subject": str(entry.subject),
            "seal": bytes(entry.seal).hex(),
        }
    )
