"""Rights to see and change data here: personal data stays in 1:1, and a client's ids are rows that are looked up."""

from __future__ import annotations

from bot.message import UserError
from bot.register.change import refuse_stale
from bot.turn import Turn
from storage import contacts, municipalities
from storage.contacts import Contact, Proposal
from storage.municipalities import Municipality
from storage.people import Person


def refuse_left(turn: Turn) -> None:
    """Raises :class:`UserError` for somebody who has left: others' addresses are the network's own."""
    if turn.person.left_at is not None:
        raise UserError(
            "Jag ser dig inte i något av nätverkets team längre. Därför skickar jag inget till dig, och jag visar inte "
            f"kommunens uppgifter. Stämmer det inte? Mejla kansliet: {turn.app.settings.contact}"
        )


def municipality(turn: Turn) -> Municipality:
    """The municipality that a button names."""
    found = municipalities.find(turn.session, turn.data.get("code"))
    if found is None:
        raise UserError("Den kommunen hittar jag inte. Skriv **medlemmar** för att börja om.")
    return found


def current(turn: Turn) -> tuple[Contact, Person]:
    """The contact that a button names, and who holds the seat now."""
    contact = contacts.find(turn.session, turn.data.get("contact"))
    if contact is None or contact.until is not None or contact.person is None:
        raise UserError("Det uppdraget är redan avslutat. Öppna kommunen igen, så ser du vad som gäller nu.")
    return contact, contact.person


def proposal(turn: Turn) -> Proposal:
    """The proposal that a button names."""
    found = contacts.find_proposal(turn.session, turn.data.get("proposal"))
    if found is None:
        raise UserError("Det förslaget är redan avgjort eller återtaget.")
    refuse_stale(
        turn, found.created_at, "Förslaget har ändrats sedan kortet kom. Skriv **medlemmar** och välj Förslag."
    )
    return found


def text(turn: Turn, name: str, most: int = 300) -> str:
    """An input of a form on one line, cut off where only a hand-made press could reach."""
    return " ".join(str(turn.data.get(name) or "").split())[:most]
