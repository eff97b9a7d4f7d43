"""The rules of changing the knowledge bank."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.message import UserError
from bot.register.change import Change
from storage import faq
from storage.faq import Certainty, Entry, EntryState, Phrasing

LONGEST_QUESTION = 300
LONGEST_ANSWER = 4000
"""Characters; a card must stay under Teams' 100 KB (platform.md §3) and on a phone's screen."""
MOST_PHRASINGS = 40
REVIEWED_FOR = timedelta(days=365)
"""How long an answer is valid before somebody should read it again."""
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
    source: str = ""
    link: str = ""
    certainty: Certainty = Certainty.HIGH


def checked(  # noqa: PLR0917 - the form's fields in its order
    question: str, answer: str, phrasings: str, theme: str, source: str, link: str, certainty: str
) -> EntryContent:
    """Return the form's texts as an entry's content; phrasings stand one on each line. Raises :class:`UserError`."""
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


def create(change: Change, content: EntryContent, *, question_id: int | None = None) -> Entry:
    """Make a draft with this content; ``question_id`` is the question between members that it was made from."""
    entry = Entry(owner_id=change.by, state=EntryState.DRAFT, sources=[], answer="", question_id=question_id)
    change.session.add(entry)
    _write(change, entry, content)
    change.session.flush()
    change.record("Nytt svar i kunskapsbanken, som utkast", about(entry))
    return entry


def revise(change: Change, entry: Entry, content: EntryContent) -> None:
    """Give an entry new content; saving counts as reviewing it. A published answer must be filled in.

    Raises :class:`UserError`.
    """
    if entry.published:
        _refuse_unfilled(content.answer)
    before = _texts(entry)
    _write(change, entry, content)
    if _texts(entry) != before:  # publishing a form that nobody changed is not an edit
        change.record("Ändrat svar i kunskapsbanken", about(entry))


def move(change: Change, entry: Entry, state: EntryState) -> None:
    """Publish, archive or withdraw an entry. Raises :class:`UserError` for publishing an entry with gaps to fill in."""
    if state is EntryState.PUBLISHED:
        _refuse_unfilled(f"{entry.answer} {entry.note}")
        entry.reviewed_on, entry.review_on = change.today, change.today + REVIEWED_FOR
    if entry.state != state:
        change.record(_MOVED[state], about(entry))
    entry.state, entry.changed_at = state, change.now
    faq.touch(change.session)


def confirm(change: Change, entry: Entry) -> None:
    """Keep that somebody has read a published answer and that it still holds."""
    entry.reviewed_on, entry.review_on = change.today, change.today + REVIEWED_FOR
    entry.changed_at = change.now
    change.record("Läst om svar i kunskapsbanken: det stämmer fortfarande", about(entry))
    faq.touch(change.session)


def is_complete(entry: Entry) -> bool:
    """Return whether an entry can be published as it stands."""
    return bool(entry.answer.strip()) and "{{" not in f"{entry.answer} {entry.note}"


def about(entry: Entry) -> str:
    """Return what the audit log calls an entry."""
    return f"entry:{entry.id}"


def add_phrasing(change: Change, entry: Entry, text: str) -> bool:
    """Give an entry one more phrasing. Return False if it has it. Raises :class:`UserError` if it has enough."""
    if any(text == phrasing.text for phrasing in entry.phrasings):
        return False
    if len(entry.phrasings) >= MOST_PHRASINGS:
        raise UserError(f"Svaret har redan {MOST_PHRASINGS} sätt att fråga. Ta bort något i svaret först.")
    entry.phrasings.append(Phrasing(text=text))
    entry.changed_at = change.now
    change.record("Nytt sätt att fråga i kunskapsbanken", about(entry))
    faq.touch(change.session)
    return True


def _texts(entry: Entry) -> tuple[Any, ...]:
    """Return what members may read of an entry."""
    phrasings = [phrasing.text for phrasing in entry.phrasings]
    return entry.question, entry.answer, entry.theme, entry.certainty, [*entry.sources], phrasings


def _refuse_unfilled(text: str) -> None:
    if "{{" in text:
        raise UserError("Det finns {{ }} kvar att fylla i. Fyll i dem i svaret och anteckningen, och spara först.")


def _write(change: Change, entry: Entry, content: EntryContent) -> None:
    if entry.answer != content.answer:
        entry.answered_at = change.now
    entry.question, entry.answer = content.question, content.answer
    entry.theme, entry.certainty = content.theme, content.certainty
    if content.source or content.link:
        first = {"title": content.source or content.link, **({"url": content.link} if content.link else {})}
        entry.sources = [first, *entry.sources[1:]]
    else:
        entry.sources = entry.sources[1:]
    entry.reviewed_on, entry.review_on = change.today, change.today + REVIEWED_FOR
    entry.changed_at = change.now
    _set_phrasings(entry, content.phrasings)
    faq.touch(change.session)


def _set_phrasings(entry: Entry, wanted: Iterable[str]) -> None:
    old = {phrasing.text: phrasing for phrasing in entry.phrasings}
    entry.phrasings = [old.get(text) or Phrasing(text=text) for text in wanted]
