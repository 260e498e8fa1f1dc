"""Documents signed with Ed25519 (RFC 8032), the signature beside them.

What is signed is the document's canonical form (RFC 8785 for documents of texts and whole numbers):
keys in order, no spaces, UTF-8. So a statement may be laid out anew and its signature still holds.
"""

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from moyeora.press.faults import PressError

ALGORITHM = "Ed25519"


class SignatureError(PressError):
    """A key cannot be used, or a document is not what was signed."""

    code = "signature"


def canonical(document: Mapping[str, Any]) -> bytes:
    """The bytes that are signed."""
    return json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def key_id(key: Ed25519PublicKey) -> str:
    """16 hexadecimal digits that name a key: the head of the SHA-256 of its 32 bytes."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def sign(document: Mapping[str, Any], key: Ed25519PrivateKey) -> dict[str, str]:
    """A document's signature, as it is kept beside it."""
    return {
        "algorithm": ALGORITHM,
        "key": key_id(key.public_key()),
        "signature": base64.b64encode(key.sign(canonical(document))).decode(),
    }


def check(document: Mapping[str, Any], signature: Mapping[str, Any], key: Ed25519PublicKey) -> None:
    """Raise SignatureError if this key did not sign this document."""
    if signature.get("algorithm") != ALGORITHM:
        raise SignatureError(f"the signature is not one of {ALGORITHM}")
    if signature.get("key") != key_id(key):
        raise SignatureError(
            f"was signed with the key {signature.get('key')}, and this one is {key_id(key)}",
            remedy="ask the one who signed it for their public key",
        )
    try:
        key.verify(base64.b64decode(str(signature.get("signature")), validate=True),
                   canonical(document))  # fmt: skip
    except (InvalidSignature, ValueError):
        raise SignatureError("is not what was signed: it was changed since") from None


def read_or_make_key(path: Path) -> Ed25519PrivateKey:
    """The private key in a file (PEM, PKCS #8). If there is none it is made, readable by its owner
    alone, with the public key beside it (``.pub``)."""
    try:
        return _private(path)
    except FileNotFoundError:
        pass
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    data = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:  # another process was first
        return _private(path)
    public_path(path).write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return key


def public_path(path: Path) -> Path:
    """Where the public key of a private key's file lies."""
    return path.with_suffix(".pub")


def read_public_key(path: Path) -> Ed25519PublicKey:
    """The public key in a file (PEM)."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (ValueError, OSError):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise SignatureError(f"is not a public key of {ALGORITHM}", place=str(path))
    return key


def _private(path: Path) -> Ed25519PrivateKey:
    data = path.read_bytes()
    try:
        key = serialization.load_pem_private_key(data, None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise SignatureError(f"is not a private key of {ALGORITHM}", place=str(path))
    if path.stat().st_mode & 0o077:
        raise SignatureError(
            "others may read this private key", place=str(path), remedy=f"chmod 600 {path.name}"
        )
    return key
