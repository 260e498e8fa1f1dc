"""Checkpoints: signed statements of how long a chain was, and of its head.

Whoever owns the database can write a whole new chain into it; nobody can take back a checkpoint
that a party has downloaded. One is made after each signature and every day. None is made for a
chain that does not contain what the last checkpoint stated: two histories are never signed.
"""

import json
from datetime import UTC
from uuid import UUID

from django.db import transaction
from joserfc import jws
from joserfc.jwk import OKPKey

from moyeora.network.frame.clock import now
from moyeora.network.frame.faults import NetworkError
from moyeora.network.journal.chains import NETWORK, covered
from moyeora.network.journal.hashing import START, canonical, leaf, link
from moyeora.network.journal.keys import announce, path_of, signing_key, write
from moyeora.network.journal.models import Chain, Checkpoint


class BrokenChain(NetworkError):
    """The chain in the database is not the one that was signed before."""

    code = "broken-chain"


def checkpoint(chain_id: UUID, key: OKPKey | None = None) -> Checkpoint | None:
    """Sign the chain's present head, or find that it is signed already.

    Returns None for a chain without entries. Raises BrokenChain, naming chain and entry, when the
    entries since the last checkpoint do not lead from its head to the present one.
    """
    key = key or signing_key()
    with transaction.atomic():
        chain = (
            Chain.objects.select_for_update(no_key=True).filter(id=chain_id, length__gt=0).first()
        )
        if chain is None:
            return None
        last = Checkpoint.objects.filter(chain=chain).first()
        if last and last.length == chain.length and last.key_id == key.thumbprint():
            return last
        _leads(chain, last)
        at = now()
        statement = {
            "chain": str(chain.id),
            "length": chain.length,
            "head": bytes(chain.head).hex(),
            "at": at.astimezone(UTC).isoformat(timespec="seconds"),
        }
        header = {"alg": "Ed25519", "kid": key.thumbprint()}
        signed = jws.serialize_compact(header, canonical(statement), key, algorithms=["Ed25519"])
        return Checkpoint.objects.create(
            chain=chain, length=chain.length, at=at, key_id=key.thumbprint(), signed=signed
        )


def checkpoint_all() -> int:
    """Sign every chain that grew since its last checkpoint; returns how many.

    Raises BrokenChain after all others are signed, when one is broken.
    """
    signed, broken = 0, []
    for chain in Chain.objects.filter(length__gt=0).order_by("id"):
        last = Checkpoint.objects.filter(chain=chain).first()
        if last and last.length == chain.length:
            continue
        try:
            checkpoint(chain.id)
            signed += 1
        except BrokenChain as error:
            broken.append(str(error))
    if broken:
        raise BrokenChain("\n".join(broken))
    return signed


def rotate() -> OKPKey:
    """Put a new key in the place of the present one, and destroy the old private half.

    The old key's last checkpoint covers the entry that announces the new one.
    """
    old, new = signing_key(), OKPKey.generate_key("Ed25519")
    path = path_of(new.thumbprint())
    waiting = path.with_suffix(".next")
    write(new, waiting)
    announce(new, "key.replaced")
    checkpoint(NETWORK, old)
    waiting.rename(path)
    path_of(old.thumbprint()).unlink()
    return new


def _leads(chain: Chain, last: Checkpoint | None) -> None:
    length, head = 0, START
    if last is not None:
        # Its own signed words: a row beside them could have been changed.
        statement = json.loads(jws.extract_compact(last.signed.encode()).payload)
        length, head = statement["length"], bytes.fromhex(statement["head"])
    found = length
    since = chain.entries.filter(number__gt=length).order_by("number")
    for entry in since.iterator(chunk_size=2000):
        found += 1
        head = link(head, leaf(str(chain.id), covered(entry)))
        if entry.number != found or head != bytes(entry.hash):
            raise BrokenChain(
                f"chain {chain.id}: entry {entry.number} does not follow from the checkpoint of "
                f"{length} entries. Keep the database as it is, and verify an export with the "
                "checkpoints that the parties hold."
            )
    if (found, head) != (chain.length, bytes(chain.head)):
        raise BrokenChain(
            f"chain {chain.id} says {chain.length} entries, but {found} follow from its last "
            "checkpoint. Keep the database as it is, and verify an export with the checkpoints "
            "that the parties hold."
        )
