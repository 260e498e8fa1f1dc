"""A report's counts are those of the register, and it refuses a register that does not add up."""

import base64
import csv
import io
import json
import re
from collections import Counter
from datetime import UTC, datetime
from html.parser import HTMLParser

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mailings import apart, drawn, ink, write_job
from PIL import Image

from moyeora.cli import main
from moyeora.press.fault_words import KINDS
from moyeora.press.faults import FolderError, Kind
from moyeora.press.regions import REGIONS, region_of
from moyeora.press.report import as_json, report
from moyeora.press.report_page import _TILES, report_page

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CARD = (
    '#place(dx: 5mm, dy: 5mm, part("name", width: 40mm, height: 9mm))'
    '#place(dx: 50mm, dy: 5mm, part("amount", width: 40mm, height: 9mm))'
)
DESIGNS = {"one": CARD, "two": CARD + "#pagebreak()뒷면입니다"}
PARTS = {
    "name": {"kind": "text", "lines": ["{name} <님>"]},
    "amount": {"kind": "text", "lines": ["{amount:,}원"]},
}
POSTCODES = ["03154", "16489", "21999", "48060", "63000", "99999", "3154", ""]
GRADES = ["단골", "이웃 & <벗>", ""]


def rows(count):
    return [
        {
            "id": f"K{n}" if n % 29 else "",
            "name": "𓀀" if n % 17 == 3 else f"이름{n}",
            "amount": "x" if n % 23 == 5 else str(n * 111),
            "postcode": POSTCODES[n % 7 if n % 13 else 7],
            "grade": GRADES[n % 3],
            "kind": "two" if n % 4 else "one",
            "out": "Y" if n % 11 == 7 else "N",
        }
        for n in range(1, count + 1)
    ]


@pytest.fixture(scope="module")
def printed(tmp_path_factory, fonts):
    job = write_job(
        tmp_path_factory.mktemp("reported") / "job", fonts, DESIGNS, PARTS, rows(300),
        page=(100, 60, 3), layout="kind",
        source={"postcode": "postcode", "segment": "grade",
                "suppress": {"수신 거부": "\"out\" = 'Y'", "빈 <이름>": "name IS NULL"}},
    )  # fmt: skip
    return job.print(volume_pieces=80)


def test_every_number_is_that_of_the_register(printed):
    made = report(printed.folder, at=AT)
    lines = printed.register
    status = Counter(line["status"] for line in lines)
    assert made.inputs == len(lines) == 300 == made.printed + made.held + made.suppressed
    assert (made.printed, made.held, made.suppressed) == (
        status["printed"], status["held"], status["suppressed"],
    )  # fmt: skip
    assert min(status.values()) > 10
    for reasons, what in ((made.held_for, "held"), (made.suppressed_for, "suppressed")):
        assert reasons == Counter(line["reason"] for line in lines if line["status"] == what)
    sources = rows(300)
    those = [sources[line["row"] - 1] for line in lines if line["status"] == "printed"]
    assert made.layouts == Counter(source["kind"] for source in those)
    assert made.segments == Counter(source["grade"] for source in those)
    names = {"03": "서울", "16": "경기", "21": "인천", "48": "부산", "63": "제주", "99": ""}
    assert made.regions == Counter(names[source["postcode"][:2]] for source in those)
    for spread in (made.layouts, made.segments, made.regions):
        assert sum(spread.values()) == made.printed
    # A record counts once for a kind of fault, however often it has it.
    with (printed.folder / "faults.csv").open(encoding="utf-8-sig", newline="") as file:
        faults = {(fault["kind"], fault["row"]) for fault in csv.DictReader(file)}
    assert {f.kind: f.records for f in made.faults} == Counter(kind for kind, _ in faults)
    assert len(made.faults) >= 4
    assert [v.bytes for v in made.volumes] == [p.stat().st_size for p in printed.result.volumes]
    assert sum(v.pieces for v in made.volumes) == made.printed
    assert made.pages == printed.result.pages
    assert made.fingerprint == printed.result.fingerprint
    assert 0 < made.seconds <= printed.result.seconds
    told = json.loads(as_json(made))
    assert (told["printed"], told["regions"]) == (made.printed, made.regions)


def test_the_pictures_are_of_pieces_as_they_were_printed(printed):
    made = report(printed.folder, at=AT, samples=4)
    assert len(made.samples) == 4
    assert {sample.layout for sample in made.samples} == {"one", "two"}
    register = {line["piece"]: line for line in printed.register}
    for sample in made.samples:
        line = register[sample.piece]
        assert len(sample.pages) == {"one": 1, "two": 2}[line["layout"]]
        volume = printed.result.volumes[line["volume"] - 1]
        for number, page in enumerate(sample.pages):
            picture = np.array(Image.open(io.BytesIO(page)))
            bleed = round(3 / 25.4 * 110)
            whole = drawn(volume, 110)[line["page"] - 1 + number]
            trimmed = whole[bleed:-bleed, bleed:-bleed]
            height, width = np.minimum(picture.shape, trimmed.shape)[:2]
            assert np.abs(np.subtract(picture.shape, trimmed.shape)).max() <= 2
            assert ink(trimmed) > 100
            assert apart(picture[:height, :width], trimmed[:height, :width], pixels=2) < 20


