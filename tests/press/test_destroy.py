"""What is personal in a job is destroyed whole, once, and the statement of it cannot be changed."""

import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from mailings import write_job

from moyeora.cli import main
from moyeora.press.destruction import destroy, find, is_begun, read_statement, verify
from moyeora.press.faults import FolderError
from moyeora.press.folder import claimed
from moyeora.press.proof import proof
from moyeora.press.signing import (
    SignatureError,
    canonical,
    check,
    key_id,
    public_path,
    read_or_make_key,
    read_public_key,
    sign,
)

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SECRET = "비밀스러운이름"
CARD = '#part("name", width: 80mm, height: 9mm)'
PARTS = {"name": {"kind": "text", "lines": ["{name}"]}}
ROWS = [{"id": f"SECRET-{n}", "name": f"{SECRET}{n}", "out": "NY"[n == 4]} for n in range(9)]


@pytest.fixture(scope="module")
def made(tmp_path_factory, fonts):
    """A job with a run, a proof and a copy of its list, to be copied by each test."""
    folder = tmp_path_factory.mktemp("destroyed")
    job = write_job(
        folder / "job", fonts, CARD, PARTS, ROWS, files={"card-notes.txt": "디자인 메모"},
        source={"suppress": {"수신 거부": "\"out\" = 'Y'"}},
    )  # fmt: skip
    job.print("out", volume_pieces=3)
    proof(job.folder, folder / "proof", ["SECRET-1"], extremes=2, png=True)
    assert main(["press", "report", str(folder / "out"), "--json"]) == 0
    (folder / "elsewhere").mkdir()
    shutil.copy(job.folder / "customers.csv", folder / "elsewhere" / "from-the-client.csv")
    return folder


@pytest.fixture
def place(made, tmp_path):
    return shutil.copytree(made, tmp_path / "place", symlinks=True)


FOLDERS, ALSO = ("out", "proof"), ("elsewhere",)


def destroyed(place, at=AT, by="박인쇄", **more):
    return destroy(
        place / "job", [place / name for name in FOLDERS], place / "destroyed.json",
        key=KEY, by=by, at=at, also=[place / name for name in ALSO], **more,
    )  # fmt: skip


def hashes(place):
    """What must be destroyed: path -> SHA-256."""
    files = [path for name in (*FOLDERS, *ALSO) for path in (place / name).rglob("*")]
    files.append(place / "job" / "customers.csv")
    return {
        path.relative_to(place).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.is_file()
    }


def personal(place):
    """Files with a customer in them. Those of the press compress what they hold, so they must be
    gone whole."""
    return [
        path
        for path in place.rglob("*")
        if path.is_file()
        and (
            any(word.encode() in path.read_bytes() for word in (SECRET, "SECRET-"))
            or path.suffix in {".pdf", ".png", ".parquet", ".html"}
        )
    ]


def test_all_that_is_personal_is_gone_and_listed_once(place):
    wanted, rest = hashes(place), {"card.typ", "mailing.toml", "card-notes.txt"}
    assert len(personal(place)) >= 10
    told = destroyed(place, note="계약 제7조")
    assert personal(place) == []
    assert {path.name for path in place.iterdir()} == {
        "job", "destroyed.json", "destroyed.json.sig",
    }  # fmt: skip
    assert {path.name for path in (place / "job").iterdir()} == rest
    assert {file.path: file.sha256 for file in told.files} == wanted
    assert len(told.files) == len(wanted)
    assert (told.begun, told.ended) == ("2026-11-24T09:30:00+00:00",) * 2
    assert (told.by, told.note, told.title) == ("박인쇄", "계약 제7조", "시험")
    assert told.rows == {"printed": 8, "suppressed": 1}
    assert told.counts == Counter(file.what for file in told.files)
    assert {"list", "volume", "register", "faults", "proof", "report"} <= set(told.counts)
    assert told.counts["volume"] == 3
    assert verify(place / "destroyed.json", KEY.public_key()) == told
    # The statement itself has none of the customers' data.
    assert SECRET not in (place / "destroyed.json").read_text("utf-8")


class Killed(BaseException):
    """Stands for the end of the process."""


@contextlib.contextmanager
def killed_after(calls, monkeypatch, changes):
    """End at the given call that changes the disk; afterwards no call is made."""
    count = 0

    def counted(real):
        def call(*arguments, **more):
            nonlocal count
            count += 1
            if count > calls:
                raise Killed
            return real(*arguments, **more)

        return call

    with monkeypatch.context() as patch:
        for owner, name in changes:
            patch.setattr(owner, name, counted(getattr(owner, name)))
        with contextlib.suppress(Killed):
            yield lambda: count > calls


