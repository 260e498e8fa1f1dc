"""The journal of a chain as a file, as one reader may see it. :mod:`.verify` reads it.

{"format": "moyeora-journal-1", "chain": id, "length": n, "head": hash, "entries": [
  {"number": 1, ..., "seal": ..., "hash": ..., "facts": {...}, "salt": ...},
  {"number": 2, "leaf": ..., "hash": ...},                      not for this reader
  {"number": 3, ..., "seal": ..., "hash": ..., "erased": true}  erased later in the chain
]}
"""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from moyeora.network.journal.audience import Reader
from moyeora.network.journal.chains import covered
from moyeora.network.journal.hashing import leaf
from moyeora.network.journal.models import Chain, Entry
from moyeora.network.journal.verify import FORMAT


def export(chain_id: UUID, reader: Reader) -> Iterator[str]:
    """The file's text, an entry a line; raises Chain.DoesNotExist."""
    chain = Chain.objects.get(id=chain_id)
    opening = {
        "format": FORMAT,
        "chain": str(chain.id),
        "length": chain.length,
        "head": bytes(chain.head).hex(),
    }
    yield json.dumps(opening)[:-1] + ', "entries": ['
    # Only what the head covers: more may be appended while this is read.
    entries = chain.entries.filter(number__lte=chain.length).select_related("payload")
    separator = "\n"
    for entry in entries.order_by("number").iterator(chunk_size=2000):
        yield separator + json.dumps(shown(entry, reader), ensure_ascii=False)
        separator = ",\n"
    yield "\n]}\n"


def shown(entry: Entry, reader: Reader) -> dict[str, Any]:
    """One entry as the reader may see it."""
    body = covered(entry)
    hashed = {"hash": bytes(entry.hash).hex()}
    if not reader.may_read(entry.audience, tuple(body["firms"])):
        shade = leaf(str(entry.chain_id), body).hex()
        return {"number": entry.number, "leaf": shade, **hashed}
    payload = getattr(entry, "payload", None)
    if payload is None:
        return {**body, **hashed, "erased": True}
    facts = json.loads(payload.facts)
    return {**body, **hashed, "facts": facts, "salt": bytes(payload.salt).hex()}
