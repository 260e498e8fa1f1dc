"""Published cases of dividing, each with its source; every number exact.

Vectors run singles, pairs, triples, in lexicographic order. Each expected vector was first
checked by its own axioms, for published tables have mistakes.
"""

from fractions import Fraction as F
from itertools import combinations

import pytest

from moyeora.sharing import games
from moyeora.sharing.arrival import shapley_shubik
from moyeora.sharing.claims import divide_claims
from moyeora.sharing.faults import Refused
from moyeora.sharing.nucleolus import nucleolus
from moyeora.sharing.shapley import shapley, shapley_airport
from moyeora.sharing.solutions import GAME_RULES, is_convex, is_superadditive, properties


def fractions(text):
    return [F(word) for word in text.split()]


@pytest.mark.parametrize(
    ("rule", "claims", "estate", "expected"),
    [
        # Aumann and Maschler 1985, the three cases of Ketubot 93a
        ("talmud", "100 200 300", 100, "100/3 100/3 100/3"),
        ("talmud", "100 200 300", 200, "50 75 75"),
        ("talmud", "100 200 300", 300, "50 100 150"),
        # the contested garment, Bava Metzia 2a: one claims all, one half
        ("talmud", "1 1/2", 1, "3/4 1/4"),
        # by hand, over the six orders of arrival
        ("random_arrival", "100 200 300", 200, "100/3 250/3 250/3"),
        # the claims of the R package ClaimsProblems
        ("equal_awards", "2 4 7 8", 10, "2 8/3 8/3 8/3"),
        ("equal_losses", "2 4 7 8", 10, "0 1 4 5"),
        ("talmud", "2 4 7 8", 10, "1 2 7/2 7/2"),
        ("proportional", "2 4 7 8", 10, "20/21 40/21 10/3 80/21"),
        # nobody claims anything, and there is nothing
        ("proportional", "0 0", 0, "0 0"),
        ("random_arrival", "0 5", 3, "0 3"),
        ("talmud", "0 5", 5, "0 5"),
    ],
)
def test_claims(rule, claims, estate, expected):
    assert divide_claims(rule, F(estate), fractions(claims)) == fractions(expected)


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        # CoopGame, nucleolus
        ("nucleolus", "0 0 0 0 5 5 8 9 10 8 13 15 16 17 21", "7/2 9/2 11/2 15/2"),
        # coopProductGame, nucleolus
        ("nucleolus", "68 102 0 170 710 762 992", "149 192 651"),
        # CoopGame, tauValue (Stach 2011)
        ("tau", "0 0 0 1 2 1 3", "6/5 3/5 6/5"),
        # coopgt's documentation
        ("shapley", "5 3 2 12 5 4 13", "20/3 31/6 7/6"),
        # CoopGame, gloveGame L = {1,2,4}, R = {3}
        ("shapley", "0 0 0 0 0 1 0 1 0 1 1 0 1 1 1", "1/12 1/12 3/4 1/12"),
        # Lemaire 1991, the three firms that invest together (R package GameTheory)
        ("shapley", "46125 17437.5 5812.5 69187.5 53812.5 30750 90000",
         "51750 25875 12375"),
        ("nucleolus", "46125 17437.5 5812.5 69187.5 53812.5 30750 90000",
         "52687.5 24468.75 12843.75"),
        # one firm has nothing but itself
        ("nucleolus", "7", "7"),
        ("tau", "7", "7"),
        ("shapley", "7", "7"),
    ],
)  # fmt: skip
def test_games(rule, values, expected):
    game = games.from_values(fractions(values))
    assert GAME_RULES[rule](game) == fractions(expected)
    assert sum(fractions(expected)) == game.total


def test_costs_are_divided_by_their_savings():
    # CoopGame, perCapitaNucleolus (Young 1985)
    costs = games.from_values(fractions("15 20 55 35 61 65 78"))
    saved = nucleolus(costs.savings(), "per_capita_nucleolus").shares
    assert saved == fractions("2/3 7/6 61/6")


def test_airport():
    # Littlechild and Owen 1973; the nucleolus from a textbook
    costs = fractions("8 11 13 18")
    assert shapley_airport(costs) == fractions("2 3 4 9") == shapley(games.airport(costs))
    saved = nucleolus(games.airport(costs).savings()).shares
    assert [c - s for c, s in zip(costs, saved, strict=True)] == fractions("13/4 13/4 13/4 33/4")


def test_maximum_game():
    # CoopGame (Ibn Ezra): four sons claim the whole, a half, a third, a quarter of 120
    expected = fractions("485/6 125/6 65/6 15/2")
    assert shapley(games.airport(fractions("120 60 40 30"))) == expected


def test_weighted_voting():
    # CoopGame, shapleyShubikIndex
    votes = fractions("10 10 20 30")
    expected = fractions("1/12 1/12 1/4 7/12")
    assert shapley_shubik(votes, F(50)) == expected
    assert shapley(games.weighted_voting(votes, F(50))) == expected


def test_power_of_forty_states_is_counted_not_enumerated():
    power = shapley_shubik([F(1)] * 39 + [F(13)], F(27))
    # The great one decides when 14 to 26 of the 39 others came before: 13 of 40 places.
    assert power == [F(27, 40) / 39] * 39 + [F(13, 40)]


def test_what_a_division_keeps():
    glove = games.from_values(fractions("0 0 0 0 0 1 0 1 0 1 1 0 1 1 1"))
    kept = properties(glove, shapley(glove))
    assert (kept.efficient, kept.symmetric, kept.individually_rational) == (True, True, True)
    assert (kept.in_core, kept.leavers, kept.gain) == (False, (0, 2), F(1, 6))
    assert properties(glove, nucleolus(glove).shares).in_core
    assert not properties(glove, fractions("1/4 1/4 1/4 1/5")).efficient
    assert not properties(glove, fractions("1/2 0 1/2 0")).symmetric
    assert is_superadditive(glove)
    assert not is_convex(glove)
    assert is_convex(games.bankruptcy(F(200), fractions("100 200 300")))
    assert not is_superadditive(games.from_values(fractions("2 2 3")))


@pytest.mark.parametrize(
    ("divide", "code"),
    [
        (lambda: divide_claims("talmud", F(7), fractions("1 2 3")), "estate-over-claims"),
        (lambda: divide_claims("talmud", F(1), fractions("1 -2 3")), "negative-claim"),
        (lambda: divide_claims("talmud", F(-1), fractions("1 2 3")), "negative-estate"),
        (lambda: divide_claims("fair", F(1), fractions("1 2 3")), "unknown-rule"),
        (lambda: games.from_values([F(1)] * 6), "missing-groups"),
        (lambda: games.from_values([F(1)] * 6, 2), "too-many-groups"),
        (lambda: games.from_values([F(1)] * 7, 40), "too-many-players"),
        (lambda: nucleolus(games.from_values(fractions("3 3 5"))), "no-imputation"),
        (lambda: GAME_RULES["tau"](games.from_values(fractions("0 0 0 9 9 9 10"))),
         "not-quasi-balanced"),
    ],
)  # fmt: skip
def test_it_refuses(divide, code):
    with pytest.raises(Refused) as refused:
        divide()
    assert [fault.code for fault in refused.value.faults] == [code]


def test_lexicographic_order_is_that_of_the_published_tables():
    for players in range(1, 8):
        expected = [
            games.group_of(group)
            for size in range(1, players + 1)
            for group in combinations(range(players), size)
        ]
        assert games.lexicographic_groups(players).tolist() == expected
