"""Cards for what colleagues have answered: always as their experience, with the municipality and the way to ask on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from microsoft_teams.cards import CardElement

from bot import swedish
from bot.bank.entries import Teller
from bot.cards import button, buttons, card, heading, label, markdown, one_line, plain, small
from bot.faq import cards
from bot.faq.ways import Ways
from bot.message import Json
from storage.faq import Entry


def told(
    entry: Any,
    teller: Teller,
    question_id: int,
    *,
    text: str = "",
    related: Sequence[int] = (),
    voted: bool | None = None,
    shared: bool | None = None,
    posted: bool = False,
) -> Json:
    """Return what a colleague answered. ``text`` is the reader's own question, which *Fråga kollegor* takes along.

    ``shared`` and ``posted`` are as in :func:`bot.faq.cards.answer`.
    """
    founded = f"{cards.sources(entry.sources)} {cards.until(entry.valid_until)}".strip()
    return card(
        *([small(cards.POSTED)] if posted else []),
        heading(_done(teller)),
        small(_from(teller)),
        plain(f"Frågan var: {entry.question}"),
        markdown(entry.answer),
        small("Det är en kollegas erfarenhet. Kansliet har inte granskat om den gäller hos er."),
        *([small(founded)] if founded else []),
        *cards.votes(entry.id, question_id, related, voted=voted),
        *cards.sharing(entry.id, question_id, shared=shared),
        actions=[button("Fråga kollegor", "questions.start", text=text or entry.question)],
        summary=f"{_done(teller)}: {entry.question} {entry.answer}"[:500],
    )


def similar(ways: Ways, entries: Sequence[Any], tellers: Mapping[int, Teller], question_id: int) -> Json:
    """Return the offer of similar questions, at least one of which a colleague has answered."""
    body: list[CardElement] = [
        heading("En liknande fråga" if len(entries) == 1 else "Liknande frågor"),
        plain(f"Jag har inget säkert svar. Du skrev: ”{one_line(ways.quoted, cards.LONGEST)}”", subtle=True),
    ]
    for entry in entries:
        if entry.id in tellers:
            body += [label(_done(tellers[entry.id])), small(_from(tellers[entry.id]))]
        body += [
            plain(entry.question),
            buttons(button("Läs svaret", "faq.choose", question=question_id, entry=entry.id)),
        ]
    return card(
        *body,
        actions=[*cards.ways_on(ways), button("Inget av dessa", "faq.none", question=question_id)],
        summary="En liknande fråga: " + " Eller: ".join(entry.question for entry in entries),
    )


def ask_name(entry: Entry, teller: Teller, *, notice: str = "") -> Json:
    """Ask a colleague whether members may see the name with the answer, and say what they have said so far."""
    choices = [
        button("Visa namnet", "faq.name", entry=entry.id, agree=True, seen=version(entry)),
        button("Bara kommunen", "faq.name", entry=entry.id, agree=False, seen=version(entry)),
    ]
    if entry.name_agreed is not None:
        choices = [choices[1 if entry.name_agreed else 0]]
    where = f"”{_done(teller)}”"
    return card(
        heading("Får ditt namn stå med ditt svar?"),
        *([label(notice)] if notice else []),
        plain(
            f"Kansliet har lagt ditt svar i kunskapsbanken. Där heter det {where}. Ditt namn står där bara om du säger "
            "ja. Svarar du inte visas det utan namn. Du kan ändra dig här när du vill."
        ),
        label(entry.question),
        markdown(entry.answer),
        actions=choices,
        summary=f"Får ditt namn stå med ditt svar i kunskapsbanken? {entry.question}"[:500],
    )


def version(entry: Entry) -> str:
    """Return which wording of the answer a card shows: a yes is to these words only."""
    return entry.answered_at.isoformat() if entry.answered_at else ""


def _done(teller: Teller) -> str:
    return f"Så gjorde {teller.place or 'en annan medlem'}"


def _from(teller: Teller) -> str:
    when = f"Svarade {swedish.day(teller.told_on)}." if teller.told_on else ""
    return " ".join(part for part in (f"{teller.name}." if teller.name else "", when) if part) or "En medlem svarade."
