"""The shipped manual is sound for 2 to 12 firms and keeps the figures that it was built from."""

import xml.etree.ElementTree as ElementTree

import pytest

from moyeora.resolution import check
from moyeora.resolution.draw import drawing
from moyeora.resolution.show import document


@pytest.fixture(scope="module")
def report(manual, calendar):
    return check(manual, calendar)


def test_it_is_proved_sound_for_every_set_of_parties(report):
    assert [verdict.name for verdict in report.verdicts if not verdict.holds] == []
    assert report.firms == (2, 12)
    # Every choice of two non-empty sides among n firms: 3^n - 2^(n+1) + 1, for three tracks; and
    # every choice of at most 11 firms with an interest for the decision: 2^n, one less for 12.
    sides = sum(3**n - 2 ** (n + 1) + 1 for n in range(2, 13))
    interests = sum(2**n for n in range(2, 13)) - 1
    assert report.party_sets == sides + interests


def test_it_has_a_longest_case(report):
    assert report.bound is not None
    assert {found.track for found in report.longest} == {
        "difference",
        "default",
        "inspection",
        "decision",
    }
    assert report.bound.days == max(found.days for found in report.longest) < 730


@pytest.mark.parametrize(
    ("state", "days"),
    [
        ("raised", 3),
        ("negotiation", 14),
        ("assembly", 15),
        ("expert", 14),
        ("board", 28),
        ("board_decided", 28),
        ("mediation", 60),
        ("breach", 30),
        ("inspecting", 10),
        ("minutes", 10),
        ("objections", 15),
    ],
)
def test_terms(manual, state, days):
    assert manual.states[state].term.days == days


def test_a_party_has_no_vote_and_two_thirds_decide(manual):
    votes = [state.vote for state in manual.states.values() if state.vote is not None]
    assert votes
    for vote in votes:
        assert vote.voters == "voters"
        assert vote.majority == pytest.approx(2 / 3)
        assert vote.few == "board"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_document_says_everything(manual, language):
    written = document(manual, language)
    for state in manual.states.values():
        assert state.title.of(language) in written
        assert state.body.of(language) in written
        for silence in state.silence:
            assert silence.means.of(language) in written
        for event in state.events:
            assert event.title.of(language) in written
    for law in manual.laws:
        assert law.cite.of(language) in written
        assert law.body.of(language) in written
    assert manual.preface.of(language) in written
    other = {"ko": "en", "en": "ko"}[language]
    assert manual.preface.of(other) not in written


@pytest.mark.parametrize("track", [None, "difference", "default", "inspection", "decision"])
def test_the_drawing_shows_every_state_and_no_boxes_overlap(manual, track):
    root = ElementTree.fromstring(drawing(manual, "ko", track))
    svg = "{http://www.w3.org/2000/svg}"
    said = {text.text for text in root.iter(f"{svg}text")}
    if track is None:
        assert {state.title.of("ko") for state in manual.states.values()} <= said
    boxes = [
        [float(rect.get(key)) for key in ("x", "y", "width", "height")]
        for rect in root.iter(f"{svg}rect")
        if rect.get("stroke")
    ]
    width, height = float(root.get("width")), float(root.get("height"))
    for at, (x, y, w, h) in enumerate(boxes):
        assert x >= 0
        assert x + w <= width
        assert y >= 0
        assert y + h <= height
        for x2, y2, w2, h2 in boxes[at + 1 :]:
            assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y
    assert drawing(manual, "ko", track) == drawing(manual, "ko", track)
