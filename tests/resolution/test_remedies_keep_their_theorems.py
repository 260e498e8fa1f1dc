"""Each remedy against its theorem, on random input, and against brute force where that is small."""

from fractions import Fraction
from itertools import product
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moyeora.resolution import remedies
from moyeora.resolution.errors import RemedyError

money = st.integers(0, 10**9)


@st.composite
def garments(draw):
    one, other = draw(money), draw(money)
    return (one, other), draw(st.integers(0, one + other))


@pytest.mark.parametrize(
    ("claims", "estate", "shares"),
    [
        # Mishnah, Bava Metzia 2a: one says all of it is mine, the other says half is mine.
        ((1, Fraction(1, 2)), 1, (Fraction(3, 4), Fraction(1, 4))),
        # Aumann and Maschler 1985, the pairs of the three widows' table.
        ((100, 200), 66, (33, 33)),
        ((100, 200), 125, (50, 75)),
        ((200, 300), 150, (75, 75)),
        ((100, 300), 200, (50, 150)),
    ],
)
def test_contested_garment_published_cases(claims, estate, shares):
    assert remedies.contested_garment(claims, estate) == shares


@given(garments())
def test_contested_garment_is_self_dual_and_concedes_equally(garment):
    claims, estate = garment
    shares = remedies.contested_garment(claims, estate)
    losses = remedies.contested_garment(claims, sum(claims) - estate)
    assert sum(shares) == estate
    assert all(0 <= share <= claim for share, claim in zip(shares, claims, strict=True))
    assert [c - s for c, s in zip(claims, shares, strict=True)] == list(losses)
    conceded = [max(0, estate - claims[1]), max(0, estate - claims[0])]
    assert shares[0] - conceded[0] == shares[1] - conceded[1]
    truncated = tuple(min(claim, estate) for claim in claims)
    assert remedies.contested_garment(truncated, estate) == shares


@given(st.dictionaries(st.text("abc", min_size=1), money, min_size=1), money, money)
def test_final_offer_rewards_reason(offers, finding, moved):
    chosen = remedies.final_offer(offers, finding)
    assert all(abs(offers[chosen] - finding) <= abs(o - finding) for o in offers.values())
    low, high = sorted((offers[chosen], finding))
    nearer = {**offers, chosen: min(max(moved, low), high)}
    assert remedies.final_offer(nearer, finding) == chosen
    exact = {"z": finding, **offers}
    assert exact[remedies.final_offer(exact, finding)] == finding


@given(money, money)
def test_blind_bidding_settles_exactly_when_offers_cross(asked, offered):
    price = remedies.blind_bidding(asked, offered)
    assert (price is not None) == (offered >= asked)
    if price is not None:
        assert price - asked == offered - price >= 0


@st.composite
def two_bidders(draw):
    items = [f"r{k}" for k in range(draw(st.integers(1, 7)))]
    raw = [[draw(st.integers(0, 9)) for _ in items] for _ in range(2)]
    sums = [sum(points) or 1 for points in raw]
    scaled = [[p * sums[1 - side] for p in points] for side, points in enumerate(raw)]
    for points in scaled:
        points[0] += sums[0] * sums[1] - sum(points)
    return tuple(dict(zip(items, points, strict=True)) for points in scaled)


@given(two_bidders())
@settings(max_examples=300)
def test_adjusted_winner_is_efficient_equitable_envy_free(bidders):
    first, second = bidders
    found = remedies.adjusted_winner(first, second)
    total = sum(first.values())
    assert found.points[0] == found.points[1] >= Fraction(total, 2)
    assert sum(0 < share < 1 for share in found.shares.values()) <= 1
    # Efficient: whatever the second has, the first would pay no less for in what it holds.
    for mine, my_share in found.shares.items():
        for theirs, their_share in found.shares.items():
            if my_share > 0 and their_share < 1:
                assert first[mine] * second[theirs] >= first[theirs] * second[mine]


def test_adjusted_winner_published_case():
    # Brams and Taylor, The Win-Win Solution (1999), the divorce of the Trumps: 100 points.
    first = {"estate": 10, "mansion": 40, "apartment": 10, "tower": 38, "cash": 2}
    second = {"estate": 40, "mansion": 20, "apartment": 30, "tower": 8, "cash": 2}
    found = remedies.adjusted_winner(first, second)
    assert found.points[0] == found.points[1]
    assert found.shares["estate"] == 0
    assert found.shares["tower"] == 1


@st.composite
def role_problems(draw):
    firms = draw(st.integers(1, 3))
    roles = draw(st.integers(1, 5))
    points = {
        f"f{i}": {f"r{j}": draw(st.integers(0, 8)) for j in range(roles)} for i in range(firms)
    }
    barred = {
        (f"f{i}", f"r{j}") for j in range(roles) for i in range(1, firms) if draw(st.booleans())
    }
    return points, frozenset(barred) if draw(st.booleans()) else frozenset()


def every_worth(points, barred):
    firms, roles = list(points), list(next(iter(points.values())))
    for owners in product(firms, repeat=len(roles)):
        pairs = list(zip(owners, roles, strict=True))
        if not barred & set(pairs):
            yield [sum(points[f][r] for f, r in pairs if f == firm) for firm in firms]


