"""All doors of the application: its pages, API operations and actions, as it tells them itself."""

import inspect
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from moyeora.network.api import api
from moyeora.network.journal.action import ACTIONS


def pages() -> set[str]:
    """Each address's name once for each method that its view takes: "name", "POST name"."""
    operations = {name for name, _ in _walk() if name.startswith("api:")}
    described = {"api:openapi-json", "api:api-root"}
    found = set()
    for name, view in _walk():
        if name in operations - described:
            continue  # the API's own table has them
        reads, posts = _methods(view)
        found |= {name} if reads else set()
        found |= {f"POST {name}"} if posts else set()
    return found


def operations() -> set[str]:
    paths = api.get_openapi_schema(path_prefix="")["paths"]
    return {f"{method.upper()} {path}" for path, item in paths.items() for method in item}


def actions() -> set[str]:
    # Tests of the journal have actions of their own.
    return {name for name in ACTIONS if not name.startswith("test.")}


def _walk() -> Iterator[tuple[str, Any]]:
    def inside(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, Any]]:
        for one in resolver.url_patterns:
            if isinstance(one, URLResolver):
                yield from inside(one, f"{prefix}{one.namespace}:" if one.namespace else prefix)
            elif isinstance(one, URLPattern):
                assert one.name, f"{one.pattern} has no name"
                yield f"{prefix}{one.name}", one.callback

    return inside(get_resolver(), "")


def _methods(view: Any) -> tuple[bool, bool]:
    """Whether a view takes GET and POST: a class says it, of a function its source."""
    if hasattr(view, "view_class"):
        return hasattr(view.view_class, "get"), hasattr(view.view_class, "post")
    source = inspect.getsource(inspect.unwrap(getattr(view, "func", view)))
    return "@require_POST" not in source, "POST" in source
