"""Tell people about a question's changes, with outbox rows in the change's own transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.cards import escape
from bot.delivery import living
from bot.message import Json
from bot.questions import asker_cards, cards, channel_notices, desk_cards, details, keys, lifecycle, mails
from bot.questions.details import QuestionDetails, Said
from bot.register.change import Change
from bot.routes import Routes
from bot.turn import Turn
from storage import groups, kansli, outbox, questions, reminder_choices
from storage.outgoing import AsMail, Outgoing, Reach, ThreadOf, ToPerson, ToThread
from storage.people import Person
from storage.questions import Question, Status

routes = Routes[Turn]()


def asked(turn: Turn, question: Question) -> QuestionDetails:
    """Post a new or moved question in its group's channel, or tell each of the kansli."""
    shown = channel_notices.post(turn, question)
    if shown.group is None:
        why = "En fråga till kansliet"
        _send(turn, _to_desk(shown, kansli.everyone(turn.session), f"asked:{question.posts}", why))
        return shown
    told = [person for person in groups.followers(turn.session, shown.group.theme) if person != question.asker_id]
    about = asker_cards.note(f"Ny fråga i {shown.home}", shown, "Svara i gruppens kanal om du kan.", mine=False)
    _send(turn, _to_each(shown, told, f"new:{question.posts}", about))
    return shown


def answered(turn: Turn, question: Question, answer_id: int) -> QuestionDetails:
    """Send an answer to the asker and to those who wonder too, but not to the person who gave it."""
    outbox.cancel(turn.session, reminder_subject(question), turn.now)
    shown = channel_notices.changed(turn, question)
    response = details.said(shown, answer_id)
    if response is not None:
        told = details.everyone(turn.session, question, but=[response.answer.person_id])
        _send(turn, (_answer_to(turn, shown, response, person) for person in told))
    return shown


def edited(turn: Turn, question: Question, response: Said) -> bool:
    """Show an answer's new text on every card that has it, and in the mails that have not gone.

    Return whether somebody has it in a form that can't be changed.
    """
    shown = channel_notices.changed(turn, question)
    told = _told_of(turn.session, question, response.answer.id)
    for key, person in told:
        fresh = _answer_to(turn, shown, response, person)
        reminder_choices.rewrite_mail(turn.session, fresh, turn.now)
        _send(turn, [keys.cards(question.id).version(key, f"v{question.version}", fresh.card or {})])
    return reminder_choices.is_fixed(turn.session, [key for key, _ in told])


def taken_back(turn: Turn, question: Question, answer_id: int) -> bool:
    """Take an answer away from every card that has it, and cancel the mails that have not gone.

    Return whether somebody has it in a form that can't be changed.
    """
    shown = channel_notices.changed(turn, question)
    told = _told_of(turn.session, question, answer_id)
    text = "Den som svarade har tagit bort sitt svar i tråden."
    text += " Frågan väntar på svar igen." if question.status == Status.OPEN else ""
    for key, person in told:
        card = asker_cards.note("Ett svar har tagits bort", shown, text, mine=person == question.asker_id)
        _send(turn, [keys.cards(question.id).version(key, f"v{question.version}", card)])
    channel_notices.desk_changed(turn, shown)
    answered_by = [key for key, _ in told]
    reminder_choices.cancel_mail(turn.session, answered_by, turn.now)
    return reminder_choices.is_fixed(turn.session, answered_by)


def _told_of(session: Session, question: Question, answer_id: int) -> Sequence[tuple[str, int]]:
    """Return the cards that brought an answer, as their keys and whose they are."""
    told = {
        keys.told(question, f"answer:{answer_id}", person): person for person in details.everyone(session, question)
    }
    return [(key, told[key]) for key in sorted(outbox.known(session, told))]


def moved(turn: Turn, question: Question) -> QuestionDetails:
    """Make the old card say where the question went, give the new group its own, and tell the asker."""
    outbox.cancel(turn.session, reminder_subject(question), turn.now)
    channel_notices.leave(turn, question)
    channel_notices.desk_changed(turn, details.of(turn.session, question, turn.now))
    shown = asked(turn, question)
    text = f"Den hör bättre hemma hos {shown.home}, så den har flyttats dit. Du behöver inte göra något."
    note = asker_cards.note("Din fråga har flyttats", shown, text)
    told = [question.asker_id] if question.asker_id not in (None, turn.person.id) else []
    _send(turn, _to_each(shown, [person for person in told if person], f"moved:{question.posts}", note))
    return shown


