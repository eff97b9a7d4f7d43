"""What a newcomer presses about their introduction to the theme groups."""

from __future__ import annotations

from bot.message import Reply, state
from bot.onboarding import introduction_cards, introduction_notices, introductions
from bot.register.change import Change
from bot.routes import Routes, Where
from bot.turn import Turn

_here = Routes[Turn](where=Where.PERSONAL)
_always = Routes[Turn](where=Where.PERSONAL, leavers=True)
"""What people who have left may press too: the post is theirs."""


@_here.action("introductions.post")
def post(turn: Turn) -> Reply:
    """*Skicka*: post the text that the person has approved."""
    text = introductions.checked(str(turn.data.get("text") or ""))
    ticked = str(turn.data.get("groups") or "").split(",")
    groups = introductions.chosen(introductions.open_to(turn.session, turn.person), ticked)
    introduction_notices.post(Change.of(turn), turn.person, text, groups)
    return state(introduction_cards.sent([group.name for group in groups]), done=True)


@_here.action("introductions.edit")
def edit(turn: Turn) -> Reply:
    """*Ändra texten*: show the form."""
    return state(introduction_cards.form(str(turn.data.get("text") or "")[: introductions.LONGEST]))


@_here.action("introductions.show")
def show(turn: Turn) -> Reply:
    """*Visa texten*: show the changed text as it would stand in the channel."""
    text = introductions.checked(str(turn.data.get("text") or ""))
    groups = introductions.chosen(introductions.open_to(turn.session, turn.person))
    return state(introduction_cards.draft(turn.person, text, groups))


@_here.action("introductions.decline")
def decline(turn: Turn) -> Reply:
    """*Nej tack*: post nothing."""
    del turn
    return state(introduction_cards.declined())


@_always.action("introductions.take_back")
def take_back(turn: Turn) -> Reply:
    """*Ta bort min presentation*."""
    number = introduction_notices.take_back(turn.session, turn.person.id, turn.now)
    return state(introduction_cards.taken_back(number), done=True)


_always.erasing(introduction_notices.forgetting)
routes = Routes(_here, _always)
