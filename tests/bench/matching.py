"""Measures matching: the quality of five rounds among fifty people, and the time for two thousand.

``python -m tests.bench.matching``. The people are drawn with a fixed seed: real municipalities, and subjects and theme
groups as members write them. Greedy gives each newcomer in turn the likest contact person that is left; random gives
anybody who may be met. Nobody meets the same person twice. The goal is 2,000 people in 10 seconds.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from time import perf_counter

from bot.matches.matching import MatchPerson, candidates, likeness, may_meet, pair_all
from storage import content

ROUNDS, NEWCOMERS, CONTACTS = 5, 25, 25
MANY = 2000
GOAL = 10.0
"""Seconds."""
SUBJECTS = (
    "dagvatten skyfall klimatanpassning upphandling cykelvägar energieffektivisering solceller laddstolpar matsvinn "
    "skolmat livsmedelsberedskap biologisk mångfald ängar invasiva arter buller nyckeltal styrdokument klimatbudget "
    "avfallsplan återbruk byggmaterial detaljplaner översiktsplan grönstruktur vattenskydd enskilda avlopp"
).split()
THEMES = ("Vatten", "Klimat", "Energi", "Mat", "Biologisk mångfald", "Upphandling")
ROLES = ("politician", "officer", "substitute", "reporter")
Pairs = list[tuple[MatchPerson, MatchPerson]]
Chooser = Callable[[Sequence[MatchPerson], Sequence[MatchPerson], frozenset[frozenset[int]]], Pairs]


def people(dice: random.Random, number: int, first: int = 1, places: int = 0) -> list[MatchPerson]:
    """Draw some people."""
    towns = [place for place in content.municipalities() if place["kommungrupp"]]
    return [
        MatchPerson(
            id=first + at,
            called=f"P{first + at}",
            code=place["kod"],
            place=place["namn_fullt"],
            size_group=place["kommungrupp"],
            county=place["lan"],
            role=dice.choice(ROLES),
            themes=frozenset(dice.sample(THEMES, dice.randint(0, 3))),
            wrestles=" ".join(dice.sample(SUBJECTS, dice.randint(0, 3))),
            helps=" ".join(dice.sample(SUBJECTS, dice.randint(0, 4))),
            places=places,
        )
        for at, place in enumerate(dice.choices(towns, k=number))
    ]


def best(waiting: Sequence[MatchPerson], offering: Sequence[MatchPerson], history: frozenset[frozenset[int]]) -> Pairs:
    """Pair as the bot does."""
    by_id = {person.id: person for person in (*waiting, *offering)}
    made = pair_all(waiting, offering, history).pairs
    return [(by_id[pair.newcomers[0]], by_id[pair.contact]) for pair in made if pair.contact is not None]


def greedy(
    waiting: Sequence[MatchPerson], offering: Sequence[MatchPerson], history: frozenset[frozenset[int]]
) -> Pairs:
    """Give each newcomer in turn the likest contact person that is left."""
    left, made = {person.id: person for person in offering}, Pairs()
    for newcomer in waiting:
        for found in candidates(newcomer, left.values(), history, most=1):
            made.append((newcomer, left.pop(found.contact.id)))
    return made


def anybody(dice: random.Random) -> Chooser:
    """Return what gives each newcomer in turn anybody who may be met."""

    def choose(
        waiting: Sequence[MatchPerson], offering: Sequence[MatchPerson], history: frozenset[frozenset[int]]
    ) -> Pairs:
        left, made = list(offering), Pairs()
        for newcomer in waiting:
            free = [contact for contact in left if may_meet(newcomer, contact, history)]
            if free:
                made.append((newcomer, dice.choice(free)))
                left.remove(made[-1][1])
        return made

    return choose


def rounds(choose: Chooser, waiting: Sequence[MatchPerson], offering: Sequence[MatchPerson]) -> tuple[int, int, int]:
    """Return the total quality of all rounds, the pairs, and how many of them had met before."""
    history, total, number, repeats = frozenset[frozenset[int]](), 0, 0, 0
    for _ in range(ROUNDS):
        made = choose(waiting, offering, history)
        met = frozenset(frozenset((one.id, other.id)) for one, other in made)
        repeats += len(met & history) + len(made) - len(met)
        history |= met
        total += sum(likeness(newcomer, contact).score for newcomer, contact in made)
        number += len(made)
    return total, number, repeats


def each_other(everybody: Sequence[MatchPerson]) -> tuple[float, int, int, int]:
    """Return the quality of rounds in which newcomers meet each other, the groups, the trios, and the repeats."""
    history, total, number, trios, repeats = frozenset[frozenset[int]](), 0.0, 0, 0, 0
    for _ in range(ROUNDS):
        plan = pair_all(everybody, [], history)
        met = frozenset(frozenset(two) for pair in plan.pairs for two in combinations(pair.newcomers, 2))
        repeats += len(met & history)
        history |= met
        total, number = total + plan.total, number + len(plan.pairs)
        trios += sum(len(pair.newcomers) > 2 for pair in plan.pairs)
    return total, number, trios, repeats


def main(seeds: Iterable[int] = range(1, 6)) -> None:
    """Measure, and print."""
    print(f"{ROUNDS} rounds, {NEWCOMERS} newcomers, {CONTACTS} contact persons with one place each")
    for seed in seeds:
        dice = random.Random(seed)
        waiting, offering = people(dice, NEWCOMERS), people(dice, CONTACTS, 1000, places=1)
        for name, choose in (("best total", best), ("greedy", greedy), ("random", anybody(dice))):
            total, number, repeats = rounds(choose, waiting, offering)
            print(f"  seed {seed}  {name:<10}  total {total:>5}  pairs {number}  repeats {repeats}")
    for count in (NEWCOMERS + CONTACTS, NEWCOMERS + CONTACTS - 1):
        whole, groups, trios, repeats = each_other(people(random.Random(1), count))
        print(
            f"  {count} newcomers among themselves: total {whole:g}, groups {groups}, trios {trios}, repeats {repeats}"
        )
    dice = random.Random(1)
    cases: Sequence[tuple[str, list[MatchPerson], list[MatchPerson]]] = (
        ("half of them contact persons", people(dice, MANY // 2), people(dice, MANY // 2, 10_000, places=1)),
        ("a quarter, with three places", people(dice, MANY * 3 // 4), people(dice, MANY // 4, 10_000, places=3)),
        ("newcomers only", people(dice, MANY), []),
    )
    for name, waiting, offering in cases:
        started = perf_counter()
        plan = pair_all(waiting, offering, frozenset())
        taken = perf_counter() - started
        verdict = "within" if taken <= GOAL else "OVER"
        print(f"{MANY} people, {name}: {taken:.1f} s ({verdict} {GOAL:g} s), {len(plan.pairs)} groups")


if __name__ == "__main__":
    main()
