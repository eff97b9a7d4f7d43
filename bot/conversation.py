"""The switchboard of incoming activities: the person, the meaning, one transaction, and repeats.

Precedence, nowhere else: button → command → answer in a question's thread → open dialog → small talk → the features'
listeners → knowledge bank. Small talk in a question's thread is not an answer.

Two rules hold for every feature, so they are here: what people who have left may do, and which card a press may
replace. The feature's ``access`` module loads each object and decides who may see and change it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot import dialog, faq, groups, questions
from bot import help as help_feature
from bot.cards import card, plain
from bot.delivery import replies
from bot.delivery.replies import Unsent
from bot.features import FEATURES, FILES, LISTENERS
from bot.help import smalltalk
from bot.message import NOTHING, Incoming, Kind, ReceivedFile, Reply, Scope, Sent, UserError, for_presser, in_place, say
from bot.routes import Action, Command, Role, Routes, Where
from bot.turn import App, Turn
from bot.wording import feedback, follow_ups, utterance
from storage import deliveries, faq_log, people, places, rosters, turn_facts, turns
from storage.database import TooLongError
from storage.dialogs import OpenDialog
from storage.erasure import hashes
from storage.faq import touched
from storage.people import Person
from storage.turn_facts import TurnFacts

_ASKED = Routes[Turn]()


@_ASKED.action("chat.ask")
def ask_bot(turn: Turn) -> Reply:
    """Answer the words on a button as a question to the bot, as if the person had written them."""
    text = str(turn.data.get("text") or "").strip()
    if not text:
        raise UserError("Skriv din fråga till mig.")
    asked = replace(turn, incoming=replace(turn.incoming, text=text))
    shown = card(plain(f"Du frågade mig: {text}", subtle=True), summary=text)
    return replace(
        in_place(say(card=shown), personal=turn.personal), messages=_answered(asked, dialog.opened(turn)).messages
    )


ROUTES = Routes(*(feature.routes for feature in FEATURES), dialog.routes, _ASKED)
"""Every command and button of the bot."""
FORGOTTEN = Reply(notice="Dina uppgifter är borttagna. Skriv till mig om du vill börja om.")
LONGEST = 1000
"""The most characters of a message that is read as a question."""
LONGEST_ARGUMENT = 1500
"""The most characters after a command word, as long as a question to colleagues may be."""


@dataclass(frozen=True, slots=True)
class TurnResult:
    """The reply to an activity."""

    reply: Reply
    unsent: bool
    """False for a repeat whose answer was sent: send no messages again. A repeated press gets the same body."""
    edited: bool = False
    """Whether the turn changed the knowledge bank."""


def respond(app: App, incoming: Incoming, now: datetime) -> TurnResult:
    """Answer one activity. If it returns, the turn is committed. If it raises, nothing happened, and it is a fault.

    A repeated activity gets the stored reply. A :class:`UserError` rolls back, and the turn is played again with the
    reply that tells it. So people who were refused are remembered like anybody else.
    """
    try:
        return app.database.play(lambda session: _answer(app, session, incoming, now, None))
    except (UserError, TooLongError) as error:
        refusal = f"Texten är för lång. Högst {error.most} tecken." if isinstance(error, TooLongError) else error
        plain = str(refusal).replace("**", "”")  # Teams shows a notice as plain text
        refused = Reply(notice=plain) if incoming.kind is Kind.ACTION else say(str(refusal))
        return app.database.play(lambda session: _answer(app, session, incoming, now, refused))


def sent(app: App, *gone: Sent) -> None:
    """Note that these replies were sent, so that a repeat does not send them again."""
    rows = [(*reply.incoming.key, reply.messages) for reply in gone]
    app.database.play(lambda session: turns.mark_sent(session, rows))


def partly_sent(app: App, incoming: Incoming, rest: Reply) -> None:
    """Note that only ``rest`` of the reply is unsent, so that a repeat sends only that."""
    app.database.play(lambda session: turns.keep_rest(session, *incoming.key, rest.to_json()))


def deliver_later(app: App, incoming: Incoming, unsent: Unsent, now: datetime) -> None:
    """Hand the messages that the turn could not send to the outbox, so that a repeat sends nothing."""

    def work(session: Session) -> None:
        replies.enqueue(session, incoming, unsent, now)
        turns.mark_sent(session, [(*incoming.key, ())])

    app.database.play(work)


def _remember(session: Session, incoming: Incoming, facts: TurnFacts, now: datetime) -> Person:
    """Store the sender and the place. Write nothing that is known already."""
    sender, place = incoming.sender, incoming.place
    active = incoming.kind in (Kind.MESSAGE, Kind.ACTION)  # for other kinds, somebody else may have added them
    who = sender.teams_id, sender.entra_id, sender.name
    person = people.meet(session, *who, now, active=active, known=facts.person)
    session.flush()
    places.remember_conversation(
        session,
        place.conversation_id,
        scope=place.scope,
        service_url=place.service_url,
        tenant_id=place.tenant_id,
        team_id=place.team_id,
        person_id=person.id if place.scope is Scope.PERSONAL else None,
        now=now,
        known=facts.place,
    )
    return person


def _stays_erased(session: Session, incoming: Incoming, facts: TurnFacts) -> bool:
    """Return whether an erased person has not written, but only pressed an old button or was added somewhere."""
    sender = incoming.sender
    return facts.person is None and hashes.is_erased(session, sender.teams_id, sender.entra_id)


def _answer(app: App, session: Session, incoming: Incoming, now: datetime, refused: Reply | None) -> TurnResult:
    key = incoming.key
    facts = turn_facts.read(session, incoming.sender.teams_id, *key, now, private=incoming.private)
    if incoming.kind is not Kind.MESSAGE and _stays_erased(session, incoming, facts):
        return TurnResult(FORGOTTEN if incoming.kind is Kind.ACTION else NOTHING, unsent=True)
    if incoming.kind is Kind.OVERHEARD and not _worth_asking(app, session, incoming, facts):
        return TurnResult(NOTHING, unsent=False)
    if incoming.kind in (Kind.EDITED, Kind.DELETED) and questions.changed_answer(session, incoming) is None:
        return TurnResult(NOTHING, unsent=False)  # nothing was kept of it, so nothing is now
    person = _remember(session, incoming, facts, now)
    if facts.seen or not turns.claim(session, *key, person.id, now):
        kept = turns.answered(session, *key)
        return TurnResult(Reply.from_json(kept[0]), unsent=not kept[1]) if kept else TurnResult(NOTHING, unsent=False)
    turn = Turn(app=app, session=session, incoming=incoming, person=person, found=facts, now=now)
    person_id = person.id  # its row may be gone when the turn has erased them
    reply = (refused if refused is not None else _handle(turn)).shown()
    if reply.state is not None and not _is_own_card(turn):
        reply = for_presser(reply)
    turns.answer(session, *key, person_id, reply=reply.to_json(), now=now)
    return TurnResult(reply, unsent=True, edited=touched(session))


def _worth_asking(app: App, session: Session, incoming: Incoming, facts: TurnFacts) -> bool:
    """Return whether something overheard may be an answer. Anything else leaves no row: no person and no place."""
    if facts.person is not None and facts.person.left_at is not None:
        return False
    if not app.settings.read_threads or questions.to_ask_about(session, incoming) is None:
        return False
    return smalltalk.answer(incoming.text, incoming.attachments) is None


def _is_own_card(turn: Turn) -> bool:
    """Return whether the pressed card was sent to this person, so that replacing it takes it from nobody else.

    The client names the card. In a channel it could name any message of ours, such as a question's card.
    """
    where, card = turn.incoming.place.conversation_id, turn.incoming.card_id
    if turn.personal or card is None:  # without a card's id, no card is replaced
        return True
    answered = turns.answers_with(turn.session, turn.person.id, where, card)
    return answered or deliveries.addressed(turn.session, turn.person.id, where, card)


def _refuse_leaver(turn: Turn, route: Command[Turn] | Action[Turn] | None) -> None:
    """Refuse people who have left everything but their own data. Kansli people in the operator's settings keep all."""
    if turn.person.left_at is not None and not (route is not None and route.leavers) and not turn.kansli:
        if turn.others_read:
            raise UserError("Det tar vi i din egen chatt. Skriv **mina uppgifter** till mig där.")
        raise UserError(
            "Jag ser dig inte i något av nätverkets team längre. Därför kan du här bara se och ta bort dina egna "
            "uppgifter. Skriv **mina uppgifter** till mig i vår egen chatt. "
            f"Stämmer det inte? Mejla kansliet: {turn.app.settings.contact}"
        )


