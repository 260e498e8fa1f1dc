"""Static files under addresses that change with their content, so that browsers may keep them."""

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class Versioned(StaticFilesStorage):
    """``{% static 'moyeora/moyeora.css' %}`` becomes ``/static/moyeora/moyeora.css?v=5f1d09a2``.

    Nothing is collected or renamed: the files stay where they lie in the package.
    """

    def url(self, name: str | None) -> str:
        return super().url(name) + _version(name or "")


@cache
def _version(name: str) -> str:
    found = finders.find(name)
    if not found or not Path(found).is_file():
        return ""
    return "?v=" + hashlib.sha256(Path(found).read_bytes()).hexdigest()[:8]
