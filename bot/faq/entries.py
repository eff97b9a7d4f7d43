"""The rules of changing the knowledge bank."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bot.message import UserError
from storage import faq
from storage.faq import Certainty, Entry, EntryState, Phrasing

LONGEST_QUESTION = 300
LONGEST_ANSWER = 4000
"""Characters; a card must stay under Teams' 100 KB (platform.md §3) and on a phone's screen."""
MOST_PHRASINGS = 40
REVIEWED_FOR = timedelta(days=365)
"""How long an answer is valid before somebody should read it again."""


@dataclass(frozen=True, slots=True)
class EntryContent:
    """The kansli's texts for an entry, cleaned and checked by :func:`checked`."""

    question: str
    answer: str
    phrasings: tuple[str, ...] = ()
    theme: str = ""
    source: str = ""
    link: str = ""
    certainty: Certainty = Certainty.HIGH


def checked(  # noqa: PLR0917 - the form's fields in its order
    question: str, answer: str, phrasings: str, theme: str, source: str, link: str, certainty: str
) -> EntryContent:
    """Return the form's texts as an entry's content. Phrasings are one on each line. Raises :class:`UserError`."""
    if link.strip() and not link.strip().startswith(("https://", "http://")):
        raise UserError("Länken till källan ska börja med https://. Rätta den eller lämna rutan tom.")
    if certainty not in set(Certainty):
        raise UserError("Välj hur säkert svaret är.")
    return EntryContent(
        question=checked_question(question),
        answer=checked_answer(answer),
        phrasings=checked_phrasings(phrasings),
        theme=" ".join(theme.casefold().split())[:60],
        source=" ".join(source.split())[:200],
        link=link.strip()[:500],
        certainty=Certainty(certainty),
    )


def checked_question(text: str) -> str:
    """Return a question on one line. Raises :class:`UserError` if it is empty or too long."""
    line = " ".join(text.split())
    if not line:
        raise UserError("Skriv frågan, så som en medlem skulle ställa den.")
    if len(line) > LONGEST_QUESTION:
        raise UserError(f"Frågan är {len(line)} tecken. Korta ner den till högst {LONGEST_QUESTION}.")
    return line


def checked_answer(text: str) -> str:
    """Return an answer without outer white space. Raises :class:`UserError` if it is empty or too long."""
    if not text.strip():
        raise UserError("Skriv svaret.")
    if len(text.strip()) > LONGEST_ANSWER:
        raise UserError(f"Svaret är {len(text.strip())} tecken. Korta ner det till högst {LONGEST_ANSWER}.")
    return text.strip()


def checked_phrasings(text: str) -> tuple[str, ...]:
    """Return the phrasings in ``text``, one on each line, each once.

    Raises :class:`UserError` for too many phrasings, or one that is too long.
    """
    lines = tuple(dict.fromkeys(line for line in (" ".join(row.split()) for row in text.splitlines()) if line))
    if len(lines) > MOST_PHRASINGS:
        raise UserError(f"Det är {len(lines)} sätt att fråga. Behåll de {MOST_PHRASINGS} vanligaste.")
    if any(len(line) > LONGEST_QUESTION for line in lines):
        raise UserError(f"Ett av sätten att fråga är längre än {LONGEST_QUESTION} tecken. Skriv ett på varje rad.")
    return lines


def create(
    session: Session,
    content: EntryContent,
    owner_id: int,
    now: datetime,
    today: date,
    *,
    question_id: int | None = None,
) -> Entry:
    """Make a draft with this content. ``question_id`` is the question between members that it was made from."""
    entry = Entry(owner_id=owner_id, state=EntryState.DRAFT, sources=[], answer="", question_id=question_id)
    session.add(entry)
    _write(session, entry, content, now, today)
    return entry


def change(session: Session, entry: Entry, content: EntryContent, now: datetime, today: date) -> None:
    """Give an entry new content; that counts as a review.

    Raises :class:`UserError` if the entry is published and the answer has gaps to fill in.
    """
    if entry.published:
        _refuse_unfilled(content.answer)
    _write(session, entry, content, now, today)


def move(session: Session, entry: Entry, state: EntryState, now: datetime, today: date) -> None:
    """Publish, archive or withdraw an entry. Raises :class:`UserError` for publishing an entry with gaps to fill in."""
    if state is EntryState.PUBLISHED:
        _refuse_unfilled(f"{entry.answer} {entry.note}")
        entry.reviewed_on, entry.review_on = today, today + REVIEWED_FOR
    entry.state, entry.changed_at = state, now
    faq.touch(session)


def add_phrasing(session: Session, entry: Entry, text: str, now: datetime) -> bool:
    """Add a phrasing to an entry. Return False if the entry has it. Raises :class:`UserError` if the entry is full."""
    if any(text == phrasing.text for phrasing in entry.phrasings):
        return False
    if len(entry.phrasings) >= MOST_PHRASINGS:
        raise UserError(f"Svaret har redan {MOST_PHRASINGS} sätt att fråga. Ta bort något i svaret först.")
    entry.phrasings.append(Phrasing(text=text))
    entry.changed_at = now
    faq.touch(session)
    return True


def _refuse_unfilled(text: str) -> None:
    if "{{" in text:
        raise UserError("Det finns {{ }} kvar att fylla i. Fyll i dem i svaret och anteckningen, och spara först.")


def _write(session: Session, entry: Entry, content: EntryContent, now: datetime, today: date) -> None:
    if entry.answer != content.answer:
        entry.answered_at = now
    entry.question, entry.answer = content.question, content.answer
    entry.theme, entry.certainty = content.theme, content.certainty
    if content.source or content.link:
        first = {"title": content.source or content.link, **({"url": content.link} if content.link else {})}
        entry.sources = [first, *entry.sources[1:]]
    else:
        entry.sources = entry.sources[1:]
    entry.reviewed_on, entry.review_on, entry.changed_at = today, today + REVIEWED_FOR, now
    _set_phrasings(entry, content.phrasings)
    faq.touch(session)


def _set_phrasings(entry: Entry, wanted: Iterable[str]) -> None:
    existing = {phrasing.text: phrasing for phrasing in entry.phrasings}
    entry.phrasings = [existing.get(text) or Phrasing(text=text) for text in wanted]