@given(role_problems())
@settings(max_examples=60, deadline=None)
def test_roles_agree_with_brute_force(problem):
    points, barred = problem
    worths = list(every_worth(points, barred))
    fair = remedies.leximin(points, barred)
    assert sorted(fair.worth.values()) == max(sorted(worth) for worth in worths)
    nash = remedies.max_nash_welfare(points, barred)

    def welfare(worth):
        return sum(w > 0 for w in worth), prod(w for w in worth if w > 0)

    assert nash.proved
    assert welfare(list(nash.worth.values())) == max(map(welfare, worths))
    for found in (fair, nash):
        given_out = sorted(role for roles in found.roles.values() for role in roles)
        assert given_out == sorted(next(iter(points.values())))
        for (firm, other), more in found.envy.items():
            theirs = [points[firm][role] for role in found.roles[other]]
            assert more == sum(theirs) - found.worth[firm] > 0
            if found is nash and not barred and all(nash.worth.values()):
                assert sum(theirs) - max(theirs) <= found.worth[firm]


def test_roles_for_eight_firms_and_twenty_roles():
    points = {
        f"f{i}": {f"r{j}": (7 * i + 11 * j + i * j * j) % 23 + 1 for j in range(20)}
        for i in range(8)
    }
    barred = {(f"f{i}", f"r{j}") for i in range(8) for j in range(20) if (i + j) % 3 == 0}
    nash = remedies.max_nash_welfare(points, barred)
    assert nash.proved
    assert min(nash.worth.values()) > 0
    assert not {(firm, role) for firm, roles in nash.roles.items() for role in roles} & barred


@given(st.lists(st.tuples(money, money), min_size=1, max_size=9))
def test_cut_and_choose_leaves_nobody_with_more_than_half(costs):
    cutter, chooser = [c for c, _ in costs], [c for _, c in costs]
    cut = remedies.cut_and_choose(cutter, chooser)
    whole, part = int(cut.at), cut.at - int(cut.at)

    def before(row):
        return sum(row[:whole]) + (part * row[whole] if whole < len(row) else 0)

    assert before(cutter) * 2 == sum(cutter)
    assert cut.cutter_cost * 2 == sum(cutter)
    chosen = before(chooser) if cut.chooser_first else sum(chooser) - before(chooser)
    assert chosen == cut.chooser_cost <= Fraction(sum(chooser), 2)


@given(role_problems(), st.randoms(use_true_random=False))
def test_swaps_are_exactly_those_in_which_both_gain(problem, rng):
    points, _ = problem
    holders = {role: rng.choice(list(points)) for role in next(iter(points.values()))}
    listed = {frozenset({swap.gives, swap.gets}) for swap in remedies.swaps(points, holders)}
    for gives, one in holders.items():
        for gets, other in holders.items():
            both = (
                points[one][gets] > points[one][gives]
                and points[other][gives] > points[other][gets]
            )
            assert (frozenset({gives, gets}) in listed) == (one != other and both)
    held, made = remedies.trade(points, holders)
    assert not remedies.swaps(points, held)
    for firm, given_points in points.items():
        before = sum(given_points[role] for role, holder in holders.items() if holder == firm)
        after = sum(given_points[role] for role, holder in held.items() if holder == firm)
        gains = sum(
            (swap.one == firm) * swap.one_gains + (swap.other == firm) * swap.other_gains
            for swap in made
        )
        assert after - before == gains >= 0


@given(money, st.dictionaries(st.text("abcd", min_size=1), st.integers(0, 50), min_size=1))
def test_fault_by_degree(cost, degrees):
    if not any(degrees.values()):
        with pytest.raises(RemedyError):
            remedies.by_degree(cost, degrees)
        return
    shares = remedies.by_degree(cost, degrees)
    assert sum(shares.values()) == cost
    for firm, degree in degrees.items():
        assert abs(shares[firm] - Fraction(cost * degree, sum(degrees.values()))) < 1
        assert degree or shares[firm] == 0
        for other, less in degrees.items():
            assert degree <= less or shares[firm] >= shares[other]
    assert (
        remedies.by_degree(cost, {firm: 2 * degree for firm, degree in degrees.items()}) == shares
    )
    firms = list(degrees)
    assert remedies.to_cause(cost, firms, firms[0])[firms[0]] == cost
    alike = remedies.jointly(cost, firms).values()
    assert sum(alike) == cost
    assert max(alike) - min(alike) <= 1


@given(st.lists(st.integers(0, 10**6), min_size=8, max_size=8), st.integers(0, 7))
def test_exit_account_is_the_sum_of_its_lines(amounts, changed):
    amounts[7] = min(amounts[7], amounts[0])
    account = remedies.exit_account(*amounts)
    assert sum(amount for _, amount in account.lines) == account.balance
    assert account.later == amounts[7]
    more = list(amounts)
    more[changed] += 1
    if changed != 7:
        moved = remedies.exit_account(*more).balance - account.balance
        assert moved in {0: {1}, 1: {1}, 5: {0, 1}}.get(changed, {-1, 0})


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: remedies.contested_garment((1, 2), 4),
        lambda: remedies.contested_garment((-1, 2), 1),
        lambda: remedies.final_offer({}, 1),
        lambda: remedies.blind_bidding(-1, 1),
        lambda: remedies.adjusted_winner({"a": 1}, {"b": 1}),
        lambda: remedies.adjusted_winner({"a": 1}, {"a": 2}),
        lambda: remedies.leximin({f"f{i}": {"r": 1} for i in range(9)}),
        lambda: remedies.leximin({"f": {"r": 1}}, [("f", "r")]),
        lambda: remedies.cut_and_choose([1], [1, 2]),
        lambda: remedies.to_cause(1, ["a"], "b"),
        lambda: remedies.jointly(1, []),
        lambda: remedies.swaps({"a": {}}, {"r": "a"}),
        lambda: remedies.exit_account(1, retention=2),
    ],
)
def test_what_a_remedy_does_not_define_is_refused(wrong):
    with pytest.raises(RemedyError):
        wrong()
