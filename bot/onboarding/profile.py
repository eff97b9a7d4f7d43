"""What a newcomer has answered: how it is kept in the register, and what the register knows already.

The answers are those of the dialog's steps. ``None`` is a step that was skipped: it changes nothing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from bot.onboarding import suggestions
from bot.register.change import Change
from bot.routes import Answers
from storage import contacts, groups, match_profiles, onboardings, people
from storage.contacts import ProposalKind
from storage.onboardings import Origin
from storage.people import Person

LAST_STEP = "summary"
"""The step that is always asked, also of people who have finished."""
LONGEST_HELP = 500
"""As in *Mina val*."""
LONGEST_STRUGGLE = 500
MOST_NEWCOMERS = 3
"""How many newcomers a contact person can have at a time. More than that and nobody has time for a talk."""


def begin(change: Change, person: Person) -> dict[str, Any]:
    """Begin a person's introduction, or go on with it. Return the answers so far.

    After it is finished, the register says what holds.
    """
    session = change.session
    onboardings.begin(session, person.id, Origin.ASKED, change.now)
    row = onboardings.of_person(session, person.id)
    answers = {} if row is None else {name: answer for name, answer in row.answers.items() if name != LAST_STEP}
    return answers if row is None or row.finished_at is None else {**answers, **_known(session, person)}


def keep(change: Change, person: Person, answers: Answers) -> None:
    """Keep the answers so far, so that the introduction can go on days later."""
    onboardings.keep(change.session, person.id, dict(answers), change.now)


def finish(change: Change, person: Person, answers: Answers) -> None:
    """Save the role, the groups, the offer of help and the wishes. Where they belong is for the caller."""
    if answers.get("role"):
        person.role = answers["role"]
    if answers.get("helps") is not None:
        person.helps_with = answers["helps"]
    if answers.get("groups") is not None:
        _follow(change.session, person, set(answers["groups"]))
    _wish(change, person, answers)
    onboardings.finish(change.session, person.id, dict(answers), change.now)


def _follow(session: Session, person: Person, wanted: set[str]) -> None:
    """Follow exactly these of the groups that were offered. A group that closed meanwhile stays as it is."""
    followed = groups.followed_by(session, person.id)
    for group in suggestions.offered(session):
        if group.theme in wanted - followed:
            people.follow(session, person.id, group.theme)
        elif group.theme in followed - wanted:
            people.unfollow(session, person.id, group.theme)


def _wish(change: Change, person: Person, answers: Answers) -> None:
    struggle, contact = answers.get("wrestles"), answers.get("contact")
    if struggle is None and contact is None:
        return
    profile = match_profiles.ensure(change.session, person.id, change.now)
    if struggle is not None:
        profile.wrestles_with = struggle
    if contact is not None:
        wants, profile.most = bool(contact["wants"]), int(contact["most"])
        profile.wanted_at = (profile.wanted_at or change.now) if wants else None
        if wants or profile.most:  # they have just said that they want to take part
            profile.paused, profile.unanswered = False, 0


def _known(session: Session, person: Person) -> dict[str, Any]:
    """Return what the register says, as answers. What it does not say is left out."""
    profile = match_profiles.of_person(session, person.id)
    answers: dict[str, Any] = {"role": person.role or None, "helps": person.helps_with}
    answers["groups"] = sorted(groups.followed_by(session, person.id))
    waiting = [row for row in contacts.proposed_by(session, person.id) if row.kind == ProposalKind.BELONGS]
    if code := waiting[0].municipality_code if waiting else person.municipality_code:
        answers["municipality"] = {"code": code, "also": []}
    if profile is not None:
        answers["wrestles"] = profile.wrestles_with
        answers["contact"] = {"wants": profile.wanted_at is not None, "most": profile.most}
    return answers
