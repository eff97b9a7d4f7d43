"""The kansli's week: when its card comes, and which decisions wait.

A decision that was done or put off rests for four weeks. Its key names the state of what it is about, so a decision
about something that has changed comes back at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import islice

from sqlalchemy.orm import Session

from bot import swedish
from bot.desk import PreparedDecision
from bot.swedish import OPENS, STOCKHOLM, date_of
from bot.turn import App
from storage import agenda

MOST = 7
"""How many decisions a card has: more do not get done."""
OF_A_KIND = 3
"""How many of one feature's decisions a list has at most, so that the others' are seen too."""
REST = timedelta(weeks=4)
NOON = 12
MORNINGS = 2
"""On how many working days the week's card may come: the first, and the next one if the bot was down."""


def name(now: datetime) -> str:
    """Return the ISO week in Sweden, as ``2026-W49``."""
    year, week, _ = date_of(now).isocalendar()
    return f"{year}-W{week:02}"


def mornings(now: datetime) -> list[date]:
    """Return the days on which this week's card may come. None in a week without working days, as in July."""
    today = date_of(now)
    monday = today - timedelta(days=today.weekday())
    days = (monday + timedelta(days=number) for number in range(7))
    return list(islice(filter(swedish.is_working_day, days), MORNINGS))


def is_afternoon(now: datetime) -> bool:
    """Return whether it is too late for a card that is meant for the morning. It then comes the next morning."""
    return now.astimezone(STOCKHOLM).hour >= NOON


def ends(now: datetime) -> datetime:
    """Return when the week's card is no longer worth sending: the next Monday morning."""
    today = date_of(now)
    return datetime.combine(today + timedelta(days=7 - today.weekday()), OPENS, STOCKHOLM)


def waiting(app: App, session: Session, now: datetime) -> list[PreparedDecision]:
    """Return the decisions that wait, most useful first."""
    resting = agenda.chosen(session, now - REST)

    def rested(decisions: Iterable[PreparedDecision]) -> Iterable[PreparedDecision]:
        return islice((decision for decision in decisions if decision.key not in resting), OF_A_KIND)

    found = [decision for decider in app.decisions for decision in rested(decider(app, session, now))]
    return sorted(found, key=lambda decision: -decision.usefulness)


def find(app: App, session: Session, now: datetime, key: object) -> PreparedDecision | None:
    """Return the decision with this key if it waits, also one that others have pushed off the list by now."""
    if not isinstance(key, str) or key in agenda.chosen(session, now - REST):
        return None
    return next((waits for decider in app.decisions for waits in decider(app, session, now) if waits.key == key), None)
