"""The kansli's cards for writing and sending an announcement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from microsoft_teams.cards import Action, CardElement, Container

from bot.announcements import cards
from bot.announcements.cards import Edition
from bot.announcements.manuscript import (
    KINDS,
    LONGEST_ADDRESS,
    LONGEST_ALT,
    LONGEST_HEADING,
    LONGEST_LINK,
    LONGEST_TEXT,
    Manuscript,
)
from bot.cards import (
    button,
    buttons,
    card,
    caution,
    choice_input,
    date_input,
    heading,
    label,
    markdown,
    one_line,
    paged,
    plain,
    small,
    switch,
    text_input,
)
from bot.delivery import mail
from bot.delivery.recurrence import Every
from bot.message import Json
from bot.swedish import count, date_of, day, listed
from bot.wording.texts import Flaw
from storage.announcements import Announcement, AnnouncementState

STATE_NAMES = {
    AnnouncementState.DRAFT: "Utkast",
    AnnouncementState.SCHEDULED: "Schemalagt",
    AnnouncementState.SENDING: "Skickas",
    AnnouncementState.SENT: "Skickat",
    AnnouncementState.CANCELLED: "Avbrutet",
    AnnouncementState.RECALLED: "Återtaget",
}
REPEATS = {Every.WEEK: "varje vecka", Every.MONTH: "varje månad"}
ON_PAGE = 8
MOST_LINKS = 3


@dataclass(frozen=True, slots=True)
class Aim:
    """To whom it goes, in Swedish."""

    to: str
    numbers: str
    unreached: tuple[str, ...]
    """How many can't be reached and why, a line for each reason."""


@dataclass(frozen=True, slots=True)
class Review:
    """Whether a second person has approved, or must."""

    needed: bool
    by: str = ""
    """The name of the person who approved the newest version."""


def choose_kind() -> Json:
    """Return the card that starts a new announcement."""
    kinds = [button(kind.title, "announcements.new", kind=name) for name, kind in KINDS.items()]
    text = "Välj sort, så får du en mall att fylla i. Du kan också skriva allt på en rad:"
    example = "annonsera vatten: Ny utlysning om dagvatten, sök senast 3 mars https://…"
    return card(
        heading("Nytt utskick"),
        markdown(text),
        plain(example),
        *cards.button_rows(*kinds),
        summary=f"Nytt utskick. {text}",
    )


def form(
    content: Manuscript, now: datetime, *, number: int | None = None, version: int = 0, correcting: bool = False
) -> Json:
    """Return the form of the content: a new one, a draft's, or the correction of one that is out."""
    links = [*content.links, *[("", "")] * MOST_LINKS][:MOST_LINKS]
    first = min(date_of(now), content.last_date or date_of(now))  # a correction may leave a day that is past
    fields: list[CardElement] = [
        choice_input("kind", "Sort", [(name, kind.title) for name, kind in KINDS.items()], value=content.kind),
        text_input("heading", "Rubrik", value=content.heading, required="Skriv en rubrik.", most=LONGEST_HEADING),
        text_input("text", "Text", value=content.text, long=True, most=LONGEST_TEXT),
        plain("**Fet** text, listor med - och länkar som [text](https://…) fungerar.", subtle=True),
        date_input("last_date", "Sista dag (om den har en)", first=first, value=content.last_date),
    ]
    for at, (title, url) in enumerate(links, 1):
        fields.append(text_input(f"link{at}_url", f"Länk {at}: adress", value=url, most=LONGEST_ADDRESS))
        fields.append(text_input(f"link{at}_title", f"Länk {at}: knappens text", value=title, most=LONGEST_LINK))
    fields += [
        text_input("image_url", "Bild: adress (https://….png)", value=content.image_url, most=LONGEST_ADDRESS),
        text_input("image_alt", "Bild: vad visar den?", value=content.image_alt, most=LONGEST_ALT),
        switch("important", "Viktigt: skicka i chatten och med mejl samtidigt", on=content.important),
        switch("evergreen", "Gäller även nya medlemmar", on=content.evergreen),
    ]
    known: dict[str, Any] = {"announcement": number, "version": version} if number else {}
    look = button("Förhandsvisa rättelsen", "announcements.look_over", style="positive", **known)
    save = button("Spara och förhandsvisa", "announcements.save", style="positive", **known)
    actions = [look if correcting else save]
    if number:
        actions.append(button("Tillbaka", "announcements.open", alone=True, announcement=number))
    title = "Rätta utskicket" if correcting else "Skriv utskicket"
    return card(heading(title), *fields, actions=actions, summary=title)


def preview(
    row: Announcement,
    problems: Sequence[Flaw],
    aim: Aim,
    review: Review,
    notice: str = "",
) -> Json:
    """Return a draft or scheduled announcement as it will look, with what is wrong and to whom it goes."""
    known: dict[str, Any] = {"announcement": row.id, "version": row.version}
    ready = not review.needed and not any(problem.blocks for problem in problems)
    state = AnnouncementState(row.state)
    when = f" {cards.moment(row.send_at)}" if row.send_at else ""
    again = repeats(row)
    change = [
        button("Ändra", "announcements.edit", **known),
        button("Mottagare", "announcements.audience", **known),
        button("Visa som mejl", "announcements.mail", announcement=row.id),
        button("Visa listan", "announcements.people", announcement=row.id),
        *([button("Kasta utkastet", "announcements.discard", **known)] if state is AnnouncementState.DRAFT else []),
    ]
    return card(
        small(f"{STATE_NAMES[state]}{when} · så här ser det ut i chatten"),
        *([plain(f"{again}. Varje gång blir ett eget utskick. Avschemalägg slutar upprepa.")] if again else []),
        *([plain(notice)] if notice else []),
        Container(style="emphasis", items=cards.body(Edition.of(row))),
        small(f"Under det får var och en knapparna {listed(cards.titles(row.kind))}."),
        *(caution(problem.text) if problem.blocks else small(f"Obs: {problem.text}") for problem in problems),
        label("Till vem?"),
        plain(f"{aim.to} Just nu: {aim.numbers}."),
        *(small(f"{line}.") for line in aim.unreached),
        *([plain(_review(review))] if _review(review) else []),
        *cards.button_rows(*_send(state, known, ready=ready)),
        *cards.button_rows(*change),
        summary=f"{STATE_NAMES[state]}: {row.heading}",
    )


def _send(state: AnnouncementState, known: dict[str, Any], *, ready: bool) -> list[Action]:
    if state is AnnouncementState.SCHEDULED:
        return [button("Avschemalägg", "announcements.unschedule", style="positive", **known)]
    return [
        button("Skicka nu", "announcements.send", style="positive" if ready else None, **known),
        button("Schemalägg", "announcements.ask_schedule", **known),
        button("Be någon granska", "announcements.ask_review", **known),
    ]


def as_mail(row: Announcement, chat: str) -> Json:
    """Return the mail as its reader sees it, for people who are not reached in the chat."""
    written = cards.mail(Edition.of(row))
    text = mail.text_of(written.text)
    return card(
        small("Så här ser det ut som mejl"),
        label(f"Ämne: {written.subject}"),
        Container(style="emphasis", items=[plain("Hej!"), *(plain(part) for part in text.split("\n") if part.strip())]),
        small(f"Sist i mejlet: en knapp till chatten ({chat}), varför man får det och hur man slipper."),
        actions=[button("Tillbaka", "announcements.open", announcement=row.id)],
        summary=f"Som mejl: {written.subject}",
    )


def gone(title: str) -> Json:
    """Say that a draft is thrown away."""
    text = f"Utkastet ”{one_line(title, 60)}” är kastat."
    return card(plain(text), actions=[button("Utskick", "announcements.list")], summary=text)


def overview(rows: Sequence[Announcement], page: int) -> Json:
    """List drafts, scheduled and sent announcements, the last changed first."""
    shown = paged(rows, page, ON_PAGE, "announcements.list")
    new = button("Nytt utskick", "announcements.start", style="positive")
    letter, coming = button("Nyhetsbrev", "newsletters.draft"), button("Kommande utskick", "forecast.show")
    if not rows:
        text = "Det finns inga utskick än."
        return card(heading("Utskick"), plain(text), actions=[new, letter, coming], summary=text)
    body: list[CardElement] = [heading("Utskick")]
    for row in shown.shown:
        when = row.send_at or row.ended_at or row.sent_at or row.changed_at
        body.append(label(one_line(row.heading, 80)))
        state = STATE_NAMES[AnnouncementState(row.state)]
        body.append(small(f"{KINDS[row.kind].title} · {state} · {cards.moment(when)}"))
        body += [small(f"{repeats(row)}.")] if row.repeats else []
        body.append(
            buttons(
                button("Öppna", "announcements.open", announcement=row.id),
                button("Kopiera", "announcements.copy", announcement=row.id),
            )
        )
    body += [small(shown.place)] if shown.last else []
    return card(
        *body,
        *cards.button_rows(new, letter, *shown.turns, coming),
        summary=f"{count(len(rows), 'utskick', 'utskick')}",
    )


def repeats(row: Announcement) -> str:
    """Return how a scheduled announcement repeats, without a full stop; empty if it goes once."""
    if not row.repeats:
        return ""
    ends = f" till och med {day(row.repeat_until)}" if row.repeat_until else " tills du avschemalägger"
    return f"Upprepas {REPEATS[Every(row.repeats)]}{ends}"


def _review(found: Review) -> str:
    if found.by:
        return f"Granskat och godkänt av {found.by}."
    return "Ska granskas av en till på kansliet innan det skickas." if found.needed else ""
