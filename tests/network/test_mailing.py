"""A mailing: sealed, approved by the customer, printed once, counted by the register, destroyed.

The names of its customers are strings that exist nowhere else; a test looks for them everywhere.
"""

import io
import os
import time
import zipfile
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from django_scopes import scopes_disabled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.network.consortium import acting, agreed

from moyeora.network.frame.actor import Actor, Office
from moyeora.network.frame.clock import today
from moyeora.network.frame.faults import NotAllowed, Refused
from moyeora.network.home import home
from moyeora.network.jobs.work import work
from moyeora.network.journal.models import Payload
from moyeora.network.orders.actions import contracts, deliveries
from moyeora.network.orders.mailings import actions
from moyeora.network.orders.mailings import work as work_of_mailings
from moyeora.network.orders.mailings.package_file import extract
from moyeora.network.orders.mailings.upload import INCOMING, JOB
from moyeora.network.orders.mailings.vault import PIECE, Vault
from moyeora.network.orders.models import Mailing

CUSTOMER = Actor(office=Office.CUSTOMER)
PRETENDARD = Path(__file__).parents[2] / "examples/department-store/fonts"
MARK = "퀼팔쥬"  # in every name, and nowhere else
ROWS = 40

TOML = """
title = "시험 우편"
[page]
width_mm = 100
height_mm = 60
bleed_mm = 0
[layouts]
card = "card.typ"
[customers]
from = "customers.csv"
id = "id"
[parts.name]
kind = "text"
lines = ["{name}"]
"""
DESIGN = """#import "@local/moyeora:0.1.0": part, sheet
#show: sheet
#set text(font: "Pretendard", size: 12pt)
#place(top + left, dx: 10mm, dy: 10mm, box(width: 80mm, height: 12mm, part("name")))
"""


def packed(rows=ROWS, *, toml=TOML) -> bytes:
    """A press job as a ZIP."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("job/mailing.toml", toml)
        archive.writestr("job/card.typ", DESIGN)
        lines = ["id,name", *(f"{n},{MARK}{n}번" for n in range(1, rows + 1))]
        archive.writestr("job/customers.csv", "\n".join(lines) + "\n")
        for font in PRETENDARD.glob("Pretendard*"):
            archive.write(font, f"job/fonts/{font.name}")
    return buffer.getvalue()


@pytest.fixture
def mailing(people):
    """A mailing of the partner's package, with the consents recorded."""
    consortium = agreed(people)
    with acting(people.actor("ours.owner")) as actor:
        contracts.conclude(
            actor,
            consortium,
            email="order@store.example",
            concluded=date(2026, 12, 1),
            mailings=frozenset({"need-1"}),
        )
    with acting(people.actor("partner.staff")) as actor:
        package = consortium.packages.get(firm=people.firms["partner"])
        made = actions.begin(actor, package)
    with acting(people.actor("ours.staff")) as actor:
        for key in ("ours", "partner"):
            made = actions.record_consent(
                actor, made, firm=people.firms[key].id, given=today(), document="동의서 12-01"
            )
    assert made.state == Mailing.State.UPLOAD
    return made


def uploaded(people, mailing, data=None) -> Mailing:
    with acting(people.actor("partner.staff")) as actor:
        Vault(mailing.id).add(JOB, [data or packed()])
        actions.take_upload(actor, mailing, digest="0" * 64, size=1)
    work(until_idle=True)
    with scopes_disabled():
        mailing.refresh_from_db()
    return mailing


def printed(people, mailing) -> Mailing:
    mailing = uploaded(people, mailing)
    with scopes_disabled():
        assert mailing.state == Mailing.State.PROOFED, mailing.problem
        actions.approve(CUSTOMER, mailing, fingerprint=mailing.fingerprint)
    with acting(people.actor("partner.staff")) as actor:
        actions.print_it(actor, mailing)
    work(until_idle=True)
    with scopes_disabled():
        mailing.refresh_from_db()
    return mailing


def found_in(folder: Path, mark: str) -> list[Path]:
    """The files under a folder that hold the mark in an encoding that somebody might use."""
    marks = [mark.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "cp949")]
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and any(one in path.read_bytes() for one in marks)
    ]


def test_the_registers_count_is_what_was_delivered_and_no_name_is_anywhere(
    people, mailing, caplog, capfd, tmp_path_factory
):
    mailing = printed(people, mailing)
    assert mailing.state == Mailing.State.PRINTED, mailing.problem
    assert mailing.counts["printed"] == ROWS
    with scopes_disabled():
        delivery = mailing.package.deliveries.get()
        assert delivery.quantity == ROWS
        vault = Vault(mailing.id)
        assert any(name.startswith("printed/volume") for name in vault.names())
        assert not vault.open_.exists()
        assert found_in(home(), MARK) == []
        assert not Payload.objects.filter(facts__contains=MARK).exists()
    said = capfd.readouterr()
    assert MARK not in caplog.text + said.out + said.err


