"""A sentence in the languages of the manual."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in several languages: ``(("ko", "..."), ("en", "..."))``."""

    versions: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of_mapping(cls, versions: Mapping[str, str]) -> "Text":
        return cls(tuple(versions.items()))

    def of(self, language: str) -> str:
        """The sentence in ``language``; where that is missing, in the first there is."""
        known = dict(self.versions)
        return known.get(language) or next(iter(known.values()), "")

    def missing(self, languages: tuple[str, ...]) -> tuple[str, ...]:
        """The languages of ``languages`` in which nothing is written."""
        known = dict(self.versions)
        return tuple(language for language in languages if not known.get(language, "").strip())


def text(ko: str, en: str) -> Text:
    """A sentence that the program itself says."""
    return Text((("ko", ko), ("en", en)))
