"""The kansli's cards about the knowledge bank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from microsoft_teams.cards import CardElement

from bot import swedish
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
    small,
    text_input,
)
from bot.faq import entries as editing
from bot.faq import gap_cards
from bot.message import Json
from bot.wording import blanks
from storage.faq import Certainty, Entry, EntryKind, EntryState
from storage.faq_log import Opinion

PAGE = 8
"""Entries on one page of a list."""
ANSWER = 240
"""Characters of a draft's answer in a list."""
REASONS = 3
"""Most reasons shown for an answer: the newest."""
NAMES = {EntryState.PUBLISHED: "Publicerade", EntryState.DRAFT: "Utkast", EntryState.ARCHIVED: "Arkiverade"}
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
        plain(on_page.place if entries else "Här finns inga svar än.", subtle=True),
        *(part for entry in on_page.shown for part in _listed(entry)),
        actions=[*on_page.turns, button("Till översikten", "faq.overview")],
        summary=title,
    )


def _listed(entry: Entry) -> list[CardElement]:
    """Return an entry in a list: a published one as a button, a draft with its answer and what can be done."""
    if entry.state != EntryState.DRAFT:
        return [buttons(button(entry.question, "faq.edit", entry=entry.id))]
    return [
        label(entry.question),
        plain(one_line(entry.answer, ANSWER), subtle=True),
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
        body += [buttons(button(opinion.question, "faq.edit", entry=opinion.entry_id)), plain(counted, subtle=True)]
        body += [plain(f"”{reason}”") for reason in opinion.reasons[:REASONS]]
    return card(*body, actions=[button("Till översikten", "faq.overview")], summary="Vad läsarna tycker om svaren")


def form(
    entry: Entry,
    *,
    notice: str = "",
    removed: Sequence[str] = (),
    place: str = "",
    current: bool = True,
    like: Entry | None = None,
) -> Json:
    """Return an entry's form. ``notice`` says what was just done. ``removed`` lists words removed from its source.

    ``place`` is the municipality of a testimony. ``current`` is False for an entry that is valid no longer. ``like`` is
    another entry that answers the same. The buttons send the content of the form, so that *Publicera* publishes what
    the writer sees.
    """
    version = entry.changed_at.isoformat()
    moves = [
        button(title, "faq.move", state=state, entry=entry.id, seen=version)
        for title, state in _MOVES[EntryState(entry.state)]
    ]
    return card(
        heading(entry.question),
        small(_standing(entry)),
        *([label(notice)] if notice else []),
        *([plain(gap_cards.taken_out(removed))] if removed else []),
        *([] if current else [caution("Svaret gäller inte längre, så medlemmarna ser det inte.")]),
        *gap_cards.similar(like),
        *(
            [caution("Det finns {\N{ZERO WIDTH SPACE}{ }} att fylla i. Tills dess ser läsaren inte de meningarna.")]
            if blanks.missing(entry.answer)
            else []
        ),
        *_fields(entry, place),
        actions=[
            button("Spara", "faq.save", style="positive", seen=version, entry=entry.id),
            *moves,
            button("Till listan", "faq.list", alone=True, state=entry.state, page=0),
        ],
        summary=f"{NAMES[EntryState(entry.state)]}: {entry.question}",
    )


def _standing(entry: Entry) -> str:
    """Return what the entry is and how far it has come. An answer that is not confirmed does not say reviewed."""
    standing = f"{NAMES[EntryState(entry.state)]}."
    if entry.kind == EntryKind.TESTIMONY:
        shown = "med namn" if entry.name_agreed else "utan namn"
        return f"{standing} En kollegas svar: det visas {shown}, som en liknande fråga."
    return f"{standing} Granskat {swedish.day(entry.reviewed_on)}." if entry.certainty == Certainty.HIGH else standing


def _fields(entry: Entry, place: str) -> list[CardElement]:
    testimony = entry.kind == EntryKind.TESTIMONY
    certainty = choice_input("certainty", "Hur säkert är svaret?", CERTAINTIES, value=entry.certainty)
    home = text_input("told_in", "Kommun eller region som svaret kommer från", value=place, most=60)
    return [
        text_input("question", "Fråga", value=entry.question, required="Skriv frågan.", most=editing.LONGEST_QUESTION),
        text_input(
            "answer", "Svar", value=entry.answer, long=True, required="Skriv svaret.", most=editing.LONGEST_ANSWER
        ),
        text_input(
            "phrasings",
            "Andra sätt att fråga, ett på varje rad",
            value="\n".join(phrasing.text for phrasing in entry.phrasings),
            long=True,
            most=editing.LONGEST_ANSWER,
        ),
        text_input("theme", "Tema", value=entry.theme, most=60),
        text_input(
            "sources",
            "Källor, en på varje rad: namnet, och sist länken",
            value=editing.source_lines(entry),
            long=True,
            most=editing.LONGEST_ANSWER,
        ),
        date_input("valid_until", "Gäller till och med (tomt: tills vidare)", value=entry.valid_until),
        *([home] if testimony else []),
        certainty,
        text_input("note", "Anteckning för kansliet", value=entry.note, long=True),
    ]
