"""The person who caused an event: remembered, erased or left, and whether a pressed card is their own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.message import Incoming, Kind, Scope, UserError
from bot.routes import Action, Command
from bot.turn import Turn
from storage import deliveries, people, places, turns
from storage.erasure import hashes
from storage.people import Person
from storage.turn_facts import TurnFacts


def remember(session: Session, incoming: Incoming, facts: TurnFacts, now: datetime) -> Person:
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


def stays_erased(session: Session, incoming: Incoming, facts: TurnFacts) -> bool:
    """Return whether an erased person has not written, but only pressed an old button or was added somewhere."""
    sender = incoming.sender
    return facts.person is None and hashes.is_erased(session, sender.teams_id, sender.entra_id)


def is_own_card(turn: Turn) -> bool:
    """Return whether the pressed card was sent to this person, so that replacing it takes it from nobody else.

    The client names the card. In a channel it could name any message of ours, such as a question's card.
    """
    where, card = turn.incoming.place.conversation_id, turn.incoming.card_id
    if turn.personal or card is None:  # without a card's id, no card is replaced
        return True
    answered = turns.answers_with(turn.session, turn.person.id, where, card)
    return answered or deliveries.addressed(turn.session, turn.person.id, where, card)


def refuse_leaver(turn: Turn, route: Command[Turn] | Action[Turn] | None) -> None:
    """Refuse people who have left everything but their own data. Kansli people in the operator's settings keep all."""
    if turn.person.left_at is not None and not (route is not None and route.leavers) and not turn.kansli:
        raise UserError(
            "Jag ser dig inte i något av nätverkets team längre. Därför kan du här bara se och ta bort dina egna "
            "uppgifter. Skriv **mina uppgifter** till mig i vår egen chatt. "
            f"Stämmer det inte? Mejla kansliet: {turn.app.settings.contact}"
        )
