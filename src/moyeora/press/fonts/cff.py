"""The little of a CFF font program that a PDF needs to know (Adobe Technical Note 5176)."""

_CHARSET, _CHAR_STRINGS, _ROS = 15, 17, 12 << 8 | 30  # operators of the Top DICT


def by_glyph(data: bytes) -> bytes:
    """A CFF program whose glyphs are their own character identifiers.

    Of a CID-keyed one its charset names the identifiers. Readers differ in whether a PDF means
    those or the glyphs, so both are made the same; the new charset is never longer.
    """
    at = _index(data, data[2])[-1]  # after the names
    top = _operands(data[slice(*_index(data, at)[:2])])
    charset = top.get(_CHARSET, 0)
    if _ROS not in top or charset <= 2:  # names; or a predefined charset, which is in order
        return data
    char_strings = top[_CHAR_STRINGS]
    after_first = int.from_bytes(data[char_strings : char_strings + 2], "big") - 2
    if after_first < 0:
        return data
    one_byte = data[charset] == 1 and after_first < 256
    made = b"\x01\x00\x01" if one_byte else b"\x02\x00\x01"
    made += after_first.to_bytes(1 if one_byte else 2, "big")
    if data[charset] == 0 and after_first == 0:  # a single glyph, in three bytes
        made = b"\x00\x00\x01"
    return data[:charset] + made + data[charset + len(made) :]


def _index(data: bytes, at: int) -> list[int]:
    """Where the items of an INDEX begin, and where it ends."""
    count = int.from_bytes(data[at : at + 2], "big")
    if not count:
        return [at + 2]
    size = data[at + 2]
    first = at + 3
    base = first + (count + 1) * size - 1
    return [
        base + int.from_bytes(data[place : place + size], "big")
        for place in range(first, first + (count + 1) * size, size)
    ]


def _operands(data: bytes) -> dict[int, int]:
    """The last whole number before each operator of a DICT."""
    found: dict[int, int] = {}
    at, last = 0, 0
    while at < len(data):
        byte = data[at]
        at += 1
        if byte <= 21:
            if byte == 12:
                byte = byte << 8 | data[at]
                at += 1
            found[byte] = last
        elif byte == 30:  # a real number ends with the half-byte 15
            while data[at] & 15 != 15 and data[at] >> 4 != 15:
                at += 1
            at += 1
        elif byte >= 247:
            value = (byte - 247) * 256 + data[at] + 108
            last = value if byte < 251 else -((byte - 251) * 256) - data[at] - 108
            at += 1
        elif byte >= 32:
            last = byte - 139
        else:
            size = 2 if byte == 28 else 4
            last = int.from_bytes(data[at : at + size], "big", signed=True)
            at += size
    return found