CHANGES = [(Path, "unlink"), (Path, "replace"), (Path, "rmdir"), (Path, "open"), (os, "fsync")]


def test_a_destruction_that_ends_anywhere_goes_on_and_tells_each_file_once(
    made, tmp_path, monkeypatch
):
    wanted = hashes(made)
    ends = 0
    for calls in range(0, 400):
        place = shutil.copytree(made, tmp_path / str(calls))
        with killed_after(calls, monkeypatch, CHANGES) as ended:
            destroyed(place)
        if not ended():
            break
        ends += 1
        begun = is_begun(place / "destroyed.json")
        if not begun:
            # Nothing is removed before everything is listed on the disk.
            assert hashes(place) == wanted
        told = destroyed(place, at=LATER, by="김대신")
        assert sorted(file.path for file in told.files) == sorted(wanted)
        assert {file.path: file.sha256 for file in told.files} == wanted
        assert told.rows == {"printed": 8, "suppressed": 1}
        assert told.begun == (AT if begun else LATER).isoformat()
        assert told.by in {"박인쇄, 김대신", "박인쇄"} if begun else told.by == "김대신"
        assert verify(place / "destroyed.json", KEY.public_key()) == told
        assert personal(place) == []
        assert sorted(path.name for path in place.iterdir()) == [
            "destroyed.json", "destroyed.json.sig", "job",
        ]  # fmt: skip
        shutil.rmtree(place)
    assert ends > 60


def test_a_destruction_that_is_killed_goes_on(made, tmp_path):
    """The same with processes and kill -9, at random moments."""
    (tmp_path / "keys").mkdir()
    key = tmp_path / "keys" / "press.pem"
    read_or_make_key(key)
    wanted = hashes(made)
    lot = random.Random(20261124)
    stopped = 0
    for number in range(4):
        place = shutil.copytree(made, tmp_path / f"killed-{number}")
        command = [
            sys.executable, "-m", "moyeora.cli", "press", "destroy", "job", *FOLDERS,
            "--also", *ALSO, "--by", "박인쇄", "--yes", "--sign-with", key,
        ]  # fmt: skip
        process = subprocess.Popen(command, cwd=place, stdout=subprocess.DEVNULL)
        while process.poll() is None and not (place / "job-destroyed.json.draft").exists():
            time.sleep(0.001)
        time.sleep(lot.random() * 0.02)
        process.send_signal(signal.SIGKILL)
        stopped += process.wait() == -signal.SIGKILL
        subprocess.run(command, cwd=place, stdout=subprocess.DEVNULL, check=process.returncode != 0)
        told = verify(place / "job-destroyed.json", read_public_key(public_path(key)))
        assert {file.path: file.sha256 for file in told.files} == wanted
        assert len(told.files) == len(wanted)
        assert personal(place) == []
    assert stopped


def test_asked_for_again_when_all_is_gone_it_gives_the_statement_that_stands(place):
    """As after a kill between the last step and the end of the process."""
    told = destroyed(place)
    assert destroyed(place, at=LATER) == told


def test_what_appears_after_the_kill_is_destroyed_and_listed_too(place, monkeypatch):
    wanted = hashes(place)
    with killed_after(40, monkeypatch, CHANGES) as ended:
        destroyed(place)
    assert ended()
    assert is_begun(place / "destroyed.json")
    (place / "elsewhere").mkdir(exist_ok=True)
    (place / "elsewhere" / "late.csv").write_text(SECRET)
    told = destroyed(place, at=LATER)
    assert {file.path for file in told.files} == {*wanted, "elsewhere/late.csv"}
    assert personal(place) == []


def test_a_file_is_overwritten_where_it_lay_unless_it_has_another_name(place):
    """Seen through a handle that was opened before."""
    list_ = place / "job" / "customers.csv"
    other = place / "job" / "kept-by-hard-link.dat"
    volume = place / "out" / "volume-0001.pdf"
    os.link(volume, other)
    size, whole = list_.stat().st_size, volume.read_bytes()
    with list_.open("rb") as handle:
        told = destroyed(place)
        assert handle.read() == bytes(size)
    assert other.read_bytes() == whole
    names = {file.path: file.other_names for file in told.files}
    assert names["out/volume-0001.pdf"] == 1
    assert sum(names.values()) == 1


