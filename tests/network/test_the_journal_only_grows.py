"""The database itself refuses whatever would change the journal; erasing leaves a trace."""

import json

import pytest
import rules
from django.db import DatabaseError, IntegrityError, connection, transaction

from moyeora.network.frame.actor import CLOCK
from moyeora.network.frame.faults import Refused
from moyeora.network.journal import append_only
from moyeora.network.journal.action import Act, action, together
from moyeora.network.journal.actions import erase
from moyeora.network.journal.audience import PUBLIC, Reader, firms
from moyeora.network.journal.chains import NETWORK
from moyeora.network.journal.checkpoints import BrokenChain, checkpoint, rotate
from moyeora.network.journal.export import export
from moyeora.network.journal.keys import path_of, public_keys
from moyeora.network.journal.models import Checkpoint, Entry, Payload
from moyeora.network.journal.verify import verify

rules.add_perm("test.note", rules.always_true)
rules.add_perm("test.note.two", rules.always_true)


@action("test.note")
def note(act: Act, text: str, *, chain=NETWORK, audience=PUBLIC) -> None:
    act.record("test.noted", subject=chain, facts={"text": text}, audience=audience, chain=chain)


@action("test.note.two")
def note_two(act: Act, one: str, two: str) -> None:
    note(act.actor, one)
    note(act.actor, two)


@pytest.fixture
def noted(transactional_db):
    for text in ("one", "two", "three"):
        note(CLOCK, text)
    checkpoint(NETWORK)


SQL = [
    "UPDATE journal_entry SET kind = 'x'",
    "UPDATE journal_entry SET number = number + 10",
    "DELETE FROM journal_entry",
    "INSERT INTO journal_entry (id, chain_id, number, at, person, firm, office, kind, subject,"
    " audience, firms, seal, hash) SELECT subject, chain_id, number + 3, at, person, firm, office,"
    " kind, subject, audience, firms, seal, hash FROM journal_entry WHERE number = 3",
    "UPDATE journal_payload SET facts = '{}'",
    "DELETE FROM journal_payload",
    "UPDATE journal_chain SET length = length - 1",
    "UPDATE journal_chain SET length = length + 1",
    "UPDATE journal_chain SET head = salt FROM journal_payload",
    "DELETE FROM journal_chain",
    "UPDATE journal_checkpoint SET signed = ''",
    "DELETE FROM journal_checkpoint",
    "UPDATE journal_key SET public = ''",
    "DELETE FROM journal_key",
]
SQLITE = [
    "INSERT OR REPLACE INTO journal_entry SELECT * FROM journal_entry",
    # Another id and number, but the rowid of a row that stands.
    "REPLACE INTO journal_entry (rowid, id, chain_id, number, at, office, kind, subject, audience,"
    " firms, seal, hash) SELECT rowid, 'x', chain_id, number + 3, at, office, kind, subject,"
    " audience, firms, seal, hash FROM journal_entry WHERE number = 1",
    "REPLACE INTO journal_chain SELECT id, 0, head FROM journal_chain",
    "REPLACE INTO journal_payload SELECT entry_id, '{}', salt FROM journal_payload",
    "REPLACE INTO journal_key SELECT id, '', made FROM journal_key",
    "REPLACE INTO journal_checkpoint SELECT * FROM journal_checkpoint",
    "UPDATE OR REPLACE journal_entry SET number = 1",
]
POSTGRESQL = [
    f"TRUNCATE {table} CASCADE"
    for table in ("journal_chain", "journal_entry", "journal_payload", "journal_checkpoint")
]


def test_nothing_that_stands_is_changed(noted, subtests):
    special = SQLITE if connection.vendor == "sqlite" else POSTGRESQL
    before = list(Entry.objects.values()), list(Payload.objects.values())
    for statement in SQL + special:
        with (
            subtests.test(statement),
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert (list(Entry.objects.values()), list(Payload.objects.values())) == before


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite alone has this gap")
@pytest.mark.django_db(transaction=True)
def test_replace_does_not_slip_past_a_connection_without_our_settings(subtests):
    note(CLOCK, "one")
    checkpoint(NETWORK)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers = OFF")
        for statement in SQLITE:
            with subtests.test(statement), pytest.raises(IntegrityError, match="append-only"):
                cursor.execute(statement)
        cursor.execute("PRAGMA recursive_triggers = ON")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL alone")
def test_the_role_of_a_replica_changes_nothing_either(noted):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("DELETE FROM journal_entry")


def test_erasing_destroys_the_facts_and_the_chain_still_verifies(people):
    ours, theirs = people.firms["ours"].id, people.firms["other"].id
    note(CLOCK, "홍길동 010-1234-5678", audience=firms(ours))
    note(CLOCK, "another")
    entry = Entry.objects.get(number=1)
    erase(people.actor("coordinator"), entry, reason="정보주체의 삭제 요구(제36조)")
    with pytest.raises(Refused):
        erase(people.actor("coordinator"), entry, reason="again")
    with pytest.raises(Refused):
        erase(people.actor("coordinator"), Entry.objects.get(number=3), reason="the trace")
    signed = [checkpoint(NETWORK).signed]
    for reader, hidden, erased in (
        (Reader(ours), 0, 1),  # reads that it was erased, and why
        (Reader(theirs), 2, 0),
    ):
        text = "".join(export(NETWORK, reader))
        assert "홍길동" not in text
        verdict = verify(text, signed, [json.dumps(public_keys())])
        assert (verdict.findings, verdict.hidden, verdict.erased) == ((), hidden, erased)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Payload.objects.create(entry=entry, facts="{}", salt=bytes(32))


def test_actions_in_actions_write_their_entries_last_and_a_failed_one_none(db):
    with together():
        note(CLOCK, "one")
        with pytest.raises(ValueError, match=r"facts\.text"):
            note_two(CLOCK, "lost", 0.5)
        note(CLOCK, "two")
        assert not Entry.objects.exists()
    assert [json.loads(p.facts)["text"] for p in Payload.objects.order_by("entry__number")] == [
        "one",
        "two",
    ]


def test_a_checkpoint_is_never_signed_over_a_history_that_was_changed(noted):
    note(CLOCK, "five")
    append_only.remove(connection)  # as the owner of the tables can
    Entry.objects.filter(number=5).update(kind="test.forged")
    append_only.install(connection)
    with pytest.raises(BrokenChain, match="entry 5"):
        checkpoint(NETWORK)


def test_after_a_rotation_old_and_new_checkpoints_verify_and_the_old_key_is_gone(noted):
    old = Checkpoint.objects.get()
    new = rotate()
    assert not path_of(old.key_id).exists()
    assert path_of(new.thumbprint()).stat().st_mode & 0o777 == 0o600
    note(CLOCK, "under the new key")
    last = checkpoint(NETWORK)
    assert last.key_id == new.thumbprint()
    text = "".join(export(NETWORK, Reader()))
    signed = [one.signed for one in Checkpoint.objects.all()]
    assert len(signed) == 3  # the last of the old key covers the announcement of the new one
    assert verify(text, signed, [json.dumps(public_keys())]).holds
