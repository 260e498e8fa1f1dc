"""The codes of a batch are those of independent encoders, and independent readers read them."""

import numpy as np
import pytest
import segno
import segno.encoder
import zxingcpp
from hypothesis import example, given, settings
from hypothesis import strategies as st

from moyeora.press.parts import code128, qr


def rows(*texts: str | bytes) -> np.ndarray:
    """Values of one length as the encoders take them."""
    return np.array([list(t if isinstance(t, bytes) else t.encode()) for t in texts], np.uint8)


def modules(packed: np.ndarray, width: int) -> np.ndarray:
    return np.unpackbits(packed, axis=-1)[..., :width]


def picture(dark: np.ndarray, quiet: int, scale: int) -> np.ndarray:
    """Dark modules as black pixels on white, with the quiet zone on all sides."""
    return np.kron(np.where(np.pad(dark, quiet), 0, 255), np.ones((scale, scale))).astype(np.uint8)


# QR ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def segno_pads_by_the_standard():
    """segno 1.6.6 adds a codeword of zeros to data that ends on a codeword (its issue 148).

    ISO/IEC 18004:2015, 7.4.10, pads with zero bits only data that does not; zint agrees.
    """

    def pad(buffer, version, length):
        buffer.extend([0] * (-length % 8))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segno.encoder, "write_padding_bits", pad)
        yield


def segno_matrix(content: bytes, version: int, level: str, mask: int) -> np.ndarray:
    symbol = segno.make(
        content,
        mode="byte",
        version=version,
        error=level,
        mask=mask,
        boost_error=False,
        micro=False,
    )
    return np.array([list(row) for row in symbol.matrix])


@st.composite
def requests(draw):
    version = draw(st.sampled_from([1, 2, 7, 10, 27, 40]) | st.integers(1, 40))
    level = draw(st.sampled_from("LMQH"))
    longest = qr.capacity(version, level)
    length = draw(st.sampled_from([1, longest - 1, longest]) | st.integers(1, longest))
    seed = draw(st.integers(0, 2**32 - 1))
    content = draw(st.just(np.random.default_rng(seed).bytes(length)) | st.just(b"0" * length))
    return version, level, draw(st.integers(0, 7)), content