def test_links_are_removed_and_not_followed(place, tmp_path):
    outside = tmp_path / "outside.csv"
    outside.write_text("남의 것")
    (place / "out" / "link").symlink_to(outside)
    (place / "elsewhere" / "folder").symlink_to(tmp_path)
    told = destroyed(place)
    assert outside.read_text() == "남의 것"
    assert {file.what for file in told.files if "link" in file.what} == {
        "work (link)",
        "named (link)",
    }


def test_what_is_found_and_what_is_only_pointed_out(place, tmp_path):
    (place / "job" / "customers.csv.bak").write_text(SECRET)
    shutil.copytree(place / "out", place / "out-2")
    far = tmp_path / "far.csv"
    shutil.move(place / "job" / "customers.csv", far)
    toml = place / "job" / "mailing.toml"
    toml.write_text(toml.read_text("utf-8").replace('"customers.csv"', f'"{far}"'), "utf-8")
    scope = find(place / "job", [place / "out"])
    assert scope.outside == (far,)
    assert set(scope.suspects) == {
        place / "job" / "customers.csv.bak", place / "out-2", place / "proof",
    }  # fmt: skip
    assert far not in scope.files()
    scope = find(place / "job", [place / "out"], also=[far], keep=[place / "out" / "faults.csv"])
    assert scope.outside == ()
    assert far in scope.files()
    assert place / "out" / "faults.csv" not in scope.files()
    # A run inside of the job's folder is found by itself.
    shutil.move(place / "out-2", place / "job" / "printed")
    assert place / "job" / "printed" / "volume-0001.pdf" in find(place / "job").files()
    # So is what a command that was killed left there.
    left = place / "job" / ".moyeora-press-x1" / "records.arrow"
    left.parent.mkdir()
    left.write_text(SECRET)
    assert left in find(place / "job").files()


def test_what_a_link_that_is_named_leads_to_is_destroyed_with_it(place, tmp_path):
    far = tmp_path / "far.csv"
    shutil.move(place / "elsewhere" / "from-the-client.csv", far)
    link = place / "link.csv"
    link.symlink_to(far)
    destroy(place / "job", [], place / "destroyed.json", key=KEY, by="", at=AT, also=[link])
    assert not far.exists()
    assert not link.is_symlink()


def test_what_is_kept_stays_and_is_told(place):
    # Whichever way it is named.
    (place / "to-out").symlink_to(place / "out")
    told = destroyed(place, keep=[place / "job" / ".." / "to-out" / "faults.csv"])
    assert [path.name for path in (place / "out").iterdir()] == ["faults.csv"]
    assert told.kept == ("out/faults.csv",)
    assert "out/faults.csv" not in {file.path for file in told.files}


def test_it_refuses_what_is_not_the_press_s(place, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "photos").touch()
    with pytest.raises(FolderError, match="no folder that the press made"):
        find(place / "job", [mine])
    with pytest.raises(FolderError, match="is not there"):
        find(place / "job", also=[tmp_path / "typo.csv"])
    with pytest.raises(FolderError, match="would be destroyed itself"):
        destroy(place / "job", [place / "out"], place / "out" / "x.json", key=KEY, by="", at=AT)
    with claimed(place / "out"), pytest.raises(FolderError, match="another run"):
        destroyed(place)
    assert len(hashes(place)) > 10
    (mine / "mailing.toml").write_text("title = 1")
    with pytest.raises(FolderError, match="no job that can be read"):
        find(mine)
    destroyed(place)
    (place / "elsewhere").mkdir()
    (place / "elsewhere" / "late.csv").write_text(SECRET)
    with pytest.raises(FolderError, match="is there already"):
        destroyed(place)


# The statement --------------------------------------------------------------------------------


def altered(document, path):
    """The document with the value at the end of a path changed."""
    *steps, last = path
    inner = document
    for step in steps:
        inner = inner[step]
    value = inner[last]
    inner[last] = value + 1 if isinstance(value, int) else f"{value}x"
    return document


def paths(value, path=()):
    if isinstance(value, dict | list):
        for step in value if isinstance(value, dict) else range(len(value)):
            yield from paths(value[step], (*path, step))
    else:
        yield path


