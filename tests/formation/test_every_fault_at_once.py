"""Bad input: every fault with its file, row and column, all in one message; good rows go on."""

from datetime import date
from pathlib import Path

import pytest

from moyeora.formation.command import main
from moyeora.formation.faults import BadInput
from moyeora.formation.item import parse_item
from moyeora.formation.members import read_members
from moyeora.formation.sample import sample
from moyeora.formation.trades import default_trades

HEAD = "firm,name,trade,latitude,longitude,capability,unit,price,capacity\n"
GOOD = "A,a,18113,37,127,offset-printing,piece,40,900\n"


def _codes(wrong: pytest.ExceptionInfo[BadInput]) -> set[tuple[int, str, str]]:
    return {(fault.row, fault.place, fault.code) for fault in wrong.value.faults}


def test_all_faults_of_three_tables_in_one_message(tmp_path: Path) -> None:
    (tmp_path / "members.csv").write_text(
        HEAD
        + GOOD
        + "B,b,99999,37,127,offset-printing,piece,40,900\n"  # no such trade
        + "C,c,18113,37,127,offset-printing,day,40,-5\n"  # wrong unit, negative capacity
        + "A,other,18113,37,127,bookbinding,piece,40,900\n"  # two firms with one number
        + "D,d,18113,97,127,juggling,piece,4O,\n",  # place, capability, price, empty capacity
        encoding="utf-8",
    )
    (tmp_path / "ties.csv").write_text("firm_a,firm_b,times,rating\nA,Z,1,9\nA,A,1,3\n")
    (tmp_path / "x.csv").write_text("firm_a\nA\n")
    with pytest.raises(BadInput) as wrong:
        read_members(tmp_path / "members.csv", tmp_path / "ties.csv", tmp_path / "x.csv")
    assert {
        (3, "trade", "unknown-trade"),
        (4, "unit", "unit"),
        (4, "capacity", "range"),
        (5, "name", "two-firms"),
        (6, "latitude", "range"),
        (6, "capability", "unknown-capability"),
        (6, "price", "type"),
        (6, "capacity", "empty"),
        (2, "firm_b", "unknown-firm"),
        (2, "rating", "range"),
        (3, "firm_b", "same-firm"),
        (1, "firm_b", "missing-column"),
    } <= _codes(wrong)


def test_good_rows_go_on(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    bad = "B,b,18113,37,127,offset-printing,piece,40,-1\n"
    path.write_text(HEAD + GOOD + bad, encoding="utf-8")
    members = read_members(path, skip_bad=True)
    assert members.numbers == ["A"]
    assert [fault.row for fault in members.faults] == [3]


def test_three_bad_rows_among_many(tmp_path: Path) -> None:
    made = sample(40_000, 1)
    made.write(tmp_path)
    path = tmp_path / "members.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    price = lines[0].split(",").index("price")
    for row in (10, 20_000, 50_000):
        cells = lines[row - 1].split(",")
        cells[price] = "-7"
        lines[row - 1] = ",".join(cells)
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(BadInput) as wrong:
        read_members(path)
    assert [fault.row for fault in wrong.value.faults] == [10, 20_000, 50_000]


def test_an_items_faults() -> None:
    table = {
        "item": {"title": "x", "due": date(2020, 1, 1), "budget": 1.5, "latitude": 37.0},
        "need": [
            {
                "id": "a",
                "role": "production",
                "capability": "offset-printing",
                "quantity": -1,
                "unit": "day",
                "after": ["b", "nowhere"],
            },
            {
                "id": "b",
                "role": "production",
                "capability": "flying",
                "quantity": 5,
                "unit": "piece",
                "after": ["a"],
                "colour": "red",
            },
        ],
        "wishes": {"order": ["beauty"], "share_cap": 0.4, "seat": [{"need": "c"}]},
    }
    with pytest.raises(BadInput) as wrong:
        parse_item(table, "item.toml", date(2026, 9, 1), default_trades())
    assert {
        ("item.due", "past-due"),
        ("item.budget", "money"),
        ("item.longitude", "place"),
        ("need.a.quantity", "range"),
        ("need.a.unit", "unit"),
        ("need.a.after", "unknown-need"),
        ("need.b.capability", "unknown-capability"),
        ("need.b.colour", "unknown-key"),
        ("need.after", "cycle"),
        ("wishes.order", "unknown-wish"),
        ("wishes.share_cap", "ratio"),
        ("wishes.seat[1].firm", "missing"),
        ("wishes.seat[1].need", "unknown-need"),
    } <= {(fault.place, fault.code) for fault in wrong.value.faults}


def test_a_need_nobody_offers_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "members.csv").write_text(HEAD + GOOD, encoding="utf-8")
    item = "examples/department-store/item.toml"
    members = str(tmp_path / "members.csv")
    assert main(["solve", item, "--members", members, "--today", "2026-11-24"]) == 1
    told = capsys.readouterr().err
    assert told.count("nobody-offers") == 5
    assert "need.mailing.capability" in told
