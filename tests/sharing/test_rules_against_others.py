"""Our rules against brute force, against each other's theorems, and against other packages."""

from fractions import Fraction as F
from itertools import combinations, permutations
from unittest.mock import patch

import coopgt.shapley_value
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tucoopy.base.game import Game as OtherGame
from tucoopy.solutions import prenucleolus as other_prenucleolus
from tucoopy.solutions import tau_value as other_tau

from moyeora.sharing import games
from moyeora.sharing.certificate import NotProven, certificate, check_certificate
from moyeora.sharing.claims import CLAIMS_RULES
from moyeora.sharing.faults import Refused
from moyeora.sharing.nucleolus import nucleolus
from moyeora.sharing.shapley import shapley, shapley_airport, shapley_sampled
from moyeora.sharing.solutions import best_elsewhere, properties, tau

amounts = st.fractions(0, 50, max_denominator=6)
small_values = st.integers(0, 40)


@st.composite
def claims_problems(draw):
    claims = draw(st.lists(amounts, min_size=1, max_size=5))
    part = draw(st.fractions(0, 1, max_denominator=7))
    return sum(claims) * part, claims


@st.composite
def tables(draw, most=4, least=1, values=small_values):
    players = draw(st.integers(least, most))
    size = 2**players - 1
    return games.from_values(draw(st.lists(values, min_size=size, max_size=size)), players)


@given(claims_problems())
def test_every_claims_rule_keeps_its_promises(problem):
    estate, claims = problem
    for rule in CLAIMS_RULES.values():
        awards = rule(estate, claims)
        assert sum(awards) == estate
        assert all(0 <= award <= claim for award, claim in zip(awards, claims, strict=True))
        more = rule(estate + (sum(claims) - estate) / 2, claims)
        assert all(b >= a for a, b in zip(awards, more, strict=True)), "resource monotonic"


@given(claims_problems())
def test_talmud_and_random_arrival_are_self_dual(problem):
    estate, claims = problem
    for name in ("talmud", "random_arrival", "proportional"):
        rule = CLAIMS_RULES[name]
        losses = rule(sum(claims) - estate, claims)
        assert rule(estate, claims) == [c - x for c, x in zip(claims, losses, strict=True)]


@given(claims_problems())
@settings(max_examples=60)
def test_claims_rules_are_the_solutions_of_the_bankruptcy_game(problem):
    estate, claims = problem
    game = games.bankruptcy(estate, claims)
    assert CLAIMS_RULES["talmud"](estate, claims) == nucleolus(game).shares
    assert CLAIMS_RULES["random_arrival"](estate, claims) == shapley(game)


def test_many_different_claims_are_counted_by_the_table_of_groups():
    claims = [F(10**6 + 37**i) for i in range(12)]
    estate = sum(claims) / 2
    by_table = CLAIMS_RULES["random_arrival"](estate, claims)
    with patch("moyeora.sharing.arrival.MOST_GROUPS", 10):
        assert CLAIMS_RULES["random_arrival"](estate, claims) == by_table
    assert sum(by_table) == estate


@given(tables(values=st.fractions(-20, 20, max_denominator=4)))
def test_shapley_is_the_average_over_all_orders(game):
    orders = list(permutations(range(game.players)))
    sums = [F(0)] * game.players
    for order in orders:
        group = 0
        for player in order:
            sums[player] += game.value(group | 1 << player) - game.value(group)
            group |= 1 << player
    assert shapley(game) == [total / len(orders) for total in sums]


@given(st.lists(st.integers(-(10**40), 10**40), min_size=7, max_size=7))
def test_shapley_is_exact_at_any_scale(values):
    game = games.from_values(values)
    small = [F(value, 10**40) for value in values]
    assert shapley(game) == [10**40 * share for share in shapley(games.from_values(small))]
    assert sum(shapley(game)) == values[-1]


@given(st.lists(amounts, min_size=1, max_size=6))
def test_airport_in_closed_form(costs):
    assert shapley_airport(costs) == shapley(games.airport(costs))


@given(tables(most=5), st.sampled_from(["nucleolus", "prenucleolus", "per_capita_nucleolus"]))
@settings(max_examples=150)
def test_every_nucleolus_is_proven_by_the_independent_checker(game, kind):
    try:
        solution = nucleolus(game, kind)
    except Refused:
        assume(False)
    check_certificate(certificate(game, solution))
    assert sum(solution.shares) == game.total


