"""The permission matrix: every page, API operation and action, and every kind of person.

One module a room. To add a page, an operation or an action, add its row to the room's table and,
if it needs arguments, a line to ``given``:

    PAGES = '''
                         | of the firm it is about | other firms     | association        | agency   |         |
                         | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
    members:firm         | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | login
    POST members:rename  | go    403   403         | 403     403     | 403         403    | 403      | 403     | login
    '''

    def given(people):
        firm = people.firms["ours"]
        return {
            "members:firm": to(firm=firm.id),
            "POST members:rename": to(firm=firm.id).send(name="가나디엠"),
            "GET /members/firms/{firm}": to(firm=firm.id),
            "members.firm.rename": firm,
        }

``PAGES``: names of addresses, ``POST name`` where a page takes a form (a page that shows one and
takes it has two rows). ``API``: method and path as the OpenAPI description has them, without /api.
``ACTIONS``: names in ``journal.action.ACTIONS``; ``given`` has the first argument. The lines of a
table before the one that begins with ``| owner`` are for the eye, as are bars and the width of gaps.

``partner`` owns a firm that shares the consortia of ``ours``, ``outside`` owns one that does not.
``given`` makes what the rows are about (all of it belongs to ``people.firms["ours"]``); it runs
without scopes, and everything is rolled back after each cell.

What may stand in a cell: ``ok`` (200), ``go`` (redirected to another page, as after a form),
``login`` (asked to sign in), ``again`` (asked for the password again: a signature), ``422`` (may,
but what it sent is refused), ``401``, ``403``, ``404``, ``405``. Of actions: ``ok`` or ``no``.

``test_matrix.py`` walks the URL configuration, the OpenAPI description and the actions, and fails
where a row is missing, printing the line to begin with.
"""

import importlib
import pkgutil
from dataclasses import dataclass, field, replace
from functools import cache
from types import ModuleType
from typing import Any

from django_scopes import scopes_disabled

KINDS = {
    "owner": "ours.owner",
    "staff": "ours.staff",
    "accountant": "ours.accountant",
    "partner": "partner.owner",
    "outside": "other.owner",
    "coordinator": "coordinator",
    "board": "board",
    "reviewer": "reviewer",
    "auditor": "auditor",
    "anyone": "anyone",
}


@dataclass(frozen=True)
class Call:
    """What a request needs: the arguments of its address, and what it sends."""

    arguments: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    query: str = ""

    def send(self, **data: Any) -> "Call":
        return replace(self, data=data)

    def ask(self, query: str) -> "Call":
        return replace(self, query=query)


def to(**arguments: Any) -> Call:
    """A call to an address with these arguments."""
    return Call(arguments)


def read(table: str) -> dict[str, dict[str, str]]:
    """Row name -> kind of person -> what is expected."""
    rows: dict[str, dict[str, str]] = {}
    kinds: list[str] = []
    for line in table.splitlines():
        name, *cells = line.split("|")
        words = " ".join(cells).split()
        if not name.strip():
            if words and words[0] == "owner":
                kinds = words
                assert kinds == list(KINDS), f"the kinds of person are {' '.join(KINDS)}"
        else:
            assert len(words) == len(kinds), f"the row needs {len(kinds)} cells: {line}"
            assert name.strip() not in rows, f"two rows: {line}"
            rows[name.strip()] = dict(zip(kinds, words, strict=True))
    return rows


@cache
def rooms() -> tuple[ModuleType, ...]:
    """The modules with the tables."""
    return tuple(
        importlib.import_module(f"{__name__}.{module.name}")
        for module in pkgutil.iter_modules(__path__)
        if module.name != "doors" and not module.name.startswith("test_")
    )


def table(kind: str) -> dict[str, tuple[ModuleType, dict[str, str]]]:
    """The rows of all rooms ("PAGES", "API" or "ACTIONS"): name -> (its room, what is expected)."""
    rows: dict[str, tuple[ModuleType, dict[str, str]]] = {}
    for room in rooms():
        for name, expected in read(getattr(room, kind, "")).items():
            assert name not in rows, f"{name} stands in two rooms"
            rows[name] = (room, expected)
    return rows


def given(room: ModuleType, people: Any) -> dict[str, Any]:
    """What a room's rows are about, made in the database."""
    with scopes_disabled():
        return room.given(people) if hasattr(room, "given") else {}
