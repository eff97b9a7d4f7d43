"""Handlers for what askers and followers do in their own chats, and for the start of a question to colleagues."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from bot import dialog
from bot.cards import button
from bot.message import Json, Place, Reply, Scope, UserError, say
from bot.questions import access, asker_cards, cards, channel_commands, channel_notices, details, lifecycle, notices
from bot.questions.details import QuestionDetails, Said
from bot.register.change import Change
from bot.routes import Routes, Where
from bot.search import peers
from bot.turn import Turn
from bot.wording import feedback
from bot.wording.feedback import Feedback
from storage import faq_log, groups, outbox, places, questions
from storage.groups import ThemeGroup
from storage.outgoing import Outgoing, ToPerson
from storage.questions import Question, Status

routes = Routes[Turn]()

LISTED = 10
"""How many questions of each kind *mina frågor* shows: the newest."""
LATELY = timedelta(days=14)
"""How old an answer may be for "tack, det löste sig" to be about it."""


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
    """*Fråga i Vatten*: start a question to colleagues that the bank could not answer; its group may be chosen."""
    return _begin(turn, str(turn.data.get("text") or ""), access.suggested_group(turn))


@routes.action("questions.here")
def ask_here(turn: Turn) -> Reply:
    """*Fråga gruppen här*: post the question in the theme group's channel where it was asked, with one press.

    The asker's name stands there already, so it is shown.
    """
    access.refuse_others(turn)
    text = lifecycle.checked_question(str(turn.data.get("text") or ""))
    here = [
        group
        for group in groups.taking_questions(turn.session)
        if turn.incoming.place.scope is Scope.CHANNEL and group.conversation_id == turn.incoming.place.conversation_id
    ]
    if not here:
        raise UserError("Den här kanalen hör inte till någon temagrupp nu. Skriv **fråga kollegor** till mig.")
    likeliest = peers.suggestions(turn.session, turn.app.bank, text, here)[0].theme
    return _send(turn, text, next(group for group in here if group.theme == likeliest))


@routes.action("questions.to_kansli")
def send_errand(turn: Turn) -> Reply:
    """*Skicka till kansliet*: send what was written, or ask for the words if there are none. Only the kansli reads it.

    The card says what it sends, and its receipt takes it back.
    """
    written = turn.data.get("errand")
    if written is None and turn.data.get("bare") is True:
        return turn.in_place(asker_cards.errand_form(str(turn.data.get("text") or "")))
    if turn.data.get("text") and not turn.personal:  # a card with the words of the person whom it answered
        access.refuse_others(turn)
    words = turn.data.get("text") if written is None else written
    return _send(turn, lifecycle.checked_question(str(words or "")), None)


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


@routes.action("questions.unsolve")
def unsolve(turn: Turn) -> Reply:
    """*Ångra*: the thanks were not about this answer, so the question is not solved by it."""
    question = access.own(turn)
    shown, response = _answer(turn, question)
    if lifecycle.unsolve(question, [each.answer for each in shown.answers]):
        channel_notices.changed(turn, question)
    return turn.in_place(asker_cards.answered(_now(turn, question), response, own=True))


def hear_solved(turn: Turn) -> Reply | None:
    """Take "tack, det löste sig" as *Det löste det* under the answer that a colleague gave last.

    Return None if it is about something else: an answer from the bank came later.
    """
    if feedback.about(turn.incoming.text) is not Feedback.SOLVED:
        return None
    if turn.personal:
        question = questions.answered_last(turn.session, turn.person.id, turn.now - LATELY)
    else:
        question = questions.find(turn.session, channel_commands.asked_in(turn.session, turn.incoming.place))
    question = questions.lock(turn.session, question.id if question else None)
    if question is None or question.asker_id != turn.person.id or question.status != Status.ANSWERED:
        return None
    shown = _now(turn, question)
    response = shown.answers[-1]
    where = turn.person.id, turn.incoming.place.conversation_id
    latest = faq_log.latest(turn.session, *where, private=turn.incoming.private)
    if latest is not None and latest.answer_id is not None and latest.at > response.answer.at:
        return None
    if lifecycle.solve(Change.of(turn), question, response.answer, [each.answer for each in shown.answers]):
        notices.solved(turn, question, response)
    return say(card=asker_cards.solved_by_words(_now(turn, question), response))


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
    hidden = "Kansliet svarar inte på den." if question.group_id is None else "Den visas inte längre för gruppen."
    return turn.in_place(asker_cards.said(f"Du har dragit tillbaka frågan. {hidden}"))


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


def _begin(turn: Turn, text: str, group: ThemeGroup | None = None) -> Reply:
    """Ask the dialog's first question in the person's own chat; in a thread only if they have no chat.

    With a ``group`` the question goes to it as it is written, so the dialog asks only what is left. *Tillbaka* leads to
    the text and the other groups.
    """
    draft = text.strip()[: lifecycle.LONGEST_QUESTION]
    place = turn.incoming.place
    # the dialog stores this with the steps' answers: where the answer goes back to, and which run of the dialog this is
    extra = {"_draft": draft, "_run": f"{place.conversation_id}/{turn.incoming.activity_id}"[-300:]}
    if group is not None and group.takes_questions and draft:
        extra |= {"text": draft, "group": group.theme}
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


def _send(turn: Turn, text: str, group: ThemeGroup | None) -> Reply:
    """Store a question that one press sends, and show its receipt in the pressed card's place.

    If the button is pressed twice on one card, send it once. An errand is never answered where others read it.
    """
    place = turn.incoming.place
    pressed = "\n".join((place.conversation_id, turn.incoming.card_id or turn.incoming.activity_id, text))
    digest = sha256(pressed.encode("utf-8", "surrogatepass")).hexdigest()
    open_to_all = group is not None and not turn.incoming.private
    question, new = questions.add(
        turn.session,
        origin=f"{turn.person.id}/{'press' if group else questions.ERRAND}/{digest}",
        asker_id=turn.person.id,
        municipality_code=turn.person.municipality_code,
        show_name=True,
        text=text,
        group_id=group.id if group else None,
        asked_at=turn.now,
        waiting_since=turn.now,
        asked_conversation_id=place.conversation_id if open_to_all else None,
        asked_thread_id=place.thread_id if open_to_all else None,
    )
    if question.over:
        raise UserError("Du har tagit tillbaka det här. Skriv det igen om du vill skicka det.")
    shown = notices.asked(turn, question) if new else _now(turn, question)
    return turn.in_place(asker_cards.receipt(shown, own_chat=turn.personal))


def _mine(turn: Turn) -> Json:
    own = questions.asked_by(turn.session, turn.person.id, LISTED)
    return asker_cards.mine(own, questions.followed_by(turn.session, turn.person.id, LISTED))


def _answer(turn: Turn, question: Question) -> tuple[QuestionDetails, Said]:
    """Return the answer to this question that a button names."""
    shown = _now(turn, question)
    return shown, access.answer_of(turn, shown)


def _now(turn: Turn, question: Question) -> QuestionDetails:
    return details.of(turn.session, question, turn.now)
