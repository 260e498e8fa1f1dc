"""The department store's press job as one ZIP, sealed into the vault while it is packed."""

import hashlib
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from moyeora.network.orders.mailings.vault import Vault

JOB_FOLDER = Path(__file__).resolve().parent.parent / "department-store"
TAKEN = ("*.toml", "*.typ", "*.sql", "*.csv", "fonts/*", "images/*", "made-up/*")


def packed_job(households: int | None, vault: Vault, name: str) -> tuple[str, int]:
    """Pack the job for so many households into the vault; its SHA-256 and size in bytes.

    The people are made up; their table lies plain in a folder of its own only while it is packed.
    """
    sys.path.insert(0, str(JOB_FOLDER))
    from prepare import prepare

    digest, size = hashlib.sha256(), 0
    vault.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def counted(pieces: Iterator[bytes]) -> Iterator[bytes]:
        nonlocal size
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
            yield piece

    with tempfile.TemporaryDirectory(dir=vault.folder) as folder:
        data = prepare(Path(folder) / "data", households)
        archive = Path(folder) / "job.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
            for pattern in TAKEN:
                for path in sorted(JOB_FOLDER.glob(pattern)):
                    if path.is_file() and path.name != "item.toml":
                        packed.write(path, f"job/{path.relative_to(JOB_FOLDER)}")
            for path in sorted(data.iterdir()):
                packed.write(path, f"job/data/{path.name}")
        with archive.open("rb") as file:
            vault.add(name, counted(iter(lambda: file.read(2**20), b"")))
    return digest.hexdigest(), size
