"""The uploaded job: a ZIP of the folder of a press job, looked at before it is unpacked."""

import zipfile
from pathlib import Path, PurePosixPath
from typing import Final

from django.utils.translation import gettext as _

from moyeora.network.frame.faults import Fault, Refused

FILES_MAX: Final = 20_000
BYTES_MAX: Final = 4 * 2**30
RATIO_MAX: Final = 200
"""A list compresses 5 to 20 times; what grows more is a bomb."""


def extract(archive: Path, folder: Path) -> None:
    """Unpack a job; raises Refused with every fault before anything is written."""
    faults = []
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [m for m in opened.infolist() if not m.is_dir()]
            root = _root([PurePosixPath(m.filename) for m in members])
            if root is None:
                faults.append(
                    Fault(
                        "job",
                        _("There is no mailing.toml in the ZIP."),
                        _("Pack the folder of the job as it is."),
                    )
                )
            total = sum(m.file_size for m in members)
            packed = max(1, sum(m.compress_size for m in members))
            if len(members) > FILES_MAX or total > BYTES_MAX or total > packed * RATIO_MAX:
                faults.append(
                    Fault(
                        "job",
                        _("The ZIP would unpack to far more than it is."),
                        _("At most 4 GB and 20,000 files; pack the folder again."),
                    )
                )
            for member in members:
                path = PurePosixPath(member.filename)
                link = (member.external_attr >> 16) & 0o170000 == 0o120000
                if path.is_absolute() or ".." in path.parts or link:
                    faults.append(
                        Fault(
                            "job",
                            _("A file of the ZIP points outside of it."),
                            _("Pack the folder of the job as it is."),
                        )
                    )
                    break
            if faults:
                raise Refused(faults)
            assert root is not None
            for member in members:
                path = PurePosixPath(member.filename)
                if not path.is_relative_to(root):
                    continue
                target = folder / path.relative_to(root)
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with opened.open(member) as source, target.open("wb") as file:
                    while piece := source.read(2**20):
                        file.write(piece)
    except zipfile.BadZipFile as error:
        raise Refused(
            Fault("job", _("This is not a ZIP file."), _("Pack the job's folder as a ZIP."))
        ) from error


def _root(paths: list[PurePosixPath]) -> PurePosixPath | None:
    """The folder in the ZIP that holds mailing.toml, the shallowest one."""
    found = [path.parent for path in paths if path.name == "mailing.toml"]
    return min(found, key=lambda path: len(path.parts), default=None)
