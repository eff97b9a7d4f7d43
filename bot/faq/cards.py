"""Cards with answers from the bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from microsoft_teams.cards import Action, CardElement

from bot import swedish
from bot.cards import (
    Style,
    button,
    buttons,
    card,
    caution,
    escape,
    heading,
    label,
    markdown,
    one_line,
    plain,
    row,
    small,
    text_input,
    web_link,
)
from bot.faq.ways import Ways
from bot.message import Json
from bot.wording import blanks
from bot.wording.next_step import Likely, NextStep
from storage.faq import Certainty

UNCONFIRMED = "Kansliet har inte bekräftat det här svaret än."
POSTED = "Svar på en fråga här i kanalen."
LONGEST = 200
"""Characters of a member's question that a card repeats. More does not fit a phone's screen."""
SHORT = 22
"""Characters of a button's title that a card of 300 pixels shows whole."""
GAP = "Det här saknar ett säkert svar än. Fråga kansliet."


def answer(
    entry: Any,
    question_id: int,
    related: Sequence[Any] = (),
    *,
    contact: str,
    remembered: bool = False,
    voted: bool | None = None,
    shared: bool | None = None,
    posted: bool = False,
) -> Json:
    """Return an entry as the answer to a question. ``voted`` is the reader's own vote, if they have voted.

    ``shared``: see :func:`sharing`. ``posted`` says that the card is the one that an asker shared with a channel.
    """
    text = blanks.filled(entry.answer, {blanks.CONTACT: contact})
    body = [*([small(POSTED)] if posted else []), heading(entry.question), markdown(text)]
    reviewed = f"Granskat {swedish.day(entry.reviewed_on)}."
    if entry.certainty != Certainty.HIGH:
        body.append(caution(GAP if entry.certainty == Certainty.GAP else UNCONFIRMED))
        reviewed = ""
    founded = " ".join(part for part in (sources(entry.sources), reviewed, until(entry.valid_until)) if part)
    body += [small(founded)] if founded else []
    if remembered:
        body.append(small("Jag visar det svar som valdes förra gången någon skrev så."))
    if related:
        shown = [row(other.question, "faq.show", question=question_id, entry=other.id) for other in related]
        body += [label("Andra frågor som liknar din:"), *shown]
    body += votes(entry.id, question_id, [other.id for other in related], voted=voted)
    body += sharing(entry.id, question_id, shared=shared)
    return card(*body, summary=f"{entry.question} {text}"[:500])


def offer(entries: Sequence[Any], ways: Ways, question_id: int, *, about: str = "") -> Json:
    """Return the offer "Menade du …?". ``about`` is a place or person that we know nothing about."""
    known = f"Jag har inget svar om just {about}." if about else "Jag är inte säker på vad du menar."
    return card(
        heading("Menade du någon av de här frågorna?"),
        plain(f"{known} Du skrev: ”{one_line(ways.quoted, LONGEST)}”", subtle=True),
        *_guesses(entries, question_id),
        markdown(f"Inget av dessa? {_next(ways)}"),
        actions=[*ways_on(ways), button("Inget av dessa", "faq.none", question=question_id)],
        summary="Menade du: " + " Eller: ".join(entry.question for entry in entries),
    )


def unknown(ways: Ways, question_id: int, entries: Sequence[Any] = (), *, empty: bool = False, title: str = "") -> Json:
    """Return the answer that we don't know, with the likeliest way on first.

    ``entries`` may help all the same. ``empty`` says that the bank has no entries.
    """
    if ways.likely.step is NextStep.ENGLISH:
        return _english(ways)
    if ways.likely.step is NextStep.KANSLI and ways.likely.clear:
        return _errand(ways, question_id, entries)
    repeated = f" Du skrev: ”{one_line(ways.quoted, LONGEST)}”" if ways.quoted else ""
    why = "Det finns inget svar i kunskapsbanken som passar."
    why = "Kunskapsbanken är tom än så länge." if empty else why
    return card(
        heading(title or "Det vet jag inte"),
        plain(f"{why}{repeated}"),
        markdown(_next(ways)),
        *_liked(entries, question_id),
        actions=ways_on(ways),
        summary=f"{title or 'Det vet jag inte'}. Fråga kansliet: {ways.contact}",
    )


