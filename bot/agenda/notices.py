"""Keep the week's card the same for everybody at the kansli."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.agenda import cards, week
from bot.delivery.living import Living, Readers, shown
from bot.desk import PreparedDecision
from bot.message import Json
from bot.turn import App
from storage import agenda, kansli, outbox, people


def living(name: str) -> Living:
    """Return the cards of a week."""
    return Living.of(f"agenda:{name}")


def card(
    app: App, session: Session, now: datetime, note: str = "", waiting: list[PreparedDecision] | None = None
) -> Json:
    """Return this week's card as it stands now. ``waiting`` are the decisions that wait, if they are known."""
    done = agenda.of_week(session, week.name(now))
    names = people.names(session, {choice.by_id for choice in done if choice.by_id is not None})
    return cards.decisions(
        week.waiting(app, session, now) if waiting is None else waiting, done, names, note=note, week=week.name(now)
    )


def changed(app: App, session: Session, choice: agenda.AgendaChoice, now: datetime) -> None:
    """Show a choice on every card of the week that has been sent."""
    cards_of_week = living(week.name(now))
    readers = Readers({person.id for person in kansli.everyone(session)}, cards.gone())
    sent = shown(session, [cards_of_week])[cards_of_week]
    fresh = card(app, session, now) if sent else {}
    name = f"choice:{choice.id}"
    versions = [cards_of_week.version(row.key, name, readers.card(fresh, row.person_id)) for row, _ in sent]
    outbox.enqueue_all(session, versions, now)
