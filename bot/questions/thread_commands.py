"""An unmentioned reply in a question's thread (SEKOM_READ_THREADS): offered to its writer as the answer.

Everything else that is overheard is dropped unread: whether to ask is decided by where it stands and who wrote it,
before anything is kept.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.message import NOTHING, Incoming, Reply, state
from bot.questions import access, cards, channel_commands, details, lifecycle, notices
from bot.register.change import Change
from bot.routes import Routes
from bot.turn import Turn
from storage import offers, outbox, people, questions
from storage.outgoing import Outgoing, ToPerson, ToThread
from storage.questions import Answer, AnswerWay, Question

routes = Routes[Turn]()


def to_ask_about(session: Session, incoming: Incoming) -> Question | None:
    """The question that an overheard reply may answer; None where its writer is not to be asked."""
    question = questions.find(session, channel_commands.asked_in(session, incoming.place))
    if question is None or question.over or not 0 < len(incoming.text) <= lifecycle.LONGEST_ANSWER:
        return None
    writer = people.find(session, incoming.sender.teams_id)
    if writer is not None and (writer.id == question.asker_id or offers.wants_none(session, question.id, writer.id)):
        return None
    return question


def changed_answer(session: Session, incoming: Incoming) -> Answer | None:
    """Return the answer that the edited or deleted message became; None where it became none."""
    question = channel_commands.asked_in(session, incoming.place)
    writer = people.find(session, incoming.sender.teams_id)
    if question is None or writer is None or incoming.message_id is None:
        return None
    return questions.answer_from(session, question, writer.id, incoming.message_id)


def edit(turn: Turn) -> Reply:
    """The writer edited their answer in the thread: the answer is what it says now, wherever it is shown."""
    answer = changed_answer(turn.session, turn.incoming)
    question = questions.lock(turn.session, answer.question_id) if answer else None
    if answer is None or question is None or answer.text == turn.incoming.text:
        return NOTHING
    others = [other.text for other in questions.answers(turn.session, question.id) if other.person_id == turn.person.id]
    if turn.incoming.text in others:  # the same text of the same person is kept once
        return take_back(turn)
    lifecycle.edit_answer(question, answer, turn.incoming.text)
    notices.edited(turn, question, answer.id)
    return NOTHING


def take_back(turn: Turn) -> Reply:
    """The writer deleted their answer in the thread: nobody reads it any more, and the question may be open again."""
    answer = changed_answer(turn.session, turn.incoming)
    question = questions.lock(turn.session, answer.question_id) if answer else None
    if answer is None or question is None:
        return NOTHING
    number = answer.id
    lifecycle.take_back_answer(Change.of(turn), question, answer)
    notices.taken_back(turn, question, number)
    return NOTHING


def ask(turn: Turn) -> Reply:
    """Ask the writer in their own chat; failing that with a mention in the thread, where the reply stands anyway."""
    question = to_ask_about(turn.session, turn.incoming)
    if question is None:
        return NOTHING
    offer = offers.add(
        turn.session, question.id, turn.person.id, turn.incoming.text, turn.now, message_id=turn.incoming.came_as
    )
    place, why = turn.incoming.place, offers.subject(offer.id)
    card = cards.offer(details.of(turn.session, question, turn.now), offer.id, turn.incoming.text)
    to = ToPerson(turn.person.id, ToThread(place.conversation_id, place.thread_id))
    row = Outgoing(f"{why}:{turn.person.id}", why, to, card=card, expires_at=turn.now + offers.KEPT)
    outbox.enqueue(turn.session, row, turn.now)
    return NOTHING


@routes.action("questions.offer_send")
def send(turn: Turn) -> Reply:
    """*Skicka*: the reply is an answer."""
    offer, question = access.own_offer(turn)
    picture = channel_commands.keep(turn, question, offer.text or "", AnswerWay.THREAD, message_id=offer.message_id)
    offers.settle(turn.session, offer, turn.now, wanted=True)
    return state(cards.offer_over(f"Tack! Ditt svar har gått till {channel_commands.asker(picture)}."))


@routes.action("questions.offer_decline")
def decline(turn: Turn) -> Reply:
    """*Nej tack*: nothing is kept of it, and nothing more is asked about this question."""
    offer, _ = access.own_offer(turn)
    offers.settle(turn.session, offer, turn.now, wanted=False)
    return state(cards.offer_over("Okej, jag skickar det inte och frågar inte igen om den här frågan."))
