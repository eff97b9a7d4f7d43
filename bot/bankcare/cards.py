"""Cards for caring for the bank: what a search found, an answer to review, and an entry's history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from microsoft_teams.cards import CardElement

from bot import swedish
from bot.bankcare import changes, differences
from bot.cards import (
    button,
    buttons,
    card,
    heading,
    label,
    markdown,
    one_line,
    paged,
    plain,
    row,
    short,
    small,
    text_input,
)
from bot.message import Json
from bot.schedule.times import clock
from storage.faq import Certainty, Entry, EntryState
from storage.faq_history import EntryChange, EntryChangeKind

PAGE = 8
"""Entries on one page of what a search found."""
CHANGES = 5
"""Changes on one page of a history."""
SHOWN = 900
"""Characters of an answer in a list. Somebody who says that it holds must have read most of it."""
LONGEST = 100
"""Characters of what is searched for."""
STATES = {EntryState.PUBLISHED: "Publicerat", EntryState.DRAFT: "Utkast", EntryState.ARCHIVED: "Arkiverat"}
_KINDS = {
    EntryChangeKind.CREATED: "Skrivet",
    EntryChangeKind.EDITED: "Ändrat",
    EntryChangeKind.PHRASED: "Nytt sätt att fråga",
    EntryChangeKind.PUBLISHED: "Publicerat",
    EntryChangeKind.DRAFTED: "Gjort till utkast",
    EntryChangeKind.ARCHIVED: "Arkiverat",
    EntryChangeKind.CONFIRMED: "Stämmer fortfarande",
    EntryChangeKind.MERGED: "Ihopslaget med ett annat svar",
    EntryChangeKind.EXPIRED: "Arkiverat av sig självt",
    EntryChangeKind.UNDONE: "Ångrat",
}


def search(found: Sequence[Entry], words: str, page: int, *, kansli: bool) -> Json:
    """Return the form to search with, and a page of what was found. ``words`` is empty before the first search."""
    on_page = paged(found, page, PAGE, "care.search", words=words)
    body: list[CardElement] = [heading("Sök i kunskapsbanken")]
    if words:
        number = swedish.count(len(found), "svar", "svar")
        place = f" {on_page.place}." if on_page.last else ""
        body.append(plain(f"{number} om ”{one_line(words, LONGEST)}”.{place}"))
    if words and not found:
        body.append(plain("Pröva med färre ord, eller med början av ett ord.", subtle=True))
    for entry in on_page.shown:
        opened = row(entry.question, "faq.edit", entry=entry.id) if kansli else None
        body.append(opened or row(entry.question, "care.show", entry=entry.id))
        body.append(small(_standing(entry)))
    return card(
        *body,
        text_input("words", "Ord att söka efter", value=words, required="Skriv ett ord.", most=LONGEST),
        actions=[button("Sök", "care.search", style="positive", page=0), *on_page.turns],
        summary=f"Sök i kunskapsbanken: {len(found)} svar" if words else "Sök i kunskapsbanken",
    )


def entry(shown: Entry, notice: str = "") -> Json:
    """Return one published entry for somebody who may say that it still holds."""
    return card(
        heading(shown.question),
        *([label(notice)] if notice else []),
        markdown(shown.answer),
        small(_standing(shown)),
        buttons(*_ways(shown)),
        summary=f"Stämmer svaret fortfarande? {shown.question}",
    )


def to_review(entries: Sequence[Entry], notice: str = "") -> Json:
    """Return the answers of a moderator's themes that it is time to read again."""
    title = "Stämmer svaren fortfarande?"
    body: list[CardElement] = [heading(title), *([label(notice)] if notice else [])]
    if entries:
        body.append(plain("Du är moderator för temat. Läs svaren, och tryck om de stämmer. Annars säger du till."))
    else:
        body.append(plain("Inga fler svar väntar. Tack för hjälpen!"))
    for shown in entries:
        body += [label(shown.question), markdown(short(shown.answer, SHOWN)), small(_standing(shown))]
        body.append(buttons(*_ways(shown, back="list")))
    return card(*body, summary=f"{title} {swedish.count(len(entries), 'svar', 'svar')} väntar.")


