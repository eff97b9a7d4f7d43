"""The kansli's cards about the knowledge bank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from microsoft_teams.cards import CardElement

from bot import swedish
from bot.bank import entries as editing
from bot.cards import (
    button,
    buttons,
    card,
    caution,
    choice_input,
    date_input,
    heading,
    label,
    one_line,
    paged,
    plain,
    row,
    small,
    text_input,
)
from bot.faq import gap_cards
from bot.message import Json, UserError
from bot.wording import blanks
from bot.wording.texts import Flaw, unmarked
from storage.faq import Certainty, Entry, EntryKind, EntryState
from storage.faq_votes import Opinion

PAGE = 8
"""Entries on one page of a list."""
ANSWER = 240
"""Characters of a draft's answer in a list."""
REASONS = 3
"""Most reasons shown for an answer: the newest."""
NAMES = {EntryState.PUBLISHED: "Publicerade", EntryState.DRAFT: "Utkast", EntryState.ARCHIVED: "Arkiverade"}
_STATES = {EntryState.PUBLISHED: "Publicerat", EntryState.DRAFT: "Utkast", EntryState.ARCHIVED: "Arkiverat"}
MOVED = {
    EntryState.PUBLISHED: "Publicerat. Medlemmarna hittar svaret nu.",
    EntryState.DRAFT: "Tillbaka till utkast. Medlemmarna ser inte svaret längre.",
    EntryState.ARCHIVED: "Arkiverat. Medlemmarna ser inte svaret längre.",
}
_MOVES = {
    EntryState.PUBLISHED: (("Gör till utkast", EntryState.DRAFT), ("Arkivera", EntryState.ARCHIVED)),
    EntryState.DRAFT: (("Publicera", EntryState.PUBLISHED), ("Arkivera", EntryState.ARCHIVED)),
    EntryState.ARCHIVED: (("Publicera", EntryState.PUBLISHED), ("Gör till utkast", EntryState.DRAFT)),
}
CERTAINTIES = (
    (Certainty.HIGH, "Säkert"),
    (Certainty.CHECK, "Inte bekräftat av kansliet än"),
    (Certainty.GAP, "Svaret saknas, hänvisar till kansliet"),
)


@dataclass(frozen=True, slots=True)
class Remarks:
    """What the writer of an entry should see with its form."""

    removed: Sequence[str] = ()
    """Words that were removed from the question between members that it was made from."""
    current: bool = True
    """False for an entry that is valid no longer."""
    alike: Sequence[Entry] = ()
    """Other entries that seem to answer the same."""
    flaws: Sequence[Flaw] = ()
    missed: Sequence[str] = ()
    """What readers missed in the answer."""
    changed: bool = False
    """Whether changes of it are kept."""
    ask: bool = False
    """Whether to ask once more before it is published."""
    given: Mapping[str, Any] | None = None
    """What the writer has written and could not be saved, because somebody saved the entry before."""


def overview(counts: Mapping[str, int], ended: int = 0) -> Json:
    """Return the overview: the number of entries in each state, and buttons to the lists.

    ``ended`` is how many published entries are valid no longer.
    """
    total = sum(counts.values())
    lists = [button(f"{NAMES[state]} ({counts.get(state, 0)})", "faq.list", state=state, page=0) for state in NAMES]
    lists += [button(f"Gäller inte längre ({ended})", "faq.ended", page=0)] if ended else []
    return card(
        heading("Kunskapsbanken"),
        plain(
            f"Det finns {swedish.count(total, 'svar', 'svar')} i kunskapsbanken. Medlemmarna ser bara de publicerade."
        ),
        buttons(*lists),
        buttons(
            button("Skriv ett nytt svar", "faq.new", style="positive"),
            button("Vad läsarna tycker", "faq.opinions"),
            button("Kunskapsluckor", "faq.gaps", page=0),
            button("Läget", "bankfigures.show"),
        ),
        buttons(button("Sök bland svaren", "care.find"), button("Arkiverat av sig självt", "care.expired")),
        buttons(button("Hämta som fil", "bankfiles.export"), button("Läs in en fil", "bankfiles.import")),
        summary="Kunskapsbanken: läs, ändra och publicera svar.",
    )


