"""Matching as pure functions: likeness and its reasons, candidates, and the best pairs of everybody."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matches.matching import History, MatchPerson, PairPlan, candidates, likeness, may_meet, pair_all

pytestmark = pytest.mark.clock

ANNA = MatchPerson(
    1,
    "Anna",
    code="1427",
    size_group="C9",
    size_group_name="Landsbygdskommun med besöksnäring",
    county="Västra Götalands län",
    role="politician",
    themes=frozenset({"Vatten", "Mat"}),
    wrestles="Hur får vi in dagvatten i nya detaljplaner, och vad gör vi åt skyfall?",
)
BO = MatchPerson(
    2,
    "Bo",
    code="1486",
    size_group="C9",
    size_group_name="Landsbygdskommun med besöksnäring",
    county="Västra Götalands län",
    role="politician",
    themes=frozenset({"Vatten"}),
    helps="dagvattenplan, skyfall och biologisk mångfald",
    places=2,
)
NOBODY: History = frozenset()
SUBJECTS = ("dagvatten", "dagvattenplan", "skyfall", "solceller", "upphandling", "cykelvägar", "matsvinn", "buller")


@st.composite
def people(draw: st.DrawFn, first: int, most: int, places: int = 0) -> list[MatchPerson]:
    """Draw some people whose ids begin at ``first``."""
    words = st.lists(st.sampled_from(SUBJECTS), max_size=3).map(" ".join)
    return [
        MatchPerson(
            first + at,
            f"P{first + at}",
            code=draw(st.sampled_from(("", "1", "2", "3"))),
            size_group=draw(st.sampled_from(("", "B3", "C9"))),
            county=draw(st.sampled_from(("", "Skåne län", "Örebro län"))),
            role=draw(st.sampled_from(("", "politician", "officer"))),
            themes=draw(st.frozensets(st.sampled_from(("Vatten", "Mat", "Energi", "Klimat")))),
            wrestles=draw(words),
            helps=draw(words),
            places=draw(st.integers(0, places)),
            avoids=draw(st.frozensets(st.integers(1, 12), max_size=1)),
        )
        for at in range(draw(st.integers(0, most)))
    ]


histories = st.frozensets(st.frozensets(st.integers(1, 12), min_size=2, max_size=2), max_size=4)


def test_reasons_say_what_two_people_have_in_common_best_first() -> None:
    found = likeness(ANNA, BO)

    assert found.score == 6 + 3 + 2 + 2 + 1
    assert found.reasons == (
        "Du brottas med dagvatten och skyfall, och Bo kan hjälpa till med det",
        "Samma kommungrupp (landsbygdskommun med besöksnäring)",
        "Båda i Västra Götalands län",
        "Samma roll: kontaktpolitiker",
        "Ni följer båda Vatten",
    )
    assert found.reasons_for_contact[0] == "Anna brottas med dagvatten och skyfall, och det kan du hjälpa till med"
    assert found.reasons_for_contact[1:] == found.reasons[1:]
    assert found.reasons_for_kansli[0] == "Anna brottas med dagvatten och skyfall, och Bo kan hjälpa till med det"
    assert found.reasons_for_kansli[-1] == "Båda följer Vatten"


def test_people_of_whom_nothing_is_known_are_not_alike() -> None:
    found = likeness(MatchPerson(1), MatchPerson(2))

    assert (found.score, found.reasons) == (0, ())


@pytest.mark.parametrize(
    ("wrestles", "helps", "alike"),
    [
        ("dagvatten", "dagvattenplan", True),
        ("dagvattenplaner", "dagvatten", True),
        ("solceller på skolor", "solcellerna", True),
        ("hållbar kommun", "hållbart arbete i kommunen", False),
        ("mat", "matsvinn", False),
        ("", "dagvatten", False),
    ],
)
def test_help_is_recognised_in_other_forms_and_compounds(wrestles: str, helps: str, *, alike: bool) -> None:
    found = likeness(MatchPerson(1, wrestles=wrestles), MatchPerson(2, "Bo", helps=helps))

    assert bool(found.score) is alike
    assert bool(found.reasons) is alike


@pytest.mark.parametrize(
    ("newcomer", "contact", "history"),
    [
        (ANNA, ANNA, NOBODY),
        (ANNA, replace(BO, code=ANNA.code), NOBODY),
        (replace(ANNA, avoids=frozenset({BO.id})), BO, NOBODY),
        (ANNA, replace(BO, avoids=frozenset({ANNA.id})), NOBODY),
        (ANNA, BO, frozenset({frozenset({ANNA.id, BO.id})})),
        (ANNA, replace(BO, places=0), NOBODY),
    ],
)
def test_some_people_are_not_candidates(newcomer: MatchPerson, contact: MatchPerson, history: History) -> None:
    assert candidates(newcomer, [contact], history) == []


def test_people_without_a_known_municipality_may_meet() -> None:
    assert may_meet(replace(ANNA, code=""), replace(BO, code=""), NOBODY)


def test_three_candidates_likest_first_and_the_one_with_most_places_of_two_alike() -> None:
    far = MatchPerson(9, "Far", places=1)
    busy, free = replace(BO, id=3, places=1), replace(BO, id=4, places=3)

    found = candidates(ANNA, [far, busy, free, BO], NOBODY)

    assert [each.contact.id for each in found] == [free.id, BO.id, busy.id]


def test_the_total_counts_and_not_the_first_in_the_line() -> None:
    """Greedy gives Anna the contact person whom Cia needs more."""
    cia = MatchPerson(5, "Cia", wrestles="solceller")
    sun = MatchPerson(6, "Sol", county=ANNA.county, role=ANNA.role, helps="solceller", places=1)
    near = MatchPerson(7, "När", county=ANNA.county, places=1)

    plan = pair_all([ANNA, cia], [sun, near], NOBODY)

    assert sorted((pair.newcomers, pair.contact) for pair in plan.pairs) == [((1,), near.id), ((5,), sun.id)]
    assert plan.total == 2 + 4


@pytest.mark.parametrize(("number", "sizes", "alone"), [(1, [], 1), (2, [2], 0), (3, [3], 0), (5, [2, 3], 0)])
def test_newcomers_without_a_contact_person_meet_each_other(number: int, sizes: list[int], alone: int) -> None:
    plan = pair_all([MatchPerson(at + 1) for at in range(number)], [], NOBODY)

    assert sorted(len(pair.newcomers) for pair in plan.pairs) == sizes
    assert len(plan.alone) == alone


def test_a_person_in_both_lists_waits() -> None:
    both = replace(ANNA, places=3)

    assert pair_all([both], [both], NOBODY) == PairPlan((), (both.id,))
    (pair,) = pair_all([both, replace(BO, places=2)], [both, BO], NOBODY).pairs
    assert (sorted(pair.newcomers), pair.contact) == ([1, 2], None)


@settings(deadline=None)
@given(waiting=people(1, 6), offering=people(7, 6, places=2), history=histories)
def test_every_plan_keeps_every_promise(
    waiting: list[MatchPerson], offering: list[MatchPerson], history: History
) -> None:
    plan = pair_all(waiting, offering, history)
    by_id = {person.id: person for person in (*waiting, *offering)}

    placed = [*(number for pair in plan.pairs for number in pair.newcomers), *plan.alone]
    assert sorted(placed) == sorted(person.id for person in waiting)
    for contact, number in Counter(pair.contact for pair in plan.pairs if pair.contact).items():
        assert number <= by_id[contact].places
    for pair in plan.pairs:
        everybody = [by_id[number] for number in (*pair.newcomers, *([pair.contact] if pair.contact else []))]
        assert len(everybody) in (2, 3)
        assert all(may_meet(one, other, history) for one, other in combinations(everybody, 2))
        if pair.contact:
            assert pair.score == likeness(*everybody).score
        else:
            both_ways = sum(likeness(one, other).score for one, other in permutations(everybody, 2))
            assert pair.score == both_ways / 2


@settings(deadline=None)
@given(waiting=people(1, 4), offering=people(7, 4, places=1), history=histories)
def test_no_other_way_gives_more_pairs_or_a_better_total(
    waiting: list[MatchPerson], offering: list[MatchPerson], history: History
) -> None:
    plan = pair_all(waiting, offering, history)
    found = [pair for pair in plan.pairs if pair.contact is not None]

    assert (len(found), sum(pair.score for pair in found)) == _best(waiting, offering, history)


def _best(waiting: list[MatchPerson], offering: list[MatchPerson], history: History) -> tuple[int, float]:
    """Return the most pairs and their best total, by trying every way."""
    if not waiting:
        return 0, 0.0
    first, rest = waiting[0], waiting[1:]
    ways = [_best(rest, offering, history)]
    for at, contact in enumerate(offering):
        if contact.places and may_meet(first, contact, history):
            pairs, total = _best(rest, offering[:at] + offering[at + 1 :], history)
            ways.append((pairs + 1, total + likeness(first, contact).score))
    return max(ways)


@settings(deadline=None)
@given(everybody=people(1, 12), rounds=st.integers(1, 4))
def test_no_two_people_meet_twice_however_many_rounds(everybody: list[MatchPerson], rounds: int) -> None:
    history: set[frozenset[int]] = set()
    for _ in range(rounds):
        for pair in pair_all(everybody, [], history).pairs:
            met = {frozenset(two) for two in combinations(pair.newcomers, 2)}
            assert not met & history
            history |= met


def test_a_bot_that_pairs_nobody_does_not_pay_for_scipy() -> None:
    check = "import sys, bot.jobs, bot.conversation; sys.exit('scipy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