def test_all_is_destroyed_and_the_statement_is_signed(people, mailing):
    mailing = printed(people, mailing)
    with acting(people.actor("ours.owner")) as actor:
        actions.destroy(actor, mailing)
    work(until_idle=True)
    with scopes_disabled():
        mailing.refresh_from_db()
    assert mailing.state == Mailing.State.DESTROYED
    assert mailing.statement["statement"]
    assert not Vault(mailing.id).folder.exists()
    assert found_in(home(), MARK) == []


def test_nothing_prints_without_the_customers_yes_to_these_very_proofs(people, mailing):
    mailing = uploaded(people, mailing)
    with acting(people.actor("partner.staff")) as actor, pytest.raises(Refused):
        actions.print_it(actor, mailing)
    with scopes_disabled():
        with pytest.raises(Refused):
            actions.approve(CUSTOMER, mailing, fingerprint="0" * 64)
        old = mailing.fingerprint
        mailing = uploaded(people, mailing, packed(ROWS + 1))
        assert mailing.fingerprint != old
        with pytest.raises(Refused):
            actions.approve(CUSTOMER, mailing, fingerprint=old)


def test_no_list_comes_in_before_the_customer_consented(people, mailing):
    with scopes_disabled():
        Mailing.objects.filter(id=mailing.id).update(consents={}, state="consent")
        mailing.refresh_from_db()
    with acting(people.actor("partner.staff")) as actor, pytest.raises(Refused):
        actions.take_upload(actor, mailing, digest="0" * 64, size=1)


def test_others_never_see_the_list(people, mailing):
    for who in ("third.owner", "other.owner", "coordinator", "partner.accountant"):
        with acting(people.actor(who)) as actor, pytest.raises(NotAllowed):
            actions.take_upload(actor, mailing, digest="0" * 64, size=1)


def test_a_job_that_the_press_refuses_says_why_and_can_be_sent_again(people, mailing):
    bad = packed(toml=TOML.replace('"card.typ"', '"gone.typ"'))
    mailing = uploaded(people, mailing, bad)
    assert mailing.state == Mailing.State.UPLOAD
    assert "gone.typ" in mailing.problem
    assert uploaded(people, mailing).state == Mailing.State.PROOFED


@pytest.mark.parametrize(
    ("name", "data"),
    [("../outside.txt", b"x"), ("/etc/passwd", b"x"), ("job/bomb", b"\0" * 50_000_000)],
)
def test_a_zip_that_reaches_out_or_swells_is_refused_whole(tmp_path, name, data):
    archive = tmp_path / "job.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("job/mailing.toml", TOML)
        zipped.writestr(name, data)
    with pytest.raises(Refused):
        extract(archive, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    data=st.binary(max_size=200),
    size=st.sampled_from([0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 7]),
    where=st.floats(0, 1),
)
def test_what_is_sealed_comes_back_and_any_changed_byte_is_seen(tmp_path, data, size, where):
    vault = Vault(uuid4())
    whole = (data * (size // max(1, len(data)) + 1))[:size] if data else b""
    vault.add("a/b.bin", [whole[:7], whole[7:]])
    assert b"".join(vault.read("a/b.bin")) == whole
    path = vault.sealed / "a/b.bin"
    sealed = bytearray(path.read_bytes())
    at = 8 + int(where * (len(sealed) - 9))
    sealed[at] ^= 1
    path.write_bytes(sealed)
    with pytest.raises(InvalidTag):
        b"".join(vault.read("a/b.bin"))
    path.write_bytes(path.read_bytes()[: max(15, len(sealed) - PIECE - 16)])
    with pytest.raises((InvalidTag, ValueError)):
        b"".join(vault.read("a/b.bin"))
    vault.destroy()
    assert not vault.folder.exists()


def test_what_broke_off_while_it_came_in_is_gone_after_a_day(people, mailing):
    vault = Vault(mailing.id)
    for name in (JOB, INCOMING, "printed/volume-1.pdf"):
        vault.add(name, [b"sealed"])
    (vault.sealed / "job.zip.part").write_bytes(b"half")
    with scopes_disabled():
        assert work_of_mailings.clear_uploads(None) == {"removed": 0}
        long_ago = time.time() - 2 * work_of_mailings.DAY
        for path in vault.sealed.rglob("*"):
            os.utime(path, (long_ago, long_ago))
        assert work_of_mailings.clear_uploads(None) == {"removed": 2}
    assert vault.names() == [JOB, "printed/volume-1.pdf"]


def test_the_order_ends_with_nothing_of_the_customers_left(people, mailing):
    mailing = printed(people, mailing)
    with scopes_disabled():
        delivery = mailing.package.deliveries.get()
        deliveries.answer_delivery(CUSTOMER, delivery, accept=True)
    assert found_in(home(), MARK) == []
