"""What the database itself lets nobody do with the journal, whoever asks it.

- An entry is never changed, deleted or replaced, and the next one has the next number: no gap.
- A chain's head grows only, to an entry that stands there with that hash; a chain stays.
- A payload is never changed or replaced. It is deleted only when an entry on the same chain says
  that it was erased, and what was erased does not come back.
- Keys and checkpoints are never changed or deleted.

SQLite's REPLACE deletes without asking a trigger before DELETE unless ``recursive_triggers`` is on,
which every connection of ours sets; a connection of somebody else need not. So the triggers before
INSERT refuse a row that would replace one, by its key or by its rowid. PostgreSQL asks no row
trigger on TRUNCATE, so there is one for that; and all are ENABLE ALWAYS, so that
``session_replication_role`` does not turn them off.

What they cannot hold: whoever owns the tables can drop or disable a trigger or the table, and
whoever holds SQLite's file can write into it. Let the application connect to PostgreSQL as a role
that owns nothing, if you can. Against the owner there are the checkpoints that the parties keep:
:mod:`.verify` finds with them what was changed, even when all hashes were made anew.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

_Guard = tuple[str, str, str, str]

_NEVER: Final = {
    "journal_entry": ("UPDATE", "DELETE"),
    "journal_payload": ("UPDATE",),
    "journal_chain": ("DELETE",),
    "journal_key": ("UPDATE", "DELETE"),
    "journal_checkpoint": ("UPDATE", "DELETE"),
}

# (table, event, the condition that refuses, why); both databases read these conditions.
_WHEN: Final = (
    (
        "journal_entry",
        "INSERT",
        "NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM journal_entry"
        " WHERE chain_id = NEW.chain_id)",
        "an entry has the next number of its chain",
    ),
    ("journal_chain", "INSERT", "NEW.length <> 0", "a chain begins empty"),
    (
        "journal_chain",
        "UPDATE",
        "NEW.id <> OLD.id OR NEW.length <= OLD.length OR NOT EXISTS (SELECT 1 FROM journal_entry"
        " WHERE chain_id = NEW.id AND number = NEW.length AND hash = NEW.head)",
        "a head grows to an entry that stands",
    ),
    (
        "journal_payload",
        "INSERT",
        "EXISTS (SELECT 1 FROM journal_entry"
        " WHERE subject = NEW.entry_id AND kind = 'payload.erased')",
        "what was erased does not come back",
    ),
    (
        "journal_payload",
        "DELETE",
        "NOT EXISTS (SELECT 1 FROM journal_entry gone JOIN journal_entry told"
        " ON told.subject = gone.id AND told.chain_id = gone.chain_id"
        " WHERE gone.id = OLD.entry_id AND told.kind = 'payload.erased')",
        "a payload goes with an entry that says so",
    ),
)

# SQLite alone: which rows a new one would replace, by the keys of the table.
_KEYS: Final = {
    "journal_entry": "id = NEW.id OR (chain_id = NEW.chain_id AND number = NEW.number)",
    "journal_chain": "id = NEW.id",
    "journal_payload": "entry_id = NEW.entry_id",
    "journal_key": "id = NEW.id",
    "journal_checkpoint": (
        "id = NEW.id OR (chain_id = NEW.chain_id AND length = NEW.length AND key_id = NEW.key_id)"
    ),
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers there, or put them there again: altering a table on SQLite loses them."""
    remove(connection)
    guards = [
        *((table, event, "TRUE", "never") for table, events in _NEVER.items() for event in events),
        *_WHEN,
    ]
    write = _on_sqlite if connection.vendor == "sqlite" else _on_postgresql
    with connection.cursor() as cursor:
        for statement in write(guards):
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: to migrate back, and for tests that empty their database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            found = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            found += " AND name LIKE 'journal_guard_%'"
            drop = "DROP TRIGGER {}"
        else:
            found = "SELECT proname FROM pg_proc WHERE proname LIKE 'journal\\_guard\\_%'"
            drop = "DROP FUNCTION {} CASCADE"  # with the triggers that call it
        cursor.execute(found)
        for (name,) in cursor.fetchall():
            cursor.execute(drop.format(name))


def _on_sqlite(guards: Iterable[_Guard]) -> Iterator[str]:
    # In a trigger before INSERT, a rowid that was not given is -1.
    stands = "EXISTS (SELECT 1 FROM {} WHERE {} OR rowid = NEW.rowid)"
    replaced = [
        (name, "INSERT", stands.format(name, keys), "never") for name, keys in _KEYS.items()
    ]
    for number, (table, event, condition, why) in enumerate([*guards, *replaced], 1):
        yield (
            f"CREATE TRIGGER journal_guard_{number} BEFORE {event} ON {table} WHEN {condition}"
            f" BEGIN SELECT RAISE(ABORT, '{_refusal(table, event, why)}'); END"
        )


def _on_postgresql(guards: Iterable[_Guard]) -> Iterator[str]:
    truncated = [(table, "TRUNCATE", "TRUE", "never") for table in _KEYS]
    for number, (table, event, condition, why) in enumerate([*guards, *truncated], 1):
        name = f"journal_guard_{number}"
        # A condition with a query cannot stand in a trigger's WHEN, so it stands in the function.
        yield (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {condition} THEN RAISE EXCEPTION '{_refusal(table, event, why)}'"
            " USING ERRCODE = 'restrict_violation'; END IF;"
            " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
        )
        level = "STATEMENT" if event == "TRUNCATE" else "ROW"
        yield (
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {level}"
            f" EXECUTE FUNCTION {name}()"
        )
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"


def _refusal(table: str, event: str, why: str) -> str:
    return f"append-only: {event} on {table}: {why}"
