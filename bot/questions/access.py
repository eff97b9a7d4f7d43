"""Decide who may see a question, who may act on it, and where. Every handler loads its question here.

==================  ===========================================================  ==========================
question            may be seen by                                               may be acted on
==================  ===========================================================  ==========================
to a theme group    every member: it is shown to people who ask something alike  at its card, in its channel
to the kansli       its asker, its followers and the kansli                      by the kansli, in 1:1
==================  ===========================================================  ==========================

The asker, the kansli and the group's moderators do their part in their own chats. :mod:`bot.conversation` stops people
who have left before they get here.
"""

from __future__ import annotations

from bot.message import Scope, UserError
from bot.questions import details, lifecycle
from bot.questions.details import QuestionDetails, Said
from bot.turn import Turn
from storage import deliveries, groups, offers, questions, turns
from storage.groups import ThemeGroup
from storage.offers import ThreadOffer
from storage.questions import Question

GONE = "Den frågan finns inte kvar."
NOT_HERE = (
    "Det gör du på frågans kort i temagruppens kanal. Skriv **mina frågor** i vår egen chatt för att se dem du har "
    "ställt eller följer."
)
NOT_YOURS = "Det är inte din fråga, så det kan bara den som frågade göra."
NOT_FOLLOWED = "Du följer inte den frågan. Skriv **mina frågor** för att se dina."
NOT_ANSWERED = "Du har inte svarat på den frågan. Svara på frågans kort i temagruppens kanal."
NOT_MANAGED = "Det där kan bara kansliet och gruppens moderatorer göra."
OFFER_OVER = (
    "Det är redan avgjort, eller så har det gått mer än ett dygn. Tryck **Svara** på frågans kort om du vill svara."
)


def own(turn: Turn) -> Question:
    """Return the question that a button names. Refuse people who did not ask it."""
    question = _named(turn)
    if question.asker_id != turn.person.id:
        raise UserError(NOT_YOURS)
    return question


def awaited(turn: Turn) -> Question:
    """Return the question that a button names, for its asker and its followers: both get its answers."""
    question = _named(turn)
    if turn.person.id not in details.everyone(turn.session, question):
        raise UserError(NOT_FOLLOWED)
    return question


def earlier(turn: Turn) -> Question:
    """Return the question that a button names if every member may read it: it was asked in a theme group."""
    question = _named(turn)
    if question.over or question.group_id is None:
        raise UserError(GONE)
    return question


def managed(turn: Turn) -> Question:
    """Return the question that a button names if the person may move and close it, in 1:1 or at its card."""
    question = _named(turn)
    if not lifecycle.manages(turn, question):
        raise UserError(NOT_MANAGED)
    if not turn.personal and not _holds(turn, question):
        raise UserError(NOT_HERE)
    return question


def movable(turn: Turn) -> Question:
    """Return the question that a button names if the person may move it: as its asker, or as :func:`managed` says."""
    question = _named(turn)
    own = question.asker_id == turn.person.id
    return question if own and (turn.personal or _holds(turn, question)) else managed(turn)


def answered(turn: Turn) -> Question:
    """Return the question that a button names, for people who have answered it and are asked more about it."""
    question = _named(turn)
    if not any(answer.person_id == turn.person.id for answer in questions.answers(turn.session, question.id)):
        raise UserError(NOT_ANSWERED)
    return question


def answer_of(turn: Turn, shown: QuestionDetails) -> Said:
    """Return the answer to this question that a button names."""
    response = details.said(shown, turn.data.get("answer"))
    if response is None:
        raise UserError("Det svaret finns inte kvar. Skriv **mina frågor** för att se de som finns.")
    return response


def at_card(turn: Turn) -> Question:
    """Return the question that a button names if this channel has had a card of it.

    The channel need not have the newest card: an answer counts even if the question is moved while somebody writes it.
    The other actions at the card depend on :func:`stands_here`.
    """
    question = _named(turn)
    if not _holds(turn, question):
        raise UserError(NOT_HERE)
    return question


def stands_here(turn: Turn, question: Question) -> bool:
    """Return whether the question is asked in this channel now, so that people here may read it all and take part."""
    group = groups.find(turn.session, question.group_id)
    if group is None or turn.incoming.place.scope is not Scope.CHANNEL:
        return False
    posted = deliveries.channels(turn.session, questions.subject(question.id))[-1:]
    return turn.incoming.place.conversation_id in (group.conversation_id, *posted)


def suggested_group(turn: Turn) -> ThemeGroup | None:
    """Return the group that a button suggests for a new question. Every member may ask every group."""
    return groups.by_theme(turn.session, turn.data.get("theme"))


def refuse_others(turn: Turn) -> None:
    """Refuse a press on a card that answered somebody else, which would ask in the presser's name."""
    card, where = turn.incoming.card_id, turn.incoming.place.conversation_id
    if card is not None and not turns.answers_with(turn.session, turn.person.id, where, card):
        raise UserError("Det är inte din fråga. Skriv din egen till mig, så hjälper jag dig vidare.")


def own_offer(turn: Turn) -> tuple[ThreadOffer, Question]:
    """Return the reply that a button asks about, and its question. Refuse people who did not write the reply."""
    offer = offers.lock(turn.session, turn.data.get("offer"), turn.now)
    if offer is None:
        raise UserError(OFFER_OVER)
    if offer.person_id != turn.person.id:
        raise UserError("Det är bara den som skrev svaret som kan välja.")
    question = questions.lock(turn.session, offer.question_id)
    if question is None:
        raise UserError(GONE)
    return offer, question


def _named(turn: Turn) -> Question:
    """Return the question that a button names and lock its row until the transaction ends. Check no rights."""
    question = questions.lock(turn.session, turn.data.get("question"))
    if question is None:
        raise UserError(GONE)
    return question


def _holds(turn: Turn, question: Question) -> bool:
    """Return whether this channel has had a card of the question, or belongs to its group now."""
    if stands_here(turn, question):
        return True
    place = turn.incoming.place
    posted = deliveries.channels(turn.session, questions.subject(question.id))
    return place.scope is Scope.CHANNEL and place.conversation_id in posted
