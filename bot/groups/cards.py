"""Cards about theme groups, for members and for the kansli."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from microsoft_teams.cards import CardElement

from bot import swedish
from bot.cards import button, buttons, card, choice_input, heading, label, plain, small, text_input
from bot.groups import rules
from bot.message import Json
from storage.groups import ThemeGroup
from storage.people import Person


def listing(
    shown: Sequence[ThemeGroup], waiting: Mapping[int, int], followed: Collection[str] | None, *, kansli: bool
) -> Json:
    """Return the groups and their open questions. ``followed`` is None where others read too: it is personal."""
    body: list[CardElement] = [heading("Temagrupper")]
    if not shown:
        body.append(plain("Det finns inga temagrupper än."))
    for group in shown:
        body += [label_of(group), plain(group.about), plain(_going_on(group, waiting.get(group.id, 0)), subtle=True)]
        row = []
        if followed is not None and group.open:
            follows = group.theme in followed
            follow = button(f"Följ {group.name}", "groups.follow", group=group.id)
            unfollow = button(f"Sluta följa {group.name}", "groups.unfollow", group=group.id)
            row.append(unfollow if follows else follow)
        if kansli and followed is not None:
            row.append(button(f"Ändra {group.name}", "groups.edit", group=group.id))
        if row:
            body.append(buttons(*row))
    body.append(
        small(
            "Den som följer en grupp får veta när det kommer en ny fråga dit. Skriv **fråga kollegor** för att fråga."
        )
    )
    return card(*body, summary="Temagrupper: " + swedish.listed([group.name for group in shown]))


def label_of(group: ThemeGroup) -> CardElement:
    """Return a group's name as a label."""
    return heading(group.name)


def choose(groups: Sequence[ThemeGroup]) -> Json:
    """Ask which group the channel is for."""
    choices = [(str(group.id), group.name) for group in groups]
    return card(
        heading("Vilken temagrupp hör till den här kanalen?"),
        choice_input("which", "Temagrupp", choices),
        text_input("name", "Eller en ny grupp som heter", most=rules.LONGEST_NAME),
        actions=[button("Koppla", "groups.bind", style="positive")],
        summary="Vilken temagrupp hör till den här kanalen?",
    )


def bound(group: ThemeGroup) -> Json:
    """Return the card for the channel that a group was tied to."""
    text = f"Temagruppen {group.name} hör nu till den här kanalen. Frågor till gruppen kommer hit."
    return card(plain(text), summary=text)


def edit(group: ThemeGroup, moderators: Sequence[Person], *, said: str = "", found: Sequence[Person] = ()) -> Json:
    """Return a group's form for the kansli. ``found`` are people to choose a moderator from."""
    row: Json = {"group": group.id}
    state = "öppen" if group.open else "stängd"
    bound_to = "kopplad till en kanal" if group.conversation_id else "inte kopplad till någon kanal än"
    body = [
        heading(f"Temagruppen {group.name}"),
        *([plain(said)] if said else []),
        plain(f"Gruppen är {state} och {bound_to}.", subtle=True),
        text_input("name", "Namn", value=group.name, required="Skriv ett namn.", most=rules.LONGEST_NAME),
        text_input("about", "Vad gruppen handlar om", value=group.about, long=True, most=rules.LONGEST_ABOUT),
        text_input("words", "Nyckelord, med komma emellan", value=", ".join(group.words), long=True, most=3000),
        buttons(button("Spara", "groups.save", style="positive", **row)),
        label("Moderatorer"),
        *([] if moderators else [plain("Ingen än. Påminnelser om frågor utan svar går till kansliet.", subtle=True)]),
        *(
            buttons(button(f"Ta bort {person.called}", "groups.dismiss", alone=True, person=person.id, **row))
            for person in moderators
        ),
        text_input("who", "Ny moderator, namn", most=100),
        buttons(button("Sök", "groups.search", **row)),
        *(
            buttons(button(f"Välj {person.called}", "groups.appoint", alone=True, person=person.id, **row))
            for person in found
        ),
    ]
    move = (
        button("Stäng gruppen", "groups.close", alone=True, **row)
        if group.open
        else button("Öppna gruppen", "groups.open", alone=True, **row)
    )
    return card(
        *body,
        actions=[move, button("Till temagrupperna", "groups.list", alone=True)],
        summary=f"Temagruppen {group.name}",
    )


def _going_on(group: ThemeGroup, waiting: int) -> str:
    if not group.open:
        return "Gruppen är stängd och tar inte emot frågor."
    asked = f"{swedish.count(waiting, 'fråga', 'frågor')} väntar på svar." if waiting else "Inga frågor väntar på svar."
    last = f" Senaste svaret kom {swedish.day(group.answered_at)}." if group.answered_at else ""
    return asked + last