def test_no_part_of_a_statement_can_be_changed(place):
    destroyed(place)
    statement = place / "destroyed.json"
    text = statement.read_text("utf-8")
    # Laid out otherwise it is the same document.
    statement.write_text(json.dumps(json.loads(text)), "utf-8")
    verify(statement, KEY.public_key())
    every = list(paths(json.loads(text)))
    assert len(every) > 60
    for path in every:
        statement.write_text(json.dumps(altered(json.loads(text), path)), "utf-8")
        with pytest.raises(SignatureError):
            verify(statement, KEY.public_key())
    statement.write_text(text, "utf-8")
    with pytest.raises(SignatureError, match="was signed with the key"):
        verify(statement, Ed25519PrivateKey.generate().public_key())
    (place / "destroyed.json.sig").unlink()
    with pytest.raises(SignatureError, match="no signature beside it"):
        verify(statement, KEY.public_key())


def test_signatures_are_ed25519_over_the_canonical_form():
    """RFC 8032, 7.1, test 3 for the key and the algorithm; RFC 8785 for the form."""
    secret = bytes.fromhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")
    key = Ed25519PrivateKey.from_private_bytes(secret)
    public = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
    assert key.public_key().public_bytes_raw().hex() == public
    assert key_id(key.public_key()) == hashlib.sha256(bytes.fromhex(public)).hexdigest()[:16]
    document = {"b": [1, {"이름": '가\n"나"'}], "a": ""}
    assert canonical(document) == '{"a":"","b":[1,{"이름":"가\\n\\"나\\""}]}'.encode()
    signature = sign(document, key)
    check(document, signature, key.public_key())
    for wrong in ({"algorithm": "none"}, {"signature": ""}, {"signature": "!"}, {"key": ""}):
        with pytest.raises(SignatureError):
            check(document, signature | wrong, key.public_key())


def test_keys_are_made_once_and_for_their_owner_alone(tmp_path):
    path = tmp_path / "settings" / "press.pem"
    key = read_or_make_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert read_or_make_key(path).private_bytes_raw() == key.private_bytes_raw()
    public = read_public_key(public_path(path))
    assert public.public_bytes_raw() == key.public_key().public_bytes_raw()
    path.chmod(0o644)
    with pytest.raises(SignatureError, match="others may read"):
        read_or_make_key(path)
    for wrong in (b"", b"-----BEGIN PRIVATE KEY-----\n", public_path(path).read_bytes()):
        path.write_bytes(wrong)
        path.chmod(0o600)
        with pytest.raises(SignatureError, match="not a private key"):
            read_or_make_key(path)
    path.write_bytes(b"?")
    for wrong in (path, tmp_path):
        with pytest.raises(SignatureError, match="not a public key"):
            read_public_key(wrong)


def test_a_file_that_is_no_statement(tmp_path):
    path = tmp_path / "x.json"
    for text in ("", "[]", "{}", '{"format": "other"}'):
        path.write_text(text)
        with pytest.raises(SignatureError, match="no statement"):
            read_statement(path)


def test_the_command_tells_first_and_destroys_when_told(place, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.chdir(place)
    before = hashes(place)
    command = ["press", "destroy", "job", *FOLDERS, "--also", *ALSO]
    assert main(command) == 0
    said = capsys.readouterr()
    assert "nothing was destroyed" in said.out
    assert "3 volume" in said.out
    assert hashes(place) == before
    assert not (tmp_path / "settings").exists()
    with pytest.raises(SystemExit):
        main([*command, "--yes"])  # nobody does it
    with pytest.raises(SystemExit):
        main(["press", "destroy", "--verify", "x"])
    assert main([*command, "--yes", "--by", "박인쇄", "--sign-with", "job/key.pem"]) == 1
    assert "lies in the job" in capsys.readouterr().err
    assert main([*command, "--yes", "--by", "박인쇄"]) == 0
    assert f"destroyed {len(before)} files" in capsys.readouterr().out
    public = str(tmp_path / "settings" / "moyeora" / "press.pub")
    assert main(["press", "destroy", "--verify", "job-destroyed.json", "--key", public]) == 0
    said = capsys.readouterr().out
    assert "destroyed by 박인쇄" in said
    assert "rows: 8 printed, 1 suppressed" in said
    assert all(path in said for path in before)
    statement = place / "job-destroyed.json"
    statement.write_text(statement.read_text("utf-8").replace("박인쇄", "박인새"), "utf-8")
    assert main(["press", "destroy", "--verify", str(statement), "--key", public]) == 1
    assert "changed since" in capsys.readouterr().err
