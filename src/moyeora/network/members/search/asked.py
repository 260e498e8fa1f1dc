"""One search as an address says it: text, facets, order, page."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import QueryDict

from moyeora.network.frame.actor import Actor
from moyeora.network.members.models import Firm
from moyeora.network.members.search.documents import KINDS
from moyeora.network.members.search.find import Found, by_distance, find
from moyeora.network.members.search.query import LONGEST_QUERY, read
from moyeora.network.members.search.suggest import Meant, instead

MOST_VALUES: Final = 20  # chosen of one kind
Place = tuple[float, float]


@dataclass(frozen=True)
class Asked:
    """``q``: what was typed; ``chosen``: kind -> values; ``near``: the nearest first."""

    q: str
    chosen: dict[str, list[str]]
    near: bool = False

    @classmethod
    def of(cls, given: QueryDict) -> "Asked":
        """Of the values of an address; what it does not know is passed over."""
        chosen = {kind: sorted(set(filter(None, given.getlist(kind)))) for kind in KINDS}
        q = " ".join(given.get("q", "").split())
        if "\0" in q or any("\0" in value for values in chosen.values() for value in values):
            raise BadRequest("an address with a zero byte")
        return cls(
            q[:LONGEST_QUERY],
            {kind: values[:MOST_VALUES] for kind, values in chosen.items() if values},
            given.get("order") == "near",
        )

    def answer(self, place: Place | None) -> tuple[Found, Meant | None]:
        """What was found; where that is nothing, what may have been meant and what it finds."""
        query, wider = read(self.q), read(self.q, open_words=True)
        found, meant = find(query, self.chosen), None
        if not found.hits and wider != query:
            found = find(wider, self.chosen)
        if not found.hits and self.q:
            meant = instead(self.q, self.chosen)
            found = meant.found if meant else found
        if self.near and place:
            found = Found(by_distance(found.hits, place), found.total, found.facets)
        return found, meant

    def without(self, kind: str = "", value: str = "") -> str:
        """The address's query without one chosen value; without all of them by default."""
        left = [
            (one, given)
            for one, values in self.chosen.items()
            for given in values
            if kind and (one, given) != (kind, value)
        ]
        return urlencode([*([("q", self.q)] if self.q else []), *left])

    @property
    def address(self) -> str:
        """The address's query."""
        given = [(kind, value) for kind, values in self.chosen.items() for value in values]
        return urlencode([*([("q", self.q)] if self.q else []), *given])


def place_of(actor: Actor) -> Place | None:
    """Where the actor's firm is; None for who acts for none."""
    firm = Firm.objects.filter(id=actor.firm).first() if actor.firm else None
    return (float(firm.latitude), float(firm.longitude)) if firm else None
