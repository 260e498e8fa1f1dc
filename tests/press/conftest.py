"""Small jobs to print."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from everything import write_everything
from hypothesis import settings
from mailings import EXAMPLES, Mailing, Printed, write_job

HERE = Path(__file__).parent
PRETENDARD = EXAMPLES / "department-store" / "fonts"

# Machines differ in speed, and what is promised here is not speed.
settings.register_profile("press", deadline=None)
settings.load_profile("press")


@pytest.fixture(scope="session")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Pretendard for Korean and Latin, and Noto Sans for three other scripts."""
    folder = tmp_path_factory.mktemp("fonts")
    for path in [*PRETENDARD.glob("*.ttf"), *(HERE / "fonts").glob("NotoSans*.ttf")]:
        (folder / path.name).symlink_to(path)
    assert any(folder.glob("Pretendard*")), f"{PRETENDARD} has no fonts"
    return folder


@pytest.fixture
def mailing(tmp_path: Path, fonts: Path) -> Callable[..., Mailing]:
    """Writes a job into a folder of its own: see :func:`mailings.write_job`."""

    def write(*arguments: Any, name: str = "job", **more: Any) -> Mailing:
        return write_job(tmp_path / name, fonts, *arguments, **more)

    return write


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory, fonts: Path) -> tuple[Mailing, Printed]:
    """A job with parts of all kinds, styles, scripts and pictures, printed into two volumes."""
    job = write_everything(tmp_path_factory.mktemp("everything") / "job", fonts)
    return job, job.print(volume_pieces=7)


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """A program of the system by name; a test without it is skipped, but not in CI."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            message = f"the program {name} is not installed"
            if os.environ.get("CI"):
                pytest.fail(message)
            pytest.skip(message)
        return path

    return find


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A private folder, in which nothing but the table may be left."""
    place = tmp_path / "private"
    place.mkdir(mode=0o700)
    yield place
    assert [file.name for file in place.iterdir()] in ([], ["records.arrow"])
