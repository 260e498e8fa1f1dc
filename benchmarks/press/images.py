"""The bench's JPEGs, drawn by code: a background of about 400 KB and small product pictures.

Noise makes them weigh what photographs weigh; its strength is searched for the size wanted.
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

BACKGROUND = (1166, 1654)  # A5 at 200 dpi
PICTURE = (480, 360)
SMALL_PICTURE = (240, 180)
QUALITY = 85


def write_background(file: Path, *, seed: int, size: int = 400_000) -> None:
    """A warm gradient, light where text stands, of about ``size`` bytes."""
    width, height = BACKGROUND
    down = np.linspace(0, 1, height)[:, None, None]
    across = np.linspace(0, 1, width)[None, :, None]
    top, bottom, side = (
        np.array(colour, float) for colour in ((252, 246, 232), (222, 150, 92), (250, 214, 160))
    )
    smooth = top + (bottom - top) * down**1.6 + (side - top) * 0.5 * across * (1 - down)
    _save(file, smooth, np.random.default_rng([seed, 0]), size)


def write_pictures(folder: Path, count: int, *, seed: int, size: int, small: bool = False) -> None:
    """``count`` different pictures ``0000.jpg`` ... of about ``size`` bytes each."""
    folder.mkdir(parents=True, exist_ok=True)
    noise = None
    for number in range(count):
        random = np.random.default_rng([seed, 1, number])
        picture = np.asarray(_still_life(SMALL_PICTURE if small else PICTURE, random), float)
        # The noise that suits the first suits them all; searching each would cost minutes.
        noise = _save(folder / f"{number:04d}.jpg", picture, random, size, noise)


def _still_life(size: tuple[int, int], random: np.random.Generator) -> Image.Image:
    width, height = size
    colour = lambda low, high: tuple(int(c) for c in random.integers(low, high, 3))  # noqa: E731
    image = Image.new("RGB", size, colour(200, 250))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 0.66, width, height), fill=colour(140, 200))
    for _ in range(int(random.integers(2, 5))):
        x, radius = random.uniform(0.15, 0.85) * width, random.uniform(0.1, 0.24) * height
        y = height * 0.72 - radius
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour(40, 230))
    return image.filter(ImageFilter.GaussianBlur(1.5))


def _save(
    file: Path,
    smooth: np.ndarray,
    random: np.random.Generator,
    size: int,
    noise: float | None = None,
) -> float:
    """Write ``smooth`` (height, width, 3) with noise as a JPEG; return the noise's strength."""
    grain = random.standard_normal(smooth.shape[:2])[:, :, None]

    def encoded(strength: float) -> bytes:
        pixels = np.clip(smooth + strength * grain, 0, 255).astype(np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=QUALITY)
        return buffer.getvalue()

    if noise is None:
        low, high = 0.0, 60.0
        for _ in range(9):
            noise = (low + high) / 2
            low, high = (noise, high) if len(encoded(noise)) < size else (low, noise)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(encoded(noise))
    return noise
