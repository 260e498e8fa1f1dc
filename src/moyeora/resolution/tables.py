"""Reading TOML tables so that every fault is found, not only the first.

A :class:`Table` hands out values of the wanted kind. What is missing or wrong becomes a
:class:`Fault` and a harmless stand-in is handed out instead, so that reading goes on; what
nobody asked for is a fault as well, because a misspelt key must not be silence.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from moyeora.resolution.errors import Fault, FileFaults
from moyeora.resolution.text import Text


def load(path: Path) -> tuple[Mapping[str, Any], bytes]:
    """The data and the bytes of a TOML file.

    Raises:
        FileFaults: the file cannot be read or is not TOML (with line and column).
    """
    try:
        raw = path.read_bytes()
        return tomllib.loads(raw.decode("utf-8")), raw
    except OSError as error:
        wrong, instead = f"cannot be read ({error.strerror})", "give the path of a TOML file"
    except UnicodeDecodeError as error:
        wrong, instead = f"byte {error.start} is not UTF-8", "save the file as UTF-8"
    except tomllib.TOMLDecodeError as error:
        wrong, instead = f"is not TOML: {error}", "mend the line that is named"
    raise FileFaults([Fault(str(path), "file", wrong, instead)])


class Table:
    """One table of a file, its place in it, and the faults found so far."""

    def __init__(
        self, data: Mapping[str, Any], file: str, key: str = "", faults: list[Fault] | None = None
    ) -> None:
        self.data, self.file, self.key = data, file, key
        self.faults: list[Fault] = [] if faults is None else faults
        self._asked: set[str] = set()

    def place(self, name: str) -> str:
        return f"{self.key}.{name}" if self.key else name

    def fault(self, name: str, wrong: str, instead: str) -> None:
        self.faults.append(Fault(self.file, self.place(name), wrong, instead))

    def has(self, name: str) -> bool:
        return name in self.data

    def _take(self, name: str, kind: type, instead: str, default: Any) -> Any:
        self._asked.add(name)
        if name not in self.data:
            if default is None:
                self.fault(name, "is missing", instead)
            return default
        value = self.data[name]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.fault(name, f"is {value!r}", instead)
            return default
        return value

    def word(self, name: str, default: str | None = None) -> str:
        value = self._take(name, str, "write a word or sentence in quotes", default)
        return value if value is not None else ""

    def one_of(self, name: str, allowed: Iterable[str], default: str | None = None) -> str:
        choices = tuple(allowed)
        instead = f"write one of {', '.join(choices)}"
        value = self._take(name, str, instead, default)
        if value is None:
            return choices[0]
        if value not in choices:
            self.fault(name, f"is {value!r}", instead)
            return choices[0]
        return str(value)

    def flag(self, name: str) -> bool:
        return bool(self._take(name, bool, "write true or false", False))

    def number(self, name: str, least: int, most: int, default: int | None = None) -> int:
        instead = f"write a whole number from {least} to {most}"
        value = self._take(name, int, instead, default)
        if value is None:
            return least
        if not least <= value <= most:
            self.fault(name, f"is {value}", instead)
            return least
        return int(value)

    def ratio(self, name: str, default: str | None = None) -> Fraction:
        """A ratio from 0 to 1, written as "2/3"."""
        instead = 'write a fraction from 0 to 1 in quotes, such as "2/3"'
        value = self._take(name, str, instead, default)
        try:
            ratio = Fraction(value)
        except (TypeError, ValueError, ZeroDivisionError):
            if value is not None:
                self.fault(name, f"is {value!r}", instead)
            return Fraction(1)
        if not 0 <= ratio <= 1:
            self.fault(name, f"is {value}", instead)
            return Fraction(1)
        return ratio

    def day(self, name: str) -> date:
        instead = "write a date such as 2026-03-02, without quotes"
        value = self._take(name, date, instead, None)
        if isinstance(value, datetime):
            self.fault(name, f"is {value}, with a time", instead)
            value = value.date()
        return value if value is not None else date(2000, 1, 1)

    def words(self, name: str) -> tuple[str, ...]:
        """A list of words; one word alone is a list of one."""
        if isinstance(self.data.get(name), str):
            return (self.word(name),)
        values = self._take(name, list, "write a list of words in quotes", [])
        good = tuple(value for value in values if isinstance(value, str))
        if len(good) != len(values):
            self.fault(name, f"is {values!r}", "write a list of words in quotes")
        return good

    def amounts(self, name: str) -> Mapping[str, int]:
        """Firm -> whole units of the currency's smallest unit."""
        values = self._take(name, dict, "write a table of firms and whole amounts", {})
        for firm, amount in values.items():
            if not isinstance(amount, int) or isinstance(amount, bool):
                self.fault(
                    f"{name}.{firm}",
                    f"is {amount!r}",
                    "write a whole number of the currency's smallest unit (no decimals)",
                )
        return {
            firm: amount
            for firm, amount in values.items()
            if isinstance(amount, int) and not isinstance(amount, bool)
        }

    def text(self, name: str, optional: bool = False) -> Text:
        """A sentence by language; which languages must be there is the checker's question."""
        instead = 'write { ko = "...", en = "..." }'
        value = self._take(name, dict, instead, {} if optional else None)
        versions = {
            language: sentence
            for language, sentence in (value or {}).items()
            if isinstance(sentence, str)
        }
        if value and len(versions) != len(value):
            self.fault(name, f"is {value!r}", instead)
        return Text.of_mapping(versions)

    def table(self, name: str) -> "Table":
        value = self._take(name, dict, "write a table", None)
        return Table(value or {}, self.file, self.place(name), self.faults)

    def tables(self, name: str) -> Iterator["Table"]:
        """A list of tables; one table alone is a list of one."""
        self._asked.add(name)
        value = self.data.get(name, [])
        rows = [value] if isinstance(value, dict) else value
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.fault(name, f"is {value!r}", f"write [[{self.place(name)}]] tables")
            return
        for at, row in enumerate(rows):
            known = row.get("id")
            label = known if isinstance(known, str) else str(at + 1)
            yield Table(row, self.file, f"{self.place(name)}[{label}]", self.faults)

    def close(self, *also: str) -> None:
        """Name every key that nobody asked for."""
        for name in self.data:
            if name not in self._asked and name not in also:
                known = ", ".join(sorted(self._asked))
                self.fault(name, "is not a key here", f"take it out or write one of {known}")
