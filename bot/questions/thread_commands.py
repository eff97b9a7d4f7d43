"""Offer the writer of a reply in a question's thread, without a mention, to send it as an answer (SEKOM_READ_THREADS).

Everything else that is overheard is dropped unread. The place and the writer decide whether to ask, before anything
is stored.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.message import NOTHING, Incoming, Reply, state
from bot.questions import access, cards, channel_commands, details, lifecycle
from bot.routes import Routes
from bot.turn import Turn
from storage import offers, outbox, people, questions
from storage.outgoing import Outgoing, ToPerson, ToThread
from storage.questions import AnswerWay, Question

routes = Routes[Turn]()


def to_ask_about(session: Session, incoming: Incoming) -> Question | None:
    """Return the question that an overheard reply may answer, or None if the writer must not be asked."""
    question = questions.find(session, channel_commands.asked_in(session, incoming.place))
    if question is None or question.over or not 0 < len(incoming.text) <= lifecycle.LONGEST_ANSWER:
        return None
    writer = people.find(session, incoming.sender.teams_id)
    if writer is not None and (writer.id == question.asker_id or offers.wants_none(session, question.id, writer.id)):
        return None
    return question


def ask(turn: Turn) -> Reply:
    """Ask the writer in their own chat. If that fails, mention them in the thread, where the reply stands anyway."""
    question = to_ask_about(turn.session, turn.incoming)
    if question is None:
        return NOTHING
    offer = offers.add(turn.session, question.id, turn.person.id, turn.incoming.text, turn.now)
    place, why = turn.incoming.place, offers.subject(offer.id)
    card = cards.offer(details.of(turn.session, question, turn.now), offer.id, turn.incoming.text)
    to = ToPerson(turn.person.id, ToThread(place.conversation_id, place.thread_id))
    row = Outgoing(f"{why}:{turn.person.id}", why, to, card=card, expires_at=turn.now + offers.KEPT)
    outbox.enqueue(turn.session, row, turn.now)
    return NOTHING


@routes.action("questions.offer_send")
def send(turn: Turn) -> Reply:
    """*Skicka*: send the reply as an answer."""
    offer, question = access.own_offer(turn)
    picture = channel_commands.keep(turn, question, offer.text or "", AnswerWay.THREAD)
    offers.settle(turn.session, offer, turn.now, wanted=True)
    return state(cards.offer_over(f"Tack! Ditt svar har gått till {channel_commands.asker(picture)}."))


@routes.action("questions.offer_decline")
def decline(turn: Turn) -> Reply:
    """*Nej tack*: delete the reply, and do not ask again about this question."""
    offer, _ = access.own_offer(turn)
    offers.settle(turn.session, offer, turn.now, wanted=False)
    return state(cards.offer_over("Okej, jag skickar det inte och frågar inte igen om den här frågan."))