def _handle(turn: Turn) -> Reply:
    match turn.incoming.kind:
        case Kind.INSTALLED | Kind.LEFT if turn.incoming.place.team_id is not None:
            rosters.want(turn.session, turn.incoming.place.team_id, turn.now)
            return NOTHING if turn.incoming.kind is Kind.LEFT else help_feature.team_greeting(turn)
        case Kind.LEFT:
            return NOTHING
        case Kind.INSTALLED:
            return help_feature.greeting(turn) if turn.personal else help_feature.team_greeting(turn)
        case kind:
            return _HANDLERS[kind](turn)


def _press(turn: Turn) -> Reply:
    action = turn.app.routes.actions.get(turn.incoming.verb)
    if action is None:
        raise UserError("Den knappen finns inte längre. Skriv **hjälp** för att se vad du kan göra.")
    _refuse_leaver(turn, action)
    if action.role is Role.KANSLI:
        turn.refuse_members()
    if action.where is Where.PERSONAL and not turn.personal:
        raise UserError("Det tar vi i vår egen chatt. Skriv till mig där.")
    return action.handler(turn)


def _message(turn: Turn) -> Reply:
    """Answer a message. Greet the person too if this is the first message in their own chat."""
    hello = help_feature.greeting(turn) if turn.personal else NOTHING
    if hello.messages and smalltalk.is_greeting(turn.incoming.text):
        return hello
    reply = _understood(turn) if turn.incoming.file is None else _read(turn, turn.incoming.file)
    return replace(reply, messages=hello.messages + reply.messages)


