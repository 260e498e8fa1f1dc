"""What is hashed, and how: the one place that the writer and the verifier share. Without Django.

    seal    = HMAC-SHA-256(salt, canonical facts)       32 random octets of salt for each entry
    leaf    = SHA-256(canonical entry, its seal and its chain's id among it)
    hash    = SHA-256(hash of the entry before | leaf)  the first entry follows 32 zero octets

Canonical is RFC 8785. Since an entry is hidden behind its leaf, and its seal depends on a random
salt, a reader who may see neither learns nothing from the leaf, and the chain still verifies.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Final

import rfc8785

START: Final = bytes(32)
"""What stands before the first entry of a chain."""

COVERED: Final = (
    *("id", "number", "at", "person", "firm", "office", "kind", "subject"),
    *("audience", "firms", "seal"),
)
"""The keys of an entry that its leaf covers, beside ``chain``."""


def canonical(value: Any) -> bytes:
    """The one way to write this JSON value; raises ValueError for what JSON cannot hold."""
    return rfc8785.dumps(value)


def seal(salt: bytes, facts: bytes) -> bytes:
    """The seal of canonical facts under a salt of 32 octets."""
    return hmac.digest(salt, facts, "sha256")


def leaf(chain: str, entry: Mapping[str, Any]) -> bytes:
    """The leaf of an entry: its keys of :data:`COVERED`, and the chain it stands in."""
    return hashlib.sha256(
        canonical({"chain": chain, **{key: entry[key] for key in COVERED}})
    ).digest()


def link(before: bytes, leaf: bytes) -> bytes:
    """The hash of the entry with this leaf, after the entry with the hash ``before``."""
    return hashlib.sha256(before + leaf).digest()


def not_exact(value: Any, path: str = "facts") -> str | None:
    """Where the first value stands that does not belong into a journal, or None.

    Facts are objects with text as keys, lists, text, true, false, null, and integers below 2**53:
    a float is written in more than one way, so no float is a fact.
    """
    if value is None or isinstance(value, str | bool):
        return None
    if isinstance(value, int):
        return None if abs(value) < 2**53 else path
    if isinstance(value, list | tuple):
        inner = (not_exact(one, f"{path}[{at}]") for at, one in enumerate(value))
        return next(filter(None, inner), None)
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        inner = (not_exact(one, f"{path}.{key}") for key, one in value.items())
        return next(filter(None, inner), None)
    return path
