"""Reading a TOML table with a pencil in hand: every fault is noted, with its key.

A :class:`Table` hands out its values one by one, checked; what nobody asked for is a fault too
(with the nearest known key), so that a misspelt key is never silently ignored.
"""

import tomllib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any

from moyeora.sharing.exact import read_number
from moyeora.sharing.faults import Fault, refuse

LANGUAGES = ("ko", "en")
# No agreement needs more; a file of gigabytes is a mistake.
LARGEST_FILE_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Words:
    """A text in Korean and English."""

    ko: str
    en: str

    def __getitem__(self, lang: str) -> str:
        return self.en if lang == "en" else self.ko


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A number of TOML that is none: ``nan``, ``inf``."""

    text: str


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file with its decimals exact; raises ``Refused`` when it cannot be read."""
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise ValueError(f"the file is larger than {LARGEST_FILE_BYTES} bytes")
        return tomllib.loads(path.read_text(encoding="utf-8-sig"), parse_float=_decimal)
    except (OSError, ValueError) as problem:
        raise refuse("unreadable", path.name, str(problem), "a TOML file in UTF-8") from None


def _decimal(text: str) -> Fraction | Unreadable:
    try:
        return read_number(text)
    except ValueError:
        return Unreadable(text)


class Table:
    """One table of a file; ``where`` is its file and key, ``faults`` is shared by all."""

    def __init__(self, data: dict[str, Any], where: str, faults: list[Fault]) -> None:
        self.data, self.where, self.faults = data, where, faults
        self._asked: set[str] = set()

    def place(self, key: str) -> str:
        """The name of a key in a fault."""
        return f"{self.where}{key}" if self.where.endswith(": ") else f"{self.where}.{key}"

    def fault(self, key: str, code: str, what: str, instead: str) -> None:
        """Note a fault at a key."""
        self.faults.append(Fault(code, self.place(key), what, instead))

    def has(self, key: str) -> bool:
        """Whether the key is written; it then counts as known."""
        self._asked.add(key)
        return key in self.data

    def get(self, key: str, kind: type | tuple[type, ...], instead: str, default: Any) -> Any:
        """A value of a kind; ``default`` when absent (``...`` makes that a fault)."""
        self._asked.add(key)
        if key not in self.data:
            if default is ...:
                self.fault(key, "missing", f"{key} is missing", f"{key} = {instead}")
                return None
            return default
        value = self.data[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.fault(key, "wrong-kind", f"{key} cannot be {_shown(value)}", instead)
            return None if default is ... else default
        return value

    def text(self, key: str, default: Any = ...) -> str:
        """A text that is not empty."""
        value = self.get(key, str, '"..."', default)
        if value is not None and value != default and not value.strip():
            self.fault(key, "empty", f"{key} is empty", '"..."')
        return "" if value is None else str(value)

    def words(self, key: str, default: Any = ...) -> Words:
        """A text in both languages, or one text for both."""
        example = '"..." or { ko = "...", en = "..." }'
        value = self.get(key, (str, dict), example, default)
        if isinstance(value, dict):
            inner = Table(value, self.place(key), self.faults)
            words = Words(inner.text("ko"), inner.text("en"))
            inner.finish()
            return words
        text = "" if value is None else str(value)
        return Words(text, text)

    def choice(self, key: str, options: Iterable[str], default: Any = ...) -> str:
        """One of some words."""
        known = list(options)
        value = self.get(key, str, " | ".join(known), default)
        if value is not None and value != default and value not in known:
            near = get_close_matches(value, known, 1)
            self.fault(
                key,
                "unknown-" + key,
                f"there is no {key} {value!r}",
                repr(near[0]) if near else " | ".join(known),
            )
        return "" if value is None else str(value)

    def truth(self, key: str, default: bool = False) -> bool:
        """true or false."""
        return bool(self.get(key, bool, "true or false", default))

    def day(self, key: str, default: Any = ...) -> date | None:
        """A date such as 2026-03-02."""
        written = self.data.get(key)
        if isinstance(written, str):
            # JSON has no dates, so a state holds them as text.
            with suppress(ValueError):
                self._asked.add(key)
                return date.fromisoformat(written)
        value = self.get(key, date, "2026-03-02", default)
        return value.date() if isinstance(value, datetime) else value

    def whole(self, key: str, default: Any = ..., least: int = 0) -> int:
        """An amount of money (or a count): an integer of the smallest unit."""
        self._asked.add(key)
        value = self.data.get(key, default)
        if isinstance(value, Fraction | Unreadable | float):
            self.fault(
                key,
                "fraction",
                f"{key} is {_shown(value)}; an amount is a whole number "
                "of the currency's smallest unit",
                "12345",
            )
            return least
        value = self.get(key, int, "12345", default)
        if value is not None and value is not default and value < least:
            self.fault(key, "negative", f"{key} is {value}", f"{least} or more")
            return least
        return 0 if value is None else int(value)

    def ratio(self, key: str, default: Any = ..., most: Fraction | None = Fraction(1)) -> Fraction:
        """A rate, written "10%", "1/3" or 0.1; 0 to ``most``."""
        self._asked.add(key)
        if key not in self.data:
            value = self.get(key, str, '"10%"', default)
            return Fraction(0) if value is None else Fraction(value)
        return read_ratio(self.data[key], lambda *fault: self.fault(key, *fault), most)

    def table(self, key: str, default: Any = ...) -> "Table":
        """An inner table (empty when it is missing)."""
        value = self.get(key, dict, "{ ... }", default)
        return Table(value or {}, self.place(key), self.faults)

    def tables(self, key: str, least: int = 0) -> list["Table"]:
        """An array of tables."""
        value = self.get(key, list, "[[...]]", [] if not least else ...) or []
        if not all(isinstance(each, dict) for each in value):
            self.fault(key, "wrong-kind", f"{key} holds something that is no table", f"[[{key}]]")
            value = []
        elif len(value) < least and key in self.data:
            self.fault(key, "missing", f"there is no {key}", f"at least {least} [[{key}]]")
        # People count from 1.
        return [
            Table(each, f"{self.place(key)}[{number}]", self.faults)
            for number, each in enumerate(value, 1)
        ]

    def names(self, key: str, known: Sequence[str], default: Any = ...) -> list[str]:
        """A list of known ids, none twice."""
        value = self.get(key, list, "[...]", default)
        if value is None or value is default:
            return [] if value is None else list(default)
        for each in value:
            if each not in known:
                self.fault(key, "unknown-id", f"there is no {each!r}", " | ".join(known))
        if len({str(each) for each in value}) < len(value):
            self.fault(key, "twice", f"{key} names one twice", "each once")
        return [str(each) for each in value if each in known]

    def finish(self) -> None:
        """Note every key that nobody asked for."""
        for key in self.data.keys() - self._asked:
            near = get_close_matches(key, self._asked, 1)
            self.fault(
                key,
                "unknown-key",
                f"{key} means nothing here",
                near[0] if near else "one of " + ", ".join(sorted(self._asked)),
            )


def read_ratio(
    value: Any, fault: Callable[[str, str, str], None], most: Fraction | None = Fraction(1)
) -> Fraction:
    """A rate or weight from TOML, 0 to ``most``; faults are told to ``fault``."""
    try:
        number = read_number(value)
    except ValueError:
        fault("not-a-number", f"{_shown(value)} is not a number", '"10%", "1/3" or 0.1')
        return Fraction(0)
    if number < 0:
        fault("negative", f"{_shown(value)} is below zero", "0 or more")
        return Fraction(0)
    if most is not None and number > most:
        fault("over-100", f"{_shown(value)} is over {most * 100} %", f"at most {most * 100} %")
        return Fraction(0)
    return number


def _shown(value: Any) -> str:
    if isinstance(value, Unreadable):
        return value.text
    return str(value) if isinstance(value, Fraction) else repr(value)
