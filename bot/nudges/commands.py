"""Handlers for reminding everybody whose municipality lacks something: the preview, and *Skicka*."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from bot import swedish
from bot.desk import PreparedDecision
from bot.message import Json, Reply, state
from bot.nudges import access, cards, notices, recipients
from bot.register.change import Change
from bot.register.coverage import GAP_NAMES, RegisterGap
from bot.routes import Role, Routes, Where
from bot.turn import App, Turn

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)


@routes.action("nudges.preview")
def preview(turn: Turn) -> Reply:
    """*Påminn alla*: show whom the reminder goes to, how many they are, and what it says."""
    return state(_preview(turn, access.gap(turn)))


@routes.action("nudges.send")
def send(turn: Turn) -> Reply:
    """*Skicka*: remind them. Show the preview again if it goes to another number of people by now."""
    gap = access.gap(turn)
    found = recipients.find(turn.session, gap, turn.now)
    if len(found.people) != turn.data.get("count") or not found.people:
        return state(_preview(turn, gap))
    return state(cards.sent(gap, notices.send(Change.of(turn), found, turn.app.settings.contact)), done=True)


def to_remind(app: App, session: Session, now: datetime) -> Iterator[PreparedDecision]:
    """Yield a reminder for each lack that somebody can be reminded of."""
    del app
    for gap in recipients.ASKED_FOR:
        found = recipients.find(session, gap, now)
        if found.people:
            people = swedish.count(len(found.people), "person", "personer")
            places = swedish.count(len(found.municipalities), "kommun", "kommuner")
            yield PreparedDecision(
                key=f"lack:{gap}:{len(found.municipalities)}:{len(found.people)}",
                title=f"Påminn {places} som saknar {GAP_NAMES[gap]}",
                effect=f"Du ser texten och mottagarna, {people}, innan den går.",
                usefulness=45,
                label="Förhandsgranska",
                verb="nudges.preview",
                data={"gap": gap.value},
            )


def _preview(turn: Turn, gap: RegisterGap) -> Json:
    opens = swedish.next_open(turn.now)
    found = recipients.find(turn.session, gap, turn.now)
    return cards.preview(found, turn.app.settings.contact, opens if opens > turn.now else None)
