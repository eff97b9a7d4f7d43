"""Handlers for what askers and followers do in their own chats, and for the start of a question to colleagues."""

from __future__ import annotations

from dataclasses import replace

from bot import dialog
from bot.cards import button
from bot.message import Json, Place, Reply, Scope, UserError, say
from bot.questions import access, asker_cards, cards, channel_notices, details, lifecycle, notices
from bot.questions.details import QuestionDetails, Said
from bot.register.change import Change
from bot.routes import Routes, Where
from bot.turn import Turn
from storage import groups, outbox, places, questions
from storage.outgoing import Outgoing, ToPerson
from storage.questions import Question, Status

routes = Routes[Turn]()

LISTED = 10
"""How many questions of each kind *mina frågor* shows: the newest."""


@routes.command(
    "fråga kollegor",
    help="Ställ en fråga till kollegor i en temagrupp.",
    aliases=("fråga temagruppen", "fråga en kollega", "fråga andra kommuner", "ställ en fråga"),
    takes="fråga",
    menu=True,
)
def start(turn: Turn) -> Reply:
    """Start a question to colleagues. The words after the command become its draft."""
    return _begin(turn, turn.argument)


@routes.action("questions.start")
def press_start(turn: Turn) -> Reply:
    """*Fråga temagruppen*: start a question to colleagues that the bank could not answer."""
    return _begin(turn, str(turn.data.get("text") or ""))


@routes.command(
    "mina frågor",
    help="Se frågor du har ställt eller följer, och hur det går.",
    where=Where.PERSONAL,
    aliases=("min fråga", "mina frågor till kollegor"),
    menu=True,
    button="questions.mine",
)
def mine(turn: Turn) -> Reply:
    """Show the questions that the person has asked and those they follow."""
    return say(card=_mine(turn))


@routes.action("questions.mine_one")
def one(turn: Turn) -> Reply:
    """Show one of the person's questions, with its answers."""
    question = access.awaited(turn)
    shown, own = _now(turn, question), question.asker_id == turn.person.id
    return turn.in_place(asker_cards.mine_one(shown, own=own, thread=channel_notices.link(turn, shown)))


@routes.action("questions.regroup")
def regroup(turn: Turn) -> Reply:
    """*Byt grupp*: let the asker choose another group."""
    question = access.own(turn)
    if question.status != Status.OPEN:
        raise UserError("Frågan har redan fått svar eller är avslutad, så den flyttas inte.")
    back = button("Tillbaka", "questions.mine_one", alone=True, question=question.id)
    return turn.in_place(cards.choose_group(_now(turn, question), groups.taking_questions(turn.session), back=back))


@routes.action("questions.answer_card")
def answer_card(turn: Turn) -> Reply:
    """Show an answer with its buttons again."""
    shown, response = _answer(turn, access.own(turn))
    return turn.in_place(asker_cards.answered(shown, response, own=True, thread=channel_notices.link(turn, shown)))


@routes.action("questions.solve")
def solve(turn: Turn) -> Reply:
    """*Det löste det*: mark the answer as the one that solved the question."""
    question = access.own(turn)
    shown, response = _answer(turn, question)
    if lifecycle.solve(Change.of(turn), question, response.answer, [each.answer for each in shown.answers]):
        notices.solved(turn, question, response)
    shown = _now(turn, question)
    return turn.in_place(asker_cards.solved(shown, response, thread=channel_notices.link(turn, shown)))


@routes.action("questions.more")
def more(turn: Turn) -> Reply:
    """*Behöver mer hjälp*: ask what is still unclear."""
    question = access.own(turn)
    shown, response = _answer(turn, question)
    if question.status == Status.OPEN:
        raise UserError("Frågan är redan öppen. Du får besked här när någon svarar.")
    return turn.in_place(asker_cards.more_form(shown.question, response.answer.id))


@routes.action("questions.need_more")
def need_more(turn: Turn) -> Reply:
    """Open the question again, with what the asker still needs."""
    question = access.own(turn)
    words = str(turn.data.get("more") or "")
    lifecycle.need_more(Change.of(turn), question, words, questions.answers(turn.session, question.id))
    shown = notices.reopened(turn, question)
    return turn.in_place(asker_cards.said(f"Frågan är öppen igen hos {shown.home}. Jag skriver när någon svarar."))


@routes.action("questions.thank")
def thank(turn: Turn) -> Reply:
    """*Tacka*: thank for an answer. The asker and each follower can do it once."""
    question = access.awaited(turn)
    _, response = _answer(turn, question)
    if response.answer.person_id == turn.person.id:
        raise UserError("Det är ditt eget svar.")
    if response.answer.person_id is None:
        raise UserError("Den som svarade finns inte kvar här, så jag kan inte framföra tacket.")
    new = notices.thanked(turn, question, response)
    return Reply(notice="Tacket är framfört." if new else "Du har redan tackat för det svaret.")


@routes.action("questions.withdraw")
def withdraw(turn: Turn) -> Reply:
    """Take the question back."""
    question = access.own(turn)
    if lifecycle.withdraw(Change.of(turn), question):
        notices.ended(turn, question)
    return turn.in_place(asker_cards.said("Du har dragit tillbaka frågan. Den visas inte längre för gruppen."))


@routes.action("questions.unfollow")
def unfollow(turn: Turn) -> Reply:
    """*Sluta följa*: stop following the question."""
    question = access.awaited(turn)
    if lifecycle.unfollow(Change.of(turn), question, turn.person):
        channel_notices.changed(turn, question)
    return turn.in_place(asker_cards.said("Du följer inte längre frågan."))


@routes.action("questions.show")
def show_earlier(turn: Turn) -> Reply:
    """Show what somebody else asked a theme group before, with its answers; the person's own question stays."""
    return say(card=asker_cards.earlier(_now(turn, access.earlier(turn))))


def _begin(turn: Turn, text: str) -> Reply:
    """Ask the dialog's first question in the person's own chat; in a thread only if they have no chat."""
    draft = text.strip()[: lifecycle.LONGEST_QUESTION]
    place = turn.incoming.place
    # the dialog stores this with the steps' answers: where the answer goes back to, and which run of the dialog this is
    extra = {"_draft": draft, "_run": f"{place.conversation_id}/{turn.incoming.activity_id}"[-300:]}
    if turn.personal:
        return dialog.start(turn, "question", extra)
    if not turn.incoming.private:  # the answer may be mentioned there, where everybody reads it
        extra |= {"_conversation": place.conversation_id, "_thread": place.thread_id or ""}
    chat = places.own_chat(turn.session, turn.person.id)
    if chat is None:
        return dialog.start(turn, "question", extra)
    home = Place(chat.id, Scope.PERSONAL, chat.service_url, chat.tenant_id)
    first = dialog.start(replace(turn, incoming=replace(turn.incoming, place=home)), "question", extra)
    key = f"question_dialog:{extra['_run']}"[:200]
    outbox.enqueue(
        turn.session, Outgoing(key, "question_dialog", ToPerson(turn.person.id), card=first.messages[0].card), turn.now
    )
    return say(asker_cards.go_on_in_chat())


def _mine(turn: Turn) -> Json:
    own = questions.asked_by(turn.session, turn.person.id, LISTED)
    return asker_cards.mine(own, questions.followed_by(turn.session, turn.person.id, LISTED))


def _answer(turn: Turn, question: Question) -> tuple[QuestionDetails, Said]:
    """Return the answer to this question that a button names."""
    shown = _now(turn, question)
    return shown, access.answer_of(turn, shown)


def _now(turn: Turn, question: Question) -> QuestionDetails:
    return details.of(turn.session, question, turn.now)
