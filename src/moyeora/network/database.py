"""``DATABASE_URL`` -> Django's settings of the database: SQLite by default, or PostgreSQL."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def database(url: str, default: Path) -> dict[str, Any]:
    """The settings for ``sqlite:///path`` or ``postgres://user:password@host:port/name?option=x``.

    Raises ValueError for another scheme, naming what is understood.
    """
    if not url:
        return _sqlite(default)
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path.removeprefix("/"))))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(
            f"DATABASE_URL begins with {parts.scheme!r}; "
            "write postgres://USER:PASSWORD@HOST:PORT/NAME or sqlite:///PATH"
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        # A folder as host is a Unix socket; libpq takes it as an option too.
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            # A transaction that will write takes its lock at once, or it could fail in the middle.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # recursive_triggers: without it REPLACE slips past a trigger that forbids deleting.
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;"
            ),
        },
    }
