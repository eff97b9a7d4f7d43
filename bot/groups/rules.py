"""The rules of theme groups: names, key words, and roles."""

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
"""How many people to choose a moderator from a card shows."""


def required(turn: Turn) -> ThemeGroup:
    """Return the group that a button names. Every member may see and follow it; the route's role decides the rest."""
    group = groups.find(turn.session, turn.data.get("group"))
    if group is None:
        raise UserError("Den temagruppen finns inte längre. Skriv **temagrupper** för att se dem som finns.")
    return group


def managed(turn: Turn) -> ThemeGroup:
    """Return the group that a button names, for the kansli to change."""
    turn.refuse_members()
    return required(turn)


def chosen(turn: Turn, name: str) -> ThemeGroup | None:
    """Return the group that the kansli named or chose for a channel; None for a new one."""
    turn.refuse_members()
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
    """Change a group's name, description and key words. Raise :class:`UserError` for a bad value."""
    group.name = checked_name(change.session, name, group)
    line = " ".join(about.split())
    if len(line) > LONGEST_ABOUT:
        raise UserError(f"Beskrivningen är {len(line)} tecken. Korta den till högst {LONGEST_ABOUT}.")
    group.about, group.words = line, checked_words(words)
    change.record("Temagruppens uppgifter ändrade", f"group:{group.id}")


def checked_name(session: Session, text: str, group: ThemeGroup | None = None) -> str:
    """Return a name as one line. Raise :class:`UserError` if it is empty, too long or another group's name."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME:
        raise UserError(f"Skriv ett namn på högst {LONGEST_NAME} tecken.")
    other = groups.named(session, name)
    if other is not None and other is not group:
        raise UserError(f"Det finns redan en temagrupp som heter {other.name}.")
    return name


def checked_words(text: str) -> list[str]:
    """Return the key words, which commas or lines separate. Raise :class:`UserError` for too many or too long ones."""
    given = text.replace("\n", ",").split(",")
    words = list(dict.fromkeys(word for part in given if (word := " ".join(part.casefold().split()))))
    if len(words) > MOST_WORDS or any(len(word) > LONGEST_NAME for word in words):
        raise UserError(f"Skriv högst {MOST_WORDS} nyckelord med komma emellan.")
    return words


def set_open(change: Change, group: ThemeGroup, *, wanted: bool) -> None:
    """Open or close a group."""
    if group.open != wanted:
        group.open = wanted
        change.record("Temagruppen öppnad" if wanted else "Temagruppen stängd", f"group:{group.id}")


def found_people(session: Session, text: str) -> list[Person]:
    """Return people whom the name may mean and whom the bot has met. Raise :class:`UserError` if there are none."""
    wanted = " ".join(text.split())
    if len(wanted) < 2:  # noqa: PLR2004 - one letter means everybody
        raise UserError("Skriv personens namn.")
    matches = [person for person in people.search(session, wanted, 50) if person.teams_id is not None]
    if not matches:
        raise UserError(
            "Jag hittar ingen med det namnet som har skrivit till mig. Be personen säga hej till mig först."
        )
    return matches[:MOST_MATCHES]


def appoint(change: Change, group: ThemeGroup, person: Person) -> None:
    """Make a person a moderator."""
    if groups.appoint(change.session, group.id, person.id):
        change.record("Ny moderator i temagruppen", f"group:{group.id}", person.id)


def dismiss(change: Change, group: ThemeGroup, person: Person) -> None:
    """Stop a person from being a moderator."""
    if groups.dismiss(change.session, group.id, person.id):
        change.record("Moderator borttagen ur temagruppen", f"group:{group.id}", person.id)


def _number(text: str) -> int:
    """Return the number of a list's choice; 0, which no row has, for anything else."""
    return int(text) if text.isdecimal() and text.isascii() else 0