def ended(turn: Turn, question: Question) -> QuestionDetails:
    """Stop the reminders of a question taken back or closed, and tell those who would wait in vain."""
    outbox.cancel(turn.session, reminder_subject(question), turn.now)
    shown = channel_notices.changed(turn, question)
    if question.reason:
        told = details.everyone(turn.session, question, but=[turn.person.id])
        title = "Frågan har stängts" if shown.answers else "Frågan har stängts utan svar"
        closed = asker_cards.note(title, shown, question.reason)
        _send(turn, _to_each(shown, told, f"closed:{question.version}", closed))
    if question.status == Status.WITHDRAWN:
        channel_notices.withdrawn(turn, shown)
    return shown


def solved(turn: Turn, question: Question, response: Said) -> QuestionDetails:
    """Tell the person who answered that it helped. Tell the kansli, once, that the answer may become an FAQ entry."""
    outbox.cancel(turn.session, reminder_subject(question), turn.now)
    shown = channel_notices.changed(turn, question)
    told = [response.answer.person_id] if response.answer.person_id not in (None, turn.person.id) else []
    text = f"{shown.asker} säger att ditt svar löste frågan. Tack för att du delade med dig!"
    helped = asker_cards.note("Ditt svar hjälpte", shown, text, mine=False)
    _send(turn, _to_each(shown, [person for person in told if person], f"solved:{response.answer.id}", helped))
    _send(
        turn, _to_each(shown, [member.id for member in kansli.everyone(turn.session)], "faq", desk_cards.to_faq(shown))
    )
    return shown


def reopened(turn: Turn, question: Question, words: str = "") -> QuestionDetails:
    """Say in the thread that the question is open again, because a card that changes makes no sound.

    ``words`` is what the asker wrote now; without it, everything that they still need.
    """
    shown = channel_notices.changed(turn, question)
    channel_notices.desk_changed(turn, shown)
    if shown.group is not None:
        text = f"Frågan är öppen igen. {escape(shown.asker)} skriver: {escape(words or question.more)}"
        key = keys.of(question, f"reopened:{question.version}")
        _send(turn, [Outgoing(key, _subject(question), ThreadOf(keys.card(question)), text)])
    else:
        why = "En fråga till kansliet är öppen igen"
        _send(turn, _to_desk(shown, kansli.everyone(turn.session), f"reopened:{question.version}", why))
    return shown


def followed_up(turn: Turn, question: Question, response: Said, words: str) -> QuestionDetails:
    """Bring what the asker wrote after an answer to the question's place and to the person who gave that answer."""
    shown = reopened(turn, question, words)
    person = response.answer.person_id
    if person is not None and person != question.asker_id:
        row = Outgoing(
            keys.told(question, f"follow_up:{question.version}", person),
            _subject(question),
            ToPerson(person),
            card=asker_cards.follow_up_form(shown, response, words),
            mail=mails.follow_up(shown, response, words),
            mail_after=mail_after(turn),
        )
        outbox.enqueue(turn.session, row, turn.now)
    return shown


def thanked(turn: Turn, question: Question, response: Said) -> bool:
    """Send *Tacka*, once from each person for each answer. Return False if nothing was sent."""
    if response.answer.person_id is None:
        return False
    shown = details.of(turn.session, question, turn.now)
    own = turn.person.id == question.asker_id
    who = shown.asker if own else details.who(turn.session, turn.person.shown_name, turn.person.municipality_code)
    card = asker_cards.note("Du har fått ett tack", shown, f"{who} tackar för ditt svar.", mine=False)
    key = keys.of(question, f"thanks:{response.answer.id}:{turn.person.id}")
    return outbox.enqueue(
        turn.session, Outgoing(key, _subject(question), ToPerson(response.answer.person_id), card=card), turn.now
    )


def misplaced(turn: Turn, question: Question) -> bool:
    """Tell the question's keepers, once for each member, that it may belong elsewhere. Return whether this was new."""
    shown = details.of(turn.session, question, turn.now)
    by = details.who(turn.session, turn.person.shown_name, turn.person.municipality_code)
    why = f"{by} tycker att frågan hör till en annan grupp"
    told = keepers(turn.session, question)
    what = f"wrong:{question.posts}:{turn.person.id}"
    return bool(_send(turn, _to_desk(shown, told, what, why, misplaced=True)))


