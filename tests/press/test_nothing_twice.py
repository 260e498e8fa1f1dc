"""Each row of the input is printed, held or suppressed, exactly once."""

import csv
import tempfile
import zlib
from collections import Counter
from pathlib import Path

import pikepdf
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from mailings import SHEET, Printed, toml, without_space

from moyeora.press.run import run

NAMES = ["김민준", "이서연", "𓀀", "아주아주아주아주아주아주긴이름", "", "a\x00b", "AVATAR"]
COLUMNS = ["id", "name", "amount", "picture", "postcode", "layout_name", "out"]
FAULTY = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ"]),
        "name": st.sampled_from(NAMES),
        "amount": st.sampled_from(["1", "12000", "x", ""]),
        "picture": st.sampled_from(["a", "b", ""]),
        "postcode": st.sampled_from(["03154", "3154", "", "123456"]),
        "layout_name": st.sampled_from(["one", "two", "three", ""]),
        "out": st.sampled_from(["Y", "N", "N", "N"]),
    }
)
# A row may also be torn: a field too few, or a byte that is no text.
ROWS = st.lists(
    st.tuples(FAULTY, st.sampled_from(["whole"] * 9 + ["short", "bytes"])), min_size=1, max_size=25
)

DESIGN = (
    '#place(dx: 5mm, dy: 5mm, part("name", width: 30mm, height: 6mm))'
    '#place(dx: 5mm, dy: 15mm, part("amount", width: 30mm, height: 6mm))'
    '#place(dx: 45mm, dy: 15mm, part("picture", width: 9mm, height: 9mm))'
)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" '
    'height="{}"/></svg>'
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, fonts):
    folder = tmp_path_factory.mktemp("faulty")
    (folder / "one.typ").write_text(SHEET + DESIGN, "utf-8")
    (folder / "two.typ").write_text(
        SHEET + DESIGN + '#pagebreak()#part("amount", width: 30mm)', "utf-8"
    )
    for name, height in (("a", 9), ("b", 4)):
        (folder / f"{name}.svg").write_text(SVG.format(height), "utf-8")
    job = {
        "title": "시험",
        "layout": "layout_name",
        "page": {"width_mm": 100, "height_mm": 60},
        "customers": {
            "from": "customers.csv",
            "id": "id",
            "postcode": "postcode",
            "suppress": {"수신 거부": "\"out\" = 'Y'", "이름 없음": "name IS NULL"},
            "order_by": ["postcode", "name"],
        },
        "layouts": {"one": "one.typ", "two": "two.typ"},
        "parts": {
            "name": {"kind": "text", "lines": ["{name} 님"]},
            "amount": {
                "kind": "text",
                "lines": ["{amount:,}원 {piece}"],
                "when": "amount IS NOT NULL",
            },
            "picture": {"kind": "picture", "file": "{picture}.svg"},
        },
        "fonts": {"folder": str(fonts)},
    }
    (folder / "customers.csv").write_text("id\n1\n")
    (folder / "mailing.toml").write_text("\n".join(toml(job)) + "\n", "utf-8")
    return folder


