"""What the choice of a route needs to know from the database: looked up row by row, or for many rows at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy.orm import Session

from storage import bulk, places, reminder_choices
from storage.outbox import Delivery
from storage.people import Person
from storage.places import Conversation


class Surroundings:
    """A row's surroundings, looked up when they are asked for."""

    def __init__(self, session: Session) -> None:
        """Look up in the transaction of ``session``."""
        self.session = session

    def person(self, person_id: int | None) -> Person | None:
        """Return the person."""
        return self.session.get(Person, person_id)

    def chat(self, person_id: int) -> Conversation | None:
        """Return the person's own chat with the bot."""
        return places.own_chat(self.session, person_id)

    def near(self, conversation_id: str | None) -> Conversation | None:
        """Return the conversation, or the newest one if the bot has not heard from it, such as a bound channel."""
        return self.session.get(Conversation, conversation_id or "") or places.newest(self.session)

    def first(self, mail: Delivery) -> Delivery | None:
        """Return the row whose content this mail sends too; None for a mail that goes alone."""
        return reminder_choices.beside(self.session, mail)


class ManySurroundings(Surroundings):
    """The same for many rows, in four queries. Nothing may change in between."""

    def __init__(self, session: Session, person_ids: Iterable[int], mails: Collection[Delivery]) -> None:
        """Look up the people, their chats, and the rows that ``mails`` go with."""
        super().__init__(session)
        wanted = set(person_ids)
        self._people = bulk.people(session, wanted)
        self._chats = bulk.own_chats(session, wanted)
        self._newest = places.newest(session)
        self._near: dict[str, Conversation | None] = {}
        self._firsts = bulk.deliveries(session, [reminder_choices.first_key(mail) for mail in mails])

    def person(self, person_id: int | None) -> Person | None:
        """Return the person."""
        return self._people.get(person_id or 0)

    def chat(self, person_id: int) -> Conversation | None:
        """Return the person's own chat with the bot."""
        return self._chats.get(person_id)

    def near(self, conversation_id: str | None) -> Conversation | None:
        """Return the conversation, or the newest one."""
        if conversation_id is None:
            return self._newest
        if conversation_id not in self._near:
            self._near[conversation_id] = self.session.get(Conversation, conversation_id)
        return self._near[conversation_id] or self._newest

    def first(self, mail: Delivery) -> Delivery | None:
        """Return the row whose content this mail sends too."""
        return self._firsts.get(reminder_choices.first_key(mail))
