"""Codes on rendered pages say what the records say, to a decoder that is not ours."""

import random

import numpy as np
import pypdfium2
import zxingcpp

COLUMNS, ROWS, SHEETS = 4, 5, 100
QR, CODE128 = zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128


def test_2000_qr_codes_and_2000_code_128_are_read_back_from_rendered_pages(mailing):
    places = [(column, row) for row in range(ROWS) for column in range(COLUMNS)]
    design, parts = "", {}
    for number, (column, row) in enumerate(places):
        for kind, symbology, width, height, dy in (
            ("qr", "qr", 26, 26, 0),
            ("bars", "code128", 46, 9, 28),
        ):
            name = f"{kind}-{number}"
            design += (
                f"#place(dx: {4 + 50 * column}mm, dy: {4 + 40 * row}mm + {dy}mm, "
                f'part("{name}", width: {width}mm, height: {height}mm))\n'
            )
            value = "https://example.com/c/{code}%s" if kind == "qr" else "{code}%s"
            parts[name] = {"kind": "code", "symbology": symbology, "value": value % f"{number:02}"}
    random_ = random.Random(2026)
    codes = [f"{random_.getrandbits(40):010X}" for _ in range(SHEETS)]
    customers = [{"id": str(n), "code": code} for n, code in enumerate(codes, 1)]
    printed = mailing(design, parts, customers, page=(208, 208, 0)).print()

    read: dict[object, set[str]] = {QR: set(), CODE128: set()}
    for page in pypdfium2.PdfDocument(printed.result.volumes[0]):
        picture = np.ascontiguousarray(page.render(scale=200 / 72, grayscale=True).to_numpy())
        for found in zxingcpp.read_barcodes(picture.squeeze(), formats=(QR, CODE128)):
            read[found.format].add(found.text)
    numbered = {f"{code}{number:02}" for code in codes for number in range(len(places))}
    assert len(numbered) == 2000
    assert read[QR] == {f"https://example.com/c/{text}" for text in numbered}
    assert read[CODE128] == numbered
