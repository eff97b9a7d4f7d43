"""Notices about a question's changes: as rows of the outbox, in the change's own transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.cards import escape
from bot.message import Json
from bot.questions import asker_cards, channel_notices, desk_cards, details, keys
from bot.questions.details import Picture, Said
from bot.turn import Turn
from storage import groups, kansli, outbox, questions
from storage.outgoing import AsMail, Outgoing, Reach, ThreadOf, ToPerson, ToThread
from storage.people import Person
from storage.questions import Question, Status


def asked(turn: Turn, question: Question) -> Picture:
    """A new question, or one that was moved: a card in the group's channel, or a note to each of the kansli."""
    seen = channel_notices.post(turn, question)
    if seen.group is None:
        why = "En fråga till kansliet"
        _send(turn, _to_desk(seen, kansli.everyone(turn.session), f"asked:{question.posts}", why))
        return seen
    told = [person for person in groups.followers(turn.session, seen.group.theme) if person != question.asker_id]
    about = asker_cards.note(f"Ny fråga i {seen.home}", seen, "Svara i gruppens kanal om du kan.", mine=False)
    _send(turn, _to_each(seen, told, f"new:{question.posts}", about))
    return seen


def answered(turn: Turn, question: Question, answer_id: int) -> Picture:
    """An answer goes to the asker and to those who wonder too, but not to who gave it."""
    outbox.cancel(turn.session, reminder_subject(question), turn.now)
    seen = channel_notices.changed(turn, question)
    said = details.said(seen, answer_id)
    if said is not None:
        told = details.everyone(turn.session, question, but=[said.answer.person_id])
        thread = channel_notices.thread(turn.session, question)
        _send(turn, (_answer_to(seen, said, person, thread) for person in told))
    return seen


def moved(turn: Turn, question: Question) -> Picture:
    """The old card says where the question went, the new group gets its own, and the asker is told."""
    outbox.cancel(turn.session, reminder_subject(question), turn.now)
    channel_notices.leave(turn, question)
    seen = asked(turn, question)
    text = f"Den hör bättre hemma hos {seen.home}, så den har flyttats dit. Du behöver inte göra något."
    note = asker_cards.note("Din fråga har flyttats", seen, text)
    told = [question.asker_id] if question.asker_id is not None else []
    _send(turn, _to_each(seen, told, f"moved:{question.posts}", note))
    return seen


def ended(turn: Turn, question: Question) -> Picture:
    """Taken back or closed: reminders stop, and who would wait in vain is told."""
    outbox.cancel(turn.session, reminder_subject(question), turn.now)
    seen = channel_notices.changed(turn, question)
    if question.reason:
        told = details.everyone(turn.session, question, but=[turn.person.id])
        title = "Frågan har stängts" if seen.answers else "Frågan har stängts utan svar"
        closed = asker_cards.note(title, seen, question.reason)
        _send(turn, _to_each(seen, told, f"closed:{question.version}", closed))
    if question.status == Status.WITHDRAWN:
        channel_notices.withdrawn(turn, seen)
    return seen


def solved(turn: Turn, question: Question, said: Said) -> Picture:
    """Tell the person who answered that it helped, and the kansli, once for each question, that it may be an entry."""
    outbox.cancel(turn.session, reminder_subject(question), turn.now)
    seen = channel_notices.changed(turn, question)
    told = [said.answer.person_id] if said.answer.person_id not in (None, turn.person.id) else []
    text = f"{seen.asker} säger att ditt svar löste frågan. Tack för att du delade med dig!"
    helped = asker_cards.note("Ditt svar hjälpte", seen, text, mine=False)
    _send(turn, _to_each(seen, [person for person in told if person], f"solved:{said.answer.id}", helped))
    _send(turn, _to_each(seen, [one.id for one in kansli.everyone(turn.session)], "faq", desk_cards.to_faq(seen)))
    return seen


