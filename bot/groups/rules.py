"""The rules of theme groups: names, key words, and who may be what."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.message import UserError
from bot.register.change import Change
from bot.turn import Turn
from storage import groups, people
from storage.groups import ThemeGroup
from storage.people import Person

LONGEST_NAME = 80
LONGEST_ABOUT = 300
MOST_WORDS = 60
GONE = "Den personen finns inte längre."
MOST_MATCHES = 6
"""People to choose a moderator among that are shown."""


def required(turn: Turn) -> ThemeGroup:
    """Return the group that a button names. Every member may see and follow it; what else, the route's role says."""
    group = groups.find(turn.session, turn.data.get("group"))
    if group is None:
        raise UserError("Den temagruppen finns inte längre. Skriv **temagrupper** för att se dem som finns.")
    return group


def managed(turn: Turn) -> ThemeGroup:
    """Return the group that a button names, for the kansli to change."""
    _refuse_members(turn)
    return required(turn)


def chosen(turn: Turn, name: str) -> ThemeGroup | None:
    """Return the group that the kansli named or chose to tie to a channel; None for a new one."""
    _refuse_members(turn)
    which = str(turn.data.get("which") or "")
    if not name and not which:
        raise UserError("Välj en grupp i listan, eller skriv vad en ny ska heta.")
    return groups.named(turn.session, name) if name else groups.find(turn.session, _number(which))


def bind(change: Change, group: ThemeGroup, conversation_id: str) -> None:
    """Tie a group to a channel."""
    group.conversation_id = conversation_id
    change.record("Temagruppen kopplad till en kanal", f"group:{group.id}")


def unbind(change: Change, conversation_id: str) -> None:
    """Take a deleted channel from its groups."""
    for group in groups.unbind(change.session, conversation_id):
        change.record("Temagruppens kanal är borttagen", f"group:{group.id}")


def describe(change: Change, group: ThemeGroup, name: str, about: str, words: str) -> None:
    """Give a group another name, description or key words. Raises :class:`UserError`."""
    group.name = checked_name(change.session, name, group)
    line = " ".join(about.split())
    if len(line) > LONGEST_ABOUT:
        raise UserError(f"Beskrivningen är {len(line)} tecken. Korta den till högst {LONGEST_ABOUT}.")
    group.about, group.words = line, checked_words(words)
    change.record("Temagruppens uppgifter ändrade", f"group:{group.id}")


def checked_name(session: Session, text: str, group: ThemeGroup | None = None) -> str:
    """Return a group's name on one line, which no other group has. Raises :class:`UserError`."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME:
        raise UserError(f"Skriv ett namn på högst {LONGEST_NAME} tecken.")
    other = groups.named(session, name)
    if other is not None and other is not group:
        raise UserError(f"Det finns redan en temagrupp som heter {other.name}.")
    return name


def checked_words(text: str) -> list[str]:
    """Return key words, with commas or lines between them. Raises :class:`UserError` for too many or too long."""
    given = text.replace("\n", ",").split(",")
    words = list(dict.fromkeys(word for one in given if (word := " ".join(one.casefold().split()))))
    if len(words) > MOST_WORDS or any(len(word) > LONGEST_NAME for word in words):
        raise UserError(f"Skriv högst {MOST_WORDS} nyckelord med komma emellan.")
    return words


def set_open(change: Change, group: ThemeGroup, *, wanted: bool) -> None:
    """Open or close a group."""
    if group.open != wanted:
        group.open = wanted
        change.record("Temagruppen öppnad" if wanted else "Temagruppen stängd", f"group:{group.id}")


def found_people(session: Session, text: str) -> list[Person]:
    """Return the people a name may mean who have met the bot. Raises :class:`UserError` if there are none."""
    wanted = " ".join(text.split())
    if len(wanted) < 2:  # noqa: PLR2004 - one letter means everybody
        raise UserError("Skriv personens namn.")
    found = [person for person in people.search(session, wanted, 50) if person.teams_id is not None]
    if not found:
        raise UserError(
            "Jag hittar ingen med det namnet som har skrivit till mig. Be personen säga hej till mig först."
        )
    return found[:MOST_MATCHES]


def appoint(change: Change, group: ThemeGroup, person: Person) -> None:
    """Make a person a moderator."""
    if groups.appoint(change.session, group.id, person.id):
        change.record("Ny moderator i temagruppen", f"group:{group.id}", person.id)


def dismiss(change: Change, group: ThemeGroup, person: Person) -> None:
    """Stop a person from being a moderator."""
    if groups.dismiss(change.session, group.id, person.id):
        change.record("Moderator borttagen ur temagruppen", f"group:{group.id}", person.id)


def _refuse_members(turn: Turn) -> None:
    if not turn.kansli:
        raise UserError("Det där kan bara kansliet göra.")


def _number(text: str) -> int:
    """Return the number that a list's choice is, or 0, which no row has."""
    return int(text) if text.isdecimal() and text.isascii() else 0
