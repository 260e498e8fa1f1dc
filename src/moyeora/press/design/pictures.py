"""Image files in, PDF objects that are stored once out.

A picture becomes a form or image XObject of its own few objects, written to a file of assets,
from which a volume copies those that its records use.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf

from moyeora.press.design.artwork import Typst
from moyeora.press.faults import PressError
from moyeora.press.objects import Shared
from moyeora.press.parts.images import Picture
from moyeora.press.pdf import numbers

RASTER, VECTOR = {".jpg", ".jpeg", ".png"}, {".svg", ".pdf"}


class Assets:
    """Writes pictures into a file, numbering their objects after those of ``shared``."""

    def __init__(self, file: BinaryIO, shared: Shared) -> None:
        self._file, self._shared, self._at = file, shared, 0

    def _store(self, bodies: Sequence[bytes]) -> tuple[int, int, tuple[int, ...]]:
        start, ends = self._at, []
        numbers = [self._shared.reserve() for _ in bodies]
        for body in bodies:
            self._file.write(body)
            self._at += len(body)
            ends.append(self._at)
        return numbers[0], start, tuple(ends)

    def raster(self, path: Path) -> Picture:
        """A JPEG as it is; a PNG as its pixels, with its transparency as a soft mask."""
        from PIL import Image

        with Image.open(path) as image:
            width, height = image.size
            first = len(self._shared.bodies) + 1
            entries = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8" % (
                width, height,
            )  # fmt: skip
            spaces = {"L": b"/DeviceGray", "RGB": b"/DeviceRGB", "CMYK": b"/DeviceCMYK"}
            if image.format == "JPEG" and image.mode in spaces:
                # A CMYK JPEG from Adobe's programs is stored inverted.
                inverted = image.mode == "CMYK" and "adobe" in image.info
                decode = b"/Decode[1 0 1 0 1 0 1 0]" if inverted else b""
                data = path.read_bytes()
                bodies = [_stream(entries + b"/ColorSpace%b/Filter/DCTDecode%b" % (
                    spaces[image.mode], decode), data)]  # fmt: skip
            else:
                clear = image.has_transparency_data
                grey = image.mode in {"1", "L", "LA", "I;16"}
                pixels = image.convert("RGBA" if clear else "L" if grey else "RGB")
                mask = b"/SMask %d 0 R" % (first + 1) if clear else b""
                space = spaces["L" if pixels.mode == "L" else "RGB"]
                colour = pixels.convert("RGB") if clear else pixels
                bodies = [_deflated(entries + b"/ColorSpace%b%b" % (space, mask),
                                    colour.tobytes())]  # fmt: skip
                if clear:
                    bodies.append(_deflated(entries + b"/ColorSpace/DeviceGray",
                                            pixels.getchannel("A").tobytes()))  # fmt: skip
        first, start, ends = self._store(bodies)
        return Picture(first, first, start, ends, (0, 0, 1, 1), width / height)

    def page(self, page: pikepdf.Page) -> Picture:
        """A page of a PDF as a form (8.10), with its resources."""
        own = _Numbered(len(self._shared.bodies))
        box = tuple(float(x) for x in page.trimbox)
        left, bottom, width, height = box[0], box[1], box[2] - box[0], box[3] - box[1]
        group = page.obj.get("/Group")
        entries = b"/Type/XObject/Subtype/Form/BBox[%b]/Resources %b%b" % (
            numbers(*box), own.copy(page.resources),
            b"/Group" + own.copy(group) if group is not None else b"",
        )  # fmt: skip
        content = b"\n".join(part.read_bytes() for part in _contents(page))
        number = own.stream(content, entries)
        first, start, ends = self._store(own.bodies)
        return Picture(number + first - 1, first, start, ends,
                       (left, bottom, width, height), width / height)  # fmt: skip


class _Numbered(Shared):
    """Objects that will stand after ``offset`` others."""

    def __init__(self, offset: int) -> None:
        super().__init__()
        self._offset = offset

    def reference(self, number: int) -> bytes:
        return super().reference(number + self._offset)


def _contents(page: pikepdf.Page) -> list[Any]:
    contents: Any = page.obj.get("/Contents")
    if isinstance(contents, pikepdf.Array):
        return list(contents)
    return [] if contents is None else [contents]


def _stream(entries: bytes, data: bytes) -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(data), data)


def _deflated(entries: bytes, data: bytes) -> bytes:
    return _stream(entries + b"/Filter/FlateDecode", zlib.compress(data, 6))


def store(
    files: Mapping[str, Path], assets: Assets, compiler: Typst
) -> Iterator[tuple[str, Picture | PressError]]:
    """Each picture by its key, or what is wrong with it. SVG files are drawn by Typst."""
    drawings = {key: path for key, path in files.items() if path.suffix.lower() == ".svg"}
    for key, path in sorted(files.items()):
        if key in drawings:
            continue
        try:
            if path.suffix.lower() == ".pdf":
                with pikepdf.open(path) as pdf:
                    yield key, assets.page(pdf.pages[0])
            else:
                yield key, assets.raster(path)
        except (OSError, ValueError, pikepdf.PdfError, IndexError) as error:
            yield key, PressError(f"cannot be read: {type(error).__name__}", place=path.name)
    yield from _drawn(sorted(drawings.items()), assets, compiler)


def _drawn(
    drawings: Iterable[tuple[str, Path]], assets: Assets, compiler: Typst
) -> Iterator[tuple[str, Picture | PressError]]:
    drawings = list(drawings)
    if not drawings:
        return
    names = [path.relative_to(compiler.job.folder).as_posix() for _, path in drawings]
    source = (
        "#let given = json(bytes(sys.inputs.moyeora))\n"
        "#set page(width: auto, height: auto, margin: 0pt)\n"
        '#for file in given.files { page(image("/" + file)) }\n'
    )
    try:
        pdf = compiler.compile(source.encode(), "SVG pictures", {"files": names}, private=True)
    except PressError as error:
        if len(drawings) > 1:
            for drawing in drawings:
                yield from _drawn([drawing], assets, compiler)
        else:
            yield drawings[0][0], PressError(f"cannot be drawn: {error.what}")
        return
    for (key, _), page in zip(drawings, pdf.pages, strict=True):
        yield key, assets.page(page)
