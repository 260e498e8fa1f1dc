"""What a run has finished, volume by volume, so that it can go on after any end.

A checkpoint is a file beside a finished volume: which records the volume is of, its size and
SHA-256, its part of the register, its faults. It is written after the volume is on the disk, and
it begins with the SHA-256 of the rest. What a later run finds, it trusts only if both agree.
"""

import contextlib
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from moyeora.press import durable

_DIGEST_BYTES = 32
_ABOUT = b"about"


@dataclass(frozen=True)
class Finished:
    """A volume that is written. It holds the frozen records ``start`` to ``stop`` (from 0, end
    excluded) of the job with this ``fingerprint``, and so many of their ``pages``."""

    fingerprint: str
    number: int
    start: int
    stop: int
    pages: int
    bytes: int
    sha256: str

    @property
    def name(self) -> str:
        return f"volume-{self.number:04}.pdf"


def pack(volume: Finished, register: pa.Table, faults: pa.Table) -> bytes:
    """A checkpoint, as the bytes of its file."""
    sink = pa.BufferOutputStream()
    about = json.dumps(asdict(volume), sort_keys=True).encode()
    for table in (register.replace_schema_metadata({_ABOUT: about}), faults):
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table.combine_chunks())
    body = memoryview(sink.getvalue())
    return hashlib.sha256(body).digest() + body


def unpack(data: bytes) -> tuple[Finished, pa.Table, pa.Table] | None:
    """The volume, its register and its faults; None if the bytes are not those of :func:`pack`."""
    body = memoryview(data)[_DIGEST_BYTES:]
    if hashlib.sha256(body).digest() != data[:_DIGEST_BYTES]:
        return None
    source = pa.BufferReader(body)
    register, faults = (pa.ipc.open_stream(source).read_all() for _ in range(2))
    about = json.loads(register.schema.metadata[_ABOUT])
    return Finished(**about), register.replace_schema_metadata(None), faults


class Checkpoints:
    """The finished volumes in ``work``, or already under their names in ``out``."""

    def __init__(self, work: Path, out: Path) -> None:
        self.work, self.out = work, out

    def _file(self, number: int) -> Path:
        return self.work / f"volume-{number:04}.finished"

    def keep(self, volume: Finished, part: Path, checkpoint: Path) -> None:
        """Note a volume that was written to the file ``part``, its checkpoint to another."""
        for written, path in ((part, self.work / volume.name),
                              (checkpoint, self._file(volume.number))):  # fmt: skip
            durable.sync(written)
            # The names themselves reach the disk when it likes: a volume whose checkpoint is lost
            # is printed again, and none is trusted without its checksum.
            written.replace(path)

    def numbers(self) -> list[int]:
        """The numbers of volumes with a checkpoint, whether it can be trusted or not."""
        return sorted(int(path.stem[-4:]) for path in self.work.glob("volume-*.finished"))

    def sound(self, fingerprint: str, number: int, start: int, stop: int) -> Finished | None:
        """The volume of these records of this job, if it is finished, whole and unchanged."""
        found = self._read(number)
        if found is None:
            return None
        volume = found[0]
        if (volume.fingerprint, volume.start, volume.stop) != (fingerprint, start, stop):
            return None
        return volume if self._place(volume) is not None else None

    def _place(self, volume: Finished) -> Path | None:
        """Where the volume lies, whole and unchanged; what is not so in ``work`` is removed."""
        here, named = self.work / volume.name, self.out / volume.name
        if is_sound(here, volume.bytes, volume.sha256):
            return here
        here.unlink(missing_ok=True)
        return named if is_sound(named, volume.bytes, volume.sha256) else None

    def tables(self, number: int) -> tuple[pa.Table, pa.Table]:
        """The register and the faults of a finished volume."""
        found = self._read(number)
        assert found is not None
        return found[1], found[2]

    def _read(self, number: int) -> tuple[Finished, pa.Table, pa.Table] | None:
        with contextlib.suppress(FileNotFoundError):
            return unpack(self._file(number).read_bytes())
        return None


def is_sound(path: Path, size: int, sha256: str) -> bool:
    """Whether a file is there with this size and this SHA-256."""
    return path.is_file() and path.stat().st_size == size and sha256_of(path) == sha256


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
