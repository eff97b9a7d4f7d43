"""The rules of changing the knowledge bank."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.bank import history
from bot.bank.history import Kind
from bot.message import UserError
from bot.register.change import Change
from bot.wording import blanks
from storage import faq
from storage.faq import Certainty, Entry, EntryKind, EntryState, Phrasing

LONGEST_QUESTION = 300
LONGEST_ANSWER = 4000
"""Characters; a card must stay under Teams' 100 KB (platform.md §3) and on a phone's screen."""
MOST_PHRASINGS = 40
MOST_SOURCES = 20
REVIEWED_FOR = timedelta(days=365)
"""How long until somebody should read an answer again."""
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:\S|www\.", re.IGNORECASE)
"""The start of a word that is meant as a link, right or wrong."""


@dataclass(frozen=True, slots=True)
class Source:
    """What an answer is founded on."""

    title: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Testimony:
    """Where a colleague's answer comes from. Any part may be unknown."""

    municipality_code: str | None
    told_by_id: int | None
    told_on: date


@dataclass(frozen=True, slots=True)
class Teller:
    """Where a colleague's answer comes from, as members read it."""

    place: str
    """The municipality's name; empty if it is not known."""
    name: str
    """The colleague's name with its key; empty until they have agreed."""
    told_on: date | None


_MOVED = {
    EntryState.PUBLISHED: "Publicerat svar i kunskapsbanken",
    EntryState.DRAFT: "Svar i kunskapsbanken gjort till utkast",
    EntryState.ARCHIVED: "Arkiverat svar i kunskapsbanken",
}
"""What the audit log says about an entry that got a new state."""


@dataclass(frozen=True, slots=True)
class EntryContent:
    """The kansli's texts for an entry, cleaned and checked by :func:`checked`."""

    question: str
    answer: str
    phrasings: tuple[str, ...] = ()
    theme: str = ""
    sources: tuple[Source, ...] = ()
    certainty: Certainty = Certainty.HIGH
    valid_until: date | None = None


def checked(  # noqa: PLR0917 - the form's fields in its order
    question: str, answer: str, phrasings: str, theme: str, sources: str, certainty: str, valid_until: str
) -> EntryContent:
    """Return the form's texts as an entry's content; phrasings and sources stand one on each line.

    Raises :class:`UserError`.
    """
    if certainty not in set(Certainty):
        raise UserError("Välj hur säkert svaret är.")
    return EntryContent(
        question=checked_question(question),
        answer=checked_answer(answer),
        phrasings=checked_phrasings(phrasings),
        theme=" ".join(theme.casefold().split())[:60],
        sources=checked_sources(sources),
        certainty=Certainty(certainty),
        valid_until=checked_day(valid_until),
    )


def content_of(entry: Entry) -> EntryContent:
    """Return what an entry says."""
    return EntryContent(
        question=entry.question,
        answer=entry.answer,
        phrasings=tuple(phrasing.text for phrasing in entry.phrasings),
        theme=entry.theme,
        sources=tuple(Source(source["title"], source.get("url", "")) for source in entry.sources),
        certainty=Certainty(entry.certainty),
        valid_until=entry.valid_until,
    )


def checked_sources(text: str) -> tuple[Source, ...]:
    """Return the sources, one on each line with its link last. Raises :class:`UserError` for a bad link."""
    sources = tuple(_source(line.split()) for line in text.splitlines() if line.strip())
    if len(sources) > MOST_SOURCES:
        raise UserError(f"Det är {len(sources)} källor. Behåll de {MOST_SOURCES} viktigaste.")
    return sources


def source_lines(entry: Entry) -> str:
    """Return an entry's sources as :func:`checked_sources` reads them."""
    pairs = ((source["title"], source.get("url", "")) for source in entry.sources)
    return "\n".join(title if link in ("", title) else f"{title} {link}" for title, link in pairs)


