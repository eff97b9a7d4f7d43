"""What happens by itself: requests nobody answers, introductions, the day they meet, and *Träffades ni?*.

:func:`due` follows from the database and the time alone. The job of :func:`run` also changes the state: it ends what
nobody answers, and introduces people when it is known whether they have a group chat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time
from functools import partial

from sqlalchemy.orm import Session

from bot import swedish
from bot.delivery.ladder import Ladder, Reached, Rung
from bot.matches import cards, mails, matching, notices, people, rules
from bot.plan import Foreseen
from bot.register.change import Change
from bot.swedish import STOCKHOLM, date_of
from bot.turn import App
from storage import match_profiles, outbox, pairs
from storage.outgoing import Outgoing, Reach, ToPerson
from storage.pairs import OPEN, Meeting, PairPart, PairState
from storage.people import Person

Work = Callable[[Session], int]
AT = time(9)
"""The time of the day they meet, in Stockholm, that the reminder counts from: nobody says a time."""
BEFORE = Ladder((Rung(-1),), stamp="%Y-%m-%d")
"""One day before; the ladder moves it to a working day."""
AFTER = Ladder((Rung(0),), stamp="%Y-%m-%d")
NO_ANSWER = "{} hann inte svara"
TRY_ANOTHER = "Det säger inget om dig. Välj gärna en annan."
GONE = "{} har lämnat nätverket"


def due(session: Session, now: datetime) -> list[Outgoing]:
    """Return the reminders of the day they meet, and the questions whether they met, that are due by ``now``."""
    rows: list[Outgoing] = []
    for meeting in pairs.in_states(session, [PairState.MATCHED]):
        pair, asked_at = meeting.pair, rules.ask_met_at(meeting.pair)
        if pair.introduced_at is None or asked_at is None:
            continue
        if pair.meets_on is not None:
            rows += _day_reminders(session, meeting, datetime.combine(pair.meets_on, AT, STOCKHOLM), now)
        rows += _questions(session, meeting, asked_at, now)
    return rows


def _day_reminders(session: Session, meeting: Meeting, date: datetime, now: datetime) -> Iterator[Outgoing]:
    reached = BEFORE.due(date, now)
    if reached is None or date_of(meeting.pair.since) == date_of(date):
        return
    subject = f"{notices.DAY}:{meeting.pair.id}"
    for person in _untold(session, meeting, reached, subject):
        own = notices.view(session, meeting, person.id)
        yield Outgoing(
            reached.key(subject, person.id),
            subject,
            ToPerson(person.id),
            card=cards.reminder(own, date_of(date)),
            not_before=reached.not_before,
            expires_at=date,
            reach=Reach.REMINDER,
            mail=mails.chosen(own, date_of(date)),
        )


def _questions(session: Session, meeting: Meeting, asked_at: datetime, now: datetime) -> Iterator[Outgoing]:
    reached = AFTER.due(asked_at, now)
    if reached is None:
        return
    subject = f"{notices.MET}:{meeting.pair.id}"
    for person in _untold(session, meeting, reached, subject):
        own = notices.view(session, meeting, person.id)
        yield Outgoing(
            reached.key(subject, person.id),
            subject,
            ToPerson(person.id),
            card=cards.ask_met(own),
            not_before=reached.not_before,
            expires_at=rules.close_at(meeting.pair),
            reach=Reach.REMINDER,
            mail=mails.ask_met(own),
        )


def _untold(session: Session, meeting: Meeting, reached: Reached, subject: str) -> list[Person]:
    """Return the people who have not said that they met and have no such message, whose cards cost some queries."""
    keys = {reached.key(subject, person.id): person for member, person in meeting.members if member.met is None}
    told = outbox.known(session, keys)
    return [person for key, person in keys.items() if key not in told]


def run(app: App, clock: Callable[[], datetime]) -> Iterator[Work]:
    """Yield a transaction for each open pair, and one for each newcomer to whom contact persons are offered."""
    del app
    numbers, waiting = list[int](), list[int]()

    def look(session: Session) -> int:
        numbers[:] = [meeting.pair.id for meeting in pairs.in_states(session, OPEN)]
        return len(numbers)

    def look_again(session: Session) -> int:
        waiting[:] = [] if not swedish.is_open(clock()) else _to_offer(session, clock())
        return len(waiting)

    yield look
    for number in numbers:
        yield partial(_forward, number=number, clock=clock)
    yield look_again
    for person_id in waiting:
        yield partial(_offer, person_id=person_id, clock=clock)


def _forward(session: Session, number: int, clock: Callable[[], datetime]) -> int:
    """Bring one pair to where it should be now."""
    meeting, change = pairs.find(session, number), Change(session, None, clock())
    if meeting is None or meeting.pair.state not in OPEN:
        return 0
    pair, closes = meeting.pair, rules.close_at(meeting.pair)
    matched, is_open = pair.state == PairState.MATCHED, swedish.is_open(change.now)
    if _lacks(meeting):
        if not is_open:  # a roster is read at any hour, and nobody is told at night that somebody has left
            return 0
        _end_without(change, meeting)
    elif matched and pair.introduced_at is None and change.now >= notices.introduces_at(session, pair):
        pair.introduced_at = change.now
        outbox.enqueue_all(session, notices.introductions(session, meeting, change.today), change.now)
    elif is_open and not matched and _is_away(meeting, change):
        _pass_on(change, meeting)
    elif is_open and not matched and change.now >= rules.answer_by(pair):
        _expire(change, meeting)
    elif is_open and matched and closes is not None and change.now >= closes:
        _close(change, meeting)
    else:
        return 0
    return 1


def _lacks(meeting: Meeting) -> bool:
    """Return whether somebody in a pair has left the network or was erased, so that it can't go on."""
    here = [member for member, person in meeting.members if person.left_at is None]
    parts = {member.part for member, _ in meeting.members}
    alone = len(here) < 2  # noqa: PLR2004 - a pair
    return alone or (len(here) < len(meeting.members) and parts == {PairPart.NEWCOMER, PairPart.CONTACT})


