"""When an erased person's name stands in the knowledge bank: the kansli is asked, because nothing there is changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.privacy import kansli_cards
from bot.routes import Routes
from bot.turn import Turn
from storage import faq, kansli, outbox, people, privacy
from storage.outgoing import Outgoing, ToPerson

routes = Routes[Turn]()


@routes.erasing
def ask(session: Session, person_id: int, now: datetime) -> Callable[[], None]:
    """Find the entries while the name is known; afterwards ask what is to be done with them."""
    person = people.by_id(session, person_id)
    entries = privacy.entries_naming(session, person) if person is not None else []
    return lambda: _ask(session, entries, now)


def _ask(session: Session, numbers: Sequence[int], now: datetime) -> None:
    entries = [entry for number in numbers if (entry := faq.find(session, number)) is not None]
    if entries:
        card, subject = kansli_cards.named_in_bank(entries), f"named_in_bank:{entries[0].id}:{now.isoformat()}"
        to_kansli = (
            Outgoing(f"{subject}:person:{person.id}", subject, ToPerson(person.id), card["fallbackText"], card)
            for person in kansli.everyone(session)
        )
        outbox.enqueue_all(session, to_kansli, now)
