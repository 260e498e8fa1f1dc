"""Where the index lies: one table of PostgreSQL in tiers, or FTS5 beside a table of SQLite.

PostgreSQL's own parser would cut our marked tokens to pieces, so documents and queries are
written as ``tsvector`` and ``tsquery`` themselves; FTS5's ``unicode61`` leaves them whole.
Nothing of what people write but letters and digits gets into an expression.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from moyeora.network.members.models import Firm
from moyeora.network.members.search.documents import ALONE, GAP, TIERS, Document
from moyeora.network.members.search.query import Phrase

FINDABLE: Final = Firm.Standing.MEMBER
"""Who asked to join, was suspended or left is not found."""

_BETWEEN: Final = "\x1f"  # facets where a column holds no array: the unit separator of ASCII


@dataclass(frozen=True)
class Every:
    """All of the parts must match."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True)
class Some:
    """One of the parts must match."""

    parts: tuple["Expression", ...]


Expression = Phrase | Every | Some
Cases = tuple[tuple[Expression, int], ...]
"""Points: of the first expression that matches; none matches: 0."""


class Hit(NamedTuple):
    """A firm that was found; the greater ``score`` is the better."""

    firm: UUID
    key: int
    latitude: float
    longitude: float
    facets: tuple[str, ...]
    score: int


def put(documents: Sequence[Document]) -> None:
    """Write documents; those of the same firms must have been removed."""
    if _postgresql():
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO members_search"
                " (firm_id, tier, key, latitude, longitude, facets, words)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s::tsvector)",
                [
                    (d.firm, d.tier, d.key, d.latitude, d.longitude, list(d.facets), tsvector(d))
                    for d in documents
                ],
            )
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO members_search (key, firm_id, tier, latitude, longitude, facets)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [
                (d.key, d.firm.hex, d.tier, d.latitude, d.longitude, _BETWEEN.join(d.facets))
                for d in documents
            ],
        )
        cursor.executemany(
            "INSERT INTO members_search_words (rowid, words) VALUES (%s, %s)",
            [(d.key, " ".join(d.words)) for d in documents],
        )


def remove(firms: Iterable[UUID]) -> None:
    """Take firms out of the index; who is not in it is passed over."""
    ids = [firm if _postgresql() else firm.hex for firm in firms]
    if ids:
        with connection.cursor() as cursor:
            places = ", ".join(["%s"] * len(ids))
            cursor.execute(f"DELETE FROM members_search WHERE firm_id IN ({places})", ids)


def remove_the_unfindable() -> None:
    """Take out every firm that is no member any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM members_search WHERE firm_id NOT IN"
            " (SELECT id FROM members_firm WHERE standing = %s)",
            [FINDABLE],
        )


def tidy() -> None:
    """After much was written: let the database learn what it has."""
    with connection.cursor() as cursor:
        if _postgresql():
            cursor.execute("ANALYZE members_search")
        else:
            cursor.execute(
                "INSERT INTO members_search_words (members_search_words) VALUES ('optimize')"
            )


def match(
    condition: Expression | None,
    tiers: tuple[int, int],
    scores: Sequence[Cases] = (),
    limit: int | None = None,
) -> list[Hit]:
    """The firms of the tiers from the first to the last, both included, that match; every firm
    where there is no condition. In no order.
    """
    dialect = _ts if _postgresql() else _fts
    where: list[str] = []
    values: list[Any] = []
    points = ["0"]
    for cases in scores:
        whens = ""
        for expression, worth in cases:
            whens += f" WHEN {_HOLDS[connection.vendor]} THEN {worth:d}"
            values.append(dialect(expression))
        points.append(f"CASE{whens} ELSE 0 END")
    lowest, highest = tiers
    # Comparisons that say nothing would keep the planner from reading the table straight.
    if (lowest, highest) != (0, TIERS - 1):
        where.append("tier BETWEEN %s AND %s")
        values += [lowest, highest]
    if condition is not None:
        where.append(_HOLDS[connection.vendor])
        values.append(dialect(condition))
    sql = f"SELECT firm_id, key, latitude, longitude, facets, {' + '.join(points)}"
    sql += " FROM members_search"
    if where:
        sql += f" WHERE {' AND '.join(where)}"
    if limit is not None:
        sql += f" LIMIT {limit:d}"
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    if _postgresql():
        return [Hit(*row) for row in rows]
    return [
        Hit(_id(firm), key, latitude, longitude, tuple(facets.split(_BETWEEN)), score)
        for firm, key, latitude, longitude, facets, score in rows
    ]


# SQLite gives an id as text. Reading some hundred of them is the dearest part of a search.
_id = lru_cache(100_000)(UUID)

_HOLDS: Final = {
    "postgresql": "words @@ %s::tsquery",
    "sqlite": "key IN (SELECT rowid FROM members_search_words WHERE members_search_words MATCH %s)",
}


def tsvector(document: Document) -> str:
    """A document as PostgreSQL reads a ``tsvector``."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(document.words, start=1):
        if word != GAP:
            places.setdefault(word, []).append(place)
    return " ".join(
        # Where a facet or a whole word stands, nobody asks.
        f"'{word}'" if word[0] in ALONE else f"'{word}':{','.join(map(str, at))}"
        for word, at in places.items()
    )


def _ts(expression: Expression) -> str:
    if isinstance(expression, Phrase):
        text = " <-> ".join(f"'{token}'" for token in expression.tokens)
        return f"({text}:*)" if expression.prefix else f"({text})"
    sign = " & " if isinstance(expression, Every) else " | "
    return f"({sign.join(map(_ts, expression.parts))})"


def _fts(expression: Expression) -> str:
    if isinstance(expression, Phrase):
        return f'"{" ".join(expression.tokens)}"' + (" *" if expression.prefix else "")
    sign = " AND " if isinstance(expression, Every) else " OR "
    return f"({sign.join(map(_fts, expression.parts))})"


def _postgresql() -> bool:
    return connection.vendor == "postgresql"
