"""Each record is printed in its layout, with the parts whose condition holds, under its number."""

from mailings import without_space

DESIGNS = {
    "one": '#place(part("name", width: 60mm, height: 9mm))',
    "two": '앞 #place(dy: 20mm, part("name", width: 60mm, height: 9mm)) #pagebreak() 뒤'
    '#place(dy: 20mm, part("coupon", width: 60mm, height: 9mm))',
    "three": '#for n in range(3) [#place(dy: 20mm + n * 9mm, part("name", width: 60mm, height: '
    "9mm))]",
}
PARTS = {
    "name": {"kind": "text", "lines": ["{name} {piece}"], "when": "name <> '숨김'"},
    "coupon": {"kind": "text", "lines": ["쿠폰 {coupon}"], "when": "coupon IS NOT NULL"},
}
ROWS = [
    {
        "id": str(n),
        "name": ["김", "이", "숨김", "박"][n % 4],
        "kind": ["one", "two", "three"][n % 3],
        "coupon": str(n) if n % 2 else "",
    }
    for n in range(24)
]


def wanted(row, piece):
    name = "" if row["name"] == "숨김" else f"{row['name']}{piece}"
    match row["kind"]:
        case "one":
            return [name]
        case "two":
            return [f"앞{name}", f"뒤쿠폰{row['coupon']}" if row["coupon"] else "뒤"]
    return [name * 3]


def test_layouts_conditions_and_piece_numbers(mailing):
    printed = mailing(DESIGNS, PARTS, ROWS, layout="kind").print(volume_pieces=10)
    assert len(printed.result.volumes) == 3
    pages = [without_space(text) for text in printed.texts()]
    assert pages == [page for n, row in enumerate(ROWS, 1) for page in wanted(row, n)]


def test_held_records_leave_gaps_in_the_numbers(mailing):
    rows = [row | {"name": "𓀀" if n in {3, 8} else row["name"]} for n, row in enumerate(ROWS)]
    printed = mailing(DESIGNS, PARTS, rows, layout="kind").print()
    assert printed.result.counts.held == 2
    pages = [without_space(text) for text in printed.texts()]
    assert pages == [
        page for n, row in enumerate(rows, 1) if row["name"] != "𓀀" for page in wanted(row, n)
    ]


def test_a_layout_that_no_record_has(mailing):
    rows = [row | {"kind": "one"} for row in ROWS]
    printed = mailing(DESIGNS, PARTS, rows, layout="kind").print()
    assert printed.result.pages == printed.result.counts.printed == 24


def test_a_condition_that_never_holds(mailing):
    parts = PARTS | {"coupon": PARTS["coupon"] | {"when": "false"}}
    printed = mailing(DESIGNS, parts, ROWS, layout="kind").print()
    assert "쿠폰" not in "".join(printed.texts())


def test_faults_of_a_part_that_is_not_shown_do_not_hold_the_record(mailing):
    parts = {"name": {"kind": "text", "lines": ["{name}"], "when": "kind = 'yes'"}}
    rows = [{"id": "1", "name": "𓀀", "kind": "no"}, {"id": "2", "name": "𓀀", "kind": "yes"}]
    printed = mailing('글 #place(part("name", width: 60mm, height: 9mm))', parts, rows).print()
    assert printed.status() == {1: ("printed", None), 2: ("held", "missing-glyph")}


def test_a_design_whose_pages_have_no_part(mailing):
    design = '#place(part("name", width: 60mm, height: 9mm)) #pagebreak() 뒷면'
    printed = mailing(design, {"name": PARTS["name"]}, ROWS).print()
    assert printed.result.pages == 48
    assert [without_space(text) for text in printed.texts()[1::2]] == ["뒷면"] * 24
