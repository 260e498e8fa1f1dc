"""Whatever ends a run, the same command goes on with it and ends with the same bytes."""

import os
import resource
import shutil
import signal
import threading
import time
from multiprocessing.forkserver import _forkserver, set_forkserver_preload
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from killed import Moment, cut_power, digests, moments, operations, printed, run_until
from mailings import write_job

from moyeora.press import register
from moyeora.press.faults import FolderError, PolicyError, UnfinishedError

# What every process of these tests needs is imported once, in the server that forks them.
set_forkserver_preload(
    ["killed", "moyeora.press.run", "moyeora.press.prepare", "moyeora.press.printing",
     "moyeora.press.job_file", "pyarrow.parquet", "duckdb"]
)  # fmt: skip

CARD = """
#place(dx: 5mm, dy: 5mm, part("name", width: 60mm, height: 9mm))
#place(dx: 5mm, dy: 16mm, part("letter", width: 50mm, height: 30mm))
#place(dx: 70mm, dy: 5mm, part("code", width: 20mm))
"""
PARTS = {
    "name": {"kind": "text", "lines": ["{name} 님 {piece}"]},
    "letter": {"kind": "paragraph", "text": "{name} 고객님, {amount:,}원을 드립니다. " * 4},
    "code": {"kind": "code", "symbology": "qr", "value": "https://example.com/{id}"},
}
PIECES = 2400


@pytest.fixture(scope="module")
def job(tmp_path_factory, fonts):
    rows = [
        {
            "id": f"K{n}" if n % 97 else "",
            "name": "𓀀" if n % 89 == 0 else f"이름{n * 7919 % 997}",
            "amount": "x" if n % 83 == 0 else str(n * n),
            "out": "NY"[n % 79 == 0],
        }
        for n in range(1, PIECES + 1)
    ]
    folder = tmp_path_factory.mktemp("killed") / "job"
    source = {"suppress": {"수신 거부": "\"out\" = 'Y'"}}
    return write_job(folder, fonts, CARD, PARTS, rows, source=source).folder


@pytest.fixture(scope="module")
def undisturbed(job):
    """What a run leaves that nothing happened to, and how many operations on files it takes."""
    out, log = job.parent / "undisturbed", job.parent / "operations"
    count = operations(printed, out, job, out, log=log)
    assert {*digests(out)} == {
        *(f"volume-{n:04}.pdf" for n in range(1, 9)),
        "pieces.parquet",
        "faults.csv",
        "moyeora-press.json",
    }
    return digests(out), count


def is_exact(out: Path) -> bool:
    """Each row of the list once in the register."""
    return sorted(pq.read_table(out / "pieces.parquet")["row"].to_pylist()) == [
        *range(1, PIECES + 1)
    ]


def test_killed_at_twenty_moments(job, undisturbed, tmp_path):
    wanted, count = undisturbed
    killed = kept = 0
    for number, moment in enumerate(moments(20, count, seed=6)):
        out = tmp_path / str(number)
        while not run_until(printed, out, moment, job, out):
            # A quick machine was through before the moment: the same again, a little earlier.
            shutil.rmtree(out)
            moment = Moment(max(1, moment.operation - 1))
        killed += 1
        named = [*out.glob("volume-*.pdf")] if out.exists() else []
        result = printed(job, out)
        kept += result.kept > 0
        assert digests(out) == wanted, moment
        assert is_exact(out)
        assert not named or result.kept == len(wanted) - 3, "named before the list was judged"
        shutil.rmtree(out)
    assert killed == 20
    assert kept >= 8


def test_the_power_is_cut(job, undisturbed, tmp_path):
    """Nothing is trusted that was not on the disk, nor a name that was not."""
    wanted, count = undisturbed
    for number, moment in enumerate(moments(6, count, seed=66)):
        out = tmp_path / str(number)
        moment = Moment(moment.operation)
        cut_power(printed, out, moment, job, out, 1, log=tmp_path / "log")
        printed(job, out, 1)
        assert digests(out) == wanted, moment
        shutil.rmtree(out)


