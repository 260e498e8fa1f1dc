"""Small jobs to print."""

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from mailings import EXAMPLES, SHEET, Mailing, toml, write_csv

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
    """Writes a job: a design of each layout, parts, customers, and further tables."""

    def write(
        design: str | Mapping[str, str],
        parts: Mapping[str, Mapping[str, Any]],
        customers: Iterable[Mapping[str, str]] | str | bytes = ({"id": "1"},),
        *,
        name: str = "job",
        page: tuple[float, float, float] = (100, 60, 0),
        files: Mapping[str, bytes | str] = {},
        head: bool = True,
        **tables: Any,
    ) -> Mailing:
        folder = tmp_path / name
        folder.mkdir()
        designs = {"card": design} if isinstance(design, str) else design
        for layout, body in designs.items():
            (folder / f"{layout}.typ").write_text(SHEET * head + body, "utf-8")
        for file, data in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(data if isinstance(data, bytes) else data.encode())
        source = folder / "customers.csv"
        if isinstance(customers, bytes | str):
            source.write_bytes(customers if isinstance(customers, bytes) else customers.encode())
        else:
            write_csv(source, customers)
        job = {
            "title": "시험",
            "page": dict(zip(("width_mm", "height_mm", "bleed_mm"), page, strict=True)),
            "customers": {"from": "customers.csv", "id": "id"} | tables.pop("source", {}),
            "layouts": {layout: f"{layout}.typ" for layout in designs},
            "parts": parts,
            "fonts": {"folder": str(fonts)} | tables.pop("fonts", {}),
        }
        (folder / "mailing.toml").write_text("\n".join(toml(job | tables)) + "\n", "utf-8")
        return Mailing(folder)

    return write


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
