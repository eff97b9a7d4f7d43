"""What to propose to a newcomer: the municipality that they work for, and the theme groups that fit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.register import seats, words
from storage import contacts, groups, municipalities
from storage.contacts import ProposalKind
from storage.groups import ThemeGroup
from storage.municipalities import Municipality
from storage.people import Person, PersonRole

MOST_PROPOSED = 3
"""How many groups are ticked for a newcomer: more would be a mailbox full on the first day."""
COLLEAGUE = 3
"""How much more a colleague in the same municipality says than a person with the same role elsewhere."""
ROLE_WORDS = {
    PersonRole.POLITICIAN: ("politiker", "kontaktpolitiker"),
    PersonRole.SUBSTITUTE: ("politiker", "kontaktpolitiker"),
    PersonRole.OFFICER: ("tjänsteperson", "miljöstrateg"),
    PersonRole.REPORTER: ("rapportör", "nyckeltal"),
}
"""The key words by which the kansli marks a group for a role. They stand among the group's other key words."""


@dataclass(frozen=True, slots=True)
class LikelyPlace:
    """A municipality that the person may work for."""

    place: Municipality
    why: str
    """Why it is proposed, in a sentence."""


def places(session: Session, person: Person) -> list[LikelyPlace]:
    """Return the municipalities that the person may work for, the likeliest first."""
    found: dict[str, str] = {}
    if person.municipality_code:
        found[person.municipality_code] = "Så står det i registret."
    for held in contacts.held_by(session, person.id):
        found.setdefault(held.municipality_code, f"Du står som {words.seat(held.seat)} där.")
    for proposal in contacts.proposed_by(session, person.id):
        if proposal.kind == ProposalKind.BELONGS:
            found.setdefault(proposal.municipality_code, "Det har du sagt förut, och kansliet bekräftar det.")
    if (suggested := seats.suggested(session, person)) is not None:
        found.setdefault(suggested.code, "Jag föreslår det utifrån din mejladress.")
    rows = ((municipalities.find(session, code), why) for code, why in found.items())
    return [LikelyPlace(place, why) for place, why in rows if place is not None]


def role(session: Session, person: Person, code: str | None) -> str:
    """Return the role that the person probably has: the seat that they hold, or what they have said; else empty."""
    held = contacts.held_by(session, person.id)
    here = [each.seat for each in held if each.municipality_code == code]
    return next(iter([*here, *(each.seat for each in held)]), person.role)


def offered(session: Session) -> list[ThemeGroup]:
    """Return the groups that people can follow."""
    return [group for group in groups.everyone(session) if group.open]


def proposed(session: Session, person: Person, code: str | None, role: str) -> list[ThemeGroup]:
    """Return the groups to tick: those that the person follows, and those that fit their municipality and role.

    Colleagues' choices come first. If there are none, the groups that the kansli has marked for the role.
    """
    shown = offered(session)
    followed = groups.followed_by(session, person.id)
    others = groups.follows_of_others(session, person.id, code, role)
    fitting = ranked(shown, others) or marked(shown, role)
    themes = followed | {group.theme for group in fitting[:MOST_PROPOSED]}
    return [group for group in shown if group.theme in themes]


def ranked(shown: Sequence[ThemeGroup], others: dict[str, tuple[int, int]]) -> list[ThemeGroup]:
    """Return the groups that others follow: most colleagues and most people with the same role first."""
    scores = {group.theme: _score(*others.get(group.theme, (0, 0))) for group in shown}
    return sorted((group for group in shown if scores[group.theme]), key=lambda group: -scores[group.theme])


def marked(shown: Collection[ThemeGroup], role: str) -> list[ThemeGroup]:
    """Return the groups with a key word for the role."""
    wanted = set(ROLE_WORDS.get(PersonRole(role), ())) if role else set()
    return [group for group in shown if wanted.intersection(group.words)]


def _score(colleagues: int, same_role: int) -> int:
    return COLLEAGUE * colleagues + same_role
