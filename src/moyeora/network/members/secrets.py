"""Secrets that are shown once: links of invitations and API tokens. Only their hash is kept."""

import hashlib
import secrets


def new_secret(prefix: str = "") -> tuple[str, str]:
    """A secret of 256 bits, and its digest."""
    secret = prefix + secrets.token_urlsafe(32)
    return secret, digest_of(secret)


def digest_of(secret: str) -> str:
    """SHA-256, hexadecimal. The secret has 256 bits of its own, so it needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
