"""The end of a job: everything personal in it is destroyed, and a signed statement says so.

First all files are listed with their hashes in a draft beside the statement-to-be; only then is the
first one removed. A destruction that was killed reads the draft and goes on: what is still there is
removed, what is new is added, and the statement names every file once.
"""

import hashlib
import json
import os
import stat
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from moyeora.press.faults import FolderError
from moyeora.press.folder import locked
from moyeora.press.personal import Scope as Scope
from moyeora.press.personal import find as find
from moyeora.press.personal import is_there, stamps_of
from moyeora.press.signing import SignatureError, check, sign

FORMAT = "moyeora.press.destruction/1"
_CHUNK = 1 << 20

PROMISE = {
    "ko": (
        "목록의 파일은 모두 있던 자리에서 0으로 한 번 덮어쓴 뒤 지웠고, 그 폴더에는 일부러 남긴 "
        "파일(kept) 말고는 남지 않았습니다. 다른 이름(하드 링크)이 더 있는 파일은 덮어쓰지 않고 이 "
        "이름만 지웠습니다.",
        "SSD와 플래시 저장 장치, 쓸 때 복사하는 파일 시스템(btrfs, ZFS, APFS), 스냅숏, 네트워크 "
        "드라이브에서는 덮어쓰기가 예전 자리에 닿는다고 약속할 수 없습니다. 그런 곳에서는 장치를 "
        "암호화해 두었다가 열쇠를 없애거나, 장치의 소거 명령을 쓰거나, 장치를 부숴야 합니다.",
        "다른 곳의 사본(백업, 전자우편, 인쇄소나 우체국에 넘긴 파일, 인쇄된 우편물)은 건드리지 "
        "않았습니다.",
    ),
    "en": (
        "Every file listed was overwritten once with zeros where it lay and then removed, and no "
        "file was left in those folders but the ones kept on purpose. A file with further names "
        "(hard links) was not overwritten; only this name of it was removed.",
        "On SSDs and flash drives, on file systems that copy on write (btrfs, ZFS, APFS), on "
        "snapshots and on network drives, it cannot be promised that overwriting reaches the old "
        "place. There, encrypt the drive and destroy the key, use the drive's own erase command, "
        "or destroy it.",
        "Copies elsewhere (backups, mail, files handed to a print shop or the post, the printed "
        "pieces) were not touched.",
    ),
}


@dataclass(frozen=True)
class Destroyed:
    """A file that is no more: ``what`` it was (``list``, ``volume``, ``register``, …), where (below
    the folder that holds the job and all that was made of it), its size, its SHA-256, how many
    other names it had."""

    what: str
    path: str
    bytes: int
    sha256: str
    other_names: int = 0


@dataclass(frozen=True)
class Statement:
    """What was destroyed of a job, when (ISO 8601) and by whom. ``counts`` are files by what they
    were; ``rows`` adds up the registers (printed, held, suppressed); ``kept`` are files that were
    left on purpose."""

    title: str
    fingerprints: tuple[str, ...]
    begun: str
    ended: str
    by: str
    note: str
    counts: Mapping[str, int]
    bytes: int
    rows: Mapping[str, int]
    files: tuple[Destroyed, ...]
    kept: tuple[str, ...]
    format: str = FORMAT
    promise: Mapping[str, Sequence[str]] = field(default_factory=lambda: PROMISE)


