"""Answers to questions to the register, as people write them, and the buttons under them.

Answers that name people are given in the asker's own chat only. The list of members is no secret.
"""

from __future__ import annotations

from functools import partial

from bot import links
from bot.members import helpers, register_cards, statement_commands
from bot.message import Json, Message, Reply, say
from bot.register import access, checks, finder
from bot.routes import Routes, Where
from bot.turn import Turn
from bot.wording import register_questions
from bot.wording.register_questions import STATEMENTS, RegisterQuestion, RegisterTopic
from storage import contacts, faq_log, municipalities
from storage.municipalities import MemberState, Municipality
from storage.people import PersonRole

routes = Routes[Turn]()

PERSONAL = (RegisterTopic.CONTACT, RegisterTopic.HELP, *STATEMENTS)
"""Topics that are answered in the person's own chat only."""


def listen(turn: Turn) -> Reply | None:
    """Answer a message that asks the register or tells about the writer; None for all others."""
    text = turn.incoming.text
    if code := finder.official().named(text):
        return _place(turn, municipalities.require(turn.session, code))
    asked = register_questions.questions(text)
    if not asked and turn.found.asked and (followed := register_questions.follow_up(text, turn.found.asked)):
        asked = [followed]
    answered = [_answer(turn, question) for question in asked]
    if not answered or None in answered:
        return None
    where = turn.person.id, turn.incoming.place.conversation_id
    if any(question.topic in STATEMENTS for question in asked):
        faq_log.change_subject(turn.session, *where)
    else:
        _keep(turn, _alone(asked[-1], text))
    asides = [turn.aside and _is_personal(question) for question in asked]
    return Reply(messages=tuple(Message(card=card, aside=aside) for card, aside in zip(answered, asides, strict=True)))


@routes.action("people.contacts_of", where=Where.PERSONAL)
def contacts_of(turn: Turn) -> Reply:
    """Show the contact persons of the municipality on a button."""
    chosen = turn.data.get("seat")
    return turn.in_place(_contacts(turn, access.municipality(turn), checks.checked_seat(chosen) if chosen else None))


@routes.action("people.is_member")
def is_member(turn: Turn) -> Reply:
    """Say whether the municipality on a button is a member."""
    return turn.in_place(_membership(turn, access.municipality(turn)))


@routes.action("people.members")
def members(turn: Turn) -> Reply:
    """Show the members by county, all or those of the county on the button."""
    county = access.text(turn, "county", 40)
    return turn.in_place(register_cards.members(_members(turn, county), county))


def _answer(turn: Turn, question: RegisterQuestion) -> Json | None:
    """Return the card that answers; None where the bank should be asked instead."""
    if not turn.personal and _is_personal(question):
        return _elsewhere(turn, question)
    if question.topic in STATEMENTS:
        return statement_commands.answer(turn, question)
    match question.topic:
        case RegisterTopic.HELP:
            return _help(turn, question.about)
        case RegisterTopic.COUNT | RegisterTopic.MEMBERS:
            return _network(turn, question)
        case _:
            return _about_one(turn, question)


def _is_personal(question: RegisterQuestion) -> bool:
    """Return whether the answer is about people, or about the person who asks."""
    return question.topic in PERSONAL or question.own


def _place(turn: Turn, place: Municipality) -> Reply:
    """Answer a name alone. An entry of the bank that mentions the place is seldom what it asks for."""
    _keep(turn, f"är {place.name} medlem")  # so that "och kontaktperson?" is about this place
    known = bool(_members(turn))
    return say(card=register_cards.place(place, known=known, personal=turn.personal))


def _keep(turn: Turn, text: str) -> None:
    """Keep the question for a follow-up."""
    where, private = (turn.person.id, turn.incoming.place.conversation_id), turn.incoming.private
    faq_log.keep_recent(
        turn.session, *where, text=text, question_id=None, now=turn.now, thread_id=None, private=private
    )


def _elsewhere(turn: Turn, question: RegisterQuestion) -> Json | None:
    """Return the hint to the own chat; None for a name that is no municipality, which the bank may know."""
    if question.about and question.topic is not RegisterTopic.HELP and finder.official().find(question.about) is None:
        return None
    settings = turn.app.settings
    return register_cards.own_chat("" if settings.local else links.chat(settings))


def _about_one(turn: Turn, question: RegisterQuestion) -> Json | None:
    """Answer about one municipality: never a guess, and not about a word that is no name."""
    show = partial(_contacts, seat=question.seat) if question.topic is RegisterTopic.CONTACT else _membership
    if question.own:
        own = access.own_municipality(turn)
        return show(turn, own) if own else None
    match finder.official().find(question.about):
        case finder.Found(code):
            return show(turn, municipalities.require(turn.session, code))
        case finder.Ask(codes):
            places = [municipalities.require(turn.session, code) for code in codes]
            if question.topic is RegisterTopic.CONTACT:
                return register_cards.which_contacts(places, question.seat)
            return register_cards.which_member(places)
        case None:
            return register_cards.unknown(question.about) if question.about[:1].isupper() else None


def _contacts(turn: Turn, place: Municipality, seat: PersonRole | None = None) -> Json:
    held = [each for each in contacts.current(turn.session, place.code) if each.person and not each.gone]
    return register_cards.contacts(
        place,
        held,
        seat,
        may_name=access.visible(turn, place.code),
        asked=f"Vem är kontaktperson för {place.full_name}?",
    )


def _membership(turn: Turn, place: Municipality) -> Json:
    asked = f"Är {place.full_name} medlem?"
    if place.state != MemberState.MEMBER and not _members(turn):
        return register_cards.empty(asked)
    return register_cards.membership(place, asked, personal=turn.personal)


def _network(turn: Turn, question: RegisterQuestion) -> Json | None:
    """Return the number or the list of members. Without any, the bank may know the number."""
    county = _county(turn, question) if question.about or question.own else ""
    if county is None:
        return None
    if not _members(turn):
        return register_cards.empty(turn.incoming.text) if question.topic is RegisterTopic.MEMBERS else None
    rows = _members(turn, county)
    return (register_cards.number if question.topic is RegisterTopic.COUNT else register_cards.members)(rows, county)


def _county(turn: Turn, question: RegisterQuestion) -> str | None:
    """Return the county that a question names, or the county of the person's own municipality."""
    if question.own:
        own = access.own_municipality(turn)
        return own.county if own else None
    match finder.official().find(question.about):
        case finder.Found(code):
            place = municipalities.require(turn.session, code)
            return place.county if place.kind == "region" or place.county.startswith(place.name) else None
        case _:
            return None


def _members(turn: Turn, county: str = "") -> list[Municipality]:
    rows = municipalities.in_state(turn.session, MemberState.MEMBER)
    return [row for row in rows if county in ("", row.county)]


def _help(turn: Turn, subject: str) -> Json:
    able, answered = helpers.offering(turn, subject), helpers.answered(turn.session, subject)
    return register_cards.help_with(subject, able, answered, turn.incoming.text)


def _alone(question: RegisterQuestion, text: str) -> str:
    """Return the last question in a form that the next follow-up can be read from."""
    if register_questions.questions(text):
        return text
    forms = {
        RegisterTopic.CONTACT: "vem är kontaktperson i {}",
        RegisterTopic.MEMBER: "är {} medlem",
        RegisterTopic.COUNT: "hur många är med i {}",
        RegisterTopic.MEMBERS: "vilka är med i {}",
    }
    return forms[question.topic].format(question.about) if question.about else text
