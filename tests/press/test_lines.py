"""Lines break and justify as plain loops over words would do it."""

import itertools
import re

import numpy as np
import pymupdf
import pytest
import uharfbuzz as hb
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from mailings import write_job

from moyeora.press.parts.lines import greedy, measure, syllables

TOKEN = st.tuples(st.integers(1, 30), st.integers(0, 5), st.booleans(), st.booleans())


def greedy_by_hand(tokens, width):
    """Token by token: what may not be broken is one word, and a word that fits stays."""
    words: list[list[int]] = []
    for n, (_, _, may, must) in enumerate(tokens):
        if n == 0 or may or must:
            words.append([])
        words[-1].append(n)
    begins, at = [], 0
    for word in words:
        first = word[0]
        inner = sum(tokens[n][0] + (tokens[n][1] if n != first else 0) for n in word)
        if first == 0 or tokens[first][3]:
            begins.append(first)
            at = inner
        elif at + tokens[first][1] + inner <= width:
            at += tokens[first][1] + inner
        else:
            begins.append(first)
            at = inner
    return begins


@settings(max_examples=500)
@given(tokens=st.lists(TOKEN, max_size=40), width=st.integers(1, 80))
def test_greedy_breaks_as_by_hand(tokens, width):
    advances, gaps = (np.array([t[n] for t in tokens], np.int64) for n in (0, 1))
    breaks, forced = (np.array([t[n] for t in tokens], bool) for n in (2, 3))
    forced[:1] = True
    begins = greedy(advances, gaps, breaks, forced, width)
    tokens = [(a, g, b, f) for a, g, b, f in zip(advances, gaps, breaks, forced, strict=True)]
    assert np.flatnonzero(begins).tolist() == greedy_by_hand(tokens, width)

    lines = measure(begins, advances, gaps, np.arange(len(tokens)))
    ends = [*lines.first[1:], len(tokens)][: len(lines.first)]
    for first, end, wide, count in zip(lines.first, ends, lines.width, lines.gaps, strict=True):
        assert wide == advances[first:end].sum() + gaps[first + 1 : end].sum()
        assert count == np.count_nonzero(gaps[first + 1 : end])


@settings(max_examples=200)
@given(st.text(st.sampled_from("가나다힣漢字かabcZ09.,!?()[]「」'\"%₩-…·"), max_size=20))
def test_syllables_lose_nothing_and_keep_forbidden_starts_and_ends(word):
    units = syllables(word)
    assert "".join(units) == word
    assert all(units)
    for before, after in itertools.pairwise(units):
        assert after[0] not in "!%),.:;?]」…·"
        assert before[-1] not in "([「₩"
        assert re.match("[가-힣一-鿿ぁ-ヿ]", before[-1]) or re.match("[가-힣一-鿿ぁ-ヿ]", after[0])


def test_syllables_break_where_korean_may():
    assert syllables("나라말씀이(中國과)달라,ABC123로") == [
        "나",
        "라",
        "말",
        "씀",
        "이",
        "(中",
        "國",
        "과)",
        "달",
        "라,ABC123",
        "로",
    ]


# Whole paragraphs, from outside ---------------------------------------------------------------

WORD = st.sampled_from(
    [
        "가을",
        "온결백화점",
        "한",
        "고객님,",
        "AVATAR",
        "Toy",
        "2026년",
        "12:30",
        "드립니다.",
        "(햅쌀)",
        "을",
        "매우매우긴낱말",
    ]
)
SIZE, MM = 9, 72 / 25.4


class Ruler:
    """Widths of words and of the space between them, by HarfBuzz."""

    def __init__(self, file):
        self.face = hb.Face(hb.Blob.from_file_path(str(file)))
        self.font = hb.Font(self.face)

    def width(self, word):
        buffer = hb.Buffer()
        buffer.add_str(word)
        buffer.guess_segment_properties()
        buffer.language = "ko"
        hb.shape(self.font, buffer)
        return sum(p.x_advance for p in buffer.glyph_positions) * SIZE / self.face.upem


def by_hand(ruler, words, width):
    lines = [[words[0]]]
    for word in words[1:]:
        if (
            sum(map(ruler.width, [*lines[-1], word])) + len(lines[-1]) * ruler.width(" ")
            <= width + 1e-6
        ):
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def lines_of(page):
    """The words of each line by their place: [(x of the left, x of the right, word), …]."""
    lines = {}
    for x0, _, x1, y1, word, *_ in page.get_text("words"):
        lines.setdefault(round(y1), []).append((x0, x1, word))
    return [sorted(lines[y]) for y in sorted(lines)]


@settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    texts=st.lists(st.lists(WORD, min_size=1, max_size=40), min_size=1, max_size=12),
    width_mm=st.integers(24, 60),
)
def test_paragraphs_break_and_justify_as_by_hand(texts, width_mm, tmp_path_factory, fonts):
    ruler = Ruler(fonts / "Pretendard-Regular.ttf")
    folder = tmp_path_factory.mktemp("lines")
    names = ["left", "center", "right", "justify"]
    parts = {name: {"kind": "paragraph", "text": "{text}", "align": name} for name in names}
    design = "#pagebreak()\n".join(
        f'#place(dx: 10mm, dy: 5mm, part("{name}", width: {width_mm}mm, height: 290mm))'
        for name in names
    )
    rows = [{"id": str(n), "text": " ".join(words)} for n, words in enumerate(texts)]
    printed = write_job(folder / "job", fonts, design, parts, rows, page=(100, 300, 0)).print()
    assert printed.result.counts.printed == len(texts), printed.faults
    left, width = 10 * MM, width_mm * MM
    pages = printed.pages()
    for n, words in enumerate(texts):
        wanted = by_hand(ruler, words, width)
        for align, page in zip(names, pages[4 * n : 4 * n + 4], strict=True):
            found = lines_of(page)
            assert [[word for _, _, word in line] for line in found] == wanted
            for number, line in enumerate(found):
                begin, end = line[0][0] - left, left + width - line[-1][1]
                natural = sum(ruler.width(w) for w in wanted[number]) + (
                    len(line) - 1
                ) * ruler.width(" ")
                spare = width - natural
                last = number == len(found) - 1
                gaps = [b[0] - a[1] for a, b in itertools.pairwise(line)]
                if align == "justify" and not last and gaps:
                    assert (begin, end) == pytest.approx((0, 0), abs=0.1)
                    # The slack is shared alike among the gaps.
                    assert gaps == pytest.approx(
                        [ruler.width(" ") + spare / len(gaps)] * len(gaps), abs=0.1
                    )
                else:
                    share = {"center": 0.5, "right": 1}.get(align, 0)
                    assert begin == pytest.approx(spare * share, abs=0.1)
                    assert gaps == pytest.approx([ruler.width(" ")] * len(gaps), abs=0.1)


def test_korean_breaks_between_syllables_when_asked(mailing):
    text = "나랏말싸미 듕귁에 달아 문자와로 서로 사맛디 아니할쌔(이런 전차로)."
    part = {"kind": "paragraph", "text": text}
    design = (
        '#place(dx: 5mm, dy: 5mm, part("word", width: 26mm, height: 50mm))'
        '#place(dx: 50mm, dy: 5mm, part("syllable", width: 26mm, height: 50mm))'
    )
    parts = {breaks: part | {"breaks": breaks} for breaks in ("word", "syllable")}
    (page,) = mailing(design, parts).print().pages()
    boxes = {
        "word": pymupdf.Rect(0, 0, 45 * MM, 170),
        "syllable": pymupdf.Rect(45 * MM, 0, 300, 170),
    }
    lines = {
        breaks: [line for line in page.get_text(clip=box).splitlines() if line.strip()]
        for breaks, box in boxes.items()
    }
    words = text.split()
    assert all(word in words for line in lines["word"] for word in line.split())
    assert len(lines["syllable"]) < len(lines["word"])
    assert not all(word in words for line in lines["syllable"] for word in line.split())
    assert "".join("".join(lines["syllable"]).split()) == "".join(words)
    for line in lines["syllable"]:
        assert line[0] not in ").,"
        assert line.rstrip()[-1] != "("


def test_line_breaks_and_empty_lines_of_a_template_are_kept(mailing):
    text = "첫째 줄\n\n{name}\n넷째 줄"
    design = '#place(dx: 5mm, dy: 5mm, part("letter", width: 80mm, height: 50mm))'
    rows = [{"id": "1", "name": "셋째 줄"}]
    (page,) = mailing(design, {"letter": {"kind": "paragraph", "text": text}}, rows).print().pages()
    tops = {
        line["spans"][0]["text"][:2]: line["bbox"][1]
        for block in page.get_text("dict")["blocks"]
        for line in block["lines"]
    }
    step = tops["넷째"] - tops["셋째"]
    assert tops["셋째"] - tops["첫째"] == pytest.approx(2 * step, abs=0.05)


def test_a_text_line_whose_fields_are_empty_moves_the_others_up(mailing):
    part = {"name": {"kind": "text", "lines": ["{a}", "{b} {c}", "끝"]}}
    rows = [
        {"id": "1", "a": "가", "b": "나", "c": "다"},
        {"id": "2", "a": "가", "b": "", "c": ""},
        {"id": "3", "a": "", "b": "", "c": "다"},
        {"id": "4", "a": "", "b": "", "c": ""},
    ]
    printed = mailing('#place(part("name", width: 80mm, height: 50mm))', part, rows).print()
    lines = [page.get_text().split("\n")[:-1] for page in printed.pages()]
    assert [[line.strip() for line in page] for page in lines] == [
        ["가", "나 다", "끝"],
        ["가", "끝"],
        ["다", "끝"],
        ["끝"],
    ]
    tops = {round(page.get_text("words")[0][1], 2) for page in printed.pages()}
    assert len(tops) == 1