def keepers(session: Session, question: Question) -> Collection[Person]:
    """Return the people who look after a question: the group's moderators, or the kansli if all of them have left."""
    here = [person for person in groups.moderators(session, question.group_id) if person.left_at is None]
    return here or kansli.everyone(session)


def reminder_subject(question: Question) -> str:
    """Return the outbox subject of everything that reminds of an unanswered question."""
    return questions.reminder_subject(question.id)


def remind(
    shown: QuestionDetails, people: Iterable[int], what: str, card: Json, mail: AsMail, *, until: datetime | None = None
) -> Iterator[Outgoing]:
    """Yield a reminder to each of these people. Its key has ``what``.

    It expires at ``until``, when the next reminder comes.
    """
    subject = reminder_subject(shown.question)
    for row in _to_each(shown, people, what, card):
        yield replace(row, subject=subject, reach=Reach.REMINDER, mail=mail, expires_at=until)


def _to_desk(
    shown: QuestionDetails, people: Iterable[Person], what: str, why: str, *, misplaced: bool = False
) -> Iterator[Outgoing]:
    card = desk_cards.one(shown, why=why, misplaced=misplaced)
    yield from _to_each(shown, [person.id for person in people], what, card)


def _to_each(shown: QuestionDetails, people: Iterable[int], what: str, card: Json) -> Iterator[Outgoing]:
    for person in people:
        key = keys.told(shown.question, what, person)
        yield Outgoing(key, _subject(shown.question), ToPerson(person), card=card)


def _answer_to(turn: Turn, shown: QuestionDetails, response: Said, person: int) -> Outgoing:
    """Return an answer to the person's own chat, and the mail for people who do not open it there.

    If the chat fails, mention the asker where they asked, or a follower in the question's thread.
    """
    question, own = shown.question, person == shown.question.asker_id
    thread = _asked_in(question) if own else living.thread(turn.session, keys.card(question))
    return Outgoing(
        keys.told(question, f"answer:{response.answer.id}", person),
        _subject(question),
        ToPerson(person, thread),
        card=_answer_card(turn, shown, response, person),
        mail=mails.answered(shown, response, own=own),
        mail_after=mail_after(turn),
    )


def _asked_in(question: Question) -> ToThread | None:
    where = question.asked_conversation_id
    return ToThread(where, question.asked_thread_id) if where else None


def _answer_card(turn: Turn, shown: QuestionDetails, response: Said, person: int) -> Json:
    """Return an answer as the person sees it. It has no link to the answerer if it may stand in a thread."""
    own, link = person == shown.question.asker_id, channel_notices.link(turn, shown)
    if _asked_in(shown.question) is not None:
        response = replace(response, mail="")
    if own and response.answer.solved:
        return asker_cards.solved(shown, response, thread=link)
    return asker_cards.answered(shown, response, own=own, thread=link)


def mail_after(turn: Turn) -> timedelta:
    """Return how long a guest has to open an answer in the chat before it goes by mail."""
    return timedelta(hours=turn.app.settings.answer_mail_hours)


def _subject(question: Question) -> str:
    return questions.subject(question.id)


def _send(turn: Turn, outgoings: Iterable[Outgoing]) -> int:
    return outbox.enqueue_all(turn.session, outgoings, turn.now)


@routes.erasing
def forget(session: Session, person_id: int, now: datetime) -> Callable[[], None]:
    """Find the questions that the person took part in; afterwards, show their cards again."""
    ids = questions.concerning(session, person_id)
    questions.forget_messages(session, person_id)

    def after() -> None:
        for number in ids:
            question = questions.lock(session, number)
            if question is not None:
                _end(session, question, now)
                _show_again(session, question, now)

    return after


def _end(session: Session, question: Question, now: datetime) -> None:
    """Close a question that nobody waits for any more: nobody is reminded of it, and retention deletes it."""
    if question.status == Status.OPEN and not details.everyone(session, question):
        lifecycle.close(Change(session, None, now), question, cards.ASKER_GONE)
        outbox.cancel(session, reminder_subject(question), now)


def _show_again(session: Session, question: Question, now: datetime) -> None:
    if question.group_id is None or outbox.find(session, keys.card(question)) is None:
        return
    question.version += 1
    shown = channel_notices.update(details.of(session, question, now), f"v{question.version}")
    outbox.enqueue(session, shown, now)