def test_what_is_damaged_is_not_trusted(job, undisturbed, tmp_path):
    wanted, count = undisturbed
    out = tmp_path / "out"
    assert run_until(printed, out, Moment(count * 7 // 10), job, out)
    finished = sorted((out / "work").glob("volume-*.finished"))
    assert len(finished) > 3
    volumes = [path.with_suffix(".pdf") for path in finished]
    with volumes[0].open("r+b") as file:
        file.seek(5000)
        file.write(b"?")
    with finished[1].open("r+b") as file:
        file.seek(-9, 2)
        file.write(b"?")
    finished[2].write_bytes(b"")
    result = printed(job, out)
    assert result.kept == len(finished) - 3
    assert digests(out) == wanted


def test_a_folder_that_is_whole_is_left_and_one_that_is_not_is_mended(job, undisturbed, tmp_path):
    out = tmp_path / "out"
    first = printed(job, out)
    times = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    again = printed(job, out)
    assert {path: path.stat().st_mtime_ns for path in out.iterdir()} == times
    assert (again.counts, again.pages, again.bytes, again.faults, again.volumes) == (
        first.counts, first.pages, first.bytes, first.faults, first.volumes
    )  # fmt: skip
    assert register.count(out) == first.counts
    os.truncate(first.volumes[2], 9999)
    first.volumes[4].unlink()
    printed(job, out)
    assert digests(out) == undisturbed[0]


def test_a_stamp_that_cannot_be_read_is_not_written_over(job, tmp_path):
    stamp = tmp_path / "out" / "moyeora-press.json"
    stamp.parent.mkdir()
    stamp.write_text('{"title": "가을"}')
    with pytest.raises(FolderError, match="this version does not read"):
        printed(job, stamp.parent, 1)
    assert [*stamp.parent.iterdir()] == [stamp]


def workers() -> list[int]:
    """The processes that print for this one: the children of the server that forks them."""
    server = _forkserver._forkserver_pid
    children = Path(f"/proc/{server}/task/{server}/children")
    return [int(pid) for pid in children.read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes in /proc")
def test_a_killed_worker_is_replaced(job, undisturbed, tmp_path):
    killed = []

    def kill_one(done, total):
        assert 0 <= done <= total == PIECES - PIECES // 79
        if done > 500 and not killed:
            killed.append(workers()[0])
            os.kill(killed[0], signal.SIGKILL)

    printed(job, tmp_path / "out", progress=kill_one)
    assert killed
    assert digests(tmp_path / "out") == undisturbed[0]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes in /proc")
def test_workers_that_are_killed_again_and_again(job, undisturbed, tmp_path):
    out = tmp_path / "out"
    assert run_until(printed, out, Moment(undisturbed[1] // 2), job, out)
    finished = [*(out / "work").glob("volume-*.finished")]
    assert 0 < len(finished) < 7  # some to keep, and several to print
    enough = threading.Event()

    def keep_killing():
        while not enough.wait(0.001):
            for worker in workers():
                os.kill(worker, signal.SIGKILL)

    killer = threading.Thread(target=keep_killing)
    killer.start()
    try:
        with pytest.raises(UnfinishedError, match="ended by the system") as ended:
            printed(job, out)
    finally:
        enough.set()
        killer.join()
    assert "same command" in ended.value.remedy
    assert printed(job, out).kept >= len(finished)
    assert digests(out) == undisturbed[0]


def test_the_workers_of_a_killed_run_end_with_it(job, undisturbed, tmp_path):
    out = tmp_path / "out"
    assert run_until(printed, out, Moment(undisturbed[1] // 2), job, out)
    for _ in range(100):
        time.sleep(0.05)
        if not any(_uses(out, pid) for pid in workers()):
            return
    pytest.fail("a worker lives on")


def _uses(out: Path, pid: int) -> bool:
    try:
        return any(str(out) in str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def on_a_full_disk(job: Path, out: Path, said: Path) -> None:
    def fill(done, total):
        if done > 900:  # while the third volume is printed
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))

    try:
        printed(job, out, 1, progress=fill)
    except UnfinishedError as error:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        said.write_text(str(error), "utf-8")


def test_a_full_disk(job, undisturbed, tmp_path):
    out, said = tmp_path / "out", tmp_path / "said"
    assert not run_until(on_a_full_disk, out, None, job, out, said)
    told = said.read_text("utf-8")
    assert str(out) in told
    assert "2 finished volumes are kept" in told
    assert "make room on the disk, then give the same command again" in told
    assert not [*out.glob("*.pdf")]
    assert printed(job, out).kept == 2
    assert digests(out) == undisturbed[0]


def test_two_runs_at_once_into_one_folder(job, tmp_path):
    out, entered, leave = tmp_path / "out", threading.Event(), threading.Event()

    def wait(done, total):
        entered.set()
        leave.wait(30)

    first = threading.Thread(target=printed, args=(job, out, 1), kwargs={"progress": wait})
    first.start()
    try:
        assert entered.wait(30)
        with pytest.raises(FolderError, match="another run is printing into it"):
            printed(job, out, 1)
    finally:
        leave.set()
        first.join()
    assert is_exact(out)


def test_a_changed_job_does_not_go_on_with_another(job, undisturbed, tmp_path):
    changed, out = tmp_path / "job", tmp_path / "out"
    shutil.copytree(job, changed, symlinks=True)
    assert run_until(printed, out, Moment(undisturbed[1] * 7 // 10), changed, out)
    finished = digests(out / "work")
    list_before = (changed / "customers.csv").read_bytes()
    (changed / "customers.csv").write_bytes(list_before.replace(b"K11,", b"K11b,"))
    with pytest.raises(FolderError, match="another job that was not finished") as refused:
        printed(changed, out)
    assert "what differs: the list, or the rules over it. Name" in refused.value.remedy
    assert {name: finished[name] for name in digests(out / "work")} == digests(out / "work")
    (changed / "customers.csv").write_bytes(list_before)
    assert printed(changed, out).kept > 0
    assert digests(out) == undisturbed[0]


def test_a_list_that_must_stop_the_job_gives_no_volume_its_name(mailing):
    rows = [{"id": str(n), "name": "𓀀" if n == 7 else "이름"} for n in range(9)]
    parts = {"name": {"kind": "text", "lines": ["{name}"]}}
    job = mailing('#part("name", width: 30mm, height: 9mm)', parts, rows,
                  faults={"missing-glyph": "fail"})  # fmt: skip
    with pytest.raises(PolicyError) as failed:
        job.print(volume_pieces=2)
    assert "customers.csv, row 8, name: no font has 𓀀 (U+13000)" in str(failed.value)
    assert "fonts.fallback" in str(failed.value)
    assert not (job.folder.parent / "out").exists()
