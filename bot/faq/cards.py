"""Cards with answers from the bank."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from microsoft_teams.cards import Action, CardElement

from bot import swedish
from bot.cards import (
    button,
    buttons,
    card,
    caution,
    heading,
    label,
    markdown,
    one_line,
    plain,
    small,
    text_input,
    web_link,
)
from bot.message import Json
from storage.faq import Certainty

UNCONFIRMED = "Kansliet har inte bekräftat det här svaret än."
LONGEST = 200
"""Characters of a member's question that a card repeats. More does not fit a phone's screen."""
GAP = "Det här saknar ett säkert svar än. Fråga kansliet."


def answer(
    entry: Any,
    question_id: int,
    related: Sequence[Any] = (),
    *,
    remembered: bool = False,
    voted: bool | None = None,
) -> Json:
    """Return an entry as the answer to a question. ``voted`` is the reader's own vote, if they have voted."""
    body = [heading(entry.question), markdown(entry.answer)]
    reviewed = f"Granskat {swedish.day(entry.reviewed_on)}."
    if entry.certainty != Certainty.HIGH:
        body.append(caution(GAP if entry.certainty == Certainty.GAP else UNCONFIRMED))
        reviewed = ""
    founded = " ".join(part for part in (sources(entry.sources), reviewed, until(entry.valid_until)) if part)
    body += [small(founded)] if founded else []
    if remembered:
        body.append(small("Jag visar det svar som valdes förra gången någon skrev så."))
    if related:
        shown = [_show(other, question_id) for other in related]
        body += [label("Andra frågor som liknar din:"), buttons(*shown)]
    body += votes(entry.id, question_id, [other.id for other in related], voted=voted)
    return card(*body, summary=f"{entry.question} {entry.answer}"[:500])


def offer(text: str, entries: Sequence[Any], question_id: int, *, about: str = "") -> Json:
    """Return the offer "Menade du …?". ``about`` is a place or person that we know nothing about."""
    known = f"Jag har inget svar om just {about}." if about else "Jag är inte säker på vad du menar."
    choices = [button(entry.question, "faq.choose", question=question_id, entry=entry.id) for entry in entries]
    return card(
        heading("Menade du någon av de här frågorna?"),
        plain(f"{known} Du skrev: ”{one_line(text, LONGEST)}”", subtle=True),
        buttons(*choices, button("Inget av dessa", "faq.none", question=question_id)),
        summary="Menade du: " + " Eller: ".join(entry.question for entry in entries),
    )


def unknown(text: str, contact: str, *, ask: str = "", empty: bool = False) -> Json:
    """Return the answer that we don't know.

    ``text`` is what the person wrote, or empty if it has been deleted. ``ask`` is the question for colleagues, where it
    says more. ``empty`` says that the bank has no entries.
    """
    why = "Kunskapsbanken är tom än så länge." if empty else "Det finns inget svar i kunskapsbanken som passar."
    repeated = f" Du skrev: ”{one_line(text, LONGEST)}”" if text else ""
    return card(
        heading("Det vet jag inte"),
        plain(f"{why}{repeated}"),
        markdown(
            f"Pröva gärna med andra ord. Eller fråga kollegor i en temagrupp, eller kansliet: "
            f"{web_link(contact, f'mailto:{contact}')}"
        ),
        actions=[ask_colleagues(ask or text)],
        summary=f"Det vet jag inte. Fråga kansliet: {contact}",
    )


def why_not(entry: Any, question_id: int, contact: str, *, asked: str, reason: str = "") -> Json:
    """Return the card after *Nej*: what to do next, and a field for a reason. ``reason`` is the one already written.

    ``asked`` is the reader's question, or empty if it has been deleted or is another person's.
    """
    rows = {"question": question_id, "entry": entry.id}
    thanks = "Tack, det hjälper oss att bli bättre." if reason else "Tack för att du säger till."
    link = web_link(contact, f"mailto:{contact}")
    body = [
        heading(entry.question),
        markdown(f"{thanks} Pröva med andra ord, fråga kollegor i en temagrupp, eller mejla kansliet: {link}"),
    ]
    if not reason:
        body.append(text_input("reason", "Vad saknade du? (frivilligt)", long=True, most=500))
        body.append(small("Kansliet läser det du skriver, men ser inte vem som skrev."))
    actions = [] if reason else [button("Skicka", "faq.reason", style="positive", **rows)]
    return card(
        *body,
        actions=[*actions, ask_colleagues(asked), button("Visa svaret igen", "faq.again", **rows)],
        summary=f"{thanks} Fråga med andra ord, eller mejla kansliet: {contact}",
    )


def ask_colleagues(text: str) -> Action:
    """Return the button to a theme group. It takes the question along."""
    return button("Fråga temagruppen", "questions.start", text=text)


def votes(entry_id: int, question_id: int, related: Sequence[int], *, voted: bool | None) -> list[CardElement]:
    """Return the vote on an answer: the two buttons, or what the reader has said."""
    rows: dict[str, Any] = {"question": question_id, "entry": entry_id, "related": list(related)}
    if voted is None:
        return [
            label("Hjälpte svaret?"),
            buttons(button("Ja", "faq.vote", helpful=True, **rows), button("Nej", "faq.vote", helpful=False, **rows)),
        ]
    confirmation = "Tack! Du har svarat att det hjälpte." if voted else "Du har svarat att det inte hjälpte."
    return [small(confirmation), buttons(button("Ändra mitt svar", "faq.again", **rows))]


def _show(entry: Any, question_id: int) -> Action:
    return button(entry.question, "faq.show", question=question_id, entry=entry.id)


def sources(given: Sequence[dict[str, Any]]) -> str:
    """Return the sentence about an answer's sources; empty if it has none."""
    links = [web_link(source["title"], source.get("url", "")) for source in given]
    return f"Källa: {swedish.listed(links)}." if links else ""


def until(valid_until: date | None) -> str:
    """Return the sentence about the last day of an answer; empty if it has none."""
    return f"Gäller till och med {swedish.day(valid_until)}." if valid_until else ""