def destroy(
    job_path: Path,
    folders: Sequence[Path],
    statement: Path,
    *,
    key: Ed25519PrivateKey,
    by: str,
    at: datetime,
    also: Sequence[Path] = (),
    keep: Sequence[Path] = (),
    note: str = "",
) -> Statement:
    """Destroy what :func:`find` finds, and write a ``statement`` of it (JSON) with its signature
    beside it (``.sig``). ``by`` and ``at`` say who does it and what time it is.

    Called again after it was killed, it goes on with what it had begun; the statement then tells
    when that was. Called again when all is gone, it gives the statement that stands. Raises
    FolderError if a folder is being printed into, if the statement is there already and something
    is left, or if it would lie in what is destroyed.
    """
    draft = _Draft.read(statement)
    if statement.exists():
        if draft is None and is_ended(job_path, folders, statement, also=also):
            return read_statement(statement)
        if draft is None:
            remedy = "name another file for the statement"
            raise FolderError("is there already", place=str(statement), remedy=remedy)
        draft.path.unlink()  # it was killed at the very end
        return read_statement(statement)
    if draft is None:
        scope = find(job_path, folders, also=also, keep=keep)
        if not scope.files():
            raise FolderError("there is nothing to destroy", place=str(job_path))
        for root in (*scope.made, *scope.named):
            if statement.resolve().is_relative_to(root):
                raise FolderError(
                    "would be destroyed itself", place=str(statement), remedy="put it elsewhere"
                )
        draft = _Draft.begin(statement, scope, by=by, at=at, note=note)
    with ExitStack() as held:
        for folder in filter(Path.is_dir, draft.scope.made):
            held.enter_context(locked(folder))
        draft.note_rows()
        while found := draft.scope.files():
            draft.add(found)
            draft.save()
            for place in draft.places:
                _remove(place)
        for folder in draft.scope.folders():
            if not any(folder.iterdir()):
                folder.rmdir()
                _sync(folder.parent)
    made = draft.statement(by=by, at=at)
    document = asdict(made)
    _write(signature_path(statement), sign(document, key))
    _write(statement, document)
    draft.path.unlink()
    return made


def is_begun(statement: Path) -> bool:
    """Whether an earlier call that was killed has begun on this statement."""
    return _draft_path(statement).exists()


def is_ended(
    job_path: Path, folders: Sequence[Path], statement: Path, *, also: Sequence[Path] = ()
) -> bool:
    """Whether the statement stands and nothing is left of what a call with these arguments would
    destroy: it was killed after its last step, or is asked for a second time.
    """
    if not statement.exists() or is_begun(statement):
        return False
    return not any(map(is_there, (*folders, *also))) and not find(job_path).files()


def read_statement(path: Path) -> Statement:
    """A statement as it was written, its signature not looked at. Raises SignatureError if it is
    none."""
    try:
        told = json.loads(path.read_text("utf-8"))
        if told["format"] != FORMAT:
            raise ValueError(told["format"])
        files = tuple(Destroyed(**file) for file in told["files"])
        told |= {name: tuple(told[name]) for name in ("fingerprints", "kept")}
        told["promise"] = {lang: tuple(lines) for lang, lines in told["promise"].items()}
        return Statement(**told | {"files": files})
    except (OSError, ValueError, KeyError, TypeError):
        raise SignatureError("is no statement of destruction", place=str(path)) from None


def verify(statement: Path, key: Ed25519PublicKey) -> Statement:
    """A statement whose signature, beside it, was made with this key. Raises SignatureError if it
    was not, or if the statement or its signature has been changed since."""
    made = read_statement(statement)
    try:
        signature = json.loads(signature_path(statement).read_text("utf-8"))
    except (OSError, ValueError):
        raise SignatureError(
            "has no signature beside it", place=str(statement),
            remedy=f"put {signature_path(statement).name} into the same folder",
        ) from None  # fmt: skip
    try:
        check(json.loads(statement.read_text("utf-8")), signature, key)
    except SignatureError as error:
        raise SignatureError(error.what, place=str(statement), remedy=error.remedy) from None
    return made


def signature_path(statement: Path) -> Path:
    """Where the signature of a statement lies."""
    return statement.with_name(statement.name + ".sig")


# --- the draft ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """Where a file of the draft lay, and which file that was."""

    path: Path
    file: Destroyed
    inode: tuple[int, int]

    @classmethod
    def of(cls, path: Path, what: str, base: Path) -> "_Place":
        status = path.lstat()
        if stat.S_ISREG(status.st_mode):
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        else:
            target = os.fsencode(path.readlink()) if path.is_symlink() else b""
            what, digest = f"{what} (link)", hashlib.sha256(target).hexdigest()
        made = Destroyed(what, _told(path, base), status.st_size, digest, status.st_nlink - 1)
        return cls(path, made, (status.st_dev, status.st_ino))

    def remains(self) -> bool:
        """Whether it is still there, overwritten in part or not, and not another in its place."""
        with suppress(FileNotFoundError, NotADirectoryError):
            status = self.path.lstat()
            return (status.st_dev, status.st_ino, status.st_size) == (*self.inode, self.file.bytes)
        return False


def _told(path: Path, base: Path) -> str:
    """A path as the statement tells it: below ``base`` where it lies there."""
    return os.fsencode(os.path.relpath(path, base)).decode("utf-8", "backslashreplace")


