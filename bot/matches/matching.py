"""Match newcomers with contact persons: likeness with its reasons, three candidates, and the best pairs of everybody.

Pure functions. What counts, and how much, is in the constants below. A person who can help with what the newcomer
wrestles with counts most. People of the same municipality are never matched: they meet at work, and a newcomer learns
more from somewhere else. People of the same county or kind of municipality can say how things are done there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property

from bot.cards import one_line
from bot.matches import assignment
from bot.register import words
from bot.search.subjects import SHORTEST_PART, same, telling
from bot.swedish import listed

HELP, MORE_HELP = 4, 2
"""Points if the contact person can help with what the newcomer wrestles with, and if with two subjects or more."""
SIZE_GROUP, COUNTY, ROLE, THEME = 3, 2, 2, 1
MOST_THEMES, MOST_SUBJECTS = 3, 2
MOST_CANDIDATES = 3
"""How many contact persons a newcomer chooses from."""
History = AbstractSet[frozenset[int]]
"""The pairs of people who are not matched again."""


@dataclass(frozen=True)
class MatchPerson:
    """What matching knows of a person. Empty texts are not known and are like nothing."""

    id: int
    called: str = ""
    code: str = ""
    """The municipality's."""
    place: str = ""
    """The municipality's name."""
    size_group: str = ""
    size_group_name: str = ""
    county: str = ""
    role: str = ""
    themes: frozenset[str] = frozenset()
    """The names of the theme groups they follow."""
    wrestles: str = ""
    helps: str = ""
    places: int = 0
    """How many more newcomers they take."""
    hidden: bool = False
    """Whether only some may be told of them. Then they meet no other newcomers, who did not ask for them."""
    avoids: frozenset[int] = field(default_factory=frozenset)
    """People they do not want to be matched with."""

    @property
    def described(self) -> str:
        """Their name, role and municipality."""
        return ", ".join(filter(None, (self.called, words.role(self.role), self.place)))

    @cached_property
    def wanted(self) -> dict[str, str]:
        """The stems of what they wrestle with, each with its word."""
        return dict(telling(self.wrestles))

    @cached_property
    def offered(self) -> frozenset[str]:
        """The stems of what they can help with."""
        return frozenset(telling(self.helps))


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike a newcomer and a contact person are, and why."""

    score: int
    reasons: tuple[str, ...]
    """In Swedish, for the newcomer."""
    reasons_for_contact: tuple[str, ...]
    """The same for the contact person."""
    reasons_for_kansli: tuple[str, ...]
    """The same for the kansli."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contact person for a newcomer."""

    contact: MatchPerson
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class PlannedPair:
    """People who are to meet: a newcomer and a contact person, or two or three newcomers without one."""

    newcomers: tuple[int, ...]
    contact: int | None
    score: float


@dataclass(frozen=True, slots=True)
class PairPlan:
    """The pairs of a round, and the people for whom there was nobody."""

    pairs: tuple[PlannedPair, ...]
    alone: tuple[int, ...]

    @property
    def total(self) -> float:
        """The sum of all scores: the quality of the plan."""
        return sum(pair.score for pair in self.pairs)


def likeness(newcomer: MatchPerson, contact: MatchPerson) -> Likeness:
    """Return how alike they are. Most telling reasons come first."""
    score, alike = 0, list[str]()
    subjects = [word for wish, word in newcomer.wanted.items() if any(same(wish, can) for can in contact.offered)]
    what = one_line(listed(subjects[:MOST_SUBJECTS]))
    helped = (
        f"Du brottas med {what}, och {contact.called} kan hjälpa till med det",
        f"{newcomer.called} brottas med {what}, och det kan du hjälpa till med",
        f"{newcomer.called} brottas med {what}, och {contact.called} kan hjälpa till med det",
    )
    if subjects:
        score += HELP + (MORE_HELP if len(subjects) > 1 else 0)
    if _alike(newcomer.size_group, contact.size_group):
        score += SIZE_GROUP
        named = f" ({contact.size_group_name.lower()})" if contact.size_group_name else ""
        alike.append(f"Samma kommungrupp{named}")
    if _alike(newcomer.county, contact.county):
        score += COUNTY
        alike.append(f"Båda i {contact.county}")
    if _alike(newcomer.role, contact.role):
        score += ROLE
        alike.append(f"Samma roll: {words.role(contact.role)}")
    themes = sorted(newcomer.themes & contact.themes)
    score += THEME * min(len(themes), MOST_THEMES)
    named_themes = listed(themes[:MOST_THEMES])
    followed = [
        f"{start} {named_themes}" if themes else "" for start in ("Ni följer båda", "Ni följer båda", "Båda följer")
    ]
    return Likeness(
        score,
        *(
            tuple(filter(None, (help_ if subjects else "", *alike, theme)))
            for help_, theme in zip(helped, followed, strict=True)
        ),
    )


