"""The game of an agreement or a scenario, as people write it down.

``form`` says how: a table of ``values`` or ``costs`` (singles, pairs, triples, in the order of
``players``), ``airport``, ``bankruptcy``, ``voting``, or ``offers``: the item's price, its owner
and what each firm would do each role for. The last gives v(S) = 0 unless the owner is in S, else
max(0, price - the least cost of the whole item, with the firms of S at their own cost and all
others, outsiders too, at the price they offer).
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from moyeora.sharing import games
from moyeora.sharing.division import FirmGame
from moyeora.sharing.exact import split_list
from moyeora.sharing.faults import SharingError
from moyeora.sharing.tables import Table, read_ratio

FORMS = ("values", "costs", "airport", "bankruptcy", "voting", "offers")


def read_game(table: Table, firms: Sequence[str]) -> FirmGame | None:
    """Read a ``[game]``; None, with the faults noted in the table, when it is none."""
    form = table.choice("form", FORMS)
    players = tuple(table.names("players", firms, list(firms))) or tuple(firms)
    try:
        game = _read(table, form, players)
    except SharingError as refused:
        for fault in refused.faults:
            table.fault(fault.where.split("[")[0], fault.code, fault.what, fault.instead)
        game = None
    return None if game is None else FirmGame(players, game)


def _read(table: Table, form: str, players: Sequence[str]) -> games.Game | None:
    count = len(players)
    games.check_players(count)
    if form in ("values", "costs"):
        numbers = _list(table, form)
        if numbers is None:
            return None
        game = games.from_values(numbers, count)
        return game if form == "values" else game.savings()
    if form == "offers":
        return _read_offers(table, players)
    if form in ("airport", "bankruptcy", "voting"):
        key = {"airport": "costs", "bankruptcy": "claims", "voting": "weights"}[form]
        numbers = _list(table, key)
        if numbers is not None and len(numbers) != count:
            table.fault(
                key,
                "missing-groups",
                f"{len(numbers)} numbers for {count} players",
                "one number a player",
            )
            numbers = None
        level = Fraction(0)
        if form != "airport":
            level = table.ratio("estate" if form == "bankruptcy" else "quota", most=None)
        if numbers is None:
            return None
        if form == "airport":
            return games.airport(numbers).savings()
        if form == "bankruptcy":
            return games.bankruptcy(level, numbers)
        return games.weighted_voting(numbers, level)
    return None


def _list(table: Table, key: str) -> list[Fraction] | None:
    """A list of exact numbers, as TOML numbers, texts, or one text with commas."""
    value: Any = table.get(key, (list, str), "[0, 0, 5]", ...)
    if value is None:
        return None
    before = len(table.faults)
    words = split_list(value) if isinstance(value, str) else value
    numbers = []
    for place, word in enumerate(words, 1):
        negative = isinstance(word, int) and word < 0 and key == "values"
        number = read_ratio(
            -word if negative else word, partial(table.fault, f"{key}[{place}]"), most=None
        )
        numbers.append(-number if negative else number)
    return numbers if len(table.faults) == before else None


def _read_offers(table: Table, players: Sequence[str]) -> games.Game | None:
    before = len(table.faults)
    price = table.whole("price")
    owner = table.choice("owner", players)
    # role -> (who, own cost or None, offered price); who is no player: an outsider
    roles: dict[str, list[tuple[str, int | None, int | None]]] = {}
    for offer in table.tables("offer", least=1):
        firm, role = offer.text("firm"), offer.text("role")
        cost = offer.whole("cost", None) if offer.has("cost") else None
        asked = offer.whole("price", None) if offer.has("price") else None
        if firm in players and cost is None:
            # A firm that keeps its cost to itself works for the price it offers.
            cost = asked
        if asked is None and (cost is None or firm not in players):
            offer.fault("price", "missing", f"{firm} offers {role} for no price", "price = 12345")
        offer.finish()
        roles.setdefault(role, []).append((firm, cost, asked))
    if len(table.faults) > before:
        return None
    worth = []
    for group in range(1 << len(players)):
        inside = {players[i] for i in games.members_of(group)}
        worth.append(_earn(price, roles, inside) if owner in inside else 0)
    return games.Game(len(players), worth)


def _earn(
    price: int, roles: dict[str, list[tuple[str, int | None, int | None]]], inside: set[str]
) -> int:
    least = 0
    for offers in roles.values():
        open_to_us = [
            cost if firm in inside else asked
            for firm, cost, asked in offers
            if (cost if firm in inside else asked) is not None
        ]
        if not open_to_us:
            return 0
        least += min(amount for amount in open_to_us if amount is not None)
    return max(0, price - least)
