"""What the kansli can decide about the knowledge bank with one press: publish, or fill a gap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import islice

from sqlalchemy.orm import Session

from bot import swedish
from bot.bank import entries, flaws
from bot.cards import one_line
from bot.desk import PreparedDecision
from bot.faq import gaps, testimony_notices
from bot.message import UserError
from bot.register.change import Change
from bot.swedish import date_of
from bot.turn import App, Turn
from bot.wording.texts import unmarked
from storage import faq
from storage.faq import Entry, EntryState

LOOKED_AT = 10
"""How many gaps are read."""
QUOTED = 90
"""Characters of a question in a title, where a phone shows three lines."""
SHOWN = 240
"""Characters of an answer. The kansli has read it when it was written."""


def publishable(app: App, session: Session, now: datetime) -> Iterator[PreparedDecision]:
    """Yield the drafts whose answer is complete. Drafts that answer a gap come first."""
    del app
    written = filter(entries.is_complete, faq.by_state(session, EntryState.DRAFT))
    drafts = [entry for entry in written if faq.is_valid(entry, date_of(now))]
    wanted = gaps.answered_by(session, [entry.id for entry in drafts])
    for entry in sorted(drafts, key=lambda entry: (entry.id not in wanted, entry.changed_at)):
        why = "Medlemmar har frågat om det här. " if entry.id in wanted else ""
        yield PreparedDecision(
            key=f"draft:{entry.id}:{entry.changed_at.isoformat()}",
            title=f"Publicera ”{one_line(entry.question, QUOTED)}”",
            effect=f"{why}Medlemmarna hittar då svaret: ”{one_line(unmarked(entry.answer), SHOWN)}”",
            usefulness=75 if entry.id in wanted else 60,
            do=partial(_publish, entry.id, entry.changed_at),
        )


def unanswered(app: App, session: Session, now: datetime) -> Iterator[PreparedDecision]:
    """Yield the biggest gaps that nobody has begun to write about."""
    for gap in islice(gaps.gaps(app.bank, session, now), LOOKED_AT):
        if gap.draft is None and gap.shown_id is None:
            yield PreparedDecision(
                key=f"gap:{gap.digest}:{gap.times.bit_length()}",  # asked twice as often, it comes back
                title=f"Svara på ”{one_line(gap.text, QUOTED)}”",
                effect=f"Frågat {swedish.count(gap.times, 'gång', 'gånger')} utan svar som hjälpte. "
                "Skriv svaret i ett formulär, så får nästa person det direkt.",
                usefulness=50 + min(gap.times, 20),
                label="Skriv svar",
                verb="faq.write",
                data={"gap": gap.ids},
            )


def publish(turn: Turn, entry: Entry | None, seen: object) -> str:
    """Publish a draft as it was shown: ``seen`` is when it had been changed last. Return what happened."""
    if entry is None or entry.state != EntryState.DRAFT:
        raise UserError("Utkastet är redan publicerat, arkiverat eller borttaget.")
    if seen != entry.changed_at.isoformat():
        raise UserError("Någon har ändrat utkastet sedan du såg det. Öppna det, och läs det en gång till.")
    fault = next((flaw.text for flaw in flaws.of(turn.session, entry, date_of(turn.now).year) if flaw.blocks), "")
    if fault:
        raise UserError(f"{fault} Öppna utkastet och publicera det där.")
    entries.move(Change.of(turn), entry, EntryState.PUBLISHED)
    testimony_notices.ask_name(turn, entry)
    return f"Publicerat: ”{one_line(entry.question, QUOTED)}”"


def _publish(entry_id: int, seen: datetime, turn: Turn) -> str:
    return publish(turn, faq.lock(turn.session, entry_id), seen.isoformat())