def listing(state: EntryState, entries: Sequence[Entry], page: int, said: str = "") -> Json:
    """Return a page of the entries in a state, or the nearest page that exists.

    A draft shows its answer, so that it can be published there. ``said`` is what was just done.
    """
    on_page = paged(entries, page, PAGE, "faq.list", state=state)
    title = f"{NAMES[state]} ({len(entries)})"
    return card(
        heading(title),
        *([plain(said)] if said else []),
        *([] if entries else [plain("Här finns inga svar än.", subtle=True)]),
        *(part for entry in on_page.shown for part in _listed(entry)),
        *([small(on_page.place)] if on_page.last else []),
        actions=[*on_page.turns, button("Till översikten", "faq.overview")],
        summary=title,
    )


def _listed(entry: Entry) -> list[CardElement]:
    """Return an entry in a list: a published one as a row, a draft with its answer and what can be done."""
    if entry.state != EntryState.DRAFT:
        return [row(entry.question, "faq.edit", entry=entry.id)]
    return [
        label(entry.question),
        plain(one_line(unmarked(entry.answer), ANSWER), subtle=True),
        buttons(*gap_cards.publish(entry, back="drafts"), button("Öppna", "faq.edit", entry=entry.id)),
    ]


def out_of_date(entries: Sequence[Entry], page: int) -> Json:
    """Return a page of the published entries that are valid no longer."""
    on_page = paged(entries, page, PAGE, "faq.ended")
    title = f"Gäller inte längre ({len(entries)})"
    body: list[CardElement] = [
        heading(title),
        plain(
            "Medlemmarna ser inte de här svaren. Öppna ett: skriv in det som gäller nu och ett nytt datum, eller "
            "arkivera det."
            if entries
            else "Alla publicerade svar gäller.",
            subtle=True,
        ),
    ]
    for entry in on_page.shown:
        ended = f"Gällde till och med {swedish.day(entry.valid_until)}." if entry.valid_until else ""
        body += [label(entry.question), plain(ended, subtle=True), buttons(button("Öppna", "faq.edit", entry=entry.id))]
    return card(*body, actions=[*on_page.turns, button("Till översikten", "faq.overview")], summary=title)


def opinions(shown: Sequence[Opinion]) -> Json:
    """Return the votes on each answer and the things that readers missed, the least liked answer first."""
    body: list[CardElement] = [heading("Vad läsarna tycker om svaren")]
    if not shown:
        body.append(plain("Ingen har röstat än.", subtle=True))
    for opinion in shown:
        counted = f"{opinion.helpful} fick hjälp, {opinion.unhelpful} fick det inte."
        body += [row(opinion.question, "faq.edit", entry=opinion.entry_id), plain(counted, subtle=True)]
        body += [plain(f"”{reason}”") for reason in opinion.reasons[:REASONS]]
    return card(*body, actions=[button("Till översikten", "faq.overview")], summary="Vad läsarna tycker om svaren")


def form(entry: Entry, *, notice: str = "", place: str = "", remarks: Remarks = Remarks()) -> Json:
    """Return an entry's form. ``notice`` says what was just done. ``place`` is the municipality of a testimony.

    The buttons send the content of the form, so that *Publicera* publishes what the writer sees.
    """
    version = entry.changed_at.isoformat()
    moves = [
        button("Publicera ändå", "faq.move", state=state, entry=entry.id, seen=version, sure=True)
        if remarks.ask and state is EntryState.PUBLISHED
        else button(title, "faq.move", state=state, entry=entry.id, seen=version)
        for title, state in _MOVES[EntryState(entry.state)]
    ]
    return card(
        heading(entry.question),
        small(_standing(entry)),
        *([label(notice)] if notice else []),
        *_remarked(entry, remarks),
        *_fields(entry, place, remarks.given or {}),
        *([buttons(button("Historik", "care.history", alone=True, entry=entry.id))] if remarks.changed else []),
        actions=[
            button("Spara", "faq.save", style="positive", seen=version, entry=entry.id),
            *moves,
            button("Till listan", "faq.list", alone=True, state=entry.state, page=0),
        ],
        summary=f"{NAMES[EntryState(entry.state)]}: {entry.question}",
    )


