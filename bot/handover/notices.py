"""What a handover sends: the dossier to the successor, and thanks to the person before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.handover import cards, mails
from bot.handover.dossier import Dossier
from bot.handover.moves import Moved
from storage import contacts, municipalities, outbox
from storage.contacts import Contact
from storage.outbox import Delivery
from storage.outgoing import Outgoing, Reach, ToPerson, number_of
from storage.people import VisibleTo

MAIL_AFTER = timedelta(hours=24)
"""After how long the dossier goes by mail to a person who has not opened it in Teams."""


def dossier(contact: Contact, shown: Dossier, kansli: str) -> Outgoing:
    """Return the dossier to the holder of a seat. ``kansli`` is the kansli's mail address."""
    subject = f"handover:{contact.id}"
    return Outgoing(
        f"{subject}:person:{contact.person_id}",
        subject,
        ToPerson(contact.person_id or 0),
        card=cards.dossier(shown, kansli),
        reach=Reach.ANNOUNCEMENT,
        mail=mails.dossier(shown, kansli),
        mail_after=MAIL_AFTER,
    )


def to_previous(session: Session, contact: Contact, previous: Contact, moved: Moved) -> Iterator[Outgoing]:
    """Yield the thanks to the person before, who may have had them from the kansli's change already.

    In that case they hear of their places only, if some have gone on.
    """
    before, after = previous.person, contact.person
    if before is None or after is None or before.left_at is not None:
        return
    name = after.called if after.visible_to != VisibleTo.KANSLI else "En kollega"
    place = municipalities.require(session, contact.municipality_code).full_name
    subject = f"contact:{previous.id}"
    key = f"{subject}:replaced"
    told = bool(outbox.known(session, [key]))
    if told and not moved.events:
        return
    yield Outgoing(
        f"{subject}:places" if told else key,
        f"handover_places:{previous.id}" if told else subject,
        ToPerson(before.id),
        card=cards.places_gone(name, moved.events) if told else cards.thanks(previous, name, place, moved.events),
        reach=Reach.ANNOUNCEMENT,
        mail=mails.places_gone(name, moved.events) if told else mails.thanks(previous, name, place, moved.events),
        mail_after=MAIL_AFTER,
    )


def still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether the person still holds the seat, asked just before sending."""
    contact = contacts.find(session, number_of(row.subject))
    return contact is not None and contact.until is None and contact.person_id == row.person_id