@given(tables(most=4), st.data())
@settings(max_examples=60)
def test_the_checker_refuses_any_other_division(game, data):
    assume(game.players > 1)
    proof = certificate(game, nucleolus(game, "prenucleolus"))
    i, j = data.draw(st.permutations(range(game.players)))[:2]
    step = data.draw(st.fractions("1/1000000", 5))
    shares = [F(share) for share in proof["shares"]]
    shares[i], shares[j] = shares[i] + step, shares[j] - step
    with pytest.raises(NotProven):
        check_certificate(proof | {"shares": [str(share) for share in shares]})


@given(tables(most=4))
@settings(max_examples=50)
def test_no_division_on_a_grid_is_lexicographically_better(game):
    """The definition itself: the sorted excesses of the prenucleolus are the least."""
    shares = nucleolus(game, "prenucleolus").shares
    best = sorted(_excesses(game, shares), reverse=True)
    for i, j in combinations(range(game.players), 2):
        for step in (F(1), F(1, 7), F(1, 1000)):
            for sign in (1, -1):
                other = list(shares)
                other[i] += sign * step
                other[j] -= sign * step
                assert sorted(_excesses(game, other), reverse=True) > best


def _rounded(excesses):
    return sorted((round(float(excess), 6) for excess in excesses), reverse=True)


def _excesses(game, shares):
    return [
        game.value(group) - sum((shares[i] for i in games.members_of(group)), start=shares[0] * 0)
        for group in range(1, game.everyone)
    ]


@given(tables(most=4), st.integers(1, 10**30))
@settings(max_examples=50)
def test_the_nucleolus_moves_with_the_scale(game, scale):
    large = games.Game(game.players, [scale * worth for worth in game.worth])
    expected = [scale * share for share in nucleolus(game, "prenucleolus").shares]
    assert nucleolus(large, "prenucleolus").shares == expected


def test_one_won_in_ten_thousand_million_is_seen():
    values = [0, 0, 0, 10**10, 10**10 - 1, 10**10, 10**10 + 1]
    game = games.from_values(values)
    # Only the pairs bind: each firm has v(N) less the pair of the others, plus their excess.
    assert nucleolus(game, "prenucleolus").shares == [F(10**10, 3), F(10**10 + 3, 3), F(10**10, 3)]


@given(tables(most=4))
@settings(max_examples=40)
def test_the_group_that_would_leave_is_the_best_of_all(game):
    shares = shapley(game)
    kept = properties(game, shares)
    gains = _excesses(game, shares)
    assert kept.in_core == all(gain <= 0 for gain in gains)
    assert kept.gain == max([0, *gains])
    if game.players > 1:
        best, group = best_elsewhere(game, shares, 0)
        assert best == shares[0] + max(gains[g - 1] for g in range(1, game.everyone) if g & 1)
        assert 0 in group


@given(tables(most=4))
@settings(max_examples=40)
def test_shapley_agrees_with_coopgt(game):
    table = {
        tuple(games.members_of(group)): float(game.value(group)) for group in range(2**game.players)
    }
    # coopgt names players from 1 and asks for every group as a tuple.
    table = {tuple(i + 1 for i in group): value for group, value in table.items()}
    theirs = coopgt.shapley_value.calculate(table, game.players)
    assert [float(x) for x in shapley(game)] == pytest.approx(list(theirs), abs=1e-9)


@given(tables(most=4, least=2))
@settings(max_examples=40, deadline=None)
def test_nucleolus_and_tau_agree_with_tucoopy(game):
    other = OtherGame(
        game.players, {group: float(game.value(group)) for group in range(2**game.players)}
    )
    theirs = [float(x) for x in other_prenucleolus(other).x]
    ours = nucleolus(game, "prenucleolus").shares
    # Where its floats miss a level (it breaks the tie of like firms), ours must be better.
    assert _rounded(_excesses(game, ours)) <= _rounded(_excesses(game, theirs))
    try:
        mine = tau(game)
    except Refused:
        return
    assert [float(x) for x in mine] == pytest.approx(list(other_tau(other)), abs=1e-6)


def test_a_sampled_value_says_its_error_and_keeps_it():
    costs = [F(8), F(11), F(13), F(18)]
    sampled = shapley_sampled(
        4, lambda group: max(costs[i] for i in group), F(18), samples=3000, seed=7
    )
    exact = shapley_airport(costs)
    gaps = [abs(a - b) for a, b in zip(sampled.shares, exact, strict=True)]
    assert max(gaps) <= sampled.error < 1
    assert sum(sampled.shares) == 18
