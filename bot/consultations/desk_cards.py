"""What the kansli sees: how many points of view have come, the list, and the files."""

from __future__ import annotations

from collections.abc import Sequence

from microsoft_teams.cards import Action, CardElement

from bot.cards import button, buttons, card, heading, label, open_link, paged, plain, short, small
from bot.consultations import export
from bot.message import Json
from bot.swedish import count
from storage.announcements import Announcement
from storage.outgoing import AsMail
from storage.viewpoints import Submitted

ON_PAGE = 5
SHOWN = 600
"""Characters of each point of view in the list. The files have all of it."""


def listing(row: Announcement, found: Sequence[Submitted], page: int) -> Json:
    """List the points of view, a page at a time."""
    shown = paged(found, page, ON_PAGE, "consultations.list", announcement=row.id)
    body: list[CardElement] = [heading(f"Synpunkter: {row.heading}"), small(f"{have_come(len(found))}.")]
    for view in shown.shown:
        body.append(label(export.signed(view)))
        body.append(small(f"{export.WHOSE[view.behalf]} · {export.moment(view.changed_at)}"))
        body.append(plain(short(view.text, SHOWN)))
    body += [small(shown.place)] if shown.last else []
    more = [button("Visa fler", "consultations.list", announcement=row.id, page=shown.number + 1)]
    back = [button("Tillbaka", "consultations.list", announcement=row.id, page=shown.number - 1)]
    turns: list[Action] = [*(more if shown.number < shown.last else []), *(back if shown.number else [])]
    body += [buttons(*turns)] if turns else []
    to_announcement = button("Till utskicket", "announcements.open", announcement=row.id)
    return card(
        *body, *files(row, len(found)), actions=[to_announcement], summary=f"{row.heading}: {have_come(len(found))}."
    )


def files(row: Announcement, number: int) -> list[CardElement]:
    """Return the buttons that export, under each other: a panel of 300 px cuts two in a row. None without content."""
    if not number:
        return []
    return [
        buttons(button("Hämta som Excel", "consultations.excel", announcement=row.id)),
        buttons(button("Hämta som Markdown", "consultations.markdown", announcement=row.id)),
    ]


def file(row: Announcement, url: str) -> Json:
    """Return the link to a file."""
    text = "Länken fungerar en gång, i 15 minuter. Filen har namn på personer: spara den inte längre än du behöver."
    return card(
        heading("Synpunkterna som fil"),
        plain(text),
        actions=[open_link("Hämta filen", url), button("Tillbaka", "consultations.list", announcement=row.id)],
        summary=text,
    )


def no_link(row: Announcement) -> Json:
    """Return the same for a repeated press: the link is kept nowhere."""
    text = "Den länken är redan visad. Ta fram en ny."
    return card(plain(text), *files(row, 1), summary=text)


def over(row: Announcement, number: int) -> Json:
    """Tell the kansli that the last day has passed."""
    text = f"{have_come(number)}. Sista dagen har passerat, så remissen tar inte emot fler."
    read = [buttons(button("Läs synpunkterna", "consultations.list", announcement=row.id))] if number else []
    return card(heading(row.heading), plain(text), *read, *files(row, number), summary=f"{row.heading}: {text}")


def over_mail(row: Announcement, number: int) -> AsMail:
    """Return the same as a mail."""
    text = f"{have_come(number)} på remissen ”{row.heading}”. Sista dagen har passerat. Skriv ”utskick” i chatten."
    return AsMail(f"{have_come(number)}: {row.heading}", text, "Du får mejlet för att du arbetar på kansliet.")


def have_come(number: int) -> str:
    """Return how many have come: "23 synpunkter har kommit in"."""
    return f"{count(number, 'synpunkt', 'synpunkter')} har kommit in" if number else "Ingen synpunkt har kommit in"