class _Page(HTMLParser):
    """What an HTML page shows, and what it would fetch."""

    def __init__(self, text):
        super().__init__()
        self.words, self.links, self._style = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self._style = tag == "style"
        assert tag not in {"script", "link", "iframe", "object"}
        self.links += [value for name, value in attributes if name in {"src", "href", "srcset"}]

    def handle_endtag(self, tag):
        self._style = False

    def handle_data(self, data):
        if not self._style:
            self.words.append(data)


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_page_says_all_numbers_and_fetches_nothing(printed, lang):
    made = report(printed.folder, at=AT)
    text = report_page(made, lang)
    page = _Page(text)
    assert page.links
    for link in page.links:
        kind, _, data = link.partition(",")
        assert kind == "data:image/jpeg;base64"
        Image.open(io.BytesIO(base64.b64decode(data))).verify()
    assert not re.findall(r"url\(|@import|https?://", text)
    words = " ".join(" ".join(page.words).split())
    for number in (made.inputs, made.printed, made.held, made.suppressed, made.pages):
        assert f"{number:,}" in words
    for group in (made.suppressed_for, made.layouts, made.segments):
        for name, count in group.items():
            assert name in words
            assert f"{count:,}" in words
    for fault in made.faults:
        korean, remedy, english = KINDS[fault.kind]
        assert (korean if lang == "ko" else english) in words
        said = remedy if lang == "ko" else fault.remedy
        assert all(part.strip() in words for part in said.split("`"))
    assert text == report_page(report(printed.folder, at=AT), lang)


def test_without_pictures_no_customer_is_in_the_report(printed):
    made = report(printed.folder, at=AT, samples=0)
    for text in (report_page(made, "ko"), as_json(made)):
        assert "이름1" not in text
        assert "data:" not in text
        assert not re.search(r"K\d", text)


def spoil(folder, change):
    table = pq.read_table(folder / "pieces.parquet").to_pylist()
    change(table)
    schema = pq.read_schema(folder / "pieces.parquet")
    pq.write_table(pa.Table.from_pylist(table, schema), folder / "pieces.parquet")


def printed_line(table, at=0):
    return [line for line in table if line["status"] == "printed"][at]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda table: table.append(table[0]), "each row"),
        (lambda table: table.pop(5), "each row"),
        (lambda table: table[3].update(status="lost"), "neither"),
        (lambda t: printed_line(t).update(piece=printed_line(t, 1)["piece"]), "a piece twice"),
        (lambda t: printed_line(t).update(page=printed_line(t, 1)["page"]), "does not have"),
        (lambda t: printed_line(t, -1).update(page=9999), "does not have"),
        (lambda t: printed_line(t, -1).update(volume=99), "is not there"),
    ],
)
def test_a_register_that_does_not_add_up_is_refused(mailing, change, said):
    job = mailing(DESIGNS, PARTS, rows(40), layout="kind")
    folder = job.print().folder
    spoil(folder, change)
    with pytest.raises(FolderError, match=said):
        report(folder, at=AT)


def test_a_folder_without_a_finished_run_is_refused(tmp_path):
    with pytest.raises(FolderError, match="no mailing that was printed to the end"):
        report(tmp_path, at=AT)


def test_the_command_writes_page_and_figures_for_the_owner_alone(printed, tmp_path, capsys):
    assert main(["press", "report", str(printed.folder), "--json", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    made = [printed.folder / "report.html", printed.folder / "report.json"]
    assert "300 rows = " in said
    assert all(str(path) in said for path in made)
    assert {path.stat().st_mode & 0o777 for path in made} == {0o600}
    figures = json.loads(made[1].read_text("utf-8"))
    assert figures["inputs"] == 300 == sum(figures[n] for n in ("printed", "held", "suppressed"))


def test_all_postcodes_in_use_have_a_region_and_each_region_a_tile():
    """The first two digits in use are 01 to 63 (우정사업본부, 새 우편번호 제도, 2015)."""
    regions = [region_of(f"{number:02}") for number in range(100)]
    assert regions[0] is None
    assert regions[64:] == [None] * 36
    runs = [name for n, name in enumerate(regions[1:64], 1) if name != regions[n - 1]]
    assert runs == list(REGIONS)  # each region once, without a gap
    assert len(REGIONS) == 17
    known = {"03154": "서울", "13529": "경기", "22382": "인천", "24341": "강원", "28644": "충북",
             "30151": "세종", "31200": "충남", "34126": "대전", "37673": "경북", "41940": "대구",
             "44919": "울산", "48058": "부산", "51430": "경남", "54999": "전북", "58326": "전남",
             "61945": "광주", "63122": "제주"}  # fmt: skip
    assert {region_of(code[:2]) for code in known} == set(REGIONS)
    assert all(region_of(code[:2]) == name for code, name in known.items())
    assert set(_TILES) == set(REGIONS)
    assert len(set(_TILES.values())) == 17
    assert region_of("") is region_of("٠٣") is None


def test_every_fault_has_its_words_in_both_languages():
    assert set(KINDS) == set(Kind)
    assert all(all(words) for words in KINDS.values())
