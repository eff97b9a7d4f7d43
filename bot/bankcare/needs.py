"""Which entries of the knowledge bank need care, and why: the most useful to look at first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from bot import swedish
from bot.swedish import STOCKHOLM, date_of
from bot.wording import blanks
from storage import faq, faq_care, faq_growth
from storage.faq import Entry

VOTES_SINCE = timedelta(days=365)
REJECTED_SINCE = timedelta(days=90)
"""As for gaps: how far back "Inget av dessa" counts."""
OFTEN = 3
"""How many times "Inget av dessa" is often. One or two are a question that the bank was never meant for."""
UNUSED = timedelta(days=365)
CONFIRMED = timedelta(days=182)
"""How long an unused entry rests once somebody has said that it still holds."""


@dataclass(slots=True)
class Need:
    """An entry with what it needs care for."""

    entry: Entry
    reasons: list[str] = field(default_factory=list)
    """Whole sentences, the weightiest first."""
    codes: str = ""
    """A letter for each reason, so that a new one makes a new decision."""
    usefulness: int = 0

    def add(self, code: str, usefulness: int, reason: str) -> None:
        """Add a reason. Several make the entry a little more useful to look at than its weightiest reason does."""
        self.usefulness = max(self.usefulness, usefulness) + 2 * bool(self.reasons)
        self.reasons.append(reason)
        self.codes += code


def of_bank(session: Session, now: datetime) -> list[Need]:
    """Return the entries that need care, the most useful first."""
    found = [*_published(session, now), *_drafts(session)]
    return sorted(found, key=lambda need: (-need.usefulness, need.entry.reviewed_on, need.entry.id))


def settled_at(entry: Entry) -> datetime:
    """Return when somebody last looked at an entry. Votes from before that are about what they have dealt with."""
    if date_of(entry.changed_at) == entry.reviewed_on:
        return entry.changed_at
    return datetime.combine(entry.reviewed_on + timedelta(days=1), time(), STOCKHOLM)


def _published(session: Session, now: datetime) -> list[Need]:
    entries = faq_care.published(session)
    settled = {entry.id: settled_at(entry) for entry in entries}
    disliked, rejected = _disliked(session, now, settled), _rejected(session, now, settled)
    used = faq_care.used(session, now - UNUSED) if faq_care.asked_before(session, now - UNUSED) else None
    today, found = date_of(now), list[Need]()
    for entry in entries:
        need = Need(entry)
        if times := disliked[entry.id]:
            need.add("d", 56 + min(times, 10), f"{swedish.count(times, 'läsare', 'läsare')} fick inte hjälp av svaret.")
        if (times := rejected[entry.id]) >= OFTEN:
            need.add("n", 50 + min(times, 10), f"{times} gånger valde läsaren Inget av dessa.")
        if entry.review_on is not None and entry.review_on <= today:
            need.add("r", 40, "Det är dags att läsa om svaret.")
        if used is not None and entry.id not in used and _is_old(entry, now):
            need.add("u", 30, "Ingen har fått svaret på ett år.")
        if need.reasons:
            found.append(need)
    return found


def _drafts(session: Session) -> list[Need]:
    """Return the drafts that have something to fill in. One that members have asked for comes before the others."""
    drafts = [entry for entry in faq_care.drafts(session) if blanks.missing(entry.answer)]
    wanted = faq_growth.written_for(session, [entry.id for entry in drafts])
    found = []
    for entry in drafts:
        need = Need(entry)
        if entry.id in wanted:
            need.add("w", 64, "Medlemmar har frågat om det här.")
        need.add("g", 44, "Utkastet har något kvar att fylla i.")
        found.append(need)
    return found


def _is_old(entry: Entry, now: datetime) -> bool:
    """Return whether an entry has been there unchanged long enough to call it unused."""
    return settled_at(entry) < now - CONFIRMED and (entry.answered_at is None or entry.answered_at < now - UNUSED)


def _disliked(session: Session, now: datetime, settled: Mapping[int, datetime]) -> Mapping[int, int]:
    """Return how many people disliked each entry since it was last looked at."""
    people = defaultdict[int, set[int]](set)
    for row in faq_care.disliked(session, now - VOTES_SINCE):
        if row.entry_id in settled and row.at > settled[row.entry_id]:
            people[row.entry_id].add(row.person_id)
    return Counter({entry_id: len(who) for entry_id, who in people.items()})


def _rejected(session: Session, now: datetime, settled: Mapping[int, datetime]) -> Mapping[int, int]:
    rows = faq_care.rejected(session, now - REJECTED_SINCE)
    return Counter(row.entry_id for row in rows if row.entry_id in settled and row.at > settled[row.entry_id])


def to_review(session: Session, now: datetime, themes: set[str], limit: int) -> list[Entry]:
    """Return the published entries of these themes whose review day has passed, the oldest day first."""
    due = faq.to_review(session, date_of(now), 1000)
    return [entry for entry in due if entry.theme in themes][:limit]
