"""The objects that are written once, and copied from other files (ISO 32000-2, 7.3).

Object numbers count from 1 in the order of the calls, so the same job gives the same numbers in
every volume.
"""

import zlib
from typing import Any

import pikepdf

_DEVICES = {1: b"/DeviceGray", 3: b"/DeviceRGB", 4: b"/DeviceCMYK"}


class Shared:
    """The objects that each volume holds once; ``bodies[n - 1]`` is object n."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self._copied: dict[tuple[int, int], int] = {}
        self._same: dict[bytes, int] = {}
        # Whether colours by an ICC profile become device colours: Typst writes its own profiles
        # of sRGB and grey, which slow every RIP (pdftoppm five times) and mean nothing in print.
        self.device_colours = False

    def reserve(self) -> int:
        """A number for an object whose body comes later."""
        self.bodies.append(b"null")
        return len(self.bodies)

    def add(self, body: bytes) -> int:
        """The number of an object with this body; the same body is stored once."""
        number = self._same.get(body)
        if number is None:
            number = self._same[body] = self.reserve()
            self.bodies[number - 1] = body
        return number

    def stream(self, data: bytes, entries: bytes = b"", *, compress: bool = True) -> int:
        """The number of a stream object; ``entries`` are further ones of its dictionary."""
        if compress:
            data, entries = zlib.compress(data, 9), entries + b"/Filter/FlateDecode"
        return self.add(b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(data), data))

    def reference(self, number: int) -> bytes:
        """What other objects write to refer to this one."""
        return b"%d 0 R" % number

    def copy(self, value: Any) -> bytes:
        """The text of a pikepdf object of one file; what it refers to is copied, each once."""
        if isinstance(value, pikepdf.Object) and value.is_indirect:
            number = self._copied.get(value.objgen)
            if number is None:
                number = self._copied[value.objgen] = self.reserve()
                self.bodies[number - 1] = self._body(value)
            return self.reference(number)
        return self._body(value)

    def forget(self) -> None:
        """Begin to copy from another file, whose object numbers mean other things."""
        self._copied.clear()

    def _body(self, value: Any) -> bytes:
        if isinstance(value, pikepdf.Stream):
            data = value.read_raw_bytes()
            entries = b"".join(
                b"%b %b" % (_name(key), self.copy(item))
                for key, item in sorted(value.stream_dict.items())
                if key != "/Length"
            )
            return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(data), data)
        if isinstance(value, pikepdf.Dictionary):
            return b"<<%b>>" % b"".join(
                b"%b %b" % (_name(key), self.copy(item)) for key, item in sorted(value.items())
            )
        if isinstance(value, pikepdf.Array):
            if self.device_colours and len(value) == 2 and value[0] == "/ICCBased":
                profile: Any = value[1]
                return _DEVICES[int(profile["/N"])]
            return b"[%b]" % b" ".join(self.copy(item) for item in value)
        if isinstance(value, bool):
            return b"true" if value else b"false"
        if value is None:
            return b"null"
        if isinstance(value, pikepdf.Object):
            return bytes(value.unparse())
        return str(value).encode()


def _name(key: str) -> bytes:
    return bytes(pikepdf.Name(key).unparse())
