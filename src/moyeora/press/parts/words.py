"""Distinct words in, the fragments that print them out.

Every distinct word goes through HarfBuzz once. Words of Hangul, or of Latin, that the part's own
font covers are shaped together in one buffer; all others are itemised by script, direction and
the fonts' coverage first, and say what they are by ActualText where glyphs alone would not.

A fragment of a word stands inside the string of a ``TJ`` array: ``AB)-12(C`` moves back by
0.012 em between B and C.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, repeat
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moyeora.press.fonts.harfbuzz import Glyphs, right_to_left, script_of
from moyeora.press.fonts.subset import EM, SPACE_CODE, Font
from moyeora.press.marks import Pool, joined, offsets
from moyeora.press.pdf import number, text_string

# Words that need no itemising: one script, left to right, each character a glyph of its own kind.
_COMMON = r"!-@\[-`{-~\xa1-\xbf×÷‐-‧‰-⁞₩€℃№™←-⇿∀-⋿■-◿★☆♠-♯✓、-〃〈-】！-～"
_HANGUL = re.compile(f"[{_COMMON}가-힣]+")
_LATIN = re.compile(f"[{_COMMON}A-Za-zÀ-ÖØ-öø-ſ]+")
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)


@dataclass(frozen=True)
class Look:
    """How text looks: fonts in the order they are tried (by number in the job), size in
    hundredths of a point, tracking in millionths of an em, and the ink as PDF operators."""

    fonts: tuple[int, ...]
    size: int
    tracking: int
    ink: bytes

    def at(self, size: int) -> "Look":
        return replace(self, size=size)

    def select(
        self, fonts: Sequence[Font], ink: bytes | None = None, *, always: bool = False
    ) -> bytes:
        """The operators that choose this look; without ``ink``, the colour is left alone. A
        tracking of zero is written only if ``always``."""
        made = b"/%b %d Tf" % (fonts[self.fonts[0]].name.encode(), self.size)
        if self.tracking or always:
            made += b" %b Tc" % number(self.tracking * self.size / EM)
        return made + (b" " + ink if ink else b"")


class Flaw(NamedTuple):
    """What cannot be printed in a word: an invisible character, or one that no font has."""

    missing: bool
    character: str

    @property
    def told(self) -> str:
        """The same in words."""
        code = f"U+{ord(self.character):04X}"
        if self.missing:
            return f"no font has {self.character} ({code})"
        return f"contains the invisible character {code}"


class Words:
    """The words of one worker, for every look."""

    def __init__(self, pool: Pool, fonts: Sequence[Font], language: str = "ko") -> None:
        self.pool, self.fonts, self.language = pool, fonts, language
        self._known: dict[Look, dict[str, int]] = {}
        self._advances = np.zeros(1024, np.int64)
        self._flawed = np.zeros(1024, bool)
        self._copies: dict[int, bytes] | None = None  # what is kept meanwhile, where it is asked
        self.flaws: dict[int, Flaw] = {}
        # Words whose fragments name a size (a fallback font, a raised mark), to set them anew.
        self.sized: dict[int, str] = {}

    @property
    def advances(self) -> np.ndarray:
        """The advance of each kept fragment in millionths of an em (0 for what is no word)."""
        return self._advances

    @property
    def flawed(self) -> np.ndarray:
        """Which of the kept fragments are words with a flaw."""
        return self._flawed

    def ids(self, look: Look, words: Sequence[str]) -> np.ndarray:
        """The fragment ids of words, each set only once; the id after each one is of the same
        word with a space before it."""
        known = self._known.setdefault(look, {})
        ids = np.fromiter(map(known.get, words, repeat(-1)), np.int64, len(words))
        unknown = np.flatnonzero(ids < 0).tolist()
        if unknown:
            self._set(look, known, list(dict.fromkeys([words[at] for at in unknown])))
            ids[unknown] = [known[words[at]] for at in unknown]
        return ids

    def space(self, look: Look) -> int:
        """The advance of a space in millionths of an em."""
        return self.fonts[look.fonts[0]].space + look.tracking

    def _keep(self, words: pa.Array, advances: np.ndarray) -> np.ndarray:
        """Keep words, each followed by the same with a space before it; returns their ids."""
        count = len(words)
        spaced = pc.binary_join_element_wise(SPACE_CODE, words, b"")
        in_turn = np.arange(2 * count).reshape(2, count).T.reshape(-1).astype(np.int32)
        first = self.pool.keep(pa.concat_arrays([words, spaced]).take(pa.array(in_turn)))
        ids = np.arange(first, first + 2 * count, 2)
        if self.pool.count > len(self._advances):
            self._advances = _grown(self._advances, 2 * self.pool.count)
            self._flawed = _grown(self._flawed, 2 * self.pool.count)
        self._advances[ids] = advances
        if self._copies is not None:
            self._copies.update(zip(ids.tolist(), words.to_pylist(), strict=True))
        return ids

    def _set(self, look: Look, known: dict[str, int], words: list[str]) -> None:
        left: list[str] = []
        buckets: dict[str, list[str]] = {"Hang": [], "Latn": []}
        hangul, latin = _HANGUL.fullmatch, _LATIN.fullmatch
        for word in words:
            if hangul(word):
                buckets["Hang"].append(word)
            elif latin(word):
                buckets["Latn"].append(word)
            else:
                left.append(word)
        for script, bucket in buckets.items():
            if bucket:
                left += self._set_together(look, known, bucket, script)
        alone = [word for word in left if not _INVISIBLE.search(word)]
        self._set_alone(look, known, alone)
        if len(alone) < len(left):
            self._set_bare(look, known, [word for word in left if _INVISIBLE.search(word)])

    def _set_together(
        self, look: Look, known: dict[str, int], words: list[str], script: str
    ) -> list[str]:
        """Shape many words in one buffer; returns those that need to be itemised."""
        font = self.fonts[look.fonts[0]]
        # A line feed has no glyph: nothing kerns with it, and no rule of a font reaches over it.
        text = np.frombuffer("\n".join(words).encode("utf-32-le"), np.uint32)
        glyphs = font.face.shaper.shape(text, script, "ltr", self.language)
        word_of = np.cumsum(text == 10)[glyphs.cluster]
        inside = text[glyphs.cluster] != 10

        plain = np.ones(len(words), bool)
        counts = np.bincount(word_of[inside], minlength=len(words))
        plain &= counts == np.bincount(np.cumsum(text == 10)[text != 10], minlength=len(words))
        odd = (font.codes[glyphs.glyph] == 0) | (glyphs.x != 0) | (glyphs.y != 0)
        odd |= font.stands_for[glyphs.glyph] != text[glyphs.cluster]
        plain[word_of[inside & odd]] = False

        kept = inside & plain[word_of]
        encoded, advances = _encoded(font, glyphs, kept, word_of, len(words), look.tracking)
        index = np.flatnonzero(plain)
        ids = self._keep(encoded.take(pa.array(index)), advances[index])
        known.update(zip([words[i] for i in index], ids.tolist(), strict=True))
        return [words[i] for i in np.flatnonzero(~plain)]

    def _set_alone(self, look: Look, known: dict[str, int], words: list[str]) -> None:
        """Set words of any scripts and directions, from the fonts that have their characters."""
        if not words:
            return
        covered = frozenset().union(*(self.fonts[n].face.coverage for n in look.fonts))
        made: list[tuple[bytes, int, bool]] = []
        missing: list[str | None] = []
        for word in words:
            lacking = next((c for c in word if ord(c) not in covered and not _joiner(c)), None)
            missing.append(lacking)
            made.append(self._runs(look, word) if lacking is None and word else (b"", 0, False))
        fragments, advances, sized = zip(*made, strict=True)
        kept = self._keep(pa.array(fragments, pa.binary()), np.array(advances)).tolist()
        known.update(zip(words, kept, strict=True))
        for word, found, names_size, lacking in zip(words, kept, sized, missing, strict=True):
            if names_size:
                self.sized[found] = word
            if lacking is not None:
                self._flaw(found, Flaw(True, lacking))

    def _flaw(self, word: int, flaw: Flaw) -> None:
        self.flaws[word] = flaw
        self._flawed[word] = True

    def _set_bare(self, look: Look, known: dict[str, int], words: list[str]) -> None:
        """Set words as they are without their invisible characters."""
        bare = [_INVISIBLE.sub("", word) for word in words]
        set_bare: dict[str, int] = {}
        self._copies = {}
        self._set(look, set_bare, list(dict.fromkeys(bare)))
        copies, self._copies = self._copies, None
        # Fragments of their own, since the bare words may stand elsewhere, without the flaw.
        ids = np.array([set_bare[text] for text in bare], np.int64)
        fragments = pa.array([copies[number] for number in ids.tolist()], pa.binary())
        kept = self._keep(fragments, self._advances[ids]).tolist()
        known.update(zip(words, kept, strict=True))
        for word, text, found, before in zip(words, bare, kept, ids.tolist(), strict=True):
            if before in self.sized:
                self.sized[found] = text
            hidden = _INVISIBLE.search(word)
            assert hidden
            self._flaw(found, self.flaws.get(before, Flaw(False, hidden[0])))

    def _runs(self, look: Look, text: str) -> tuple[bytes, int, bool]:
        """(fragment, advance, whether it names the size)."""
        made, total, sized = b"", 0, False
        main = self.fonts[look.fonts[0]]
        for run in itemise(text, [self.fonts[n] for n in look.fonts]):
            characters = np.frombuffer(run.text.encode("utf-32-le"), np.uint32)
            direction = "rtl" if run.backwards else "ltr"
            glyphs = run.font.face.shaper.shape(characters, run.script, direction, self.language)
            string, advance, raised = _positioned(run, glyphs, look)
            total += advance
            sized |= raised
            if run.font is not main:
                sized = True
                string = b")]TJ/%b %d Tf[(%b)]TJ/%b %d Tf[(" % (
                    run.font.name.encode(), look.size, string, main.name.encode(), look.size,
                )  # fmt: skip
            made += string
        return made, total, sized


def _grown(values: np.ndarray, size: int) -> np.ndarray:
    grown = np.zeros(size, values.dtype)
    grown[: len(values)] = values
    return grown


def _encoded(
    font: Font, glyphs: Glyphs, kept: np.ndarray, word_of: np.ndarray, words: int, tracking: int
) -> tuple[pa.Array, np.ndarray]:
    """The fragments and advances of words that are one glyph a character, left to right."""
    glyph, word = glyphs.glyph[kept], word_of[kept]
    advance = glyphs.advance[kept] * EM // font.face.hb.upem
    totals = np.bincount(word, weights=advance + tracking, minlength=words).astype(np.int64)
    # What the reader adds by itself is the glyph's own width; the difference is kerning.
    back = np.rint((font.advances[glyph] - advance) * 1000 / EM).astype(np.int64)
    least = int(back.min(initial=0))
    moves = [b")%d(" % move if move else b"" for move in range(least, int(back.max(initial=0)) + 1)]
    fragments = font.code_fragments + moves
    ids = np.empty((len(glyph), 2), np.int64)
    ids[:, 0], ids[:, 1] = font.codes_index[glyph], len(font.code_fragments) + back - least
    made = pa.array(fragments, pa.binary()).take(pa.array(ids.reshape(-1)))
    at = offsets(made)
    counts = 2 * np.bincount(word, minlength=words)
    starts = at[np.concatenate(([0], np.cumsum(counts)))].astype(np.int32)
    return pa.BinaryArray.from_buffers(
        pa.binary(), words, [None, pa.py_buffer(starts), pa.py_buffer(joined(made))]
    ), totals


def _positioned(run: "Run", glyphs: Glyphs, look: Look) -> tuple[bytes, int, bool]:
    """Glyphs with offsets as a fragment: (bytes, advance, whether it names the size).

    Glyphs that do not stand for the one character they come from say by ActualText what they
    are: each cluster by itself, since readers put right-to-left text in order by where it lies.
    """
    font = run.font
    made, owed, rise, total, raised = b"", 0, 0, 0, False
    per_em = EM / font.face.hb.upem
    clusters = glyphs.cluster.tolist()
    follows = dict(zip(found := sorted(set(clusters)), [*found[1:], len(run.text)], strict=True))
    for n, (glyph, advance, x, y) in enumerate(
        zip(*(a.tolist() for a in (glyphs.glyph, glyphs.advance, glyphs.x, glyphs.y)), strict=True)
    ):
        cluster = clusters[n]
        begins = n == 0 or clusters[n - 1] != cluster
        ends = n + 1 == len(clusters) or clusters[n + 1] != cluster
        if begins:
            text = run.text[cluster : follows[cluster]]
            told = ends and len(text) == 1 and font.stands_for[glyph] == ord(text)
            if not told:
                made += b")]TJ/Span<</ActualText%b>>BDC[(" % text_string(text)
        if y != rise:
            rise, raised = y, True
            made += b")]TJ %b Ts[(" % number(y * look.size / font.face.hb.upem)
        owed += x
        if owed:
            made += b")%b(" % number(-owed * 1000 / font.face.hb.upem)
        made += int(font.codes[glyph]).to_bytes(2, "big")
        owed = advance - x - round(int(font.advances[glyph]) / per_em)
        total += round(advance * per_em) + look.tracking
        if ends and not told:
            made += b")]TJ EMC[("
    if owed:
        made += b")%b(" % number(-owed * 1000 / font.face.hb.upem)
    if rise:
        made += b")]TJ 0 Ts[("
    return made, total, raised


class Run(NamedTuple):
    """A stretch of one script, direction and font."""

    text: str
    script: str
    backwards: bool
    font: Font


def itemise(text: str, fonts: Sequence[Font]) -> list[Run]:
    """Split a word into runs, in visual order for a line that reads from left to right.

    A stretch from the first to the last right-to-left letter is reversed as a whole, with its
    numbers kept in reading order (Unicode Standard Annex 9, rules W7, N1 and L2, for one level).
    """
    scripts = [script_of(c) for c in text]
    own = [script if script not in {"Zyyy", "Zinh"} else "" for script in scripts]
    previous = next((script for script in own if script), "Hang")
    for i, script in enumerate(own):
        own[i] = previous = script or previous

    strong = [right_to_left(own[i]) and scripts[i] not in {"Zyyy"} for i in range(len(text))]
    backwards = list(strong)
    ends = [i for i, is_rtl in enumerate(strong) if is_rtl]
    for a, b in pairwise(ends):
        if not any(not strong[i] and scripts[i] not in {"Zyyy", "Zinh"} for i in range(a, b)):
            backwards[a : b + 1] = [not c.isdigit() for c in text[a : b + 1]]
            backwards[a] = backwards[b] = True

    chosen: list[Font] = []
    for i, character in enumerate(text):
        mark = i > 0 and (unicodedata.category(character)[0] == "M" or _joiner(character))
        if mark and (ord(character) in chosen[-1].face.coverage or _joiner(character)):
            chosen.append(chosen[-1])
        else:
            covering = [f for f in fonts if ord(character) in f.face.coverage]
            chosen.append(covering[0] if covering else fonts[0])

    runs: list[Run] = []
    for i, character in enumerate(text):
        key = (own[i], backwards[i], chosen[i])
        if runs and (runs[-1].script, runs[-1].backwards, runs[-1].font) == key:
            runs[-1] = runs[-1]._replace(text=runs[-1].text + character)
        else:
            runs.append(Run(character, own[i], backwards[i], chosen[i]))

    # Reverse the order of the runs within each right-to-left stretch.
    ordered: list[Run] = []
    stretch: list[Run] = []
    for run in runs:
        if right_to_left(run.script):
            stretch.insert(0, run)
        else:
            ordered += [*stretch, run]
            stretch = []
    return ordered + stretch


def _joiner(character: str) -> bool:
    return character in "\u200c\u200d"
