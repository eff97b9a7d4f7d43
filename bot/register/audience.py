"""Audiences: their people, how each person is reached or why not, and their description in Swedish."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from bot.delivery.reach import CLOSES_TEAMS, announced_by
from bot.message import UserError
from bot.ports import DeliveryWay, Reason
from bot.register import coverage, words
from bot.register.coverage import GAP_NAMES, Filter, RegisterGap
from bot.swedish import count, date_of, listed
from storage import audiences, contacts, deliveries, groups, municipalities, people, places, saved_audiences
from storage.audiences import Audience, Match, Part, PersonIds
from storage.database import is_id

MOST_PICKED = 2_000
"""The most people in a pasted list: six from each municipality of the country."""
NAMED = 5
"""The most municipalities that a sentence names; of more it gives the number."""
_JSON = TypeAdapter(Audience)
_MAIL = re.compile(r"[^\s<>(),;:\"]+@[^\s<>(),;:\"]+")


@dataclass(frozen=True, slots=True)
class Condition:
    """A property of people, with an argument, such as the duty that it is about.

    Both functions raise :class:`UserError` for an unknown argument.
    """

    people: Callable[[Session, str, datetime], PersonIds]
    """Returns the people for whom it holds now."""
    words: Callable[[Session, str], str]
    """Returns the words about them that follow "som"."""
    choices: Callable[[Session], Sequence[tuple[str, str]]] | None = None
    """Returns pairs (argument, title) to choose from in a form; None if the condition is not chosen in a form."""


class Addressee(NamedTuple):
    """A person in an audience, for a list."""

    person: Match
    way: DeliveryWay | Reason
    """The first way that the outbox would try, or why no way exists (:data:`bot.register.words.UNREACHED`)."""


@dataclass(frozen=True, slots=True)
class Addressees:
    """The people of an audience, in Swedish order."""

    people: tuple[Addressee, ...]
    left: int
    """How many more people have left the network's teams, and so get nothing."""

    @property
    def guests(self) -> int:
        """Return how many are guests in the tenant."""
        return sum(addressee.person.guest for addressee in self.people)

    @property
    def unreached(self) -> Counter[Reason]:
        """Return how many can't be reached, by the reason."""
        return Counter(addressee.way for addressee in self.people if isinstance(addressee.way, Reason))


def _lacking(session: Session, argument: str, now: datetime) -> PersonIds:
    """Return the people of members that have this gap."""
    rows = coverage.rows(municipalities.everyone(session), contacts.current(session), date_of(now).year)
    lacking = coverage.chosen(rows, Filter(gap=_gap(argument)))
    return audiences.connected_to([row.municipality.code for row in lacking])


def _lacks(session: Session, argument: str) -> str:
    del session
    return f"hör till en kommun utan {GAP_NAMES[_gap(argument)]}"


def _gap(argument: str) -> RegisterGap:
    if argument not in list(RegisterGap):
        raise UserError("Urvalet gäller något som kommuner inte kan sakna. Välj mottagare igen.")
    return RegisterGap(argument)


def _gaps(session: Session) -> Sequence[tuple[str, str]]:
    del session
    return [(gap.value, f"Kommunen saknar: {name}") for gap, name in GAP_NAMES.items()]


def _in_list(session: Session, argument: str, now: datetime) -> PersonIds:
    del session, now
    return saved_audiences.in_list(_list_number(argument))


def _list_words(session: Session, argument: str) -> str:
    size = saved_audiences.size(session, _list_number(argument))
    return f"står i en inklistrad lista ({count(size, 'person', 'personer')})"


def _list_number(argument: str) -> int:
    if not argument.isdecimal() or not argument.isascii() or not is_id(int(argument)):
        raise UserError("Urvalet gäller en lista som inte finns. Välj mottagare igen.")
    return int(argument)


CONDITIONS: Mapping[str, Condition] = {
    "lacks": Condition(_lacking, _lacks, _gaps),
    "list": Condition(_in_list, _list_words),
}
"""The register's own conditions, by name. Features have more; callers pass all of them together."""


def addressees(
    session: Session,
    audience: Audience,
    now: datetime,
    opened: Collection[DeliveryWay],
    conditions: Mapping[str, Condition] = CONDITIONS,
) -> Addressees:
    """Return the people of an audience, each once. ``opened`` says which of mail and feed are set up.

    Raise :class:`UserError` for a condition that is not among ``conditions``.
    """
    named = _named(audience, conditions)
    holds = {text: condition.people(session, argument, now) for text, condition, argument in named}
    matched = audiences.matches(session, audience, holds)
    refused = deliveries.refusals(session, CLOSES_TEAMS, (DeliveryWay.CHAT, DeliveryWay.NEW_CHAT))
    near = places.newest(session) is not None
    here = [_addressee(match, refused.get(match.id), opened, near=near) for match in matched if not match.left]
    here.sort(key=lambda addressee: (words.order(addressee.person.name), addressee.person.id))
    return Addressees(tuple(here), len(matched) - len(here))


def person_ids(
    session: Session,
    audience: Audience,
    now: datetime,
    conditions: Mapping[str, Condition] = CONDITIONS,
    without: Collection[PersonIds] = (),
    *,
    only: int | None = None,
) -> list[int]:
    """Return the ids of the people of an audience who have not left and are in none of ``without``, in order.

    ``only`` asks about one person. Raise :class:`UserError` for a condition that is not among ``conditions``.
    """
    holds = {
        text: condition.people(session, argument, now) for text, condition, argument in _named(audience, conditions)
    }
    return audiences.ids(session, audience, holds, without, only=only)