def checked_day(text: str) -> date | None:
    """Return the day that a form gives, or None if it is empty. Raises :class:`UserError` for anything else."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise UserError("Skriv dagen som ÅÅÅÅ-MM-DD, till exempel 2027-06-30, eller lämna rutan tom.") from None


def _source(words: Sequence[str]) -> Source:
    *title, last = words
    if not _ADDRESS.match(last):
        return Source(" ".join(words)[:200])
    if not last.startswith(("https://", "http://")):
        raise UserError("Länken till en källa ska börja med https://. Rätta den, eller ta bort den.")
    return Source(" ".join(title)[:200] or last[:200], last[:500])


def checked_question(text: str) -> str:
    """Return a question on one line. Raises :class:`UserError` if it is empty or too long."""
    line = " ".join(text.split())
    if not line:
        raise UserError("Skriv frågan, så som en medlem skulle ställa den.")
    if len(line) > LONGEST_QUESTION:
        raise UserError(f"Frågan är {len(line)} tecken. Korta ner den till högst {LONGEST_QUESTION}.")
    return line


def checked_answer(text: str) -> str:
    """Return an answer. Raises :class:`UserError` if it is empty or too long."""
    if not text.strip():
        raise UserError("Skriv svaret.")
    if len(text.strip()) > LONGEST_ANSWER:
        raise UserError(f"Svaret är {len(text.strip())} tecken. Korta ner det till högst {LONGEST_ANSWER}.")
    return text.strip()


def checked_phrasings(text: str) -> tuple[str, ...]:
    """Return alternative phrasings, one on each line, each once. Raises :class:`UserError` for too many or too long."""
    lines = tuple(dict.fromkeys(line for line in (" ".join(row.split()) for row in text.splitlines()) if line))
    if len(lines) > MOST_PHRASINGS:
        raise UserError(f"Det är {len(lines)} sätt att fråga. Behåll de {MOST_PHRASINGS} vanligaste.")
    if any(len(line) > LONGEST_QUESTION for line in lines):
        raise UserError(f"Ett av sätten att fråga är längre än {LONGEST_QUESTION} tecken. Skriv ett på varje rad.")
    return lines


def create(
    change: Change, content: EntryContent, *, question_id: int | None = None, told: Testimony | None = None
) -> Entry:
    """Make a draft with this content.

    ``question_id`` is the question between members that it was made from. With ``told`` it is a colleague's testimony.
    """
    entry = Entry(owner_id=change.by, state=EntryState.DRAFT, sources=[], answer="", question_id=question_id)
    if told is not None:
        entry.kind, entry.municipality_code = EntryKind.TESTIMONY, told.municipality_code
        entry.told_by_id, entry.told_on = told.told_by_id, told.told_on
    change.session.add(entry)
    _write(change, entry, content)
    change.session.flush()
    history.begin(change, entry)
    change.record("Nytt svar i kunskapsbanken, som utkast", about(entry))
    return entry


def revise(change: Change, entry: Entry, content: EntryContent) -> None:
    """Give an entry new content; saving counts as reviewing it. A published answer must have something to show.

    Raises :class:`UserError`.
    """
    if entry.published:
        _refuse_unfilled(content.answer)
    before = _texts(entry)
    with history.kept(change, entry, Kind.EDITED):
        _write(change, entry, content)
    if _texts(entry) != before:  # publishing a form that nobody changed is not an edit
        change.record("Ändrat svar i kunskapsbanken", about(entry))


def move(change: Change, entry: Entry, state: EntryState) -> None:
    """Publish, archive or withdraw an entry. Raises :class:`UserError` for publishing an entry with gaps to fill in."""
    if state is EntryState.PUBLISHED:
        _refuse_unfilled(entry.answer)
        if not faq.is_valid(entry, change.today):
            raise UserError("Svaret gäller bara till en dag som har passerat. Ändra eller töm Gäller till först.")
        mark_reviewed(change, entry)
    if entry.state != state:
        change.record(_MOVED[state], about(entry))
    with history.kept(change, entry, history.OF_STATE[state]):
        entry.state, entry.changed_at = state, change.now
    faq.touch(change.session)


def confirm(change: Change, entry: Entry, *, by_kansli: bool) -> None:
    """Keep that somebody has read a published answer and that it still holds.

    The kansli confirms it by that too. A moderator does not: readers take "confirmed" as the kansli's word.
    """
    with history.kept(change, entry, Kind.CONFIRMED):
        mark_reviewed(change, entry)
        if by_kansli and entry.certainty == Certainty.CHECK:
            entry.certainty = Certainty.HIGH
    entry.changed_at = change.now
    change.record("Läst om svar i kunskapsbanken: det stämmer fortfarande", about(entry))
    faq.touch(change.session)


def mark_reviewed(change: Change, entry: Entry) -> None:
    """Keep that an entry is reviewed today."""
    entry.reviewed_on, entry.review_on = change.today, change.today + REVIEWED_FOR


def is_complete(entry: Entry) -> bool:
    """Return whether an entry can be published as it stands."""
    return bool(entry.answer.strip()) and "{{" not in f"{entry.answer} {entry.note}"


def about(entry: Entry) -> str:
    """Return what the audit log calls an entry."""
    return f"entry:{entry.id}"


def agree(change: Change, entry: Entry, *, agree: bool) -> None:
    """Keep whether the colleague who gave an answer agrees that the name stands with it."""
    entry.name_agreed = agree
    faq.touch(change.session)


def add_phrasing(change: Change, entry: Entry, text: str) -> bool:
    """Give an entry one more phrasing. Return False if it has it. Raises :class:`UserError` if it has enough."""
    if any(text == phrasing.text for phrasing in entry.phrasings):
        return False
    if len(entry.phrasings) >= MOST_PHRASINGS:
        raise UserError(f"Svaret har redan {MOST_PHRASINGS} sätt att fråga. Ta bort något i svaret först.")
    with history.kept(change, entry, Kind.PHRASED):
        entry.phrasings.append(Phrasing(text=text))
    entry.changed_at = change.now
    change.record("Nytt sätt att fråga i kunskapsbanken", about(entry))
    faq.touch(change.session)
    return True


def _texts(entry: Entry) -> tuple[Any, ...]:
    """Return what members may read of an entry."""
    phrasings = [phrasing.text for phrasing in entry.phrasings]
    kept = entry.question, entry.answer, entry.theme, entry.certainty, entry.valid_until
    return *kept, [*entry.sources], phrasings


def _refuse_unfilled(text: str) -> None:
    if not blanks.is_ready(text):
        raise UserError(
            "Det finns {{ }} kvar att fylla i, och utan dem är svaret tomt. Fyll i dem i svaret, och spara först."
        )


def _write(change: Change, entry: Entry, content: EntryContent) -> None:
    filled = "{{" in (entry.answer or "") and "{{" not in content.answer
    gap_filled = filled and entry.certainty == content.certainty  # the form's old mark was left as is
    if entry.answer != content.answer:
        entry.answered_at = change.now
        entry.name_agreed = None if entry.name_agreed else entry.name_agreed  # a yes was to the words before
    entry.question, entry.answer = content.question, content.answer
    entry.theme, entry.certainty = content.theme, Certainty.HIGH if gap_filled else content.certainty
    entry.valid_until = content.valid_until
    entry.sources = [
        {"title": source.title, **({"url": source.link} if source.link else {})} for source in content.sources
    ]
    mark_reviewed(change, entry)
    entry.changed_at = change.now
    history.set_phrasings(entry, content.phrasings)
    faq.touch(change.session)
