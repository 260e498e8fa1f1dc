"""Mappings that cannot be changed, all the way down."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


def frozen(value: Any) -> Any:
    """``value`` with every mapping in it read-only and every list a tuple.

    What is frozen already is handed back as it is, so that steps share what they do not change.
    """
    if isinstance(value, MappingProxyType):
        return value
    if isinstance(value, Mapping):
        return MappingProxyType({key: frozen(inner) for key, inner in value.items()})
    if isinstance(value, list):
        return tuple(map(frozen, value))
    return value


def freeze_fields(instance: Any, *names: str) -> None:
    """Freeze the mappings in the named fields of a frozen dataclass, in its ``__post_init__``."""
    for name in names:
        object.__setattr__(instance, name, frozen(getattr(instance, name)))
