"""Rooms share one language: the first catalogue that knows a word says it for all of them.

So two rooms that translate the same word differently would each read the other's; a word that means
two things carries a context.
"""

from gettext import GNUTranslations
from pathlib import Path

import moyeora.network

CATALOGUES = sorted(Path(moyeora.network.__file__).parent.rglob("locale/ko/LC_MESSAGES/django.mo"))


def test_no_room_shadows_the_words_of_another():
    assert len(CATALOGUES) > 5
    said: dict[object, dict[str, str]] = {}
    for path in CATALOGUES:
        with path.open("rb") as file:
            words = GNUTranslations(file)._catalog
        for word, translation in words.items():
            if word:
                said.setdefault(word, {})[translation] = path.parents[3].name
    assert {word: ways for word, ways in said.items() if len(ways) > 1} == {}
