"""Uploads that go from the network into the vault, piece by piece, never plain on the disk."""

import hashlib
from collections.abc import Iterator
from queue import Queue
from threading import Thread
from typing import Any, Final
from uuid import UUID

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from moyeora.network.orders.mailings.vault import Vault

BYTES_MAX: Final = 2 * 2**30
JOB: Final = "job.zip"
INCOMING: Final = "incoming.zip"
"""What comes in is called this until all of it is there."""


class SealedUpload:
    """What a form gets instead of a file: the hash and size of what was sealed."""

    def __init__(self, digest: str, size: int) -> None:
        self.digest, self.size, self.name = digest, size, JOB


class IntoVault(FileUploadHandler):
    """Seals the one file of the request. ``too_large`` is set when it was cut off."""

    chunk_size = 2**20

    def __init__(self, request: Any, mailing: UUID) -> None:
        super().__init__(request)
        self.vault = Vault(mailing)
        self.too_large = False
        self._size, self._hash = 0, hashlib.sha256()
        self._queue: Queue[bytes | None] = Queue(maxsize=4)
        self._thread: Thread | None = None

    def new_file(self, *arguments: Any, **named: Any) -> None:
        super().new_file(*arguments, **named)
        # The vault pulls its bytes, the handler is handed them: a thread stands between.
        self._thread = Thread(target=self.vault.add, args=(INCOMING, self._pieces()))
        self._thread.start()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._size += len(raw_data)
        if self._size > BYTES_MAX:
            self.too_large = True
            self._finish()
            raise StopUpload(connection_reset=True)
        self._hash.update(raw_data)
        self._queue.put(bytes(raw_data))

    def file_complete(self, file_size: int) -> SealedUpload:
        self._finish()
        return SealedUpload(self._hash.hexdigest(), self._size)

    def upload_interrupted(self) -> None:
        self._finish()

    def _finish(self) -> None:
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _pieces(self) -> Iterator[bytes]:
        while (piece := self._queue.get()) is not None:
            yield piece