def _end_without(change: Change, meeting: Meeting) -> None:
    """End a pair that has lost somebody, and tell those who are left."""
    asked = meeting.pair.state == PairState.ASKED
    gone = [person.called for _, person in meeting.members if person.left_at is not None]
    who = gone[0] if gone else "Din match"
    pairs.move(change.session, meeting.pair, PairState.OVER, change.now)
    for member, person in meeting.members:
        if person.left_at is None and not (asked and member.part == PairPart.CONTACT):
            text = "Välj gärna en annan." if member.part == PairPart.NEWCOMER else "Platsen hos dig är fri igen."
            notices.news(change, meeting, person.id, GONE.format(who), text)


def _is_away(meeting: Meeting, change: Change) -> bool:
    return meeting.contact is not None and meeting.contact.away(change.today)


def _pass_on(change: Change, meeting: Meeting) -> None:
    """Pass on a request to a contact person who takes a pause. It does not count as a round without an answer."""
    pairs.move(change.session, meeting.pair, PairState.PASSED, change.now)
    called = meeting.contact.called if meeting.contact is not None else "Kontaktpersonen"
    for newcomer in meeting.newcomers:
        notices.news(change, meeting, newcomer.id, rules.NO_LONGER.format(called), TRY_ANOTHER)


def _expire(change: Change, meeting: Meeting) -> None:
    """End a request that the contact person has not answered."""
    contact = meeting.contact
    pairs.move(change.session, meeting.pair, PairState.UNANSWERED, change.now)
    if contact is not None:
        _missed(change, contact.id)
        for newcomer in meeting.newcomers:
            notices.news(change, meeting, newcomer.id, NO_ANSWER.format(contact.called), TRY_ANOTHER)


def _close(change: Change, meeting: Meeting) -> None:
    """End a match of which nobody has said whether they met."""
    pairs.move(change.session, meeting.pair, PairState.OVER, change.now)
    for member, person in meeting.members:
        if member.met is None:
            _missed(change, person.id)


def _missed(change: Change, person_id: int) -> None:
    if rules.miss_round(match_profiles.ensure(change.session, person_id, change.now)):
        notices.paused(change, person_id)


def _to_offer(session: Session, now: datetime) -> list[int]:
    """Return the newcomers who wait, for whom it is time, and for whom there is a contact person."""
    pool, offered = people.load(session, date_of(now)), pairs.offered(session)
    return [
        person.id
        for person in pool.waiting
        if (person.id not in offered or now >= offered[person.id] + rules.OFFERED_AGAIN)
        and matching.candidates(person, pool.offering, pool.history, most=1)
    ]


def _offer(session: Session, person_id: int, clock: Callable[[], datetime]) -> int:
    """Offer a newcomer contact persons, if it is time. The third offer without an answer pauses them."""
    change = Change(session, None, clock())
    if not swedish.is_open(change.now):
        return 0
    profile = pairs.lock_people(session, [person_id]).get(person_id)
    last = pairs.offered(session).get(person_id)
    if profile is None or (last is not None and change.now < last + rules.OFFERED_AGAIN):
        return 0
    found = rules.candidates(change, person_id)
    if not found:
        return 0
    if last is not None and rules.miss_round(profile):
        notices.paused(change, person_id)
        return 1
    pairs.note_offer(session, person_id, change.now)
    return int(outbox.enqueue(session, notices.offer(person_id, found, change.now), change.now))


def ahead(app: App, session: Session, now: datetime, until: datetime) -> Iterator[Foreseen]:
    """Yield what the job says before ``until``, if nobody does anything, except that somebody is paused."""
    del app
    for meeting in pairs.in_states(session, OPEN):
        yield from (each for each in _pair_ahead(session, meeting, now) if each.at < until)
    pool, offered = people.load(session, date_of(now)), pairs.offered(session)
    for newcomer in pool.waiting:
        last, profile = offered.get(newcomer.id), match_profiles.of_person(session, newcomer.id)
        at = swedish.next_open(now if last is None else max(now, last + rules.OFFERED_AGAIN))
        found = matching.candidates(newcomer, pool.offering, pool.history)
        pauses = last is not None and profile is not None and profile.unanswered + 1 >= rules.MOST_UNANSWERED
        if found and at < until and not pauses:
            yield Foreseen(at, notices.offer(newcomer.id, found, at))


def _pair_ahead(session: Session, meeting: Meeting, now: datetime) -> Iterator[Foreseen]:
    """Yield the introduction of a match, or the end of a request that nobody answers."""
    pair, contact = meeting.pair, meeting.contact
    if pair.state == PairState.MATCHED and pair.introduced_at is None:
        at = max(now, notices.introduces_at(session, pair))
        yield from (Foreseen(at, row) for row in notices.introductions(session, meeting, date_of(at)))
    if pair.state == PairState.ASKED and contact is not None:
        at, title = swedish.next_open(max(now, rules.answer_by(pair))), NO_ANSWER.format(contact.called)
        card = cards.told(title, TRY_ANOTHER)
        for newcomer in meeting.newcomers:
            ended = PairState.UNANSWERED
            yield Foreseen(at, notices.news_of(meeting, newcomer.id, ended, card, text=f"{title}. {TRY_ANOTHER}"))
