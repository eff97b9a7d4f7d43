"""The rules of theme groups: names, key words, and who may be what."""

from __future__ import annotations

from bot.message import UserError
from bot.turn import Turn
from storage import audit, groups, people
from storage.groups import ThemeGroup
from storage.people import Person

LONGEST_NAME = 80
LONGEST_ABOUT = 300
MOST_WORDS = 60
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


def bind(turn: Turn, group: ThemeGroup) -> None:
    """Tie a group to the channel that the turn is in."""
    group.conversation_id = turn.incoming.place.conversation_id
    _record(turn, group, "Temagruppen kopplad till en kanal")


def change(turn: Turn, group: ThemeGroup, name: str, about: str, words: str) -> None:
    """Give a group another name, description or key words. Raises :class:`UserError`."""
    group.name = checked_name(turn, name, group)
    line = " ".join(about.split())
    if len(line) > LONGEST_ABOUT:
        raise UserError(f"Beskrivningen är {len(line)} tecken. Korta den till högst {LONGEST_ABOUT}.")
    group.about, group.words = line, checked_words(words)
    _record(turn, group, "Temagruppens uppgifter ändrade")


def checked_name(turn: Turn, text: str, group: ThemeGroup | None = None) -> str:
    """A group's name on one line, which no other group has. Raises :class:`UserError`."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME:
        raise UserError(f"Skriv ett namn på högst {LONGEST_NAME} tecken.")
    other = groups.named(turn.session, name)
    if other is not None and other is not group:
        raise UserError(f"Det finns redan en temagrupp som heter {other.name}.")
    return name


def checked_words(text: str) -> list[str]:
    """Key words, with commas or lines between them. Raises :class:`UserError` for too many or too long."""
    given = text.replace("\n", ",").split(",")
    words = list(dict.fromkeys(word for one in given if (word := " ".join(one.casefold().split()))))
    if len(words) > MOST_WORDS or any(len(word) > LONGEST_NAME for word in words):
        raise UserError(f"Skriv högst {MOST_WORDS} nyckelord med komma emellan.")
    return words


def set_open(turn: Turn, group: ThemeGroup, *, wanted: bool) -> None:
    """Open or close a group."""
    if group.open != wanted:
        group.open = wanted
        _record(turn, group, "Temagruppen öppnad" if wanted else "Temagruppen stängd")


def found_people(turn: Turn, text: str) -> list[Person]:
    """Whom a name may mean, among those who have met the bot. Raises :class:`UserError` for none."""
    wanted = " ".join(text.split())
    if len(wanted) < 2:  # noqa: PLR2004 - one letter means everybody
        raise UserError("Skriv personens namn.")
    found = [person for person in people.search(turn.session, wanted, 50) if person.teams_id is not None]
    if not found:
        raise UserError(
            "Jag hittar ingen med det namnet som har skrivit till mig. Be personen säga hej till mig först."
        )
    return found[:MOST_MATCHES]


def appoint(turn: Turn, group: ThemeGroup) -> None:
    """Make the person that a button names a moderator. Raises :class:`UserError`."""
    person = people.by_id(turn.session, turn.data.get("person"))
    if person is None:
        raise UserError("Den personen finns inte längre.")
    if groups.appoint(turn.session, group.id, person.id):
        _record(turn, group, "Ny moderator i temagruppen", person.id)


def dismiss(turn: Turn, group: ThemeGroup) -> None:
    """Make the person that a button names no moderator any more."""
    person = people.by_id(turn.session, turn.data.get("person"))
    if person is not None and groups.dismiss(turn.session, group.id, person.id):
        _record(turn, group, "Moderator borttagen ur temagruppen", person.id)


def _record(turn: Turn, group: ThemeGroup, what: str, person_id: int | None = None) -> None:
    turn.session.flush()
    audit.record(turn.session, turn.person.id, what, f"group:{group.id}", turn.now, person_id=person_id)


def _refuse_members(turn: Turn) -> None:
    if not turn.kansli:
        raise UserError("Det där kan bara kansliet göra.")


def _number(text: str) -> int:
    """Return the number that a list's choice is, or 0, which no row has."""
    return int(text) if text.isdecimal() and text.isascii() else 0
