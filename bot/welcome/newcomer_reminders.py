"""Welcome people whom the bot sees for the first time: each with a card, and each team with one message a day.

A person is welcomed in the transaction that begins their introduction, so nobody is welcomed twice and nobody is
forgotten, also when several replicas work at the same time or one is killed. The outbox keeps Teams' limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from sqlalchemy.orm import Session

from bot.plan import Foreseen
from bot.swedish import date_of, is_open, next_open
from bot.turn import App
from bot.welcome import guest_reminders, welcome_cards, welcome_mails
from storage import copies, newcomers, onboardings, outbox, places
from storage.onboardings import Origin
from storage.outbox import KEPT_FOR, Delivery
from storage.outgoing import Operation, Outgoing, Reach, ToChannel, ToPerson

SUBJECT = "welcome"
CHUNK = 100
"""People in one transaction. It takes some 30 ms, while turns wait on SQLite."""
GUESTS_SETTLE = timedelta(minutes=30)
"""How long a guest waits for the directory to say whether they have accepted the invitation: two readings of it."""
MAIL_AFTER = timedelta(days=1)
"""When the welcome also goes by mail, to a person who has not opened it."""


def run(app: App, clock: Callable[[], datetime]) -> Iterator[Callable[[Session], int]]:
    """Yield the transactions that welcome people chunk by chunk, tell their teams, and mail guests who wait outside.

    With the welcome turned off, nobody is told and nobody is mailed.
    """
    now = clock()
    if app.settings.welcome and not is_open(now):
        return
    left = [True]
    while left[0]:
        yield partial(_welcome, app=app, left=left, now=now)
    if not app.settings.welcome:
        return
    teams: list[str] = []
    yield partial(_look, teams=teams, now=now)
    for team in teams:
        yield partial(_tell, team=team, now=now)
    yield partial(guest_reminders.plan, now=now)


def ahead(app: App, session: Session, now: datetime, until: datetime) -> Iterator[Foreseen]:
    """Yield the welcomes that wait for the bot's working hours, the messages to the teams, and the mails to guests."""
    opens = next_open(now)
    if not app.settings.welcome or opens >= until:
        return
    yield from guest_reminders.ahead(session, opens, until)
    counted: dict[str, int] = {}
    pattern = welcome()
    for found in newcomers.find(session, opens, guests_since=_guests_since(app, opens), limit=2000):
        message = _to(pattern, found.person_id)
        yield Foreseen(opens, message)
        if found.team_id:
            counted[found.team_id] = counted.get(found.team_id, 0) + 1
    for team, number in counted.items():
        if team in places.teams(session):
            yield Foreseen(opens, _message(session, team, number, opens))


def still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether a person has not begun by themselves. A message to a team is always wanted."""
    if row.operation == Operation.THREAD or row.person_id is None:
        return True
    begun = onboardings.of_person(session, row.person_id)
    return begun is None or (begun.answered_at is None and begun.finished_at is None)


def welcome() -> Outgoing:
    """Return the welcome, to be given a recipient: the same for everybody, so that its text is stored once."""
    return Outgoing(
        SUBJECT,
        SUBJECT,
        ToPerson(0),
        card=welcome_cards.welcome(),
        reach=Reach.ANNOUNCEMENT,
        mail=welcome_mails.welcome(),
        mail_after=MAIL_AFTER,
    )


def _welcome(session: Session, app: App, left: list[bool], now: datetime) -> int:
    """Welcome one chunk of people. A person whom the bot has greeted already gets no second welcome.

    With the welcome turned off, people count as known, so that turning it on later welcomes only those who come then.
    """
    found = newcomers.find(session, now, guests_since=_guests_since(app, now), limit=CHUNK)
    left[0] = len(found) == CHUNK
    if not app.settings.welcome:
        return len(newcomers.begin(session, found, Origin.BEFORE, now))
    begun = newcomers.begin(session, found, Origin.MET, now)
    ungreeted = newcomers.greet(session, begun, now)
    copies.enqueue(session, welcome(), ungreeted, now, now)
    return len(begun)


def _look(session: Session, teams: list[str], now: datetime) -> int:
    """Fill in the teams that have new members, and send the welcome of people who came back."""
    here = set(places.teams(session))
    teams += [team for team in newcomers.untold(session) if team in here]
    return len(teams) + newcomers.returned(session, SUBJECT, now, KEPT_FOR)


def _tell(session: Session, team: str, now: datetime) -> int:
    number = newcomers.tell(session, team, date_of(now))
    return outbox.enqueue(session, _message(session, team, number, now), now) if number else 0


def _message(session: Session, team: str, number: int, now: datetime) -> Outgoing:
    """Return the message to a team: one a day, without names."""
    short = sha256(team.encode()).hexdigest()[:16]  # a team's id may be longer than a key
    known = newcomers.knew_anybody(session, team, date_of(now))
    card = welcome_cards.to_team(number, known=known)
    return Outgoing(f"{SUBJECT}:team:{short}:{date_of(now)}", SUBJECT, ToChannel(team), card=card)


def _to(pattern: Outgoing, person_id: int) -> Outgoing:
    return Outgoing(
        f"{pattern.key}:{person_id}",
        pattern.subject,
        ToPerson(person_id),
        card=pattern.card,
        reach=pattern.reach,
        mail=pattern.mail,
        mail_after=pattern.mail_after,
    )


def _guests_since(app: App, now: datetime) -> datetime | None:
    """Return since when guests must wait; None where no directory tells who has accepted."""
    return now - GUESTS_SETTLE if app.settings.graph_mailbox and not app.settings.local else None