def _read(turn: Turn, file: ReceivedFile) -> Reply:
    """Hand a file to the feature that knows its contents."""
    _refuse_leaver(turn, None)
    if not turn.kansli:
        raise UserError("Filer läser jag bara åt kansliet. Skriv det du vill fråga om, så letar jag efter svaret.")
    if file.problem:
        raise UserError(file.problem)
    reply = next((reply for reader in FILES if (reply := reader(turn, file)) is not None), None)
    if reply is None:
        raise UserError(
            "Jag känner inte igen vad filen innehåller. Jag läser medlemslistan, kunskapsbanken och årets program, "
            "som Excel eller CSV med rubriker på första raden. Programmet kan också vara en kalenderfil (.ics)."
        )
    return reply


def _understood(turn: Turn) -> Reply:
    text = turn.incoming.text
    request = turn.app.routes.find(text)
    _refuse_leaver(turn, request and request[0])
    if request is not None:
        command, argument = request
        refused = help_feature.refusal(turn, command)
        if refused is not None:
            return refused
        if len(argument) > LONGEST_ARGUMENT:
            raise UserError(f"Det var långt. Skriv högst {LONGEST_ARGUMENT} tecken efter **{command.word}**.")
        if turn.found.asked:  # the next message is not about the earlier question
            faq_log.change_subject(turn.session, turn.person.id, turn.incoming.place.conversation_id)
        return command.handler(turn.saying(argument))
    chat = smalltalk.answer(text, turn.incoming.attachments)
    answered = questions.in_thread(turn) if chat is None or not text else None
    if answered is not None:
        return answered
    opened = dialog.opened(turn)
    doubted = dialog.doubted(turn, *opened) if opened and utterance.is_question(text) else None
    resumed = doubted or (dialog.resume(turn, *opened) if opened else None)
    return resumed or _answered(turn, opened, chat)


def _answered(turn: Turn, opened: tuple[dialog.Dialog, OpenDialog] | None, chat: str | None = None) -> Reply:
    """Answer a message with ``chat``, a listener or the bank. Say once if that leaves a dialog open."""
    text = turn.incoming.text
    if len(text) > LONGEST:
        raise UserError(
            f"Det var långt. Jag läser högst {LONGEST} tecken åt gången. "
            "Skriv själva frågan i en eller två meningar, så letar jag efter svaret."
        )
    if chat == smalltalk.UNCLEAR and turn.found.asked and follow_ups.leans_on(text):
        chat = None  # "när?" is clear enough after an answer
    heard = _listened(turn) if not chat or feedback.about(text) is not None else None  # thanks may solve a question
    reply = heard or (say(chat) if chat else faq.ask(turn))
    return replace(reply, messages=reply.messages + dialog.left_open(turn, *opened)) if opened else reply


def _listened(turn: Turn) -> Reply | None:
    return next((reply for listener in LISTENERS if (reply := listener(turn)) is not None), None)


_HANDLERS: Mapping[Kind, Callable[[Turn], Reply]] = {
    Kind.MESSAGE: _message,
    Kind.ACTION: _press,
    Kind.OVERHEARD: questions.ask_overheard,
    Kind.EDITED: questions.edit,
    Kind.DELETED: questions.take_back,
    Kind.CHANNEL_GONE: groups.channel_gone,
    Kind.TEAM_GONE: groups.team_gone,
}
