"""Cards that show the kansli how the bank can grow: gaps, new ways to ask, and questions that members have solved."""

from __future__ import annotations

from collections.abc import Sequence

from microsoft_teams.cards import Action, CardElement

from bot import swedish
from bot.bank import entries
from bot.bank.entries import EntryContent
from bot.cards import button, buttons, card, caution, heading, one_line, paged, plain, row, small, text_input
from bot.faq.gaps import BankGap, PhrasingSuggestion
from bot.message import Json
from bot.wording.texts import unmarked
from storage.faq import Entry, EntryState
from storage.questions import Question

PAGE = 5
"""Gaps, or other things to decide on, on one page."""
LONGEST = 200
"""Most characters of a question in a list."""
NO_GAPS = "Inga luckor just nu. Det som medlemmarna har frågat de senaste 90 dagarna har fått svar."


def gaps(shown: Sequence[BankGap], page: int, *, phrasings: int, solved: int, notice: str = "") -> Json:
    """Return the list of gaps, most wanted first, with buttons to the other lists. ``notice`` says what was just done.

    ``shown`` needs to reach only one gap beyond the page.
    """
    body: list[CardElement] = [heading("Kunskapsluckor"), *([plain(notice)] if notice else [])]
    if shown:
        body.append(
            plain(
                "Det här har medlemmar frågat de senaste 90 dagarna utan att få ett svar som hjälpte. "
                "Det vanligaste står först.",
                subtle=True,
            )
        )
    else:
        body.append(plain(NO_GAPS))
    on_page = paged(shown, page, PAGE, "faq.gaps")
    for gap in on_page.shown:
        body += _gap(gap)
    ways = [
        button(f"Lösta frågor ({solved})", "faq.solved", page=0),
        button(f"Nya sätt att fråga ({phrasings})", "faq.phrasings", page=0),
        button("Till kunskapsbanken", "faq.overview"),
    ]
    return card(*body, actions=[*on_page.turns, *ways], summary="Kunskapsluckor")


def top(shown: Sequence[BankGap]) -> Json:
    """Return the most wanted gaps in short. A press on one goes to its draft, or to the form for its answer."""
    body: list[CardElement] = [heading("De största kunskapsluckorna")]
    body.append(plain("De senaste 90 dagarna. Tryck på en för att skriva svaret." if shown else NO_GAPS, subtle=True))
    for number, gap in enumerate(shown, 1):
        title = f"{number}. {one_line(gap.text, LONGEST)}"
        begun = gap.draft is not None
        body.append(row(title, "faq.edit", entry=gap.draft.id) if gap.draft else row(title, "faq.write", gap=gap.ids))
        body.append(small(f"{_times(gap.times)}.{' Det finns ett utkast.' if begun else ''}"))
    ways = [button("Alla luckor", "faq.gaps", page=0), button("Till läget", "bankfigures.show")]
    return card(*body, actions=ways, summary=f"De största kunskapsluckorna ({len(shown)})")


def phrasings(waiting: Sequence[PhrasingSuggestion], page: int, notice: str = "") -> Json:
    """Return the list of wordings that may become phrasings of the entries that were picked for them."""
    body: list[CardElement] = [heading("Nya sätt att fråga"), *([plain(notice)] if notice else [])]
    hint = (
        "Så här skrev medlemmar som sedan valde en fråga under ”Menade du”. "
        "Lägger du till det de skrev hittar jag svaret direkt nästa gång."
    )
    body.append(plain(hint if waiting else "Här finns inget att ta ställning till just nu.", subtle=True))
    on_page = paged(waiting, page, PAGE, "faq.phrasings")
    for suggestion in on_page.shown:
        removed = f" {taken_out(suggestion.wording.removed)}" if suggestion.wording.removed else ""
        rows: Json = {"question": suggestion.question_id, "page": page}
        body += [
            plain(f"”{one_line(suggestion.wording.text, LONGEST)}”"),
            plain(f"Valde: {suggestion.question} {_times(suggestion.times)}.{removed}", subtle=True),
            buttons(button("Lägg till", "faq.add_phrasing", **rows), button("Nej", "faq.no_phrasing", **rows)),
        ]
    return card(*body, actions=[*on_page.turns, _to_gaps()], summary=f"Nya sätt att fråga ({len(waiting)})")


def solved(waiting: Sequence[Question], page: int, notice: str = "") -> Json:
    """Return the list of questions that members have solved among themselves and that are not in the bank yet."""
    body: list[CardElement] = [heading("Lösta frågor"), *([plain(notice)] if notice else [])]
    hint = "Frågor mellan medlemmar som fick ett svar som löste dem. Välj en för att göra den till FAQ."
    body.append(plain(hint if waiting else "Alla lösta frågor är omhändertagna.", subtle=True))
    on_page = paged(waiting, page, PAGE, "faq.solved")
    for question in on_page.shown:
        when = f"Löst {swedish.day(question.ended_at)}." if question.ended_at else ""
        body += [
            plain(f"”{one_line(question.text, LONGEST)}”"),
            plain(when, subtle=True),
            buttons(
                button("Gör till FAQ", "questions.to_faq", question=question.id),
                button("Behövs inte", "faq.skip_solved", question=question.id, page=page),
            ),
        ]
    return card(*body, actions=[*on_page.turns, _to_gaps()], summary=f"Lösta frågor ({len(waiting)})")


