"""Files that outlive a power cut.

A file is written under another name, brought to the disk, given its name in one step, and the
folder with that name brought to the disk too. So under a name there is the whole file or none.
"""

import fcntl
import os
import shutil
from pathlib import Path

PART = ".part"  # ends the name of a file that is not whole yet


def write(path: Path, data: bytes) -> None:
    """Write a whole file."""
    part = path.with_name(path.name + PART)
    part.write_bytes(data)
    sync(part)
    part.replace(path)
    sync(path.parent)


def remove_tree(folder: Path) -> None:
    """Remove a folder with all in it; what is left of one that was half removed goes too."""
    away = folder.with_name(going(folder.name))
    shutil.rmtree(away, ignore_errors=True)
    if folder.exists():
        # In one step: whoever finds the folder finds all of it.
        folder.rename(away)
        sync(folder.parent)
        shutil.rmtree(away, ignore_errors=True)


def going(name: str) -> str:
    """The name of a folder while it is removed."""
    return name + ".removed"


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        if hasattr(fcntl, "F_FULLFSYNC"):  # macOS: its fsync stops at the disk's own memory
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
        else:
            os.fsync(handle)
    finally:
        os.close(handle)