@settings(max_examples=400, deadline=None)
@given(requests())
@example((40, "H", 3, bytes(range(256)) * 4))
def test_a_matrix_is_segnos(request):
    version, level, mask, content = request
    # In company that shares some bytes and not others, so that both kinds are summed.
    other = content[: len(content) // 2] + bytes(255 - b for b in content[len(content) // 2 :])
    packed = qr.symbols(rows(other, content), version, level, mask)
    side = qr.size(version)
    assert packed.shape == (2, side, -(-side // 8))
    np.testing.assert_array_equal(
        modules(packed, side)[1], segno_matrix(content, version, level, mask)
    )
    assert not np.unpackbits(packed, axis=-1)[..., side:].any()


@pytest.mark.parametrize("level", "LMQH")
def test_every_version_and_level_is_segnos(level):
    generator = np.random.default_rng(1)
    for version in range(1, 41):
        content = generator.bytes(qr.capacity(version, level))
        mask = version % 8
        ours = modules(qr.symbols(rows(content), version, level, mask), qr.size(version))[0]
        assert np.array_equal(ours, segno_matrix(content, version, level, mask)), version


def test_a_short_value_is_padded_as_zint_pads_it():
    content = "abcdefghijkl"  # two codewords short of 1-M
    symbol = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image = zxingcpp.write_barcode_to_image(symbol, scale=1, add_quiet_zones=False)
    zint = (np.array(image) < 128).astype(np.uint8)
    ours = [modules(qr.symbols(rows(content), 1, "M", mask), 21)[0] for mask in range(8)]
    assert sum(np.array_equal(zint, matrix) for matrix in ours) == 1


def test_a_symbol_depends_on_its_own_bytes_only():
    data = np.random.default_rng(2).integers(0, 256, (5000, 41), np.uint8)
    data[:, :20] = data[0, :20]
    together = qr.symbols(data, 3, "M")
    apart = np.concatenate([qr.symbols(some, 3, "M") for some in np.array_split(data, 173)])
    assert np.array_equal(together, apart)
    assert qr.symbols(data[:0], 3, "M").shape == (0, 29, 4)


def test_the_smallest_version_that_holds_the_bytes():
    # ISO/IEC 18004:2015, Table 7, byte mode
    published = {1: (17, 14, 11, 7), 3: (53, 42, 32, 24), 10: (271, 213, 151, 119)}
    published |= {27: (1465, 1125, 805, 625), 40: (2953, 2331, 1663, 1273)}
    for version, capacities in published.items():
        for level, most in zip("LMQH", capacities, strict=True):
            assert qr.capacity(version, level) == most
            assert qr.smallest_version(most, level) == version
            if version < 40:
                assert qr.smallest_version(most + 1, level) == version + 1
    with pytest.raises(qr.TooLong, match="at most 1273 bytes, not 1274"):
        qr.smallest_version(1274, "H")
    with pytest.raises(qr.TooLong, match="version 3-M holds at most 42 bytes, not 43"):
        qr.symbols(rows("x" * 43), 3, "M")


@pytest.mark.parametrize(("version", "level"), [(0, "M"), (41, "M"), (3, "m"), (3, "LM"), (3, "")])
def test_there_is_no_such_qr_code(version, level):
    with pytest.raises(ValueError, match="version of 1 to 40 and a level L, M, Q or H"):
        qr.symbols(rows("x"), version, level)
    with pytest.raises(ValueError, match="mask of 0 to 7"):
        qr.symbols(rows("x"), 3, "M", 8)


def test_two_thousand_qr_codes_are_read_back():
    alphabet = np.frombuffer(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", np.uint8)
    generator = np.random.default_rng(3)
    kinds = [(3, "M", 41), (4, "Q", 41), (2, "L", 32), (5, "H", 30), (7, "M", 110)]
    read = 0
    for number, (version, level, length) in enumerate(kinds):
        data = np.empty((400, length), np.uint8)
        data[:, :20] = rows("https://shop.kr/p/?c")
        data[:, 20:] = generator.choice(alphabet, (400, length - 20))
        for mask in (qr.MASK, 1 + number):
            half = data[:200] if mask == qr.MASK else data[200:]
            symbols = modules(qr.symbols(half, version, level, mask), qr.size(version))
            for dark, value in zip(symbols, half, strict=True):
                (found,) = zxingcpp.read_barcodes(
                    picture(dark, qr.QUIET_ZONE, 2), formats=zxingcpp.BarcodeFormat.QRCode
                )
                assert found.bytes == value.tobytes()
                assert found.ec_level == level
                read += 1
    assert read == 2000


# Code 128 ------------------------------------------------------------------------------------


def bars(text: str) -> str:
    packed, width = code128.symbols(rows(text))
    return "".join(map(str, modules(packed, width)[0]))


def test_the_figure_of_the_standard():
    # ISO/IEC 15417:2007, Figure 1: "AIM"
    assert bars("AIM") == "11010010000101000110001100010001010111011000101110110001100011101011"


@pytest.mark.parametrize(
    ("text", "check"),
    [
        # Wikipedia's 54 for "PJJ123C" is with start A, 103; with start B, 104, it is 55.
        ("PJJ123C", 55),
        ("abcdef", 97),  # barcoderesource.com, "Calculation of Code128 Check Character"
        ("345678", 73),  # the same, in code set C
        ("RI476394652CH", 26),  # a postal item: B to C and back, (104 + 50 + ... + 11 * 40) % 103
    ],
)
def test_published_check_characters(text, check):
    # It stands before the stop character of 13 modules; set C writes value 55 for the digits 55.
    assert bars(text)[-24:-13] == bars(f"{check:02}")[11:22]


def shortest(text: str, before: str = "") -> int:
    """Symbol characters for the text, of all ways to cut it into characters and pairs."""
    if not text:
        return 0
    ways = [1 + (before == "C") + shortest(text[1:], "B")]
    if len(text) > 1 and text[:2].isdigit():
        ways.append(1 + (before == "B") + shortest(text[2:], "C"))
    return min(ways)


printable = st.characters(min_codepoint=32, max_codepoint=126)
texts = st.text(printable | st.sampled_from("0123456789"), min_size=1, max_size=16)


@settings(max_examples=300, deadline=None)
@given(texts | st.text("0123456789", min_size=1, max_size=16))
def test_any_text_is_read_back_and_is_as_short_as_can_be(text):
    packed, width = code128.symbols(rows(text))
    assert width == 11 * (1 + shortest(text) + 1) + 13
    assert packed.shape == (1, -(-width // 8))
    assert read(modules(packed, width)[0]) == text


def read(dark: np.ndarray) -> str:
    (found,) = zxingcpp.read_barcodes(
        picture(np.tile(dark, (20, 1)), code128.QUIET_ZONE, 2),
        formats=zxingcpp.BarcodeFormat.Code128,
    )
    return found.bytes.decode()


@pytest.mark.parametrize("alphabet", ["".join(map(chr, range(32, 127))), "0123456789"])
@pytest.mark.parametrize("length", [12, 9])
def test_two_thousand_code_128_are_read_back(alphabet, length):
    data = np.random.default_rng(4).choice(rows(alphabet)[0], (500, length))
    packed, width = code128.symbols(data)
    for dark, value in zip(modules(packed, width), data, strict=True):
        assert read(dark) == value.tobytes().decode()


def test_all_values_of_a_call_have_one_width():
    # Columns 2 to 9 are digits in both; the last is one only in the first value.
    data = rows("KR202611245", "US20261125A")
    packed, width = code128.symbols(data)
    assert [read(dark) for dark in modules(packed, width)] == ["KR202611245", "US20261125A"]
    assert width == 11 * (1 + 2 + 1 + 4 + 2 + 1) + 13

    # A batch that could be shorter keeps the width that the caller found for all batches.
    digits = code128.digit_columns(data)
    alone, same = code128.symbols(data[:1], digits)
    assert same == width
    assert np.array_equal(alone[0], packed[0])
    with pytest.raises(ValueError, match="columns named as digits"):
        code128.symbols(data, np.ones(11, bool))


def test_characters_that_code_set_b_lacks_are_told_by_row():
    data = rows(b"abc~", b"ab\x7fc", b"a\xeb\xb0\x95", b" \x1f  ", b"    ")
    assert code128.encodable(data).tolist() == [True, False, False, False, True]
    with pytest.raises(code128.NotEncodable, match=r"3 values .* first in row 1") as caught:
        code128.symbols(data)
    assert caught.value.rows.tolist() == [1, 2, 3]
    with pytest.raises(ValueError, match="at least one character"):
        code128.symbols(np.empty((3, 0), np.uint8))
