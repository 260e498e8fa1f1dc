"""How the journal says things: kinds in words, ids by their names. Rooms fill both registries."""

import string
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

_KINDS: Final[dict[str, Any]] = {}
_NAMES: Final[list[Callable[[Collection[UUID]], Mapping[UUID, str]]]] = []


def describe(kind: str, words: Any) -> None:
    """Say a kind in lazily translated words, a verb without its subject: _("changed an offer").

    Facts may stand in it: _("renamed the firm to {name}").
    """
    assert kind not in _KINDS, f"two rooms describe {kind}"
    _KINDS[kind] = words


def described() -> dict[str, str]:
    """All kinds in words, in the order of their words, facts left out: to choose one from."""
    told = {kind: _Told({}).format(str(words)) for kind, words in _KINDS.items()}
    return dict(sorted(told.items(), key=lambda one: one[1]))


def told(kind: str, facts: Mapping[str, Any]) -> str:
    """What an entry says, in the reader's language."""
    return _Told(facts).format(str(_KINDS.get(kind, kind)))


def names(source: Callable[[Collection[UUID]], Mapping[UUID, str]]) -> None:
    """Register what ids are called: the source gets ids of any kind and names those it knows,
    as every reader of the chain may see them.
    """
    _NAMES.append(source)


def named(ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of all these ids that somebody knows."""
    wanted = set(ids)
    return {one: name for source in _NAMES for one, name in source(wanted).items()}


class _Told(string.Formatter):
    def __init__(self, facts: Mapping[str, Any]) -> None:
        self.facts = facts

    def get_value(self, key: Any, args: Any, kwargs: Any) -> Any:
        value = self.facts.get(str(key), "…")
        if type(value) is int:
            return f"{value:,}"
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        # Names alone: no look into the values by "{a.b}".
        return self.get_value(field_name, args, kwargs), field_name