def not_ready(question: str, ways: Ways, question_id: int, entries: Sequence[Any] = ()) -> Json:
    """Return the card for a question whose answer is a draft. ``question`` is the draft's."""
    to_kansli = replace(ways, likely=Likely(NextStep.KANSLI))
    return card(
        heading("Det svaret är inte klart än"),
        plain(f"Frågan: {question}"),
        markdown(
            "Kansliet har börjat skriva svaret, och ser att det har frågats efter. "
            f"Behöver du veta nu? Skicka frågan till kansliet. {_mail(ways)}"
        ),
        *_liked(entries, question_id),
        actions=ways_on(to_kansli),
        summary=f"Det svaret är inte klart än: {question}",
    )


def why_not(entry: Any, question_id: int, ways: Ways, *, reason: str = "") -> Json:
    """Return the card after *Nej*: what to do next, and a field for a reason. ``reason`` is the one already written.

    The ways carry the reader's question. It is empty if it has been deleted or is another person's.
    """
    rows = {"question": question_id, "entry": entry.id}
    thanks = "Tack, det hjälper oss att bli bättre." if reason else "Tack för att du säger till."
    body = [heading(entry.question), markdown(f"{thanks} {_next(ways)}"), buttons(*ways_on(ways))]
    if not reason:
        body.append(text_input("reason", "Vad saknade du? (frivilligt)", long=True, most=500))
        body.append(small("Kansliet läser det du skriver, men ser inte vem som skrev."))
    actions = [] if reason else [button("Skicka", "faq.reason", **rows)]
    return card(
        *body,
        actions=[*actions, button("Visa svaret igen", "faq.again", **rows)],
        summary=f"{thanks} Fråga kollegor, eller mejla kansliet: {ways.contact}",
    )


def wrong(entry: Any | None, text: str, contact: str) -> Json:
    """Return the reply to "det stämmer inte": whether to tell the kansli, with the ``entry`` that is meant."""
    about = f"Det gäller svaret ”{entry.question}”." if entry is not None else ""
    words = f"{about} {text}".strip()
    return card(
        heading("Tack. Ska jag säga till kansliet?"),
        *([plain(about)] if about else []),
        _errand_field("Det här skickar jag", words),
        small(f"Ändra gärna texten först. Bara kansliet läser den. Du kan också mejla: {_address(contact)}"),
        actions=[button("Skicka till kansliet", "questions.to_kansli", style="positive", text=words)],
        summary="Tack. Ska jag säga till kansliet?",
    )


def helped(entry: Any, question_id: int) -> Json:
    """Return the reply to "tack, det löste sig" after an answer from the bank."""
    return card(
        heading("Vad bra!"),
        markdown("Jag har noterat att svaret hjälpte."),
        plain(f"Svaret: {entry.question}", subtle=True),
        actions=[button("Ändra mitt svar", "faq.again", question=question_id, entry=entry.id)],
        summary="Vad bra! Jag har noterat att svaret hjälpte.",
    )


def _english(ways: Ways) -> Json:
    return card(
        heading("I only understand Swedish"),
        markdown("Ask me in a few Swedish words, for example *Vad är SEKOM?*, or write **hjälp** to see what works."),
        markdown(f"In English, write to the secretariat: {_address(ways.contact)}"),
        actions=[_to_kansli(ways, title="Send to secretariat", style="positive")],
        summary=f"I only understand Swedish. In English, write to the secretariat: {ways.contact}",
    )