def made_before(entry: Entry, owner: str) -> Json:
    """Return the notice that the entry of a question has been made before."""
    who = f"{owner} har redan gjort den" if owner else "Den är redan gjord"
    where = {
        EntryState.PUBLISHED: "Den är publicerad.",
        EntryState.DRAFT: "Den är ett utkast.",
        EntryState.ARCHIVED: "Den är arkiverad.",
    }[EntryState(entry.state)]
    return card(
        heading("Frågan finns redan i kunskapsbanken"),
        plain(f"{who} till FAQ: ”{entry.question}” {where}"),
        actions=[button("Öppna svaret", "faq.edit", entry=entry.id), _to_gaps()],
        summary=f"Frågan finns redan i kunskapsbanken: {entry.question}",
    )


def taken_out(removed: Sequence[str]) -> str:
    """Return a sentence about the words that were removed from a text, for the person who approves it."""
    return f"Jag tog bort: {swedish.listed([f'”{word}”' for word in removed])}."


def _gap(gap: BankGap) -> list[CardElement]:
    parts = [_times(gap.times) + "."]
    if gap.disliked:
        helped = (
            "Svaret hjälpte inte" if gap.disliked == gap.times else f"{gap.disliked} fick ett svar som inte hjälpte"
        )
        parts.append(f"{helped}.")
    if gap.others:
        parts.append(f"Också: {swedish.listed([f'”{one_line(text, LONGEST)}”' for text in gap.others])}.")
    ways = [button("Skriv svar", "faq.write", gap=gap.ids)]
    written: list[CardElement] = []
    if gap.draft is not None:
        parts.append("Det finns ett utkast.")
        written = [plain(f"Utkastet: ”{one_line(gap.draft.question)}” {one_line(unmarked(gap.draft.answer), LONGEST)}")]
        ways = [*publish(gap.draft, back="gaps"), button("Öppna utkastet", "faq.edit", entry=gap.draft.id)]
    ways += [button("Ändra svaret", "faq.edit", entry=gap.shown_id)] if gap.shown_id else []
    return [
        plain(f"”{one_line(gap.text, LONGEST)}”"),
        plain(" ".join(parts), subtle=True),
        *written,
        buttons(*ways, button("Inte en lucka", "faq.no_gap", gap=gap.ids)),
    ]


def publish(draft: Entry, back: str) -> list[Action]:
    """Return the button that publishes a draft as it is shown, if its answer is complete. ``back`` names the list."""
    seen = draft.changed_at.isoformat()
    row: Json = {"entry": draft.id, "seen": seen, "back": back}
    return [button("Publicera", "faq.publish", style="positive", **row)] if entries.is_complete(draft) else []


def write(
    content: EntryContent, gap: Sequence[int], removed: Sequence[str] = (), like: Entry | None = None, said: str = ""
) -> Json:
    """Return the form for the answer to a gap, with the members' own wordings filled in.

    ``like`` is an entry that answers the same. The form then asks for the press once more.
    """
    row: Json = {"gap": list(gap), "sure": like.id if like is not None else 0}
    again = like is not None
    return card(
        heading("Skriv svaret"),
        *([plain(said)] if said else []),
        *([plain(taken_out(removed))] if removed else []),
        *similar(like),
        text_input(
            "question", "Fråga", value=content.question, required="Skriv frågan.", most=entries.LONGEST_QUESTION
        ),
        text_input(
            "answer", "Svar", value=content.answer, long=True, required="Skriv svaret.", most=entries.LONGEST_ANSWER
        ),
        text_input(
            "phrasings",
            "Andra sätt att fråga, ett på varje rad",
            value="\n".join(content.phrasings),
            long=True,
            most=entries.LONGEST_ANSWER,
        ),
        actions=[
            button("Publicera ändå" if again else "Publicera", "faq.answer", style="positive", publish=True, **row),
            button("Spara som utkast", "faq.answer", publish=False, **row),
            button("Avbryt", "faq.gaps", alone=True, page=0),
        ],
        summary="Skriv svaret på det som medlemmarna har frågat.",
    )


def similar(like: Entry | None, own: Entry | None = None) -> list[CardElement]:
    """Return the warning that the bank has an entry about the same, and the buttons to it.

    ``own`` is the entry that the form is about. The two can be compared and merged.
    """
    if like is None:
        return []
    kind = "ett utkast" if like.state == EntryState.DRAFT else "ett svar"
    compare = (
        [] if own is None else [button("Jämför och slå ihop", "care.compare", alone=True, entry=own.id, other=like.id)]
    )
    return [
        caution(f"Det finns redan {kind} som liknar det här: ”{one_line(like.question)}”"),
        *([buttons(*compare)] if compare else []),  # two in a row are cut off on a phone
        buttons(button("Öppna det som finns", "faq.edit", alone=True, entry=like.id)),
    ]


def _times(number: int) -> str:
    return f"Frågat {swedish.count(number, 'gång', 'gånger')}"


def _to_gaps() -> Action:
    return button("Till kunskapsluckor", "faq.gaps", page=0)