def _ways(shown: Entry, **back: str) -> list[Any]:
    row: Json = {"entry": shown.id, "seen": shown.changed_at.isoformat(), **back}
    about = f"Svaret ”{one_line(shown.question, 150)}” behöver ändras: "
    return [
        button("Stämmer fortfarande", "care.confirm", style="positive", **row),
        button("Något är fel", "questions.to_kansli", text=about, bare=True),
    ]


def history(shown: Entry, rows: Sequence[EntryChange], names: Mapping[int, str], page: int, notice: str = "") -> Json:
    """Return a page of an entry's changes, the newest first. ``names`` are those of the people who made them."""
    on_page = paged(rows, page, CHANGES, "care.history", entry=shown.id)
    body: list[CardElement] = [heading("Historik"), plain(shown.question), small(_standing(shown))]
    body += [label(notice)] if notice else []
    if not rows:
        body.append(plain("Inga ändringar är sparade.", subtle=True))
    elif rows:
        body.append(
            plain("Ångra gör svaret som det var före ändringen. Senare ändringar försvinner också.", subtle=True)
        )
    for change in on_page.shown:
        body += _changed(shown, change, names)
    if on_page.last:
        body.append(small(on_page.place))
    clear = [button("Rensa historiken", "care.ask_clear", entry=shown.id)] if rows else []
    return card(
        *body,
        actions=[*on_page.turns, button("Till svaret", "faq.edit", entry=shown.id), *clear],
        summary=f"Historik: {shown.question}",
    )


def _changed(shown: Entry, change: EntryChange, names: Mapping[int, str]) -> list[CardElement]:
    name = names.get(change.by_id or 0)
    by = f" av {name}" if name else ""
    body: list[CardElement] = [
        label(f"{_KINDS[EntryChangeKind(change.kind)]} {swedish.day(change.at)} kl. {clock(change.at)}{by}")
    ]
    body += [plain(line, subtle=True) for line in differences.lines(change.before, change.after)]
    if changes.is_undoable(change):
        seen = shown.changed_at.isoformat()
        body.append(buttons(button("Ångra", "care.undo", change=change.id, seen=seen)))
    return body


def ask_clear(shown: Entry) -> Json:
    """Ask whether an entry's history should go. It is for a text that names a person."""
    text = (
        "Vad som har ändrats, när och av vem går inte att få tillbaka, och det går inte att ångra ändringarna. "
        "Gör det om en äldre text har en persons namn."
    )
    return card(
        heading("Ska historiken bort?"),
        plain(shown.question),
        plain(text),
        actions=[
            button("Ta bort historiken", "care.clear", style="destructive", entry=shown.id),
            button("Avbryt", "care.history", entry=shown.id),
        ],
        summary="Ska historiken bort?",
    )


def expired(rows: Sequence[tuple[EntryChange, Entry]], notice: str = "") -> Json:
    """Return the entries that the bot has archived, each with the way back."""
    title = "Arkiverat av sig självt"
    body: list[CardElement] = [heading(title), *([label(notice)] if notice else [])]
    if rows:
        body.append(plain("Ingen hade fått eller granskat de här svaren på länge. Medlemmarna ser dem inte längre."))
    else:
        body.append(plain("Inget svar är arkiverat av sig självt nu.", subtle=True))
    for change, entry in rows:
        seen = entry.changed_at.isoformat()
        undo = button("Ångra", "care.undo", change=change.id, seen=seen, back="expired")
        body += [
            label(entry.question),
            small(f"Arkiverat {swedish.day(change.at)}. Granskat {swedish.day(entry.reviewed_on)}."),
            buttons(undo, button("Öppna", "faq.edit", entry=entry.id)),
        ]
    return card(*body, summary=f"{title}: {swedish.count(len(rows), 'svar', 'svar')}")


def gone() -> Json:
    """Return the card for a person who has lost the kansli role."""
    text = "Den här listan är bara för kansliet."
    return card(plain(text), summary=text)


def _standing(shown: Entry) -> str:
    """Return how far an entry has come, as the reader of its answer sees it."""
    parts = [f"{STATES[EntryState(shown.state)]}."]
    if shown.published and shown.certainty == Certainty.HIGH:
        parts.append(f"Granskat {swedish.day(shown.reviewed_on)}.")
    if shown.theme:
        parts.append(f"Tema: {shown.theme}.")
    return " ".join(parts)