def to_json(audience: Audience) -> dict[str, Any]:
    """Return the audience in the form that :func:`from_json` reads."""
    return dict(_JSON.dump_python(audience, mode="json", exclude_defaults=True))


def from_json(data: object, conditions: Mapping[str, Condition] = CONDITIONS) -> Audience:
    """Return an audience from storage or from a client. Raise :class:`UserError` for anything unknown in it."""
    try:
        audience = _JSON.validate_json(orjson.dumps(data))
    except (ValidationError, TypeError) as error:
        raise UserError("Urvalet av mottagare går inte att läsa. Välj mottagare igen.") from error
    picked = [person for part in audience.parts for person in part.people or ()]
    if len(picked) > MOST_PICKED or not all(map(is_id, picked)):
        raise UserError(f"Listan får ha högst {MOST_PICKED} personer. Dela upp den.")
    list(_named(audience, conditions))
    return audience


def pasted(session: Session, text: str) -> tuple[Part, tuple[str, ...]]:
    """Return the people of a pasted list, and the entries that fit nobody or several people.

    An entry is a line, or a part between commas or semicolons: a mail address or a whole name. Only people that the bot
    knows are kept, so nobody who was erased comes back. Raise :class:`UserError` for an empty or too long list.
    """
    entries = [entry for entry in (" ".join(entry.split()) for entry in re.split(r"[\n\r;,]", text)) if entry]
    if not entries:
        raise UserError("Listan är tom. Skriv en mejladress eller ett namn på varje rad.")
    if len(entries) > MOST_PICKED:
        raise UserError(f"Listan har {len(entries)} rader. Jag läser högst {MOST_PICKED} åt gången. Dela upp den.")
    mails = {entry: match[0].casefold() for entry in entries if (match := _MAIL.search(entry))}
    by_mail = people.with_mails(session, sorted(set(mails.values())))
    by_name = people.ids_by_name(session) if len(mails) < len(set(entries)) else {}
    picked: dict[int, None] = {}
    unknown: dict[str, None] = {}
    for entry in entries:
        named = [] if entry in mails else by_name.get(entry.casefold(), [])
        same = [person.id for person in by_mail.get(mails.get(entry, ""), ())] or named
        if len(same) == 1:
            picked[same[0]] = None
        else:
            unknown[entry] = None
    return Part(people=tuple(picked)), tuple(unknown)


def sentence(session: Session, audience: Audience, conditions: Mapping[str, Condition] = CONDITIONS) -> str:
    """Return the audience in Swedish, without a full stop: "Kontaktpolitiker i Dalarnas län"."""
    holds = {text: condition.words(session, argument) for text, condition, argument in _named(audience, conditions)}
    themes = {group.theme: group.name for group in groups.everyone(session)}
    towns = {row.code: row.name for row in municipalities.everyone(session)}
    who = listed([_part(part, holds, themes, towns) for part in audience.parts], "samt") or "ingen"
    but = listed([holds[text] for text in audience.unless], "eller")
    return words.capital(f"{who}, utom de som {but}" if but else who)


def _part(part: Part, holds: Mapping[str, str], themes: Mapping[str, str], towns: Mapping[str, str]) -> str:
    who = listed([words.ROLE_PLURALS[role] for role in part.roles])
    if part.people is not None:
        who = f"{who or 'personer'} i en lista"
    where = [
        *([f"i {_towns(part.municipalities, towns)}"] if part.municipalities else []),
        *([f"i {listed(part.counties)}"] if part.counties else []),
        *([f"i kommungrupp {listed(part.size_groups)}"] if part.size_groups else []),
    ]
    follow = [f"följer {listed([themes.get(theme, theme) for theme in part.themes], 'eller')}"] if part.themes else []
    rules = [*follow, *(holds[text] for text in part.conditions)]
    which = [f"som {listed(rules)}"] if rules else []
    return " ".join([who or "alla", *where, *which]) if who or where or which else "alla i nätverket"


def _towns(codes: Collection[str], names: Mapping[str, str]) -> str:
    if len(codes) > NAMED:
        return count(len(codes), "kommun", "kommuner")
    return listed([names.get(code, code) for code in codes])


def _addressee(match: Match, refused: str | None, opened: Collection[DeliveryWay], *, near: bool) -> Addressee:
    way = announced_by(
        identity=match.identity,
        mail=match.mail,
        guest=match.guest,
        chat=match.chat,
        near=near,
        opened=opened,
        refused=Reason(refused) if refused else None,
        prefers_mail=match.prefers_mail,
    )
    return Addressee(match, way)


def _named(audience: Audience, conditions: Mapping[str, Condition]) -> Iterable[tuple[str, Condition, str]]:
    """Yield each condition of an audience as written, with its argument. Raise :class:`UserError` for unknown ones."""
    for text in audience.conditions:
        name, _, argument = text.partition(":")
        if name not in conditions:
            raise UserError("Urvalet använder ett villkor som inte finns längre. Välj mottagare igen.")
        yield text, conditions[name], argument