def reopened(turn: Turn, question: Question) -> Picture:
    """The thread hears of it, because a card that changes makes no sound."""
    seen = channel_notices.changed(turn, question)
    if seen.group is not None:
        text = f"Frågan är öppen igen. {escape(seen.asker)} skriver: {escape(question.more)}"
        key = keys.of(question, f"reopened:{question.version}")
        _send(turn, [Outgoing(key, _subject(question), ThreadOf(keys.card(question)), text)])
    else:
        why = "En fråga till kansliet är öppen igen"
        _send(turn, _to_desk(seen, kansli.everyone(turn.session), f"reopened:{question.version}", why))
    return seen


def thanked(turn: Turn, question: Question, said: Said) -> bool:
    """*Tacka*, once from each person for each answer; False where it was said before, or there is nobody to thank."""
    if said.answer.person_id is None:
        return False
    seen = details.of(turn.session, question, turn.now)
    own = turn.person.id == question.asker_id
    who = seen.asker if own else details.who(turn.session, turn.person.name, turn.person.municipality_code)
    card = asker_cards.note("Du har fått ett tack", seen, f"{who} tackar för ditt svar.", mine=False)
    key = keys.of(question, f"thanks:{said.answer.id}:{turn.person.id}")
    return outbox.enqueue(
        turn.session, Outgoing(key, _subject(question), ToPerson(said.answer.person_id), card=card), turn.now
    )


def misplaced(turn: Turn, question: Question) -> bool:
    """A member thinks that it belongs elsewhere: its keepers are told, once of each member. Whether it was new."""
    seen = details.of(turn.session, question, turn.now)
    by = details.who(turn.session, turn.person.name, turn.person.municipality_code)
    why = f"{by} tycker att frågan hör till en annan grupp"
    told = keepers(turn.session, question)
    return bool(_send(turn, _to_desk(seen, told, f"wrong:{question.posts}:{turn.person.id}", why)))


def keepers(session: Session, question: Question) -> Collection[Person]:
    """Return who looks after a question: the group's moderators, or the kansli where all of them have left."""
    here = [one for one in groups.moderators(session, question.group_id) if one.left_at is None]
    return here or kansli.everyone(session)


def reminder_subject(question: Question) -> str:
    """The cause of everything that reminds of an unanswered question."""
    return questions.reminder_subject(question.id)


def remind(
    seen: Picture, people: Iterable[int], what: str, card: Json, mail: AsMail, *, until: datetime | None = None
) -> Iterator[Outgoing]:
    """A reminder to each of these; the key names ``what``. ``until`` is when the next one takes its place."""
    subject = reminder_subject(seen.question)
    for row in _to_each(seen, people, what, card):
        yield replace(row, subject=subject, reach=Reach.REMINDER, mail=mail, expires_at=until)


def _to_desk(seen: Picture, people: Iterable[Person], what: str, why: str) -> Iterator[Outgoing]:
    yield from _to_each(seen, [person.id for person in people], what, desk_cards.one(seen, why=why))


def _to_each(seen: Picture, people: Iterable[int], what: str, card: Json) -> Iterator[Outgoing]:
    for person in people:
        key = keys.told(seen.question, what, person)
        yield Outgoing(key, _subject(seen.question), ToPerson(person), card=card)


def _answer_to(seen: Picture, said: Said, person: int, thread: ToThread | None) -> Outgoing:
    """In their own chat; failing that with a mention: where the asker asked, or for a follower in ``thread``."""
    question, own = seen.question, person == seen.question.asker_id
    if own:
        where = question.asked_conversation_id
        thread = ToThread(where, question.asked_thread_id) if where else None
    card = asker_cards.answered(seen, said, own=own)
    key = keys.told(question, f"answer:{said.answer.id}", person)
    return Outgoing(key, _subject(question), ToPerson(person, thread), card=card)


def _subject(question: Question) -> str:
    return questions.subject(question.id)


def _send(turn: Turn, outgoings: Iterable[Outgoing]) -> int:
    return outbox.enqueue_all(turn.session, outgoings, turn.now)
