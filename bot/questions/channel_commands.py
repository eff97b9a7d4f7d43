"""Handlers for what members do with a question in its channel: at its card and in its thread.

The person who presses gets the new card at once. Everybody sees it through the outbox alone, in the card's own lane: an
update sent from here could come after a newer one and put an old state back.

A reply in the thread that does not mention the bot (SEKOM_READ_THREADS) is offered to its writer as the answer.
Everything else that is overheard is dropped unread: whether to ask is decided by where it stands and who wrote it,
before anything is kept.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from bot.cards import escape
from bot.message import NOTHING, Incoming, Place, Reply, Scope, UserError, say, state, view
from bot.questions import access, cards, channel_notices, details, keys, lifecycle, notices
from bot.questions.details import QuestionDetails
from bot.register.change import Change
from bot.routes import Routes
from bot.turn import Turn
from storage import deliveries, groups, offers, outbox, people, questions
from storage.outgoing import Outgoing, ToPerson, ToThread
from storage.questions import Answer, AnswerWay, Question, Status

routes = Routes[Turn]()

EDITED_TOO_LATE = (
    "Jag har ändrat ditt svar på korten, men det har redan gått med mejl också, och mejl kan jag inte ändra. Är "
    "skillnaden viktig? Skriv det rätta som ett nytt svar här i tråden och nämn mig, så skickar jag det vidare."
)
TAKEN_BACK_TOO_LATE = (
    "Jag har tagit bort ditt svar från korten, men det har redan gått med mejl också, och mejl kan jag inte ta "
    "tillbaka. Var det fel? Skriv det rätta som ett nytt svar här i tråden och nämn mig, så skickar jag det vidare."
)


@routes.action("questions.card")
def show(turn: Turn) -> Reply:
    """Go back from a form to the question."""
    question = access.at_card(turn)
    channel_notices.stopped_writing(turn, question)
    return _shown(turn, question)


@routes.action("questions.form")
def form(turn: Turn) -> Reply:
    """Replace the card with the answer form, for the person who pressed *Svara*."""
    question = access.at_card(turn)
    if question.over or not access.stands_here(turn, question):
        return _shown(turn, question)
    channel_notices.writes(turn, question)
    return view(cards.form(_now(turn, question), contact=bool(turn.person.mail)))


@routes.action("questions.answer")
def answer(turn: Turn) -> Reply:
    """Store the answer in the form. If the form is sent twice, store it once."""
    question = access.at_card(turn)
    keep(turn, question, str(turn.data.get("answer") or ""), AnswerWay.CARD)
    return _shown(turn, question)


@routes.action("questions.claim")
def claim(turn: Turn) -> Reply:
    """*Jag tar den*: claim the question."""
    return _change(turn, lambda question: lifecycle.claim(Change.of(turn), question))


@routes.action("questions.release")
def release(turn: Turn) -> Reply:
    """*Lämna tillbaka*: give up the claim."""
    return _change(turn, lambda question: lifecycle.release(turn, question))


@routes.action("questions.follow")
def follow(turn: Turn) -> Reply:
    """*Jag undrar också*: send the answers to this person too."""
    return _change(turn, lambda question: lifecycle.follow(Change.of(turn), question, turn.person))


@routes.action("questions.wrong")
def wrong(turn: Turn) -> Reply:
    """*Fel grupp*: let the asker and people who manage the question choose a group; ask other people to confirm."""
    question = access.at_card(turn)
    if question.status != Status.OPEN or not access.stands_here(turn, question):  # answered questions stay
        return _shown(turn, question)
    back = cards.back_to_card(question)
    if lifecycle.manages(turn, question) or question.asker_id == turn.person.id:
        return view(cards.choose_group(_now(turn, question), groups.taking_questions(turn.session), back=back))
    return view(cards.confirm_wrong(_now(turn, question), back=back))


@routes.action("questions.misplaced")
def misplaced(turn: Turn) -> Reply:
    """*Ja, säg till*: tell the people who can move the question."""
    question = access.at_card(turn)
    if question.status != Status.OPEN or not access.stands_here(turn, question):
        return _shown(turn, question)
    new = notices.misplaced(turn, question)
    text = "Tack! Jag har sagt till dem som kan flytta frågan." if new else "Tack, det är redan framfört."
    return view(cards.told(text, back=cards.back_to_card(question)))


@routes.action("questions.move")
def move(turn: Turn) -> Reply:
    """Move the question to the group that its asker, its moderator or the kansli chose."""
    question = access.movable(turn)
    to = turn.data.get("to")
    group = groups.by_theme(turn.session, to)
    if group is None and to != cards.TO_KANSLI:
        raise UserError("Välj vart frågan ska.")
    lifecycle.move(Change.of(turn), question, group)
    notices.moved(turn, question)
    card = cards.moved(_now(turn, question))
    return state(card) if turn.personal else view(card)


def in_thread(turn: Turn) -> Reply | None:
    """Take a message that mentions the bot in a question's thread as an answer. Return None if it is something else."""
    if turn.incoming.private:  # the message was for the bot only
        return None
    question = questions.lock(turn.session, asked_in(turn.session, turn.incoming.place))
    if question is None or question.asker_id == turn.person.id:
        return None
    if not turn.incoming.text:
        raise UserError(
            "Skriv ditt svar med ord efter mitt namn, så skickar jag det vidare. Bilder och filer följer inte med."
        )
    picture = keep(turn, question, turn.incoming.text, AnswerWay.THREAD, message_id=turn.incoming.came_as)
    note = (
        " Bilder och filer följer inte med, så skriv gärna det viktiga ur dem också."
        if turn.incoming.attachments
        else ""
    )
    return say(f"Tack! Ditt svar har gått till {escape(asker(picture))}.{note}")


