"""Tell people what becomes of requests and matches, with outbox rows in the change's own transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bot import links
from bot.matches import cards, mails, matching, people, rules
from bot.matches.views import PairView
from bot.message import Json
from bot.register.change import Change
from bot.swedish import date_of, day
from storage import introduction_posts, match_profiles, outbox, pairs
from storage import people as stored_people
from storage.outbox import Delivery, State
from storage.outgoing import AsMail, MessageOf, Outgoing, Reach, Repeat, ThreadOf, ToNewChat, ToPerson, number_of
from storage.pairs import Meeting, Pair, PairPart, PairState

REQUEST, CHAT, INTRO, NEWS = "pair_request", "pair_chat", "pair_intro", "pair_news"
DAY, MET, OFFER, PAUSED = "pair_day", "pair_met", "pair_offer", "pair_paused"
KINDS = (REQUEST, CHAT, INTRO, NEWS, DAY, MET, OFFER, PAUSED)
"""The first words of all subjects."""
MAIL_AFTER = timedelta(hours=1)
"""A guest who has not opened the message in the chat gets it by mail."""
CHAT_WAITS = timedelta(hours=1)
"""How long Microsoft may take to open a group chat. After that, people get a link."""
OVER_TITLE = "Förfrågan gäller inte längre"
NEWS_TITLE = "Nytt om din match"
"""The mail's subject, which names nobody."""
QUEUED = "Du står i kön igen, och jag hör av mig när en kontaktperson är ledig."
TOPIC = "Kontaktperson i Sveriges Ekokommuner"


def view(session: Session, meeting: Meeting, person_id: int) -> PairView:
    """Return a pair as one of its people sees it."""
    known = people.of(session, [person for _, person in meeting.members])
    everybody = meeting.others(person_id)
    others = [person for person in everybody if person.left_at is None] or everybody
    opened = outbox.find(session, f"{CHAT}:{meeting.pair.id}")
    group_chat = opened.join_url if opened is not None else None
    addresses = [(other.mail, other.id) for other in others if other.mail]
    link = links.chat_with_all(addresses) if addresses and len(addresses) == len(others) else ""
    contact = meeting.contact.id if meeting.contact else None
    theirs = [known[other.id] for other in others]
    return PairView(
        meeting.pair, known[person_id], theirs, contact, group_chat or link, group_chat=group_chat is not None
    )


def requested(change: Change, meeting: Meeting) -> None:
    """Ask the contact person."""
    if meeting.contact is None or not meeting.newcomers:
        return
    known, until = rules.known(change, meeting), day(rules.answer_by(meeting.pair))
    newcomer = known[meeting.newcomers[0].id]
    card = cards.request(meeting.pair, newcomer, known[meeting.contact.id], until)
    _tell(change, _note(f"{REQUEST}:{meeting.pair.id}", meeting.contact.id, card, mails.request(newcomer, until)))


def open_chat(change: Change, meeting: Meeting) -> None:
    """Have a group chat opened for people who are matched, and greet them there.

    Without a tenant that allows it, :func:`introduce` gives them a link instead.
    """
    key, names = f"{CHAT}:{meeting.pair.id}", [person.called for _, person in meeting.members]
    until = change.now + CHAT_WAITS
    members = tuple(person.id for _, person in meeting.members)
    rows = (
        Outgoing(key, key, ToNewChat(members), text=TOPIC, repeat=Repeat.ASK, expires_at=until),
        Outgoing(f"{key}:greeting", key, ThreadOf(key), card=cards.chat(names), expires_at=until + CHAT_WAITS),
    )
    outbox.enqueue_all(change.session, rows, change.now)


def introduces_at(session: Session, pair: Pair) -> datetime:
    """Return when to introduce people: as soon as it is known whether they have a group chat, or an hour later."""
    opened = outbox.find(session, f"{CHAT}:{pair.id}")
    waits = opened is not None and opened.state in (State.WAITING, State.SENDING)
    return pair.since + CHAT_WAITS if waits else pair.since


def introductions(session: Session, meeting: Meeting, today: date) -> list[Outgoing]:
    """Return the messages that introduce people who are matched to each other."""
    views = {person.id: view(session, meeting, person.id) for _, person in meeting.members}
    subject = f"{INTRO}:{meeting.pair.id}"
    return [_note(subject, number, cards.matched(own, today), mails.matched(own)) for number, own in views.items()]


def chosen(change: Change, meeting: Meeting, by: int) -> None:
    """Tell the others which day a person has chosen."""
    meets_on = meeting.pair.meets_on
    if meets_on is None:
        return
    for person in meeting.others(by):
        own = view(change.session, meeting, person.id)
        name = next(other.called for other in own.others if other.id == by)
        card = cards.chosen(own, meets_on, name)
        _tell(
            change,
            _note(f"{DAY}:{meeting.pair.id}", person.id, card, mails.chosen(own, meets_on), more=f"set:{meets_on}"),
        )