class _Draft:
    """The statement while it is made true."""

    def __init__(self, path: Path, scope: Scope, told: dict[str, Any]) -> None:
        self.path, self.scope, self.told = path, scope, told
        self.places: list[_Place] = []

    @classmethod
    def begin(cls, statement: Path, scope: Scope, *, by: str, at: datetime, note: str) -> "_Draft":
        prints = {
            str(s["fingerprint"]) for f in scope.made for s in stamps_of(f) if "fingerprint" in s
        }
        told = {
            "title": scope.title,
            "fingerprints": sorted(prints),
            "begun": _moment(at),
            "by": [by],
            "note": note,
            "rows": None,
        }
        return cls(_draft_path(statement), scope, told)

    @classmethod
    def read(cls, statement: Path) -> "_Draft | None":
        """What an earlier call had begun, if there is any."""
        path = _draft_path(statement)
        if not path.exists():
            return None
        held = json.loads(path.read_text("utf-8"))
        scope = held["scope"]
        draft = cls(
            path,
            Scope(
                scope["title"],
                Path(scope["base"]),
                {Path(name): what for name, what in scope["lists"].items()},
                *(tuple(map(Path, scope[part])) for part in ("made", "named", "kept")),
            ),
            held["told"],
        )
        draft.places = [
            _Place(Path(place["path"]), Destroyed(**place["file"]), tuple(place["inode"]))
            for place in held["places"]
        ]
        return draft

    def save(self) -> None:
        scope = self.scope
        document = {
            "scope": {
                "title": scope.title,
                "base": str(scope.base),
                "lists": {str(path): what for path, what in scope.lists.items()},
                "made": list(map(str, scope.made)),
                "named": list(map(str, scope.named)),
                "kept": list(map(str, scope.kept)),
            },
            "told": self.told,
            "places": [
                {"path": str(p.path), "file": asdict(p.file), "inode": p.inode} for p in self.places
            ],
        }
        _write(self.path, document)

    def add(self, found: Mapping[Path, str]) -> None:
        """Note the files that are not in the draft yet."""
        known = {place.path for place in self.places if place.remains()}
        self.places += [
            _Place.of(path, what, self.scope.base)
            for path, what in found.items()
            if path not in known
        ]

    def note_rows(self) -> None:
        """Add up the registers, once, while they are whole."""
        if self.told["rows"] is None:
            rows: Counter[str] = Counter()
            for path, what in self.scope.files().items():
                if what == "register":
                    rows.update(_rows(path))
            self.told["rows"] = dict(sorted(rows.items()))

    def statement(self, *, by: str, at: datetime) -> Statement:
        told, files = self.told, tuple(place.file for place in self.places)
        return Statement(
            title=told["title"],
            fingerprints=tuple(told["fingerprints"]),
            begun=told["begun"],
            ended=_moment(at),
            by=", ".join(dict.fromkeys([*told["by"], by])),
            note=told["note"],
            counts=dict(sorted(Counter(file.what for file in files).items())),
            bytes=sum(file.bytes for file in files),
            rows=told["rows"],
            files=files,
            kept=tuple(_told(path, self.scope.base) for path in self.scope.kept if is_there(path)),
        )


def _draft_path(statement: Path) -> Path:
    return statement.with_name(statement.name + ".draft")


def _rows(register: Path) -> dict[str, int]:
    """A register's rows by what became of them; none where it cannot be read."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    try:
        status = pq.read_table(register, columns=["status"])["status"]
    except (pa.ArrowException, OSError):
        return {}
    return {pair["values"]: pair["counts"] for pair in pc.value_counts(status).to_pylist()}


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


# --- the disk -------------------------------------------------------------------------------


def _remove(place: _Place) -> None:
    """Overwrite a file that has no other name, and remove it."""
    if not place.remains():
        return
    path = place.path
    if path.is_file() and not path.is_symlink() and not place.file.other_names:
        path.chmod(0o600)
        with path.open("r+b") as file:
            for start in range(0, place.file.bytes, _CHUNK):
                file.write(bytes(min(_CHUNK, place.file.bytes - start)))
            file.flush()
            os.fsync(file.fileno())
    path.unlink()
    _sync(path.parent)


def _write(path: Path, document: Mapping[str, Any]) -> None:
    """Write a document whole or not at all, whatever happens."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=1)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
