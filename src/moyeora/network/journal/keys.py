"""The keys that sign checkpoints: Ed25519, the private half outside the database.

``home()/keys/checkpoint-<id>.jwk`` (mode 0600) holds a private key; its id is the RFC 7638
thumbprint of its public half, which is a row. So who has only the database signs nothing. A key is
made at the first run, and each key is announced on the network's chain. After a rotation the old
private half is destroyed: nobody who steals it later can sign a past that was not.
"""

import json
import os
from pathlib import Path

from django.db import transaction
from joserfc.jwk import OKPKey

from moyeora.network.frame.actor import CLOCK
from moyeora.network.frame.clock import now
from moyeora.network.home import home
from moyeora.network.journal.audience import PUBLIC
from moyeora.network.journal.chains import NETWORK, Record, append
from moyeora.network.journal.models import Key


def signing_key() -> OKPKey:
    """The newest key of which the private half lies here; the first one is made now."""
    for row in Key.objects.all():
        path = path_of(row.id)
        if path.exists():
            return OKPKey.import_key(json.loads(path.read_text(encoding="ascii")))
    key = OKPKey.generate_key("Ed25519")
    write(key, path_of(key.thumbprint()))
    announce(key, "key.made")
    return key


def announce(key: OKPKey, kind: str) -> None:
    """Give the public half to everybody, and say on the network's chain that it is ours."""
    with transaction.atomic():
        Key.objects.create(
            id=key.thumbprint(), public=json.dumps(key.as_dict(private=False)), made=now()
        )
        facts = {"key": key.thumbprint()}
        append([Record(CLOCK, now(), kind, NETWORK, facts, PUBLIC, NETWORK)])


def path_of(key_id: str) -> Path:
    """Where the private half of the key with this id lies."""
    return home() / "keys" / f"checkpoint-{key_id}.jwk"


def write(key: OKPKey, path: Path) -> None:
    """Write the private half, whole or not at all, for its owner alone."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(key.as_dict(private=True), file)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def public_keys() -> dict[str, list[dict[str, str]]]:
    """All public halves, the newest first, as a JSON Web Key Set (RFC 7517)."""
    return {
        "keys": [
            {**json.loads(row.public), "kid": row.id, "alg": "Ed25519", "use": "sig"}
            for row in Key.objects.all()
        ]
    }
