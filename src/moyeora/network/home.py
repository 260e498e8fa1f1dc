"""Where the application keeps what does not belong into its database: keys and files.

One folder, ``MOYEORA_HOME`` (by default ``moyeora-home`` where the command runs), readable by its
owner alone. Secrets are made at the first run and never stand in the database, so that a copy of
the database alone signs and decrypts nothing.
"""

import os
import secrets
from pathlib import Path


def home() -> Path:
    """The folder, made with mode 0700 when it is not there."""
    folder = Path(os.environ.get("MOYEORA_HOME", "moyeora-home")).absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def secret(name: str, octets: int = 48) -> str:
    """The secret of that name, URL-safe text; made once, kept in a file of mode 0600."""
    path = home() / "keys" / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(octets))
        file.flush()
        os.fsync(file.fileno())
    return path.read_text(encoding="ascii")
