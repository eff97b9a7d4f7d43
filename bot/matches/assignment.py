"""The arithmetic of matching many people at once: tables of likeness, and the best assignment. Pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]
Flags = NDArray[np.bool_]
_NEVER = 1e6
"""The cost of a pair that may not meet: more than all pairs are worth, so as few as possible are chosen."""


def best(scores: Table, allowed: Flags) -> list[tuple[int, int]]:
    """Return the pairs (row, column) with the best total among the assignments with the most allowed pairs."""
    # 35 MB and a third of a second that a bot which pairs nobody does without
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - the reason is above

    rows, columns = linear_sum_assignment(np.where(allowed, -scores, _NEVER))
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [(row, column) for row, column in pairs if allowed[row, column]]


def groups(scores: Table, allowed: Flags) -> tuple[list[list[int]], list[int]]:
    """Group people two and two, and three where somebody is left. ``scores`` and ``allowed`` are symmetric.

    Return the groups, and the people who may meet nobody. The best assignment of people to people consists of circles.
    A circle of two is a pair. A longer one is cut into pairs; from an odd one a person is left, and is assigned again.
    """
    left, made = list(range(len(scores))), list[list[int]]()
    while len(left) > 1:
        here = np.ix_(left, left)
        among = scores[here]
        pairs = [pair for circle in _circles(dict(best(among, allowed[here]))) for pair in _cut(circle, among)]
        made += [[left[a], left[b]] for a, b in pairs]
        gone = {at for pair in pairs for at in pair}
        if not gone:
            break
        left = [person for at, person in enumerate(left) if at not in gone]
    return made, [person for person in left if not _join(person, made, scores, allowed)]


def _join(person: int, made: list[list[int]], scores: Table, allowed: Flags) -> bool:
    """Make the person the third of the pair that fits best. Return False if none may meet them."""
    open_pairs = [pair for pair in made if len(pair) == 2 and allowed[person, pair].all()]  # noqa: PLR2004 - a pair
    if not open_pairs:
        return False
    max(open_pairs, key=lambda pair: float(scores[person, pair].sum())).append(person)
    return True


def _circles(follows: dict[int, int]) -> list[list[int]]:
    """Return the circles and chains of an assignment, each in its order. A chain's start has nobody before it."""
    starts = [*sorted(set(follows) - set(follows.values())), *sorted(follows)]
    seen, found = set[int](), list[list[int]]()
    for start in starts:
        circle, at = list[int](), start
        while at not in seen:
            seen.add(at)
            circle.append(at)
            if at not in follows:
                break
            at = follows[at]
        if len(circle) > 1:
            found.append(circle if at == start else [*circle, -1])
    return found


def _cut(circle: list[int], scores: Table) -> list[tuple[int, int]]:
    """Return the neighbours that make the best pairs of a circle. A chain ends with -1, where nobody is a neighbour."""
    size, chain = len(circle), circle[-1] < 0
    turns = [circle] if chain else [circle[at:] + circle[:at] for at in range(size if size % 2 else 2)]
    ways = [list(zip(turn[::2], turn[1::2], strict=False)) for turn in turns]
    ways = [[pair for pair in way if -1 not in pair] for way in ways]
    return max(ways, key=lambda way: float(sum(scores[pair] for pair in way)))


def table(flags: Flags) -> Table:
    """Return 1 for true and 0 for false."""
    return flags.astype(np.float64)


def equal(rows: Sequence[str], columns: Sequence[str]) -> Flags:
    """Return where a row has the same text as a column. An empty text equals nothing."""
    numbers = {text: number for number, text in enumerate(sorted({*rows, *columns} - {""}))}
    left = np.array([numbers.get(text, -1) for text in rows], dtype=np.int64)
    right = np.array([numbers.get(text, -2) for text in columns], dtype=np.int64)
    same: Flags = left[:, None] == right[None, :]
    return same


def shared(rows: Sequence[Collection[str]], columns: Sequence[Collection[str]]) -> Table:
    """Return how many things a row and a column have in common."""
    numbers = {
        thing: number for number, thing in enumerate(sorted({thing for each in (*rows, *columns) for thing in each}))
    }
    left, right = (_incidence(side, numbers) for side in (rows, columns))
    return left @ right.T


def _incidence(side: Sequence[Collection[str]], numbers: dict[str, int]) -> Table:
    marks = np.zeros((len(side), len(numbers)))
    for at, things in enumerate(side):
        marks[at, [numbers[thing] for thing in things]] = 1
    return marks


def hits(rows: Sequence[Collection[str]], columns: Sequence[Collection[str]], shortest: int) -> NDArray[np.int64]:
    """Return how many of a row's stems a column has, alone or as the first part of ``shortest`` letters or more."""
    exact, begun = defaultdict[str, set[int]](set), defaultdict[str, set[int]](set)
    for at, stems in enumerate(columns):
        for stem in stems:
            exact[stem].add(at)
            for part in _parts(stem, shortest):
                begun[part].add(at)
    found = np.zeros((len(rows), len(columns)), dtype=np.int64)
    for at, stems in enumerate(rows):
        for stem in stems:
            near = exact.get(stem, set()) | begun.get(stem, set())
            near = near.union(*(exact.get(part, set()) for part in _parts(stem, shortest)))
            found[at, list(near)] += 1
    return found


def without(allowed: Flags, rows: Sequence[int], columns: Sequence[int], forbidden: Iterable[tuple[int, int]]) -> Flags:
    """Return ``allowed`` without the pairs of people that are forbidden. A person may have several columns."""
    where = defaultdict[int, list[int]](list)
    for at, person in enumerate(columns):
        where[person].append(at)
    row_of = {person: at for at, person in enumerate(rows)}
    left = allowed.copy()
    for row, column in forbidden:
        if row in row_of and column in where:
            left[row_of[row], where[column]] = False
    return left


def _parts(stem: str, shortest: int) -> list[str]:
    return [stem[:length] for length in range(shortest, len(stem))]
