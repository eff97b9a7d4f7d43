"""What the kansli sees: erasing somebody who has left, and the log of its own changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from microsoft_teams.cards import CardElement

from bot.cards import (
    button,
    buttons,
    card,
    caution,
    escape,
    heading,
    label,
    markdown,
    one_line,
    open_link,
    plain,
    small,
    text_input,
)
from bot.message import Json
from bot.privacy import notes, words
from bot.privacy.audit_log import AuditLine
from bot.swedish import STOCKHOLM, count
from storage.faq import Entry
from storage.name_keys import keyed
from storage.people import Person
from storage.privacy import Erased, Kept

SHOWN = 8
"""People to choose among that a card shows."""


def ask_who(said: str = "") -> Json:
    """Whom to erase."""
    return card(
        heading("Vem ska jag ta bort?"),
        *([caution(said)] if said else []),
        plain("För någon som har slutat, eller som har bett er om det.", subtle=True),
        text_input("name", "Namn eller mejladress", most=120),
        actions=[button("Sök", "privacy.find", style="positive")],
        summary="Vem ska jag ta bort? Skriv ett namn eller en mejladress.",
    )


def choose(found: Sequence[Person], places: Mapping[str, str]) -> Json:
    """Which of these people is meant."""
    body: list[CardElement] = [heading("Vem menar du?")]
    for person in found[:SHOWN]:
        place = places.get(person.municipality_code or "", "")
        about = ", ".join(part for part in (keyed(person.id, person.mail) or "Ingen mejladress", place) if part)
        body += [buttons(button(person.called, "privacy.ask_person", person=person.id)), plain(about, subtle=True)]
    if len(found) > SHOWN:
        body.append(small("Det finns fler. Skriv mer av namnet, så blir de färre."))
    return card(*body, actions=[button("Sök igen", "privacy.who")], summary="Vem menar du?")


def ask_person(person: Person, kept: Mapping[str, Kept], place: str) -> Json:
    """The first question about somebody else: what goes, and what remains."""
    lines = []
    for one, tables in words.classes_of(list(kept)):
        goes, stays = (sum(getattr(kept[table], part) for table in tables) for part in ("deleted", "anonymised"))
        told = [f"{goes} tas bort"] if goes else []
        told += [f"{stays} blir kvar utan namnet"] if stays else []
        lines.append(f"- **{one.title}:** {', '.join(told)}")
    return card(
        heading(f"Ska {person.called} tas bort?"),
        plain(
            ", ".join(part for part in (keyed(person.id, person.mail), place) if part)
            or "Ingen mejladress eller kommun.",
            subtle=True,
        ),
        label("Det här händer"),
        markdown("\n".join(lines)),
        markdown(
            "Uppdrag som personen har nu avslutas i dag. Personen kommer inte tillbaka i registret förrän hen själv "
            "skriver till mig."
        ),
        actions=[
            button("Ja, gå vidare", "privacy.sure_person", person=person.id),
            button("Nej", "privacy.who"),
        ],
        summary=f"Ska {person.called} tas bort?",
    )


def sure_person(person: Person) -> Json:
    """The second question about somebody else."""
    return card(
        heading(f"Är du säker på att {person.called} ska tas bort?"),
        caution("Det går inte att ångra."),
        actions=[
            button("Ta bort personen", "privacy.erase_person", style="destructive", person=person.id),
            button("Avbryt", "privacy.who"),
        ],
        summary=f"Är du säker på att {person.called} ska tas bort?",
    )


def erased(done: Erased) -> Json:
    """After it was done; without whom, because this card stays in the chat."""
    body = [
        heading("Personen är borttagen"),
        markdown(f"I ändringsloggen står borttagningen som **{done.reference}**, utan namn."),
    ]
    if done.texts:
        texts = count(done.texts, "fråga eller svar", "frågor och svar")
        body.append(markdown(f"Namnet är också borttaget ur {texts} där det nämndes."))
    if done.messages:
        body.append(markdown(f"Jag byter ut {count(done.messages, 'meddelande', 'meddelanden')} i Teams."))
    if done.entries:
        body.append(caution("Namnet står i kunskapsbanken. Jag ändrar inget där, utan skickar dig svaren att läsa."))
    if done.ambiguous:
        body.append(markdown(f"**Namnet kan stå kvar hos andra:** {notes.AMBIGUOUS}"))
    body.append(
        small(
            "Tidigare kort i den här chatten visar fortfarande namnet. De finns bara i Teams, så dem ändrar jag inte."
        )
    )
    return card(*body, actions=[button("Ta bort en till", "privacy.who")], summary="Personen är borttagen.")


def named_in_bank(entries: Sequence[Entry]) -> Json:
    """Ask the kansli about entries that name somebody who was erased; without the name."""
    body: list[CardElement] = [heading("Ska de här svaren ändras?")]
    body.append(
        markdown(
            "En person som nämns här är borttagen ur mina uppgifter. Jag ändrar inte granskade svar. Läs dem, och ta "
            "bort namnet eller adressen om det inte ska stå kvar."
        )
    )
    body += [buttons(button(one_line(one.question, 80), "faq.edit", entry=one.id)) for one in entries[:SHOWN]]
    if len(entries) > SHOWN:
        body.append(small(f"Och {len(entries) - SHOWN} till. Skriv **kunskapsbank** för att läsa alla svar."))
    return card(*body, summary="Ett svar i kunskapsbanken nämner en borttagen person. Ska det ändras?")


def log(lines: Sequence[AuditLine], url: str = "") -> Json:
    """The newest changes; ``url`` is the link to all of them, once it is made."""
    body: list[CardElement] = [heading("Ändringslogg")]
    if not lines:
        body.append(plain("Inga ändringar är gjorda än.", subtle=True))
    for line in lines:
        about = ", ".join(part for part in (line.about, line.person) if part)
        body += [
            plain(f"{line.what}: {about}" if about else line.what),
            small(f"{line.at.astimezone(STOCKHOLM):%Y-%m-%d kl. %H.%M}, {escape(line.by)}"),
        ]
    if url:
        body.append(caution("Länken fungerar i 15 minuter och en gång. Filen innehåller namn: spara den säkert."))
    ways = [open_link("Hämta allt som CSV", url)] if url else [button("Hämta allt som fil", "privacy.log_link")]
    return card(
        *body,
        actions=ways if lines else [],
        summary="Ändringslogg: vad kansliet har ändrat.",
    )
