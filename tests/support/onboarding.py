"""Helpers for tests of a newcomer's start."""

from __future__ import annotations

from typing import Any

from storage import groups, match_profiles, onboardings, people
from storage.match_profiles import MatchProfile
from storage.onboardings import Onboarding
from tests.support.chat import Chat
from tests.support.people import person

BY_BUTTONS = (
    *("Kom igång", "Börja", "Ja", "Kontaktpolitiker", "Fortsätt", "Hoppa över", "Hoppa över", "Ja, gärna", "Klar"),
)
"""The shortest way of a person whose mail address says where they work: nine presses."""


def press(chat: Chat, *titles: str) -> str:
    """Press buttons one after the other. Return what the last one shows."""
    shown = ""
    for title in titles:
        shown = chat.click(title)
    return shown


def row(chat: Chat) -> Onboarding:
    """Return how far the person has come."""
    found = chat.app.database.play(lambda session: onboardings.of_person(session, person(chat).id))
    assert found is not None
    return found


def profile(chat: Chat) -> MatchProfile | None:
    """Return the person's wishes."""
    return chat.app.database.play(lambda session: match_profiles.of_person(session, person(chat).id))


def follows(chat: Chat) -> set[str]:
    """Return the themes that the person follows."""
    return chat.app.database.play(lambda session: groups.followed_by(session, person(chat).id))


def follow(chat: Chat, *themes: str) -> None:
    """Let the person follow themes."""
    number = person(chat).id

    def work(session: Any) -> None:
        for theme in themes:
            people.follow(session, number, theme)

    chat.app.database.play(work)


def change_group(chat: Chat, theme: str, **facts: Any) -> None:
    """Change a theme group's row."""

    def work(session: Any) -> None:
        group = groups.by_theme(session, theme)
        assert group is not None
        for name, value in facts.items():
            setattr(group, name, value)

    chat.app.database.play(work)


def ticked(chat: Chat) -> str:
    """Return the ids of the groups that are ticked on the newest card, with commas between."""
    form = next(part for part in chat.card["body"] if part["type"] == "Input.ChoiceSet")
    return str(form.get("value", ""))