def written(path: Path, rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for row, how in rows:
            values = [row[column] for column in COLUMNS]
            table.writerow(values[:-1] if how == "short" else values)
            if how == "bytes":
                file.flush()
                with path.open("r+b") as raw:
                    raw.seek(-3, 2)
                    raw.write(b"\xff")


def allowed(row, how, seen) -> set[tuple[str, str | None]]:
    """What may become of a row, judged by itself."""
    if how == "short":
        return {("held", "ragged-row")}
    if how == "bytes":
        return {("held", "bad-encoding")}
    if row["out"] == "Y":
        return {("suppressed", "수신 거부")}
    if not row["name"]:
        return {("suppressed", "이름 없음")}
    reasons = {
        "no-id": not row["id"],
        "duplicate-id": bool(row["id"]) and row["id"] in seen,
        "bad-postcode": row["postcode"] != "03154",
        "no-layout": row["layout_name"] not in {"one", "two"},
        "missing-glyph": row["name"] == "𓀀",
        "overset": row["name"] == "아주아주아주아주아주아주긴이름",
        "bad-number": row["amount"] == "x",
        "missing-picture": not row["picture"],
    }
    seen.add(row["id"])
    return {("held", reason) for reason, is_so in reasons.items() if is_so} or {("printed", None)}


@settings(max_examples=40, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(rows=ROWS, volume_pieces=st.integers(1, 9))
def test_registers_of_faulty_lists_add_up(folder, rows, volume_pieces):
    written(folder / "customers.csv", rows)
    damaged = sum(how == "bytes" for _, how in rows)
    if damaged * 2 > len(rows):
        return  # then it is taken for another encoding, and refused as a whole
    with tempfile.TemporaryDirectory() as out:
        printed = Printed(run(folder, Path(out), workers=1, volume_pieces=volume_pieces))
        register = printed.register
        counts = printed.result.counts

        assert sorted(row["row"] for row in register) == list(range(1, len(rows) + 1))
        statuses = Counter(row["status"] for row in register)
        assert statuses == +Counter(
            printed=counts.printed, held=counts.held, suppressed=counts.suppressed
        )
        assert counts.reasons == Counter(row["reason"] for row in register if row["reason"])
        assert len(rows) == counts.inputs == counts.printed + counts.held + counts.suppressed

        seen: set[str] = set()
        status = printed.status()
        for number, (row, how) in enumerate(rows, 1):
            assert status[number] in allowed(row, how, seen), (number, row, printed.faults)

        # Whoever is held for a fault is told of in the list of faults; nobody else is.
        held = {row["row"] for row in register if row["status"] == "held"}
        policies = {int(fault["row"]) for fault in printed.faults if fault["policy"] == "hold"}
        assert held == policies

        # Every piece lies where the register says, and no page is left over.
        pages = 0
        volumes = {}
        for path in printed.result.volumes:
            volumes[int(path.stem[-4:])] = pdf = pikepdf.open(path)
            pages += len(pdf.pages)
        owned = set()
        for row in (row for row in register if row["status"] == "printed"):
            source = rows[row["row"] - 1][0]
            first = row["page"] - 1
            those = range(first, first + (2 if source["layout_name"] == "two" else 1))
            assert not owned & {(row["volume"], page) for page in those}
            owned |= {(row["volume"], page) for page in those}
            drawn = [volumes[row["volume"]].pages[page] for page in those]
            streams = b"".join(s.read_bytes() for page in drawn for s in list(page.Contents)[1::2])
            assert zlib.crc32(streams) == row["checksum"]
        assert len(owned) == pages == printed.result.pages


def test_a_piece_is_of_the_row_that_the_register_names(folder, tmp_path):
    rows = [
        (
            {
                "id": chr(65 + n),
                "name": f"이름{n}",
                "amount": str(n),
                "picture": "ab"[n % 2],
                "postcode": "03154",
                "layout_name": ["one", "two"][n % 3 % 2],
                "out": "NY"[n % 5 == 3],
            },
            "whole",
        )
        for n in range(26)
    ]
    written(folder / "customers.csv", rows)
    printed = Printed(run(folder, tmp_path / "out", workers=2, volume_pieces=7))
    texts = {
        volume: [without_space(page.get_text()) for page in pages]
        for volume, pages in _pages(printed).items()
    }
    register = [row for row in printed.register if row["status"] == "printed"]
    assert len(register) == 21
    for row in register:
        source = rows[row["row"] - 1][0]
        assert row["id"] == source["id"]
        wanted = f"{source['name']}님{int(source['amount']):,}원{row['piece']}"
        assert texts[row["volume"]][row["page"] - 1] == wanted
    # Piece numbers follow the job's order.
    assert [row["piece"] for row in printed.register[:21]] == list(range(1, 22))


def _pages(printed):
    import pymupdf

    return {int(path.stem[-4:]): list(pymupdf.open(path)) for path in printed.result.volumes}


def test_a_list_of_which_nothing_is_printed(mailing):
    part = {"name": {"kind": "text", "lines": ["{name}"]}}
    job = mailing('#part("name", width: 9mm, height: 9mm)', part, [{"id": "1", "name": "𓀀"}])
    printed = job.print()
    assert printed.result.volumes == ()
    assert printed.status() == {1: ("held", "missing-glyph")}


def test_a_list_that_is_suppressed_whole(mailing):
    part = {"name": {"kind": "text", "lines": ["{name}"]}}
    job = mailing(
        '#part("name", width: 9mm, height: 9mm)',
        part,
        [{"id": "1", "name": "가"}],
        source={"suppress": {"모두": "true"}},
    )
    printed = job.print()
    assert printed.result.volumes == ()
    assert printed.status() == {1: ("suppressed", "모두")}


def test_printing_again_leaves_no_volume_of_before(mailing):
    """With other volumes the same job has fewer files, and none of the old may stay."""
    part = {"name": {"kind": "text", "lines": ["{name}"]}}
    rows = [{"id": str(n), "name": f"이름{n}"} for n in range(6)]
    job = mailing('#part("name", width: 30mm, height: 9mm)', part, rows)
    assert len(job.print(volume_pieces=2).result.volumes) == 3
    printed = job.print(volume_pieces=4)
    files = sorted(path.name for path in printed.folder.glob("*.pdf"))
    assert files == ["volume-0001.pdf", "volume-0002.pdf"]
    assert {row["volume"] for row in printed.register} == {1, 2}