def news(change: Change, meeting: Meeting, person_id: int, title: str, text: str) -> None:
    """Tell a person in a pair what has become of it. A newcomer who waits again may choose at once."""
    pool, own = people.load(change.session, change.today), meeting.own(person_id)
    waits = pool.find(person_id) if own is not None and own.part == PairPart.NEWCOMER else None
    found = matching.candidates(waits, pool.offering, pool.history) if waits else []
    if found:
        pairs.note_offer(change.session, person_id, change.now)
    text = QUEUED if waits and not found else text
    card = cards.candidates(found, f"{title}. {text}") if found else cards.told(title, text)
    _tell(change, news_of(meeting, person_id, PairState(meeting.pair.state), card, text=f"{title}. {text}"))


def news_of(meeting: Meeting, person_id: int, became: PairState, card: Json, *, text: str) -> Outgoing:
    """Return the message that tells a person what has become of a pair."""
    mail = mails.told(NEWS_TITLE, text)
    return _note(f"{NEWS}:{meeting.pair.id}", person_id, card, mail, more=became.value)


def paused(change: Change, person_id: int) -> None:
    """Tell a person that they were paused because nothing was heard of them."""
    card, when = cards.paused(), f"{change.now:%Y%m%d}"
    mail = mails.told("Du tar paus från matchningen", "Jag har frågat tre gånger utan att höra något.")
    _tell(change, _note(f"{PAUSED}:{person_id}", person_id, card, mail, more=when))


def offer(person_id: int, found: Sequence[matching.Candidate], at: datetime) -> Outgoing:
    """Return the message that offers a newcomer contact persons."""
    return Outgoing(
        f"{OFFER}:{person_id}:{at:%Y%m%d}:person:{person_id}",
        f"{OFFER}:{person_id}",
        ToPerson(person_id),
        card=cards.candidates(found),
        reach=Reach.REMINDER,
        mail=mails.offered(len(found)),
    )


def forgetting(session: Session, person_id: int, now: datetime) -> Callable[[], None]:
    """Forget what an erased person wrote in their requests, and what others wrote about having met them."""
    for meeting in pairs.of_person(session, person_id, tuple(PairState)):
        for member, _ in meeting.members:
            member.comment = ""
        own, contact = meeting.own(person_id), meeting.contact
        if own is None or own.part != PairPart.NEWCOMER or contact is None:
            continue
        about = f"{REQUEST}:{meeting.pair.id}"
        key = f"{about}:person:{contact.id}"
        sent = outbox.find(session, key)
        outbox.cancel(session, about, now)
        if sent is not None and sent.state in (State.SENDING, State.SENT):
            card = cards.told(OVER_TITLE, rules.GONE)
            outbox.enqueue(session, Outgoing(f"{key}:gone", f"over:{about}", MessageOf(key), card=card), now)
        introduction_posts.forget(session, about, OVER_TITLE, now)
    session.flush()
    return lambda: None


def still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether what the message says still holds, asked just before sending."""
    kind, number = row.subject.partition(":")[0], number_of(row.subject)
    if kind == PAUSED:
        profile = match_profiles.of_person(session, number or 0)
        return profile is not None and profile.paused
    if kind == OFFER:
        person = stored_people.by_id(session, number)
        pool = people.load(session, date_of(row.not_before))
        return person is not None and pool.find(person.id) is not None
    meeting = pairs.look(session, number)
    return meeting is not None and _holds(meeting, row, kind)


def _holds(meeting: Meeting, row: Delivery, kind: str) -> bool:
    """Return whether a message about a pair still holds. What became of it is told even if the other one is gone."""
    pair, own = meeting.pair, meeting.own(row.person_id or 0)
    together = pair.state == PairState.MATCHED and len(meeting.members) > 1
    return {
        NEWS: True,
        REQUEST: pair.state == PairState.ASKED and bool(meeting.newcomers),
        CHAT: together and (row.target is not None or pair.introduced_at is None),
        INTRO: together,
        DAY: together and str(pair.meets_on) in row.key,
        MET: together and own is not None and own.met is None,
    }[kind]


def _note(subject: str, person_id: int, card: Json, mail: AsMail, *, more: str = "") -> Outgoing:
    """Return a message in the chat that also goes by mail, if the person does not open it."""
    key = ":".join(filter(None, (subject, more, f"person:{person_id}")))
    return Outgoing(key, subject, ToPerson(person_id), card=card, mail=mail, mail_after=MAIL_AFTER)


def _tell(change: Change, row: Outgoing) -> None:
    outbox.enqueue(change.session, row, change.now)
