"""How PDF (ISO 32000-2) writes what it is made of."""

# A binary file: bytes above 127 in a comment (7.5.2).
HEADER = b"%PDF-1.7\n%\xc2\xb5\xc2\xb6\n"


def number(value: float) -> bytes:
    """A number as short as it can be written, to a ten-thousandth."""
    return f"{value:.4f}".rstrip("0").rstrip(".").encode() if value % 1 else b"%d" % value


def numbers(*values: float) -> bytes:
    return b" ".join(number(value) for value in values)


def text_string(text: str) -> bytes:
    """A text string (7.9.2) as hexadecimal UTF-16 with its byte-order mark."""
    return b"<%b>" % (b"\xfe\xff" + text.encode("utf-16-be")).hex().upper().encode()
