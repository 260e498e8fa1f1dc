"""One encrypted folder a mailing: list, volumes, proofs, register and spill lie in it and nowhere
else.

    home()/mailings/ID/sealed/...    every file encrypted, always
    home()/mailings/ID/open/...      plain, mode 0700, only while a worker works on it

A file is cut into pieces of 1 MiB, each sealed by AES-256-GCM under the mailing's own key. The
nonce holds the file's random prefix, the piece's number and whether it is the last one, so that
pieces cannot be swapped, repeated or cut off unseen (the STREAM construction of Hoang,
Reyhanitabar, Rogaway and Vizár, CRYPTO 2015); the file's name is authenticated with it. The key is
a file of mode 0600 outside the folder: without it what is sealed is noise, so a backup of the
folder alone tells nothing, and destroying the key destroys every copy.
"""

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from moyeora.network.home import home

PIECE: Final = 2**20
TAG: Final = 16
MAGIC: Final = b"moyeora1"
_PREFIX: Final = 7


class Vault:
    """The encrypted folder of one mailing."""

    def __init__(self, mailing: UUID) -> None:
        self.folder = home() / "mailings" / str(mailing)
        self.sealed, self.open_ = self.folder / "sealed", self.folder / "open"
        self._key_file = home() / "keys" / "mailings" / str(mailing)

    def names(self) -> list[str]:
        """The names of the sealed files, sorted."""
        if not self.sealed.is_dir():
            return []
        found = (p for p in self.sealed.rglob("*") if p.is_file() and p.suffix != ".part")
        return sorted(str(path.relative_to(self.sealed)) for path in found)

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Seal a file from its bytes as they come; nothing of it is ever plain on the disk."""
        target = self._path(name)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        prefix = secrets.token_bytes(_PREFIX)
        cipher = AESGCM(self._key())
        with _private(part) as file:
            file.write(MAGIC + prefix)
            for number, (piece, last) in enumerate(_whole(pieces)):
                file.write(cipher.encrypt(_nonce(prefix, number, last), piece, name.encode()))
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)

    def read(self, name: str) -> Iterator[bytes]:
        """The plain bytes of a sealed file; raises InvalidTag when it was changed or its key is
        being destroyed, FileNotFoundError when either is gone.
        """
        cipher = AESGCM(self._key_file.read_bytes())
        with self._path(name).open("rb") as file:
            head = file.read(len(MAGIC) + _PREFIX)
            if head[: len(MAGIC)] != MAGIC:
                raise ValueError(f"{name} is not a sealed file")
            prefix = head[len(MAGIC) :]
            number, piece = 0, file.read(PIECE + TAG)
            while True:
                after = file.read(PIECE + TAG)
                yield cipher.decrypt(_nonce(prefix, number, not after), piece, name.encode())
                if not after:
                    return
                number, piece = number + 1, after

    def take(self, name: str) -> Iterator[bytes]:
        """The plain bytes of a sealed file, which is gone when they have been read."""
        yield from self.read(name)
        self._path(name).unlink()

    def unseal(self) -> Path:
        """Decrypt what is not there yet into ``open/`` and return it; called again it goes on."""
        self.open_.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in self.names():
            target = self.open_ / name
            if target.exists():
                continue
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = target.with_name(target.name + ".part")
            with _private(part) as file:
                file.writelines(self.read(name))
            part.replace(target)
        return self.open_

    def seal(self, keep: Iterable[str]) -> None:
        """Seal the files under these folders of ``open/``, then take all that is plain away."""
        for folder in keep:
            root = self.open_ / folder
            for path in sorted(root.rglob("*")) if root.is_dir() else []:
                if path.is_file() and path.suffix != ".part":
                    self.add(str(path.relative_to(self.open_)), _pieces(path))
        self.shut()

    def shut(self) -> None:
        """Take all that is plain away."""
        shutil.rmtree(self.open_, ignore_errors=True)

    def clear(self, name: str, before: float) -> int:
        """Take away what broke off while it came in: parts of files, and the file ``name``, if they
        are older than ``before`` (seconds since 1970). Returns how many.
        """
        removed = 0
        for path in self.sealed.rglob("*") if self.sealed.is_dir() else ():
            half = path.suffix == ".part" or path == self.sealed / name
            if half and path.is_file() and path.stat().st_mtime < before:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def destroy(self) -> None:
        """The key first: from then on nothing can be read, whatever copies there are."""
        if self._key_file.exists():
            size = self._key_file.stat().st_size
            with self._key_file.open("r+b") as file:
                file.write(secrets.token_bytes(size))
                file.flush()
                os.fsync(file.fileno())
            self._key_file.unlink()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, name: str) -> Path:
        path = (self.sealed / name).resolve()
        if not path.is_relative_to(self.sealed.resolve()):
            raise ValueError("a name that leaves the folder")
        return path

    def _key(self) -> bytes:
        self._key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with _private(self._key_file, os.O_EXCL) as file:
                file.write(AESGCM.generate_key(256))
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            pass
        return self._key_file.read_bytes()


def _private(path: Path, more: int = os.O_TRUNC) -> BinaryIO:
    """A file to write that its owner alone may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | more, 0o600), "wb")


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4) + bytes([last])


def _whole(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The same bytes in pieces of PIECE, the last one marked (it may be empty)."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) > PIECE:
            yield bytes(held[:PIECE]), False
            del held[:PIECE]
    yield bytes(held), True


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from _chunks(file)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece
