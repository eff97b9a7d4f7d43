"""Handlers for the talk after a colleague's answer: the asker writes on, and the colleague answers in 1:1."""

from __future__ import annotations

from datetime import timedelta

from bot.message import Kind, Reply, say
from bot.questions import access, asker_cards, details, lifecycle, notices
from bot.questions.channel_commands import keep
from bot.register.change import Change
from bot.routes import Routes, Where
from bot.turn import Turn
from bot.wording import follow_ups, next_step
from bot.wording.next_step import Likely, NextStep
from storage import faq_log, questions
from storage.questions import AnswerWay

routes = Routes[Turn](where=Where.PERSONAL)

LEANING = timedelta(days=3)
"""How long after an answer a message such as "men vilken nämnd?" may be about it: a guest may read it by mail first."""
NEXT = timedelta(hours=2)
"""How long after an answer any other message that the bank knows nothing about may be about it."""
KNOWN = 0.20
"""Probability from which the bank knows something about a message. One that leans on the answer is not the bank's: it
would answer "vad kostade det?" with the membership fee."""


def listen(turn: Turn) -> Reply | None:
    """Offer to send what the asker writes after a colleague's answer to that colleague.

    Clear new questions go on to the bank: those that it can answer, and everything after a question to the bank.
    """
    text = turn.incoming.text
    if not turn.personal or turn.incoming.kind is not Kind.MESSAGE or len(text) > lifecycle.LONGEST_QUESTION:
        return None
    answer = questions.latest_answer_to(turn.session, turn.person.id, turn.now - LEANING)
    if answer is None or faq_log.asked_since(turn.session, turn.person.id, answer.at):
        return None
    leans = follow_ups.leans_on(text)
    errand = next_step.likely(text) == Likely(NextStep.KANSLI, clear=True)
    if not leans and (errand or turn.now - answer.at > NEXT):
        return None
    hit = None if leans else next(iter(turn.app.bank.search(text, 1)), None)
    if hit is not None and hit.probability >= KNOWN:
        return None
    question = questions.find(turn.session, answer.question_id)
    shown = details.of(turn.session, question, turn.now) if question is not None else None
    response = details.said(shown, answer.id) if shown is not None else None
    if shown is None or response is None:
        return None
    return say(card=asker_cards.offer_follow_up(shown, response, text))


@routes.action("questions.follow_up")
def send(turn: Turn) -> Reply:
    """*Skicka till Hassan*: open the question again with these words, and bring them to the person who answered."""
    question = access.own(turn)
    shown = details.of(turn.session, question, turn.now)
    response = access.answer_of(turn, shown)
    words = lifecycle.checked_more(str(turn.data.get("text") or ""))
    if words not in question.more.splitlines():  # pressed twice
        lifecycle.follow_up(Change.of(turn), question, words, [each.answer for each in shown.answers])
        notices.followed_up(turn, question, response, words)
    return turn.in_place(asker_cards.said(f"Skickat till {response.to}. Du får svaret här."))


@routes.action("questions.reply")
def reply(turn: Turn) -> Reply:
    """Store the answer to a follow-up, from the person who answered before."""
    question = access.answered(turn)
    keep(turn, question, str(turn.data.get("answer") or ""), AnswerWay.CARD)
    return turn.in_place(asker_cards.said("Tack! Ditt svar har gått till den som frågade."))