def asked_in(session: Session, place: Place) -> int | None:
    """Return the question whose card started the thread; None for any other place."""
    if place.scope is not Scope.CHANNEL or place.thread_id is None:
        return None
    post = deliveries.sent_as(session, place.conversation_id, place.thread_id)
    return keys.question_of(post.subject, post.key) if post else None


def keep(
    turn: Turn, question: Question, text: str, way: AnswerWay, *, message_id: str | None = None
) -> QuestionDetails:
    """Store an answer. If it is new, tell everyone concerned. ``message_id`` is the message that it came as."""
    may_write = turn.data.get("may_write") == "yes" and way != AnswerWay.PASTED
    stored, new = lifecycle.answer(turn, question, text, way, may_write=may_write)
    stored.message_id = message_id or stored.message_id
    channel_notices.stopped_writing(turn, question)
    return notices.answered(turn, question, stored.id) if new else _now(turn, question)


def asker(shown: QuestionDetails) -> str:
    """Return words for the asker in a sentence; with the name only if the asker wants to be named."""
    return "den som frågade" if shown.asker == details.NOBODY else f"den som frågade ({shown.asker})"


def _change(turn: Turn, change: Callable[[Question], bool]) -> Reply:
    """Change the question from its card. A card that the question was moved from only says where it went."""
    question = access.at_card(turn)
    if access.stands_here(turn, question) and change(question):
        channel_notices.changed(turn, question)
    return _shown(turn, question)


def _now(turn: Turn, question: Question) -> QuestionDetails:
    return details.of(turn.session, question, turn.now)


def _shown(turn: Turn, question: Question) -> Reply:
    """Show the presser the question as this channel may see it. ``post`` in the press can only hide more."""
    post: object = turn.data.get("post") if access.stands_here(turn, question) else 0
    return view(cards.channel(_now(turn, question), post if isinstance(post, int) else None))


def to_ask_about(session: Session, incoming: Incoming) -> Question | None:
    """The question that an overheard reply may answer; None where its writer is not to be asked."""
    question = questions.find(session, asked_in(session, incoming.place))
    if question is None or question.over or not 0 < len(incoming.text) <= lifecycle.LONGEST_ANSWER:
        return None
    writer = people.find(session, incoming.sender.teams_id)
    if writer is not None and (writer.id == question.asker_id or offers.wants_none(session, question.id, writer.id)):
        return None
    return question


def changed_answer(session: Session, incoming: Incoming) -> Answer | None:
    """Return the answer that the edited or deleted message became; None where it became none."""
    question = asked_in(session, incoming.place)
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
    response = details.said(_now(turn, question), answer.id)
    fixed = response is not None and notices.edited(turn, question, response)
    return say(EDITED_TOO_LATE) if fixed else NOTHING


def take_back(turn: Turn) -> Reply:
    """The writer deleted their answer in the thread: nobody reads it any more, and the question may be open again."""
    answer = changed_answer(turn.session, turn.incoming)
    question = questions.lock(turn.session, answer.question_id) if answer else None
    if answer is None or question is None:
        return NOTHING
    number = answer.id
    lifecycle.take_back_answer(Change.of(turn), question, answer)
    fixed = notices.taken_back(turn, question, number)
    return say(TAKEN_BACK_TOO_LATE) if fixed else NOTHING


def ask(turn: Turn) -> Reply:
    """Ask the writer in their own chat; failing that with a mention in the thread, where the reply stands anyway."""
    question = to_ask_about(turn.session, turn.incoming)
    if question is None:
        return NOTHING
    offer = offers.add(
        turn.session, question.id, turn.person.id, turn.incoming.text, turn.now, message_id=turn.incoming.came_as
    )
    place, why = turn.incoming.place, offers.subject(offer.id)
    shown, contact = details.of(turn.session, question, turn.now), bool(turn.person.mail)
    card = cards.offer(shown, offer.id, turn.incoming.text, contact=contact)
    to = ToPerson(turn.person.id, ToThread(place.conversation_id, place.thread_id))
    row = Outgoing(f"{why}:{turn.person.id}", why, to, card=card, expires_at=turn.now + offers.KEPT)
    outbox.enqueue(turn.session, row, turn.now)
    return NOTHING


@routes.action("questions.offer_send")
def send(turn: Turn) -> Reply:
    """*Skicka*: the reply is an answer."""
    offer, question = access.own_offer(turn)
    picture = keep(turn, question, offer.text or "", AnswerWay.THREAD, message_id=offer.message_id)
    offers.settle(turn.session, offer, turn.now, wanted=True)
    return state(cards.offer_over(f"Tack! Ditt svar har gått till {asker(picture)}."))


@routes.action("questions.offer_decline")
def decline(turn: Turn) -> Reply:
    """*Nej tack*: nothing is kept of it, and nothing more is asked about this question."""
    offer, _ = access.own_offer(turn)
    offers.settle(turn.session, offer, turn.now, wanted=False)
    return state(cards.offer_over("Okej, jag skickar det inte och frågar inte igen om den här frågan."))