def may_meet(one: MatchPerson, other: MatchPerson, history: History) -> bool:
    """Return whether two people may be matched: not before, no municipality in common, and neither says no."""
    return (
        one.id != other.id
        and not _alike(one.code, other.code)
        and other.id not in one.avoids
        and one.id not in other.avoids
        and frozenset((one.id, other.id)) not in history
    )


def candidates(
    newcomer: MatchPerson, offering: Iterable[MatchPerson], history: History, most: int = MOST_CANDIDATES
) -> list[Candidate]:
    """Return the likest contact persons with a free place. Of two alike, the one with more free places comes first."""
    open_to = (contact for contact in offering if contact.places > 0 and may_meet(newcomer, contact, history))
    found = [Candidate(contact, likeness(newcomer, contact)) for contact in open_to]
    found.sort(key=lambda each: (-each.likeness.score, -each.contact.places, each.contact.id))
    return found[:most]


def pair_all(waiting: Sequence[MatchPerson], offering: Sequence[MatchPerson], history: History) -> PairPlan:
    """Pair everybody who waits, for the best total. Nobody is paired twice, or with a person they have met.

    As many newcomers as possible get a contact person, each of whom has as many columns as free places. Newcomers who
    are left are paired with each other, three together when they are odd. A person who waits is nobody's contact here.
    """
    wanting = {person.id for person in waiting}
    columns = [each for each in offering if each.id not in wanting for _ in range(min(each.places, len(waiting)))]
    with_contact = _with_contacts(waiting, columns, history)
    paired = {number for pair in with_contact for number in pair.newcomers}
    rest = [person for person in waiting if person.id not in paired]
    together, alone = _together([person for person in rest if not person.hidden], history)
    alone += [person for person in rest if person.hidden]
    return PairPlan((*with_contact, *together), tuple(person.id for person in alone))


def _with_contacts(
    waiting: Sequence[MatchPerson], columns: Sequence[MatchPerson], history: History
) -> list[PlannedPair]:
    if not waiting or not columns:
        return []
    scores, allowed = _scores(waiting, columns), _allowed(waiting, columns, history)
    return [
        PlannedPair((waiting[row].id,), columns[column].id, float(scores[row, column]))
        for row, column in assignment.best(scores, allowed)
    ]


def _together(people: Sequence[MatchPerson], history: History) -> tuple[list[PlannedPair], list[MatchPerson]]:
    """Pair newcomers with each other. Return the groups of two or three, and the people who stay alone."""
    if len(people) < 2:  # noqa: PLR2004 - a pair
        return [], list(people)
    scores, allowed = _scores(people, people), _allowed(people, people, history)
    groups, alone = assignment.groups((scores + scores.T) / 2, allowed)
    planned = [
        PlannedPair(
            tuple(people[at].id for at in group),
            None,
            sum(float(scores[a, b] + scores[b, a]) / 2 for n, a in enumerate(group) for b in group[n + 1 :]),
        )
        for group in groups
    ]
    return planned, [people[at] for at in alone]


def _scores(rows: Sequence[MatchPerson], columns: Sequence[MatchPerson]) -> assignment.Table:
    """Return the score of each newcomer (row) with each contact person (column), as :func:`likeness` counts."""
    hits = assignment.hits([[*person.wanted] for person in rows], [person.offered for person in columns], SHORTEST_PART)
    total = assignment.table(hits > 0) * HELP + assignment.table(hits > 1) * MORE_HELP
    for name, points in (("size_group", SIZE_GROUP), ("county", COUNTY), ("role", ROLE)):
        left, right = ([getattr(person, name) for person in people] for people in (rows, columns))
        total += assignment.table(assignment.equal(left, right)) * points
    themes = assignment.shared([person.themes for person in rows], [person.themes for person in columns])
    total += themes.clip(max=MOST_THEMES) * THEME
    return total


def _allowed(rows: Sequence[MatchPerson], columns: Sequence[MatchPerson], history: History) -> assignment.Flags:
    """Return which pairs may meet, as :func:`may_meet` says."""
    left, right = [person.id for person in rows], [person.id for person in columns]
    forbidden: list[tuple[int, int]] = [(number, number) for number in left]
    forbidden += [(a, b) for pair in history if len(pair) == 2 for a, b in (tuple(pair), tuple(pair)[::-1])]  # noqa: PLR2004 - a pair
    for person in {each.id: each for each in (*rows, *columns)}.values():
        forbidden += [pair for other in person.avoids for pair in ((person.id, other), (other, person.id))]
    homes = assignment.equal([person.code for person in rows], [person.code for person in columns])
    return assignment.without(~homes, left, right, forbidden)


def _alike(one: str, other: str) -> bool:
    return bool(one) and one == other