def _remarked(entry: Entry, remarks: Remarks) -> list[CardElement]:
    """Return the warnings over the fields."""
    shown: list[CardElement] = [plain(gap_cards.taken_out(remarks.removed))] if remarks.removed else []
    if not remarks.current:
        shown.append(caution("Svaret gäller inte längre, så medlemmarna ser det inte."))
    for other in remarks.alike:
        shown += gap_cards.similar(other, entry)
    if blanks.missing(entry.answer):
        shown.append(
            caution("Det finns {\N{ZERO WIDTH SPACE}{ }} att fylla i. Tills dess ser läsaren inte de meningarna.")
        )
    shown += [caution(flaw.text) for flaw in remarks.flaws]
    shown += [plain(f"En läsare saknade: ”{text}”") for text in remarks.missed]
    return [*shown, *(_standing_now(entry, remarks.given) if remarks.given is not None else [])]


def _standing_now(entry: Entry, given: Mapping[str, Any]) -> list[CardElement]:
    """Return what the entry says now, where the writer's own text is another."""
    now = {"question": entry.question, "answer": entry.answer, "phrasings": _phrased(entry)}
    named = {"question": "Frågan", "answer": "Svaret", "phrasings": "Andra sätt att fråga"}
    shown: list[CardElement] = []
    for name, text in now.items():
        if str(given.get(name, text)).split() != text.split():
            shown += [label(f"{named[name]} som står nu"), plain(text or "Inget.", subtle=True)]
    return [*shown, label("Din text")]


def _phrased(entry: Entry) -> str:
    return "\n".join(phrasing.text for phrasing in entry.phrasings)


def _standing(entry: Entry) -> str:
    """Return what the entry is and how far it has come. An answer that is not confirmed does not say reviewed."""
    standing = f"{_STATES[EntryState(entry.state)]}."
    if entry.kind == EntryKind.TESTIMONY:
        shown = "med namn" if entry.name_agreed else "utan namn"
        return f"{standing} En kollegas svar: det visas {shown}, som en liknande fråga."
    return f"{standing} Granskat {swedish.day(entry.reviewed_on)}." if entry.certainty == Certainty.HIGH else standing


def _fields(entry: Entry, place: str, given: Mapping[str, Any]) -> list[CardElement]:
    """Return the fields, with what the writer has written in them, else what the entry says."""
    kept = {
        "question": entry.question,
        "answer": entry.answer,
        "phrasings": _phrased(entry),
        "theme": entry.theme,
        "sources": editing.source_lines(entry),
        "told_in": place,
        "certainty": entry.certainty,
        "note": entry.note,
    }
    values = {name: str(given.get(name, text) or "") for name, text in kept.items()}
    most, wanted = editing.LONGEST_ANSWER, editing.LONGEST_QUESTION
    sources, told = "Källor, en på varje rad: namnet, och sist länken", "Kommun eller region som svaret kommer från"
    home = text_input("told_in", told, value=values["told_in"], most=60)
    return [
        text_input("question", "Fråga", value=values["question"], required="Skriv frågan.", most=wanted),
        text_input("answer", "Svar", value=values["answer"], long=True, required="Skriv svaret.", most=most),
        text_input(
            "phrasings", "Andra sätt att fråga, ett på varje rad", value=values["phrasings"], long=True, most=most
        ),
        text_input("theme", "Tema", value=values["theme"], most=60),
        text_input("sources", sources, value=values["sources"], long=True, most=most),
        date_input("valid_until", "Gäller till och med (tomt: tills vidare)", value=_day(entry, given)),
        *([home] if entry.kind == EntryKind.TESTIMONY else []),
        choice_input("certainty", "Hur säkert är svaret?", CERTAINTIES, value=values["certainty"]),
        text_input("note", "Anteckning för kansliet", value=values["note"], long=True),
    ]


def _day(entry: Entry, given: Mapping[str, Any]) -> date | None:
    """Return the last day of an entry as the writer gave it; what the entry says if that is no day."""
    try:
        return editing.checked_day(str(given["valid_until"] or "")) if "valid_until" in given else entry.valid_until
    except UserError:
        return entry.valid_until