def _errand(ways: Ways, question_id: int, entries: Sequence[Any]) -> Json:
    """Return the card for what only the kansli can do. One press sends what stands in the field."""
    peers = _to_peers(ways, alone=True)
    return card(
        heading("Det hjälper kansliet dig med"),
        _errand_field("Ditt meddelande till kansliet", "" if ways.likely.bare else ways.text),
        small(f"Bara kansliet läser det, med ditt namn. Svaret kommer till dig i vår egen chatt. {_mail(ways)}"),
        *_liked(entries, question_id),
        actions=[_to_kansli(ways, style="positive"), peers],
        summary=f"Det hjälper kansliet dig med. Mejla: {ways.contact}",
    )


def _errand_field(title: str, value: str) -> CardElement:
    return text_input("errand", title, value=value, long=True, required="Skriv vad det gäller.", most=1500)


def _guesses(entries: Sequence[Any], question_id: int) -> list[CardElement]:
    return [row(entry.question, "faq.choose", question=question_id, entry=entry.id) for entry in entries]


def _liked(entries: Sequence[Any], question_id: int) -> list[CardElement]:
    return [label("Kan det här hjälpa?"), *_guesses(entries, question_id)] if entries else []


def _next(ways: Ways) -> str:
    """Return what the likeliest next step is, and the kansli's address."""
    if ways.likely.step is NextStep.KANSLI:
        return f"Det här vet kansliet bäst. {_mail(ways)}"
    if ways.here:
        return f"Jag kan ställa frågan till gruppen här i kanalen. Svaren kommer till dig. {_mail(ways)}"
    if not ways.group:
        return f"Fråga kollegor i en temagrupp, eller pröva med andra ord. {_mail(ways)}"
    return f"Fråga kollegorna i temagruppen **{escape(ways.group)}**. {escape(ways.reason)} {_mail(ways)}"


def ways_on(ways: Ways) -> list[Action]:
    """Return the ways on, the likeliest first."""
    if ways.likely.step is NextStep.KANSLI:
        return [_to_kansli(ways, style="positive"), _to_peers(ways)]
    return [_to_peers(ways, style="positive"), _to_kansli(ways)]


def _to_peers(ways: Ways, *, style: Style | None = None, alone: bool = False) -> Action:
    """Return the button to a theme group. It takes the question along."""
    if ways.here and ways.text:
        return button("Fråga gruppen här", "questions.here", style=style, alone=alone, text=ways.text)
    named = f"Fråga i {ways.group}"
    title = named if ways.group and len(named) <= SHORT else "Fråga temagruppen" if ways.group else "Fråga kollegor"
    return button(title, "questions.start", style=style, alone=alone, text=ways.text, theme=ways.theme)


def _to_kansli(ways: Ways, *, title: str = "Skicka till kansliet", style: Style | None = None) -> Action:
    """Return the button to the kansli. A press sends the question, or asks for the words if there are too few."""
    return button(
        title, "questions.to_kansli", style=style, text=ways.text, bare=ways.likely.bare or len(ways.text.split()) <= 1
    )


def _mail(ways: Ways) -> str:
    return f"Kansliets mejl: {_address(ways.contact)}" if ways.contact else ""


def _address(contact: str) -> str:
    return web_link(contact, f"mailto:{contact}")


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


def sharing(entry_id: int, question_id: int, *, shared: bool | None) -> list[CardElement]:
    """Return the button that shares an answer which only its asker sees, or that it is ``shared``. None: neither."""
    if shared is None:
        return []
    if shared:
        return [small("Svaret är delat med kanalen.")]
    share = button("Dela med kanalen", "faq.share", question=question_id, entry=entry_id)
    return [label("Bara du ser det här svaret."), buttons(share)]


def sources(given: Sequence[dict[str, Any]]) -> str:
    """Return the sentence about an answer's sources; empty if it has none."""
    links = [web_link(source["title"], source.get("url", "")) for source in given]
    return f"Källa: {swedish.listed(links)}." if links else ""


def until(valid_until: date | None) -> str:
    """Return the sentence about the last day of an answer; empty if it has none."""
    return f"Gäller till och med {swedish.day(valid_until)}." if valid_until else ""
